/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "packages/interner.h"

void record_numbers_done(struct record_numbers *numbers)
{
	free(numbers->items);
	*numbers = (struct record_numbers){ 0 };
}

int record_numbers_add(struct record_numbers *numbers, uint32_t number)
{
	if (array_grow(&numbers->items, numbers->count, sizeof(*numbers->items)) < 0)
		return -ENOMEM;
	numbers->items[numbers->count++] = number;
	return 0;
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static void sort_numbers(struct record_numbers *numbers)
{
	size_t kept = 0;

	if (numbers->count)
		qsort(numbers->items, numbers->count, sizeof(*numbers->items), compare_numbers);
	for (size_t i = 0; i < numbers->count; i++)
		if (kept == 0 || numbers->items[kept - 1] != numbers->items[i])
			numbers->items[kept++] = numbers->items[i];
	numbers->count = kept;
}

/* Whether the index, which looks into its arrays itself, may do so. */
static bool may_read(void *context, const void *at, size_t size)
{
	const struct metadata_cache *cache = context;
	uintptr_t start = (uintptr_t)metadata_bytes_at(cache, 0, 0);

	return (uintptr_t)at >= start && metadata_bytes_at(cache, (uintptr_t)at - start, size);
}

static const void *table_start(const struct metadata_cache *cache,
			       const struct metadata_shelf_view *shelf, enum table table)
{
	const char *start = metadata_bytes_at(cache, 0, 0);

	return start + shelf->stored.offset + shelf->stored.tables[table].offset;
}

/* Add those of the pairs FIRST[0] to FIRST[1] in TABLE that have KEY. */
static int add_pairs(const struct metadata_cache *cache, const struct metadata_shelf_view *shelf,
		     enum table table, const uint32_t *first, uint32_t key,
		     struct record_numbers *ret)
{
	const struct stored_pair *pairs = NULL;

	if (first && first[0] <= first[1])
		pairs = metadata_items_at(cache, shelf, table, first[0], first[1] - first[0]);
	if (!pairs)
		return -EBADMSG;
	for (uint32_t i = 0; i < first[1] - first[0]; i++) {
		if (pairs[i].record >= metadata_count(shelf, TABLE_RECORDS))
			return -EBADMSG;
		if (pairs[i].key == key &&
		    record_numbers_add(ret, shelf->first + pairs[i].record) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_fitting(struct metadata_cache *cache, const struct metadata_shelf_view *shelf,
		       const struct strings *modaliases, struct record_numbers *ret)
{
	const struct pattern_index index = {
		.groups = table_start(cache, shelf, TABLE_GROUPS),
		.entries = table_start(cache, shelf, TABLE_PATTERNS),
		.buckets = table_start(cache, shelf, TABLE_BUCKETS),
		.text = table_start(cache, shelf, TABLE_PATTERN_TEXT),
		.group_count = metadata_count(shelf, TABLE_GROUPS) - 1,
		.entry_count = metadata_count(shelf, TABLE_PATTERNS) - 1,
		.bucket_count = metadata_count(shelf, TABLE_BUCKETS),
		.text_size = metadata_count(shelf, TABLE_PATTERN_TEXT),
		.may_read = may_read,
		.context = cache,
	};
	auto_pattern_fits struct pattern_fits fits = { 0 };
	size_t before = ret->count;
	int r = 0;

	for (size_t i = 0; i < modaliases->count && r == 0; i++)
		r = pattern_index_find(&index, modaliases->items[i], &fits);
	for (size_t i = 0; i < fits.count && r == 0; i++) {
		uint32_t number = fits.numbers[i];

		r = add_pairs(cache, shelf, TABLE_HINTS,
			      number < UINT32_MAX
				      ? metadata_items_at(cache, shelf, TABLE_FIRST_HINT, number, 2)
				      : NULL,
			      number, ret);
		/* Each pair is of one pattern, and each pattern was found once. */
		if (ret->count - before > metadata_count(shelf, TABLE_HINTS))
			r = -EBADMSG;
	}
	return r;
}

int metadata_cache_fitting(struct metadata_cache *cache, const struct strings *modaliases,
			   struct record_numbers *ret)
{
	int r = 0;

	for (size_t i = 0; i < cache->shelf_count && r == 0; i++)
		r = add_fitting(cache, &cache->shelves[i], modaliases, ret);
	sort_numbers(ret);
	return r;
}

/* 1 if somebody may provide what has HASH, 0, or -EBADMSG. */
static int may_provide(const struct metadata_cache *cache, uint32_t hash)
{
	uint64_t size = cache->end.provider_bits_size;
	int r = 1;

	/* A power of two, so that fewer bits are the lower ones. */
	if (size == 0 || size & (size - 1) || size > PROVIDER_BITS_SIZE)
		return -EBADMSG;
	for (size_t i = 0; i < PROVIDER_BITS && r == 1; i++) {
		uint64_t bit = provider_bit(hash, i) % (8 * size);
		const uint8_t *at = metadata_bytes_at(cache, cache->end.provider_bits + bit / 8, 1);

		r = at ? *at >> bit % 8 & 1 : -EBADMSG;
	}
	return r;
}

int metadata_cache_strangers(struct metadata_cache *cache, const char *name)
{
	uint64_t size = cache->end.strangers_size, bits[2];
	int r = 1;

	if (size == 0)
		return 0;
	if (size & (size - 1) || size > NAME_FILTER_SIZE)
		return -EBADMSG;
	name_filter_bits(name, size, bits);
	for (size_t i = 0; i < COUNT(bits) && r == 1; i++) {
		const uint8_t *at = metadata_bytes_at(cache, cache->end.strangers + bits[i] / 8, 1);

		r = at ? *at >> bits[i] % 8 & 1 : -EBADMSG;
	}
	return r;
}

int metadata_cache_providers(struct metadata_cache *cache, const char *name,
			     struct record_numbers *ret)
{
	uint32_t hash = interner_hash(name, strlen(name));
	int r = may_provide(cache, hash);

	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; i < cache->shelf_count && r == 0; i++) {
		const struct metadata_shelf_view *shelf = &cache->shelves[i];
		uint32_t places = metadata_count(shelf, TABLE_FIRST_PROVIDER) - 1;

		/* One more than a power of two: of the hash its upper bits. */
		if (places < 2 || places & (places - 1))
			return -EBADMSG;
		r = add_pairs(cache, shelf, TABLE_PROVIDERS,
			      metadata_items_at(cache, shelf, TABLE_FIRST_PROVIDER,
						hash >> (__builtin_clz(places) + 1), 2),
			      hash, ret);
	}
	sort_numbers(ret);
	return r;
}

/* A text of a record, or NULL. */
static const char *text_of(const struct metadata_cache *cache,
			   const struct metadata_shelf_view *shelf, uint32_t offset)
{
	size_t length;

	return metadata_text_at(cache, shelf, offset, &length);
}

static int call_with_kernel(const struct metadata_cache *cache,
			    const struct metadata_shelf_view *shelf, const struct stored_pair *pair,
			    int (*found)(void *context, const struct metadata_kernel *kernel),
			    void *context)
{
	const struct stored_record *record =
		metadata_items_at(cache, shelf, TABLE_RECORDS, pair->record, 1);
	bool any = pair->key == KERNEL_OF_ANY_RELEASE;
	struct metadata_kernel kernel = { .number = shelf->first + pair->record };

	if (!record)
		return -EBADMSG;
	kernel.name = text_of(cache, shelf, record->name);
	kernel.evr = text_of(cache, shelf, record->evr);
	kernel.release = any ? NULL : text_of(cache, shelf, pair->key);
	if (!kernel.name || !kernel.evr || (!kernel.release && !any))
		return -EBADMSG;
	return found(context, &kernel);
}

int metadata_cache_each_kernel(struct metadata_cache *cache,
			       int (*found)(void *context, const struct metadata_kernel *kernel),
			       void *context)
{
	int r = 0;

	for (size_t i = 0; i < cache->shelf_count && r == 0; i++) {
		const struct metadata_shelf_view *shelf = &cache->shelves[i];
		uint32_t count = metadata_count(shelf, TABLE_KERNELS);
		const struct stored_pair *pairs =
			metadata_items_at(cache, shelf, TABLE_KERNELS, 0, count);

		if (!pairs)
			return -EBADMSG;
		for (uint32_t k = 0; k < count && r == 0; k++)
			r = call_with_kernel(cache, shelf, &pairs[k], found, context);
	}
	return r;
}
