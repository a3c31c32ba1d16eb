/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/limits.h"
#include "packages/metadata-tables.h"

/* What the records of one shelf are searched for. */
struct record_search {
	const struct metadata_cache *cache;
	const struct metadata_shelf_view *shelf;
	const struct interest *interest;
	bool *surely; /* one is called so whose name alone tells */
};

/* All below: 1 if it is of interest, 0, or -EBADMSG. */
static int search_name(const struct record_search *search, const struct stored_record *record)
{
	size_t length;
	const char *name = metadata_text_at(search->cache, search->shelf, record->name, &length);

	if (!name)
		return -EBADMSG;
	*search->surely |= interest_is_name(search->interest, name);
	return interest_in_name(search->interest, name);
}

static int search_run(const struct record_search *search, uint32_t number)
{
	const struct stored_run *run =
		metadata_items_at(search->cache, search->shelf, TABLE_RUNS, number, 1);
	const struct stored_dependency *stored = NULL;

	if (run && run->count <= MARKUP_PACKAGE_MAX)
		stored = metadata_items_at(search->cache, search->shelf, TABLE_DEPENDENCIES,
					   run->first, run->count);
	if (!stored)
		return -EBADMSG;
	/* All of a run are in the same list. */
	if (run->count == 0 || (stored->name_and_kind & DEPENDENCY_LIST) != RECORD_PROVIDES)
		return 0;
	for (uint32_t i = 0; i < run->count; i++) {
		uint32_t place = stored[i].name_and_kind >> DEPENDENCY_NAME_SHIFT;
		size_t length;
		const char *name = metadata_name_at(search->cache, search->shelf, place, &length);

		if (!name)
			return -EBADMSG;
		if (interest_in_provide(search->interest, name))
			return 1;
	}
	return 0;
}

static int search_files(const struct record_search *search, const struct stored_record *record)
{
	const uint32_t *files = metadata_items_at(search->cache, search->shelf, TABLE_FILES,
						  record->first_file, record->file_count);

	for (uint32_t i = 0; files && i < record->file_count; i++) {
		size_t length;
		const char *path =
			metadata_text_at(search->cache, search->shelf, files[i], &length);

		if (!path)
			return -EBADMSG;
		if (interest_in_file(search->interest, path))
			return 1;
	}
	return files ? 0 : -EBADMSG;
}

static int search_module(const struct record_search *search, const struct stored_record *record)
{
	const uint32_t *runs = metadata_items_at(search->cache, search->shelf, TABLE_RUN_NUMBERS,
						 record->first_run, record->run_count);
	int r = runs ? 0 : -EBADMSG;

	for (uint32_t i = 0; r == 0 && i < record->run_count; i++)
		r = search_run(search, runs[i]);
	return r == 0 ? search_files(search, record) : r;
}

static int add_found(const struct metadata_cache *cache, const struct interest *interest,
		     int (*search)(const struct record_search *, const struct stored_record *),
		     bool *surely, struct record_numbers *ret)
{
	int r = 0;

	for (size_t i = 0; i < cache->shelf_count && r >= 0; i++) {
		const struct record_search where = { cache, &cache->shelves[i], interest, surely };
		uint32_t count = metadata_count(where.shelf, TABLE_RECORDS);
		const struct stored_record *records =
			metadata_items_at(cache, where.shelf, TABLE_RECORDS, 0, count);

		if (!records)
			return -EBADMSG;
		for (uint32_t k = 0; k < count && r >= 0; k++) {
			r = search(&where, &records[k]);
			if (r > 0)
				r = record_numbers_add(ret, where.shelf->first + k);
		}
	}
	return r < 0 ? r : 0;
}

int metadata_cache_named(struct metadata_cache *cache, const struct interest *interest,
			 struct record_numbers *ret)
{
	bool surely = false;
	int r = 0;

	if (interest->names.count)
		r = add_found(cache, interest, search_name, &surely, ret);
	if (r == 0 && !surely && interest->module)
		r = add_found(cache, interest, search_module, &surely, ret);
	return r;
}
