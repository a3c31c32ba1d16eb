/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exports - the kernel symbols that packages say to provide, found by name without a solver.
 *
 * Layer: select. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "packages/driver.h"

/* All zero is the empty list. */
struct exports {
	const struct symbol_need **items; /* the elements are borrowed */
	size_t count;
};

/* Add what DRIVER, which has to outlive the list, provides with a CRC. 0 or -ENOMEM. */
int exports_add(struct exports *exports, const struct driver *driver);
/* After the last exports_add(), before the first exports_have(). */
void exports_sort(struct exports *exports);
/* Is NEED among them, with the same CRC if it asks for one? */
bool exports_have(const struct exports *exports, const struct symbol_need *need);
void exports_done(struct exports *exports);
