/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysfs - the devices of a sysfs tree, read as plain files: this machine's, or a copy of any.
 *
 * Layer: hardware.
 */
#pragma once

#include "base/limits.h"
#include "hardware/device.h"

/*
 * Add every device in the tree open at FD (borrowed) to LIST: each line of each `modalias`,
 * MODALIAS= of each `uevent`, and the target of each `driver` link. Symlinks are never followed,
 * other file systems never entered; what cannot be read is passed over. FD may be a root with sys/
 * below. NAME is for messages.
 * 0, -ENOENT if this is no sysfs tree: no device in it and no devices/ either; or another -errno.
 */
int sysfs_read(int fd, const char *name, struct device_list *list);
