/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holder - what rests on a device, so that its driver must not be taken from it.
 *
 * Layer: deliver. When in doubt, it is in use.
 */
#pragma once

/*
 * Does DEVICE (a path below /sys), or anything below it, carry a mounted file system, swap, a
 * member of what is stacked on block devices (device mapper, md, multipath, ...), or a network
 * interface that is up and has an address? Sys, proc and dev are those below ROOT_FD.
 * 1 with *RET_WHY (owned) naming the disk or interface, 0 if not, -errno if that is not known.
 */
int holder_find(int root_fd, const char *device, char **ret_why);
