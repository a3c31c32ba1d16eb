/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device - one device of a machine, and the list of them: the answer of every hardware reader.
 *
 * Layer: hardware. Plain records without invariants beyond what device_list_finish() makes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "base/diagnostic.h"

struct device {
	char *path; /* below /sys, e.g. "/devices/pci0000:00/0000:00:1f.2"; NULL in a plain list */
	char *bus;  /* the part before the first ':' of the first modalias, e.g. "pci" */
	struct strings modaliases; /* at least one, each as hardware/modalias.h normalises it */
	char *name;                /* for people; NULL if no database knows it */
	char *driver;              /* bound driver; NULL if none or unknown */
	bool driver_known;         /* false in a plain list: nobody looked */
};

struct device_list {
	struct device *items;
	size_t count;
	char *arch; /* as uname -m prints it; NULL if the source does not say */
	struct diagnostics diagnostics;
};

/* Append an empty device and return it, borrowed until the next call; NULL if out of memory. */
struct device *device_list_add(struct device_list *list);
/* The device with PATH, or NULL; linear from the end, where readers look. */
struct device *device_list_find(struct device_list *list, const char *path);
/*
 * Move all of FROM into LIST: devices with the same path become one (union of modaliases),
 * and so do devices without a path that have the same modalias. 0 or -ENOMEM.
 */
int device_list_merge(struct device_list *list, struct device_list *from);
/* Sort by path, then first modalias; drop devices without a modalias; fill `bus`. 0 or -ENOMEM. */
int device_list_finish(struct device_list *list);
void device_list_done(struct device_list *list);

#define auto_device_list __attribute__((cleanup(device_list_done)))
