/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * served - whom a package is for: each device once, with the hint that names it most closely.
 *
 * Layer: report.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "hardware/device.h"
#include "select/plan.h"

struct served_device {
	const struct device *device; /* borrowed */
	const struct plan_hint *hint; /* borrowed */
	size_t alike; /* further devices of the list that a person cannot tell from this one */
	bool folded; /* counted by an earlier device that looks alike */
};

/* All zero is the empty list. */
struct served {
	struct served_device *items;
	size_t count;
};

/* The devices of PACKAGE's hints, in order of its hints. 0 or -ENOMEM. */
int served_find(const struct plan_package *package, const struct device_list *devices,
		struct served *ret);
/* Fold devices of the same name, driver and hint into the first of them: the ports of one card. */
void served_fold(struct served *served);
void served_done(struct served *served);

#define auto_served __attribute__((cleanup(served_done)))
