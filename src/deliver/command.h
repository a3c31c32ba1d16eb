/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command - the programs of the system that loading needs: depmod, modprobe, udevadm.
 *
 * Layer: deliver.
 */
#pragma once

#include "base/array.h"
#include "base/error.h"

/* Index the module tree of RELEASE anew. 0, or -errno with *RETERR set. */
int command_index_modules(const char *release, struct error *reterr);
/*
 * Load MODULE and what it needs, unless it is blacklisted.
 * 0, or -errno with *RETERR set: -EIO if the program failed, why is its last line.
 */
int command_load_module(const char *module, struct error *reterr);
/* Unload MODULE and what only it needed. As above. */
int command_unload_module(const char *module, struct error *reterr);
/*
 * Have udev read indexes and rules again; pretend that the COUNT devices (paths below /sys) had
 * just been found; wait until it has dealt with everything. A system without a running udev has
 * nobody to tell: 0, or -ENOMEM.
 */
int command_udev_reload(void);
int command_udev_add(const struct strings *devices);
int command_udev_settle(void);
