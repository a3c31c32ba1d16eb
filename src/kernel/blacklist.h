/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blacklist - the modules that a system does not load by their aliases: what modprobe.d says, and
 * the kernel's command line.
 *
 * Layer: kernel. Names are normalised.
 */
#pragma once

#include "base/array.h"
#include "base/files.h"

/*
 * Add the modules that the configuration of modprobe below ROOT_FD blacklists, file by file as kmod
 * takes them; what cannot be read is left out. 0 or -ENOMEM.
 */
int blacklist_add_modprobe(int root_fd, struct strings *list);
/*
 * Add those that a kernel's command line names: modprobe.blacklist=, rd.driver.blacklist=,
 * module_blacklist=.
 */
int blacklist_add_command_line(const char *line, struct strings *list);
