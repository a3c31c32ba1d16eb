/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-tables - the tables of the cache of metadata as they are read, none of them beyond its
 * end.
 *
 * Layer: packages. For metadata-tables.c, metadata-cache.c and metadata-find.c alone.
 */
#pragma once

#include "packages/metadata-cache.h"
#include "packages/metadata-layout.h"

struct metadata_shelf_view {
	struct stored_shelf stored;
	uint32_t first; /* number of its first record */
};

struct metadata_cache {
	struct metadata_bytes bytes;
	struct stored_end end;
	struct metadata_shelf_view *shelves;
	size_t shelf_count;
};

static inline uint32_t metadata_count(const struct metadata_shelf_view *shelf, enum table table)
{
	return shelf->stored.tables[table].count;
}

/* SIZE bytes, or NULL. With a size of 0 never NULL, unless OFFSET lies behind the end. */
const void *metadata_bytes_at(const struct metadata_cache *cache, uint64_t offset, uint64_t size);
/* COUNT items of TABLE from FIRST on, or NULL. */
const void *metadata_items_at(const struct metadata_cache *cache,
			      const struct metadata_shelf_view *shelf, enum table table,
			      uint32_t first, uint32_t count);
/* The string at OFFSET of the text, or NULL. */
const char *metadata_text_at(const struct metadata_cache *cache,
			     const struct metadata_shelf_view *shelf, uint32_t offset,
			     size_t *ret_length);
/* The same of the name of a dependency. */
const char *metadata_name_at(const struct metadata_cache *cache,
			     const struct metadata_shelf_view *shelf, uint32_t offset,
			     size_t *ret_length);
