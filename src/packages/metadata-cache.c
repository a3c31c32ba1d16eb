/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "packages/metadata-tables.h"

struct metadata_counts metadata_cache_counts(const struct metadata_cache *cache)
{
	return (struct metadata_counts){ cache->end.packages, cache->end.drivers };
}

/* The next string of *TEXT, of which *LEFT bytes are left; NULL if it has no end. */
static const char *next_text(const char **text, size_t *left)
{
	const char *start = *text;
	const char *nul = memchr(start, '\0', *left);

	if (!nul)
		return NULL;
	*left -= (size_t)(nul + 1 - start);
	*text = nul + 1;
	return start;
}

int metadata_cache_diagnostics(struct metadata_cache *cache, struct diagnostics *ret)
{
	size_t left = cache->end.diagnostics_size;
	const char *at = metadata_bytes_at(cache, cache->end.diagnostics, left);

	if (!at)
		return -EBADMSG;
	while (left > 0) {
		const char *id = next_text(&at, &left);
		const char *text = id ? next_text(&at, &left) : NULL;
		const char *culprit = text ? next_text(&at, &left) : NULL;

		if (!culprit || (*culprit != '+' && *culprit != '-'))
			return -EBADMSG;
		if (diagnostics_add(ret, id, *culprit == '+' ? culprit + 1 : NULL, "%s", text) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* A record that is being made of what stands in SHELF. */
struct decoding {
	const struct metadata_cache *cache;
	const struct metadata_shelf_view *shelf;
	struct record *record;
};

/* What does not fit a record was not written by us. */
static int add_text(const struct decoding *decoding, const char *text, size_t length, uint32_t *ret)
{
	int r = 0;

	*ret = 0;
	if (length)
		r = record_add_text(decoding->record, text, length, ret);
	return r == -EFBIG ? -EBADMSG : r;
}

static int copy_text(const struct decoding *decoding, uint32_t offset, uint32_t *ret)
{
	size_t length;
	const char *text = metadata_text_at(decoding->cache, decoding->shelf, offset, &length);

	return text ? add_text(decoding, text, length, ret) : -EBADMSG;
}

static int copy_name(const struct decoding *decoding, uint32_t offset, uint32_t *ret)
{
	size_t length;
	const char *name = metadata_name_at(decoding->cache, decoding->shelf, offset, &length);

	return name ? add_text(decoding, name, length, ret) : -EBADMSG;
}

static int copy_crc(const struct decoding *decoding, uint32_t crc, uint32_t *ret)
{
	char text[9];

	for (size_t i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[crc >> (28 - 4 * i) & 15];
	return add_text(decoding, text, 8, ret);
}

static int decode_identity(const struct decoding *decoding, const struct stored_record *stored)
{
	struct record *record = decoding->record;
	const struct {
		uint32_t from, *to;
	} texts[] = {
		{ stored->name, &record->name },
		{ stored->arch, &record->arch },
		{ stored->evr, &record->evr },
		{ stored->vendor, &record->vendor },
		{ stored->location, &record->location },
		{ stored->base, &record->base },
		{ stored->checksum, &record->checksum },
		{ stored->checksum_type, &record->checksum_type },
	};
	int r = 0;

	for (size_t i = 0; i < COUNT(texts) && r == 0; i++)
		r = copy_text(decoding, texts[i].from, texts[i].to);
	record->size = stored->size;
	return r;
}

static int decode_dependency(const struct decoding *decoding,
			     const struct stored_dependency *stored)
{
	uint32_t kind = stored->name_and_kind, name, evr;
	struct record_dependency *dependency;
	int r = copy_name(decoding, kind >> DEPENDENCY_NAME_SHIFT, &name);

	if (r == 0)
		r = kind & DEPENDENCY_CRC ? copy_crc(decoding, stored->evr, &evr)
					  : copy_text(decoding, stored->evr, &evr);
	if (r < 0)
		return r;
	dependency = record_add_dependency(decoding->record);
	if (!dependency)
		return -ENOMEM;
	*dependency = (struct record_dependency){
		.name = name,
		.evr = evr,
		.list = kind & DEPENDENCY_LIST,
		.relation = kind >> DEPENDENCY_RELATION_SHIFT & DEPENDENCY_RELATION,
		.before = kind & DEPENDENCY_BEFORE,
	};
	return 0;
}

static int decode_run(const struct decoding *decoding, uint32_t number)
{
	const struct stored_run *run =
		metadata_items_at(decoding->cache, decoding->shelf, TABLE_RUNS, number, 1);
	const struct stored_dependency *stored = NULL;
	int r = 0;

	if (run && run->count <= MARKUP_PACKAGE_MAX - decoding->record->dependency_count)
		stored = metadata_items_at(decoding->cache, decoding->shelf, TABLE_DEPENDENCIES,
					   run->first, run->count);
	if (!stored)
		return -EBADMSG;
	for (uint32_t i = 0; i < run->count && r == 0; i++)
		r = decode_dependency(decoding, &stored[i]);
	return r;
}

static int decode_lists(const struct decoding *decoding, const struct stored_record *stored)
{
	const uint32_t *runs = NULL, *files = NULL;
	int r = 0;

	if (stored->run_count <= MARKUP_PACKAGE_MAX && stored->file_count <= MARKUP_PACKAGE_MAX) {
		runs = metadata_items_at(decoding->cache, decoding->shelf, TABLE_RUN_NUMBERS,
					 stored->first_run, stored->run_count);
		files = metadata_items_at(decoding->cache, decoding->shelf, TABLE_FILES,
					  stored->first_file, stored->file_count);
	}
	if (!runs || !files)
		return -EBADMSG;
	for (uint32_t i = 0; i < stored->run_count && r == 0; i++)
		r = decode_run(decoding, runs[i]);
	for (uint32_t i = 0; i < stored->file_count && r == 0; i++) {
		uint32_t file;

		r = copy_text(decoding, files[i], &file);
		if (r == 0)
			r = record_add_file(decoding->record, file);
	}
	return r;
}

/* The shelf that has record NUMBER: the last that begins there or before. */
static const struct metadata_shelf_view *shelf_of(const struct metadata_cache *cache,
						  uint32_t number)
{
	size_t low = 0, high = cache->shelf_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (cache->shelves[middle].first > number)
			high = middle;
		else
			low = middle;
	}
	return cache->shelf_count ? &cache->shelves[low] : NULL;
}

int metadata_cache_record(struct metadata_cache *cache, uint32_t number, struct record *ret,
			  uint32_t *ret_ordinal)
{
	const struct decoding decoding = { cache, shelf_of(cache, number), ret };
	const struct stored_record *stored = NULL;
	int r;

	record_clear(ret);
	if (decoding.shelf)
		stored = metadata_items_at(cache, decoding.shelf, TABLE_RECORDS,
					   number - decoding.shelf->first, 1);
	if (!stored)
		return -EBADMSG;
	r = decode_identity(&decoding, stored);
	if (r == 0)
		r = decode_lists(&decoding, stored);
	if (r == 0)
		*ret_ordinal = stored->ordinal;
	return r;
}
