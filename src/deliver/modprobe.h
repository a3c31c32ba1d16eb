/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modprobe - what kmod is told while staged modules are in effect: files in /run/modprobe.d.
 *
 * Layer: deliver. All of them are called kmp-match-*.conf.
 */
#pragma once

#include "base/array.h"

/* Put there what PACKAGE (the name of its directories) in the generation at FD has. 0 or -errno. */
int modprobe_add(int root_fd, int fd, const char *package);
/* Keep MODULES from being loaded by alias: others took their devices. 0 or -errno. */
int modprobe_blacklist(int root_fd, const struct strings *modules);
/* Remove all of them. 0 or -errno. */
int modprobe_clear(int root_fd);
