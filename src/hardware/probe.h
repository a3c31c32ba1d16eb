/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - a foreign library that knows devices of one bus where sysfs does not show them.
 *
 * Layer: hardware. A build without one of the libraries leaves out its row of the table and its
 * file: `make WITHOUT=usb`, `make WITHOUT="pci usb"`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/files.h"
#include "hardware/device.h"

struct probe {
	const char *bus; /* "pci": its aliases begin with that and a colon */
	/* Add this machine's devices; none if the library finds no way to them. 0, -E2BIG, -ENOMEM.
	 */
	int (*read)(struct device_list *list);
	/* Add the devices of a dump; NAME is for messages. As snapshot_read(). May be NULL. */
	int (*read_dump)(const struct bytes *text, const char *name, struct device_list *list,
			 struct error *reterr);
	/*
	 * The name for the two numbers in *RET; owned, NULL if the library does not know it. *STATE
	 * is the library's, NULL at first, and for release_names(). 0 or -ENOMEM. May be NULL.
	 */
	int (*find_name)(void **state, unsigned int vendor, unsigned int device, char **ret);
	void (*release_names)(void *state);
};

/* Ends with NULL. */
extern const struct probe *const probes[];
/* The one for BUS, or NULL. */
const struct probe *probe_find(const char *bus);
