/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "packages/metadata-internal.h"
#include "packages/record-kind.h"

static int open_cache(struct metadata *metadata, const struct cache_dir *dir,
		      const struct cache_key *key)
{
	int r = cachefile_open(dir, key, &metadata->file);
	struct metadata_counts counts;
	size_t size;

	if (r == 0)
		r = metadata_cache_open(metadata->file, &metadata->cache);
	if (r == 0)
		r = metadata_cache_diagnostics(metadata->cache, &metadata->diagnostics);
	if (r < 0)
		return r;
	size = metadata_cache_records(metadata->cache) / 8 + 1;
	metadata->taken = calloc(size, 1);
	metadata->marked = calloc(size, 1);
	counts = metadata_cache_counts(metadata->cache);
	metadata->packages = counts.packages;
	metadata->drivers = counts.drivers;
	return metadata->taken && metadata->marked ? 0 : -ENOMEM;
}

int metadata_use_cache(struct metadata *metadata, const struct cache_dir *dir,
		       const struct cache_key *key)
{
	int r = dir ? open_cache(metadata, dir, key) : -ENOENT;

	if (r == 0)
		return 1;
	metadata->cache = metadata_cache_free(metadata->cache);
	metadata->file = cachefile_close(metadata->file);
	diagnostics_done(&metadata->diagnostics);
	return r == -ENOMEM ? r : 0;
}

/* May a package that was left out be one that TEXT, as catalog_find_named() takes it, names? */
static bool may_be_stranger(struct metadata *metadata, const char *text)
{
	size_t length = 0;

	if (strpbrk(text, "*?[\\"))
		return strpbrk(text, "[\\") || !name_is_of_driver(text);
	/* In a NEVRA any dash may be the one that ends the name. */
	while (text[length]) {
		auto_free char *name = NULL;

		length += 1 + strcspn(text + length + 1, "-");
		name = strndup(text, length);
		if (!name || (!name_is_of_driver(name) && metadata_ask_strangers(metadata, name)))
			return true;
	}
	return false;
}

bool metadata_cache_suffices(struct metadata *metadata, const struct interest *interest)
{
	if (!interest->hardware)
		return false;
	for (size_t i = 0; i < interest->names.count; i++)
		if (may_be_stranger(metadata, interest->names.items[i]))
			return false;
	return true;
}

/* Give SINK all that is marked, in the order of the metadata. */
int metadata_ask_marked(struct metadata *metadata, metadata_sink sink, void *context)
{
	uint32_t count = metadata_cache_records(metadata->cache), ordinal;
	AUTO(record_done) struct record record = { 0 };
	int r = metadata->damaged ? -EBADMSG : 0;

	for (uint32_t number = 0; number < count && r == 0; number++) {
		if (!metadata_has_bit(metadata->marked, number) ||
		    metadata_has_bit(metadata->taken, number))
			continue;
		r = metadata_cache_record(metadata->cache, number, &record, &ordinal);
		metadata_set_bit(metadata->taken, number);
		if (r == 0)
			r = sink(context, &record);
	}
	return r;
}

/* What is asked for kernels. */
struct question {
	struct metadata *metadata;
	const struct interest *interest;
	const char *name, *evr;
	bool any;
};

static int mark_kernel(void *context, const struct metadata_kernel *kernel)
{
	struct question *question = context;
	const struct strings *releases = &question->interest->releases;
	bool wanted = releases->count == 0 || !kernel->release;

	for (size_t i = 0; i < releases->count && !wanted; i++)
		wanted = release_may_be(kernel->release, releases->items[i]) ||
			 (name_is_part(kernel->name) &&
			  metadata_may_be_of_release(kernel->evr, releases->items[i]));
	if (wanted)
		metadata_mark(question->metadata, kernel->number);
	return 0;
}

int metadata_ask(struct metadata *metadata, const struct interest *interest, metadata_sink sink,
		 void *context)
{
	auto_record_numbers struct record_numbers wanted = { 0 };
	struct question question = { .metadata = metadata, .interest = interest };
	int r = metadata_cache_named(metadata->cache, interest, &wanted);

	if (r == 0)
		r = metadata_cache_fitting(metadata->cache, modalias_index_list(interest->hardware),
					   &wanted);
	for (size_t i = 0; i < wanted.count && r == 0; i++)
		metadata_mark(metadata, wanted.items[i]);
	if (r == 0)
		r = metadata_cache_each_kernel(metadata->cache, mark_kernel, &question);
	return r < 0 ? r : metadata_ask_marked(metadata, sink, context);
}

/* What is not answered is asked again, of the metadata: metadata_ask_marked() will tell. */
bool metadata_ask_providers(struct metadata *metadata, const char *name)
{
	auto_record_numbers struct record_numbers providers = { 0 };
	bool any = false;

	if (metadata_cache_providers(metadata->cache, name, &providers) < 0)
		metadata->damaged = true;
	for (size_t i = 0; i < providers.count; i++)
		any |= metadata_mark(metadata, providers.items[i]);
	return any || metadata->damaged;
}

bool metadata_ask_strangers(struct metadata *metadata, const char *name)
{
	int r = metadata_cache_strangers(metadata->cache, name);

	/* Whoever does not know reads everything. */
	return r != 0;
}

static int mark_part(void *context, const struct metadata_kernel *kernel)
{
	struct question *question = context;

	if (text_equal(kernel->evr, question->evr) && name_is_part_of(kernel->name, question->name))
		question->any |= metadata_mark(question->metadata, kernel->number);
	return 0;
}

bool metadata_ask_parts(struct metadata *metadata, const char *name, const char *evr)
{
	struct question question = { .metadata = metadata, .name = name, .evr = evr };

	if (metadata_cache_each_kernel(metadata->cache, mark_part, &question) < 0)
		metadata->damaged = true;
	return question.any || metadata->damaged;
}

void metadata_ask_all(struct metadata *metadata)
{
	for (uint32_t i = 0; i < metadata_cache_records(metadata->cache); i++)
		metadata_mark(metadata, i);
}
