/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* What is looked at of a string at a time, in bytes: most end there, and no other block is read. */
#define TEXT_PIECE 128

static const size_t item_sizes[TABLES] = {
	[TABLE_TEXT] = 1,
	[TABLE_RECORDS] = sizeof(struct stored_record),
	[TABLE_RUN_NUMBERS] = sizeof(uint32_t),
	[TABLE_RUNS] = sizeof(struct stored_run),
	[TABLE_DEPENDENCIES] = sizeof(struct stored_dependency),
	[TABLE_FILES] = sizeof(uint32_t),
	[TABLE_GROUPS] = sizeof(struct pattern_group),
	[TABLE_PATTERNS] = sizeof(struct pattern_entry),
	[TABLE_BUCKETS] = sizeof(uint32_t),
	[TABLE_PATTERN_TEXT] = 1,
	[TABLE_FIRST_HINT] = sizeof(uint32_t),
	[TABLE_HINTS] = sizeof(struct stored_pair),
	[TABLE_FIRST_PROVIDER] = sizeof(uint32_t),
	[TABLE_PROVIDERS] = sizeof(struct stored_pair),
	[TABLE_KERNELS] = sizeof(struct stored_pair),
};

const void *metadata_bytes_at(const struct metadata_cache *cache, uint64_t offset, uint64_t size)
{
	if (offset > cache->bytes.size || size > cache->bytes.size - offset)
		return NULL;
	return cache->bytes.at(cache->bytes.context, offset, size);
}

const void *metadata_items_at(const struct metadata_cache *cache,
			      const struct metadata_shelf_view *shelf, enum table table,
			      uint32_t first, uint32_t count)
{
	const struct stored_table *stored = &shelf->stored.tables[table];
	size_t size = item_sizes[table];

	if (first > stored->count || count > stored->count - first)
		return NULL;
	return metadata_bytes_at(cache, shelf->stored.offset + stored->offset + first * size,
				 count * size);
}

/* The string at OFFSET of the SIZE bytes at START. */
static const char *string_at(const struct metadata_cache *cache, uint64_t start, uint64_t size,
			     uint64_t offset, size_t *ret_length)
{
	uint64_t at = offset;

	*ret_length = 0;
	if (offset == 0)
		return "";
	while (at < size) {
		size_t piece = size - at < TEXT_PIECE ? size - at : TEXT_PIECE;
		const char *text = metadata_bytes_at(cache, start + at, piece);
		const char *nul = text ? memchr(text, '\0', piece) : NULL;

		if (!text)
			return NULL;
		if (nul) {
			*ret_length = (size_t)(nul - text) + (at - offset);
			return nul - *ret_length;
		}
		at += piece;
	}
	return NULL;
}

const char *metadata_text_at(const struct metadata_cache *cache,
			     const struct metadata_shelf_view *shelf, uint32_t offset,
			     size_t *ret_length)
{
	return string_at(cache, shelf->stored.offset + shelf->stored.tables[TABLE_TEXT].offset,
			 metadata_count(shelf, TABLE_TEXT), offset, ret_length);
}

const char *metadata_name_at(const struct metadata_cache *cache,
			     const struct metadata_shelf_view *shelf, uint32_t offset,
			     size_t *ret_length)
{
	if (offset >= METADATA_COMMON_MAX)
		return metadata_text_at(cache, shelf, offset - METADATA_COMMON_MAX, ret_length);
	return string_at(cache, cache->end.common, cache->end.common_size, offset, ret_length);
}

static bool is_sound_table(const struct metadata_cache *cache, const struct stored_shelf *stored,
			   enum table table)
{
	const struct stored_table *own = &stored->tables[table];
	uint64_t left = cache->bytes.size - stored->offset;

	return own->offset % TABLE_ALIGNMENT == 0 && own->offset <= left &&
	       own->count <= (left - own->offset) / item_sizes[table];
}

/* From here on its tables lie where there are bytes, though perhaps no sound ones. */
static bool is_sound_shelf(const struct metadata_cache *cache, const struct stored_shelf *stored)
{
	if (stored->offset > cache->bytes.size || stored->offset % TABLE_ALIGNMENT)
		return false;
	for (enum table table = 0; table < TABLES; table++)
		if (!is_sound_table(cache, stored, table))
			return false;
	return stored->tables[TABLE_GROUPS].count && stored->tables[TABLE_PATTERNS].count &&
	       stored->tables[TABLE_FIRST_HINT].count;
}

static int read_shelves(struct metadata_cache *cache)
{
	size_t count = cache->end.shelf_count;
	const struct stored_shelf *stored = NULL;
	uint64_t records = 0;

	if (count <= cache->bytes.size / sizeof(*stored) &&
	    cache->end.shelves % TABLE_ALIGNMENT == 0)
		stored = metadata_bytes_at(cache, cache->end.shelves, count * sizeof(*stored));
	if (!stored)
		return -EBADMSG;
	cache->shelves = calloc(count + 1, sizeof(*cache->shelves));
	if (!cache->shelves)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		cache->shelves[i] = (struct metadata_shelf_view){ stored[i], (uint32_t)records };
		records += stored[i].tables[TABLE_RECORDS].count;
		if (!is_sound_shelf(cache, &stored[i]) || records > UINT32_MAX)
			return -EBADMSG;
	}
	cache->shelf_count = count;
	return 0;
}

int metadata_cache_open_bytes(const struct metadata_bytes *bytes, struct metadata_cache **ret)
{
	auto_metadata_cache struct metadata_cache *cache = calloc(1, sizeof(*cache));
	const struct stored_end *end = NULL;
	int r;

	if (!cache)
		return -ENOMEM;
	cache->bytes = *bytes;
	if (bytes->size % TABLE_ALIGNMENT == 0 && bytes->size >= sizeof(*end))
		end = metadata_bytes_at(cache, bytes->size - sizeof(*end), sizeof(*end));
	if (!end)
		return -EBADMSG;
	cache->end = *end;
	if (end->common > bytes->size || end->common_size > bytes->size - end->common)
		return -EBADMSG;
	r = read_shelves(cache);
	if (r == 0)
		*ret = take(cache);
	return r;
}

static const void *at_of_file(void *file, size_t offset, size_t size)
{
	return cachefile_at(file, offset, size);
}

int metadata_cache_open(struct cachefile *file, struct metadata_cache **ret)
{
	const struct metadata_bytes bytes = { at_of_file, file, cachefile_size(file) };

	return metadata_cache_open_bytes(&bytes, ret);
}

uint32_t metadata_cache_records(const struct metadata_cache *cache)
{
	const struct metadata_shelf_view *last;

	if (cache->shelf_count == 0)
		return 0;
	last = &cache->shelves[cache->shelf_count - 1];
	return last->first + metadata_count(last, TABLE_RECORDS);
}

struct metadata_cache *metadata_cache_free(struct metadata_cache *cache)
{
	if (cache)
		free(cache->shelves);
	free(cache);
	return NULL;
}
