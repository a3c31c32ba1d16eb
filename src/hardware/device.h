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
#include "base/limits.h"

struct device {
	char *path; /* below /sys, e.g. "/devices/pci0000:00/0000:00:1f.2"; NULL in a plain list */
	char *bus; /* the part before the first ':' of the first modalias, e.g. "pci" */
	struct strings modaliases; /* at least one, each as hardware/modalias.h normalises it */
	char *name; /* for people; NULL if no database knows it */
	char *driver; /* bound driver; NULL if none or unknown */
	bool driver_known; /* false in a plain list: nobody looked */
};

struct device_list {
	struct device *items;
	size_t count;
	char *arch; /* as uname -m prints it; NULL if the source does not say */
	struct diagnostics diagnostics;
};

/* Where a line was found, for diagnostics: a file (or sysfs path) and a line number from 1. */
struct device_origin {
	const char *file;
	size_t line;
};

/* Append an empty device; *RET is borrowed until the next call. 0, -E2BIG or -ENOMEM. */
int device_list_append(struct device_list *list, struct device **ret);
/* The same; NULL if there is no room. */
struct device *device_list_add(struct device_list *list);
/* The device with PATH, or NULL; linear from the end, where readers look. */
struct device *device_list_find(struct device_list *list, const char *path);
/*
 * Give DEVICE, one of LIST, the modalias in the LENGTH bytes at TEXT, one line from ORIGIN.
 * 1, 0 if it is malformed (now a diagnostic "malformed-modalias" of LIST), or -ENOMEM.
 */
int device_list_add_modalias(struct device_list *list, struct device *device, const char *text,
			     size_t length, const struct device_origin *origin);
/* Add a diagnostic about the LENGTH bytes at TEXT, up to the limit above. 0 or -ENOMEM. */
int device_list_complain(struct device_list *list, const char *id, const char *text, size_t length,
			 const struct device_origin *origin);
/*
 * Move all of FROM into LIST: devices with the same path become one (union of modaliases),
 * and so do devices without a path that have the same modalias. 0 or -ENOMEM.
 */
int device_list_merge(struct device_list *list, struct device_list *from);
/*
 * Sort by path, then first modalias, and the modaliases of each; drop devices without a modalias,
 * join the same ones as above, and those that /sys/bus/BUS/devices links to with their links;
 * fill `bus`. The order of input plays no part. 0 or -ENOMEM.
 */
int device_list_finish(struct device_list *list);
/*
 * Can a driver be bound to DEVICE at all? The processor and the DMI tables only have a modalias so
 * that modules are loaded for them (kernel: drivers/base/cpu.c, drivers/firmware/dmi-id.c).
 */
bool device_is_bindable(const struct device *device);
void device_list_done(struct device_list *list);

#define auto_device_list __attribute__((cleanup(device_list_done)))
