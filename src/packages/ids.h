/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ids - a list of packages, by the numbers that the catalog gives them.
 *
 * Layer: packages.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* All zero is the empty list. */
struct ids {
	int *items;
	size_t count;
};

/* Append ID. 0 or -ENOMEM. */
int ids_add(struct ids *ids, int id);
bool ids_contain(const struct ids *ids, int id);
void ids_done(struct ids *ids);

#define auto_ids __attribute__((cleanup(ids_done)))
