/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "packages/metadata-shelf.h"

struct metadata_writer {
	struct cachefile_writer *file;
	struct interner common;
	uint8_t *provider_bits;
	uint64_t provider_count;
	struct metadata_shelf *shelf; /* the one being filled */
	struct stored_shelf *shelves; /* those written */
	size_t shelf_count;
	int failure; /* -errno */
};

int metadata_writer_new(struct cachefile_writer *file, struct metadata_writer **ret)
{
	auto_metadata_writer struct metadata_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->provider_bits = calloc(PROVIDER_BITS_SIZE, 1);
	if (!writer->provider_bits ||
	    metadata_shelf_new(&writer->common, writer->provider_bits, &writer->shelf) < 0)
		return -ENOMEM;
	writer->common.max = METADATA_COMMON_MAX;
	writer->file = file;
	*ret = take(writer);
	return 0;
}

struct metadata_writer *metadata_writer_free(struct metadata_writer *writer)
{
	if (!writer)
		return NULL;
	metadata_shelf_free(writer->shelf);
	interner_done(&writer->common);
	free(writer->provider_bits);
	free(writer->shelves);
	free(writer);
	return NULL;
}

/* So many items of SIZE bytes as KEYS, sorted by what is left of a key behind SHIFT bits. */
static int sort_pairs(const struct stored_pair *pairs, size_t count, unsigned int shift,
		      size_t places, uint32_t **ret_first, struct stored_pair **ret)
{
	auto_free struct stored_pair *sorted = calloc(count + 1, sizeof(*sorted));
	auto_free uint32_t *first = calloc(places + 2, sizeof(*first));

	if (!sorted || !first)
		return -ENOMEM;
	/* Counted two places on, so that each becomes its own end, and the next one's begin. */
	for (size_t i = 0; i < count; i++)
		first[(pairs[i].key >> shift) + 2]++;
	for (size_t i = 2; i < places + 2; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < count; i++)
		sorted[first[(pairs[i].key >> shift) + 1]++] = pairs[i];
	*ret_first = take(first);
	*ret = take(sorted);
	return 0;
}

static void put_table(struct cachefile_writer *file, struct stored_shelf *shelf, enum table table,
		      const void *items, size_t count, size_t size)
{
	cachefile_align(file, TABLE_ALIGNMENT);
	shelf->tables[table] = (struct stored_table){
		(uint32_t)(cachefile_written(file) - shelf->offset),
		(uint32_t)count,
	};
	if (count)
		cachefile_append(file, items, count * size);
}

#define PUT(file, stored, table, items, count)                                                     \
	put_table(file, stored, table, items, count, sizeof(*(items)))

static int put_patterns(struct metadata_shelf *shelf, struct cachefile_writer *file,
			struct stored_shelf *stored)
{
	auto_free struct stored_pair *hints = NULL;
	auto_free uint32_t *first = NULL;
	struct pattern_index index;
	int r = pattern_builder_finish(shelf->builder, &index);

	if (r == 0)
		r = sort_pairs(shelf->hints, shelf->hint_count, 0, shelf->pattern_count, &first,
			       &hints);
	if (r < 0)
		return r;
	PUT(file, stored, TABLE_GROUPS, index.groups, index.group_count + 1UL);
	PUT(file, stored, TABLE_PATTERNS, index.entries, index.entry_count + 1UL);
	PUT(file, stored, TABLE_BUCKETS, index.buckets, index.bucket_count);
	PUT(file, stored, TABLE_PATTERN_TEXT, index.text, index.text_size);
	PUT(file, stored, TABLE_FIRST_HINT, first, shelf->pattern_count + 1UL);
	PUT(file, stored, TABLE_HINTS, hints, shelf->hint_count);
	return 0;
}

static int put_providers(struct metadata_shelf *shelf, struct cachefile_writer *file,
			 struct stored_shelf *stored)
{
	auto_free struct stored_pair *providers = NULL;
	auto_free uint32_t *first = NULL;
	unsigned int bits = 1;
	int r;

	while (1UL << bits < shelf->provider_count)
		bits++;
	r = sort_pairs(shelf->providers, shelf->provider_count, 32 - bits, 1UL << bits, &first,
		       &providers);
	if (r < 0)
		return r;
	PUT(file, stored, TABLE_FIRST_PROVIDER, first, (1UL << bits) + 1);
	PUT(file, stored, TABLE_PROVIDERS, providers, shelf->provider_count);
	return 0;
}

static int put_shelf(struct metadata_shelf *shelf, struct cachefile_writer *file,
		     struct stored_shelf *ret)
{
	int r;

	cachefile_align(file, TABLE_ALIGNMENT);
	*ret = (struct stored_shelf){ .offset = cachefile_written(file) };
	PUT(file, ret, TABLE_TEXT, shelf->text.text, shelf->text.size);
	PUT(file, ret, TABLE_RECORDS, shelf->records, shelf->record_count);
	PUT(file, ret, TABLE_RUN_NUMBERS, shelf->run_numbers, shelf->run_number_count);
	PUT(file, ret, TABLE_RUNS, shelf->runs, shelf->run_count);
	PUT(file, ret, TABLE_DEPENDENCIES, shelf->dependencies, shelf->dependency_count);
	PUT(file, ret, TABLE_FILES, shelf->files, shelf->file_count);
	PUT(file, ret, TABLE_KERNELS, shelf->kernels, shelf->kernel_count);
	r = put_patterns(shelf, file, ret);
	return r < 0 ? r : put_providers(shelf, file, ret);
}

/* Write the shelf that was filled, and begin another. */
static int end_shelf(struct metadata_writer *writer)
{
	int r;

	if (array_grow(&writer->shelves, writer->shelf_count, sizeof(*writer->shelves)) < 0)
		return -ENOMEM;
	r = put_shelf(writer->shelf, writer->file, &writer->shelves[writer->shelf_count]);
	if (r < 0)
		return r;
	writer->shelf_count++;
	writer->provider_count += writer->shelf->provider_count;
	metadata_shelf_clear(writer->shelf);
	return 0;
}

int metadata_writer_add(struct metadata_writer *writer, const struct record *record,
			const struct record_kind *kind, uint32_t ordinal)
{
	int r = writer->failure;

	if (r == 0 && record->text_size >= METADATA_SHELF_TEXT_MAX - writer->shelf->text.size &&
	    writer->shelf->record_count)
		r = end_shelf(writer);
	if (r == 0)
		r = metadata_shelf_add(writer->shelf, record, kind, ordinal);
	if (r == 0 && metadata_shelf_size(writer->shelf) >= METADATA_SHELF_SIZE_MAX)
		r = end_shelf(writer);
	writer->failure = r;
	return r;
}

/* As few bits as leave most of them free. */
static void put_provider_bits(struct metadata_writer *writer, struct stored_end *end)
{
	size_t size = PROVIDER_BITS_SIZE;

	for (; size > 1 && size / 2 * 8 >= 16 * writer->provider_count; size /= 2)
		for (size_t i = 0; i < size / 2; i++)
			writer->provider_bits[i] |= writer->provider_bits[size / 2 + i];
	end->provider_bits = cachefile_written(writer->file);
	end->provider_bits_size = size;
	cachefile_append(writer->file, writer->provider_bits, size);
}

static void put_text(struct cachefile_writer *file, const char *text)
{
	cachefile_append(file, text, strlen(text) + 1);
}

static void put_diagnostics(struct cachefile_writer *file, const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *diagnostic = &diagnostics->items[i];

		put_text(file, diagnostic->id);
		put_text(file, diagnostic->text);
		cachefile_append(file, diagnostic->culprit ? "+" : "-", 1);
		put_text(file, diagnostic->culprit ? diagnostic->culprit : "");
	}
}

int metadata_writer_finish(struct metadata_writer *writer, const struct metadata_counts *counts,
			   struct name_filter *strangers, const struct diagnostics *diagnostics)
{
	struct cachefile_writer *file = writer->file;
	struct stored_end end = { .packages = counts->packages, .drivers = counts->drivers };

	if (writer->failure == 0 && metadata_shelf_size(writer->shelf) > 0)
		writer->failure = end_shelf(writer);
	if (writer->failure < 0)
		return writer->failure;
	put_provider_bits(writer, &end);
	name_filter_fold(strangers);
	end.strangers = cachefile_written(file);
	end.strangers_size = strangers->bits ? strangers->size : 0;
	if (end.strangers_size)
		cachefile_append(file, strangers->bits, strangers->size);
	end.common = cachefile_written(file);
	end.common_size = writer->common.size;
	cachefile_append(file, writer->common.text, writer->common.size);
	cachefile_align(file, TABLE_ALIGNMENT);
	end.shelves = cachefile_written(file);
	end.shelf_count = writer->shelf_count;
	if (writer->shelf_count)
		cachefile_append(file, writer->shelves,
				 writer->shelf_count * sizeof(*writer->shelves));
	end.diagnostics = cachefile_written(file);
	put_diagnostics(file, diagnostics);
	end.diagnostics_size = cachefile_written(file) - end.diagnostics;
	cachefile_align(file, TABLE_ALIGNMENT);
	cachefile_append(file, &end, sizeof(end));
	return 0;
}
