/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udev - what udev knows about this machine's devices, and its hardware database of names.
 *
 * Layer: hardware. The only user of libudev.
 */
#pragma once

#include <stdbool.h>

#include "hardware/device.h"

/* Has udevd been here? In an early initrd it has not. */
bool udev_has_database(void);
/*
 * Add each device that udev enumerates and that has a MODALIAS to LIST, with its bound driver and
 * its name from the database. libudev shows one modalias a device: sysfs_read() has the others.
 * 0 or -errno.
 */
int udev_read(struct device_list *list);

struct udev_names;
/* Open the compiled hardware database (hwdb.bin). 0, -ENOENT if there is none, -ENOMEM. */
int udev_names_open(struct udev_names **ret);
struct udev_names *udev_names_close(struct udev_names *names);
/* The name for MODALIAS; owned, NULL if the database does not know it. 0 or -ENOMEM. */
int udev_names_find(struct udev_names *names, const char *modalias, char **ret);
