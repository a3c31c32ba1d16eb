/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * label - short names of devices and hints, as people know them.
 *
 * Layer: report. Results are owned, and NULL if memory ran out.
 */
#pragma once

#include "hardware/device.h"

/** Columns that a device's label takes in a table; longer ones get a line of their own. */
#define LABEL_SLOT_COLUMNS 20

/* Where DEVICE is: "0000:3b:00.0", "1-4:1.0"; in a plain list its first modalias, shortened. */
char *label_slot(const struct device *device);
/* What DEVICE is: its name from a database, else its first modalias, shortened. */
char *label_name(const struct device *device);
/* "NAME (no driver)", "NAME (driver ahci)", or NAME where nobody looked for a driver. */
char *label_device(const struct device *device);
/*
 * PATTERN (or modalias) without the wildcard fields behind its last literal one:
 * "pci:v00001000d000000E6sv*sd*bc*sc*i*" becomes "pci:v00001000d000000E6sv*".
 */
char *label_pattern(const char *pattern);
