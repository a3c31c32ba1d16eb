/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/name-filter.h"

#include <errno.h>
#include <stdlib.h>

/* FNV-1a (draft-eastlake-fnv), and MurmurHash3's last step, which spreads it over all bits. */
static uint64_t hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
	return hash ^ hash >> 33;
}

void name_filter_bits(const char *name, size_t size, uint64_t ret[2])
{
	uint64_t hash = hash_name(name), mask = (uint64_t)size * 8 - 1;

	ret[0] = hash & mask;
	ret[1] = hash >> 32 & mask;
}

int name_filter_add(struct name_filter *filter, const char *name)
{
	uint64_t bits[2];

	if (!filter->bits) {
		filter->bits = calloc(NAME_FILTER_SIZE, 1);
		filter->size = NAME_FILTER_SIZE;
	}
	if (!filter->bits)
		return -ENOMEM;
	name_filter_bits(name, filter->size, bits);
	filter->bits[bits[0] / 8] |= (uint8_t)(1U << bits[0] % 8);
	filter->bits[bits[1] / 8] |= (uint8_t)(1U << bits[1] % 8);
	return 0;
}

bool name_filter_has(const struct name_filter *filter, const char *name)
{
	uint64_t bits[2];

	if (!filter->bits)
		return false;
	name_filter_bits(name, filter->size, bits);
	return filter->bits[bits[0] / 8] & (1U << bits[0] % 8) &&
	       filter->bits[bits[1] / 8] & (1U << bits[1] % 8);
}

static size_t count_bits(const struct name_filter *filter)
{
	size_t count = 0;

	for (size_t i = 0; i < filter->size; i++)
		count += (size_t)__builtin_popcount(filter->bits[i]);
	return count;
}

void name_filter_fold(struct name_filter *filter)
{
	size_t set = filter->bits ? count_bits(filter) : 0;

	for (; filter->size > 1 && set * 16 <= filter->size * 8 / 2; filter->size /= 2)
		for (size_t i = 0; i < filter->size / 2; i++)
			filter->bits[i] |= filter->bits[filter->size / 2 + i];
}

void name_filter_done(struct name_filter *filter)
{
	free(filter->bits);
	*filter = (struct name_filter){ 0 };
}
