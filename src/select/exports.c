/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/exports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int exports_add(struct exports *exports, const struct driver *driver)
{
	for (size_t i = 0; i < driver->export_count; i++) {
		if (!driver->exports[i].has_crc)
			continue;
		if (array_grow(&exports->items, exports->count, sizeof(*exports->items)) < 0)
			return -ENOMEM;
		exports->items[exports->count++] = &driver->exports[i];
	}
	return 0;
}

static int compare(const struct symbol_need *left, const struct symbol_need *right)
{
	int order = strcmp(left->symbol, right->symbol);

	return order ? order : strcmp(left->flavor, right->flavor);
}

static int compare_items(const void *left, const void *right)
{
	const struct symbol_need *const *a = left, *const *b = right;

	return compare(*a, *b);
}

void exports_sort(struct exports *exports)
{
	if (exports->count)
		qsort(exports->items, exports->count, sizeof(*exports->items), compare_items);
}

bool exports_have(const struct exports *exports, const struct symbol_need *need)
{
	size_t first = 0, last = exports->count;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (compare(exports->items[middle], need) < 0)
			first = middle + 1;
		else
			last = middle;
	}
	for (; first < exports->count && compare(exports->items[first], need) == 0; first++)
		if (!need->has_crc || exports->items[first]->crc == need->crc)
			return true;
	return false;
}

void exports_done(struct exports *exports)
{
	free(exports->items);
	*exports = (struct exports){ 0 };
}
