/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/metadata-read.h"
#include "packages/record-kind.h"

int metadata_new(struct metadata **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

struct metadata *metadata_free(struct metadata *metadata)
{
	if (!metadata)
		return NULL;
	diagnostics_done(&metadata->diagnostics);
	for (size_t i = 0; i < metadata->spare_count; i++)
		record_done(&metadata->spares[i].record);
	for (size_t i = 0; i < metadata->part_count; i++) {
		free(metadata->parts[i].name);
		free(metadata->parts[i].evr);
	}
	free(metadata->spares);
	name_filter_done(&metadata->strangers);
	free(metadata->provides);
	free(metadata->parts);
	free(metadata->taken);
	free(metadata->marked);
	metadata_cache_free(metadata->cache);
	cachefile_close(metadata->file);
	metadata_writer_free(metadata->writer);
	cachefile_writer_free(metadata->kept);
	free(metadata);
	return NULL;
}

size_t metadata_packages(const struct metadata *metadata)
{
	return metadata->packages;
}

size_t metadata_drivers(const struct metadata *metadata)
{
	return metadata->drivers;
}

struct diagnostics *metadata_diagnostics(struct metadata *metadata)
{
	return &metadata->diagnostics;
}

/* One package more: its ordinal, with room in the bits. 0 or -ENOMEM. */
static int count_package(struct metadata *metadata, uint32_t *ret)
{
	uint32_t ordinal = metadata->ordinals;

	if (ordinal % 8 == 0 && (array_grow(&metadata->taken, ordinal / 8, 1) < 0 ||
				 array_grow(&metadata->marked, ordinal / 8, 1) < 0))
		return -ENOMEM;
	metadata->ordinals++;
	*ret = ordinal;
	return 0;
}

/* FNV-1a, 64 bits (draft-eastlake-fnv): names of packages, not of attackers, are told apart. */
static uint64_t hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	return hash;
}

/* Note what a package provides that nothing but a look at all packages would find again. */
static int add_stranger(struct metadata *metadata, const struct record *record)
{
	int r = name_filter_add(&metadata->strangers, record_text(record, record->name));

	for (size_t i = 0; i < record->dependency_count && r == 0; i++)
		if (record->dependencies[i].list == RECORD_PROVIDES)
			r = name_filter_add(&metadata->strangers,
					    record_text(record, record->dependencies[i].name));
	for (size_t i = 0; i < record->file_count && r == 0; i++)
		r = name_filter_add(&metadata->strangers, record_text(record, record->files[i]));
	return r;
}

/* What is kept of NAME, with an ordinal of 0. */
static uint64_t provide_of(const char *name)
{
	uint64_t hash = hash_name(name);

	return (hash ^ hash << 32) & ~(uint64_t)UINT32_MAX;
}

static int add_provide(struct metadata *metadata, uint32_t ordinal, const char *name)
{
	if (array_grow(&metadata->provides, metadata->provide_count, sizeof(*metadata->provides)) <
	    0)
		return -ENOMEM;
	metadata->provides[metadata->provide_count++] = provide_of(name) | ordinal;
	return 0;
}

static int add_provides(struct metadata *metadata, uint32_t ordinal, const struct record *record)
{
	int r = add_provide(metadata, ordinal, record_text(record, record->name));

	for (size_t i = 0; i < record->dependency_count && r == 0; i++)
		if (record->dependencies[i].list == RECORD_PROVIDES ||
		    record->dependencies[i].list == RECORD_OBSOLETES)
			r = add_provide(metadata, ordinal,
					record_text(record, record->dependencies[i].name));
	for (size_t i = 0; i < record->file_count && r == 0; i++)
		r = add_provide(metadata, ordinal, record_text(record, record->files[i]));
	return r;
}

static int add_spare(struct metadata *metadata, uint32_t ordinal, const struct record *record)
{
	if (array_grow(&metadata->spares, metadata->spare_count, sizeof(*metadata->spares)) < 0)
		return -ENOMEM;
	metadata->spares[metadata->spare_count].ordinal = ordinal;
	return record_copy(record, &metadata->spares[metadata->spare_count++].record);
}

static int add_part(struct metadata *metadata, uint32_t ordinal, const struct record *record)
{
	struct part *part;

	if (array_grow(&metadata->parts, metadata->part_count, sizeof(*metadata->parts)) < 0)
		return -ENOMEM;
	part = &metadata->parts[metadata->part_count++];
	part->ordinal = ordinal;
	part->name = strdup(record_text(record, record->name));
	part->evr = strdup(record_text(record, record->evr));
	return part->name && part->evr ? 0 : -ENOMEM;
}

/* What a pass over the metadata is for. */
struct pass {
	struct metadata *metadata;
	const struct interest *interest; /* NULL: those that are marked */
	metadata_sink sink;
	void *context;
	uint32_t ordinal; /* of the second pass */
};

static int hand_on(const struct pass *pass, uint32_t ordinal, const struct record *record)
{
	metadata_set_bit(pass->metadata->taken, ordinal);
	return pass->sink(pass->context, record);
}

/* 1 if HINT fits the hardware that CONTEXT is, which ends the search. */
static int try_hint(void *context, const struct hint *hint)
{
	for (size_t i = 0; i < hint->patterns.count; i++)
		if (modalias_index_any(context, hint->patterns.items[i]))
			return 1;
	return 0;
}

/* Has the dependency NAME a hint that fits? Builds of one package have the same hints. */
static int try_dependency(const struct pass *pass, const char *name)
{
	uint64_t hash = hash_name(name), *miss = &pass->metadata->misses[hash % MISSES_KEPT];
	void *hardware = (void *)(uintptr_t)pass->interest->hardware;
	int r;

	if (*miss == hash)
		return 0;
	r = dependency_each_hint(name, try_hint, hardware);
	if (r == 0)
		*miss = hash;
	return r;
}

/* 1 if a hint of RECORD fits, 0, or -ENOMEM; *RET_ANY tells if it may have some. */
static int try_record(const struct pass *pass, const struct record *record, bool *ret_any)
{
	int r = 0;

	*ret_any = false;
	for (size_t i = 0; i < record->dependency_count && r == 0; i++) {
		const char *name = record_text(record, record->dependencies[i].name);

		if (!dependency_may_hold_hint(&record->dependencies[i]) ||
		    !strstr(name, "modalias("))
			continue;
		*ret_any = true;
		r = try_dependency(pass, name);
	}
	return r;
}

bool metadata_may_be_of_release(const char *evr, const char *release)
{
	size_t same = 0;

	while (evr[same] && evr[same] == release[same])
		same++;
	return (evr[same] == '\0' || evr[same] == '.') && release[same] == '-';
}

/* Is the kernel package RECORD one of the target's, as far as it says? */
static bool is_of_target(const struct interest *interest, const struct record *record)
{
	bool is_part = name_is_part(record_text(record, record->name));

	for (size_t i = 0; i < interest->releases.count; i++) {
		const char *release = interest->releases.items[i];

		if (record_provides_release(record, release) ||
		    (is_part &&
		     metadata_may_be_of_release(record_text(record, record->evr), release)))
			return true;
	}
	return interest->releases.count == 0;
}

static int take_kernel(const struct pass *pass, uint32_t ordinal, const struct record *record)
{
	bool any;
	int r = try_record(pass, record, &any);

	if (r < 0)
		return r;
	/* One with a hint that fits is a candidate, if only to be refused. */
	if (r > 0 || is_of_target(pass->interest, record))
		return hand_on(pass, ordinal, record);
	if (!name_is_part(record_text(record, record->name)))
		return 0;
	return add_part(pass->metadata, ordinal, record);
}

static int take_other(const struct pass *pass, uint32_t ordinal, const struct record *record,
		      const struct record_kind *kind)
{
	bool any;
	int r = try_record(pass, record, &any);

	if (r < 0)
		return r;
	if (r > 0)
		return hand_on(pass, ordinal, record);
	if (!kind->solved)
		return 0;
	r = add_provides(pass->metadata, ordinal, record);
	if (r == 0 && name_is_part(record_text(record, record->name)))
		r = add_part(pass->metadata, ordinal, record);
	/* One with hints is required by others rarely: its metadata would be read again then. */
	if (r == 0 && !any)
		r = add_spare(pass->metadata, ordinal, record);
	return r;
}

static int diagnose(struct metadata *metadata, const struct record *record,
		    const struct record_kind *kind)
{
	auto_free char *nevra = NULL;
	size_t named = metadata->diagnostics.count;

	if ((kind->well_formed && !kind->unread) || named > METADATA_DIAGNOSTICS_MAX)
		return 0;
	if (named == METADATA_DIAGNOSTICS_MAX)
		return diagnostics_add(&metadata->diagnostics, "malformed-package", NULL,
				       "further packages that are left out, or of which hints "
				       "are, are not named");
	nevra = record_nevra(record);
	if (!nevra)
		return -ENOMEM;
	if (!kind->well_formed)
		return diagnose_malformed(&metadata->diagnostics, nevra);
	return diagnose_unread(&metadata->diagnostics, nevra);
}

static int take_first(void *context, struct record *record)
{
	const struct pass *pass = context;
	struct metadata *metadata = pass->metadata;
	struct record_kind kind;
	uint32_t ordinal;
	int r = count_package(metadata, &ordinal);

	record_classify(record, &kind);
	if (r < 0 || kind.source)
		return r;
	r = diagnose(metadata, record, &kind);
	if (r < 0 || !kind.well_formed)
		return r;
	metadata->packages++;
	metadata->drivers += kind.driver;
	metadata_keep(metadata, record, &kind, ordinal);
	if (!kind.kernel && !kind.solved && metadata->strangers_known)
		r = add_stranger(metadata, record);
	if (r < 0)
		return r;
	if (!pass->interest->hardware || interest_in_record(pass->interest, record))
		return hand_on(pass, ordinal, record);
	return kind.kernel ? take_kernel(pass, ordinal, record)
			   : take_other(pass, ordinal, record, &kind);
}

/* Put the number at AT, below which COUNT ones are a heap, in its place there. */
static void sift(uint64_t *numbers, size_t at, size_t count)
{
	uint64_t number = numbers[at];

	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && numbers[child + 1] > numbers[child])
			child++;
		if (numbers[child] <= number)
			break;
		numbers[at] = numbers[child];
	}
	numbers[at] = number;
}

/* By Williams' heapsort: glibc's qsort() takes as much memory again. */
static void sort_provides(struct metadata *metadata)
{
	uint64_t *numbers = metadata->provides;
	size_t count = metadata->provide_count;

	for (size_t i = count / 2; i-- > 0;)
		sift(numbers, i, count);
	while (count-- > 1) {
		uint64_t last = numbers[count];

		numbers[count] = numbers[0];
		numbers[0] = last;
		sift(numbers, 0, count);
	}
}

int metadata_scan(struct metadata *metadata, const struct metadata_origin *origin,
		  const struct interest *interest, metadata_sink sink, void *context,
		  struct error *reterr)
{
	struct pass pass = {
		.metadata = metadata, .interest = interest, .sink = sink, .context = context
	};
	int r;

	if (metadata->cache)
		return metadata_ask(metadata, interest, sink, context);
	metadata->strangers_known = interest->base || metadata->writer;
	r = metadata_read(origin, take_first, &pass, reterr);
	if (r < 0)
		return r;
	sort_provides(metadata);
	return 0;
}

bool metadata_mark_providers(struct metadata *metadata, const char *name)
{
	uint64_t first = provide_of(name);
	size_t low = 0, high = metadata->provide_count;
	bool any = false;

	if (metadata->cache)
		return metadata_ask_providers(metadata, name);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (metadata->provides[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < metadata->provide_count && metadata->provides[low] - first <= UINT32_MAX;
	     low++)
		any |= metadata_mark(metadata, (uint32_t)metadata->provides[low]);
	return any;
}

bool metadata_may_provide(struct metadata *metadata, const char *name)
{
	if (metadata->cache)
		return metadata_ask_strangers(metadata, name);
	return !metadata->strangers_known || name_filter_has(&metadata->strangers, name);
}

bool metadata_mark_parts(struct metadata *metadata, const char *name, const char *evr)
{
	bool any = false;

	if (metadata->cache)
		return metadata_ask_parts(metadata, name, evr);
	for (size_t i = 0; i < metadata->part_count; i++) {
		const struct part *part = &metadata->parts[i];

		if (text_equal(part->evr, evr) && name_is_part_of(part->name, name))
			any |= metadata_mark(metadata, part->ordinal);
	}
	return any;
}

void metadata_mark_all(struct metadata *metadata)
{
	if (metadata->cache) {
		metadata_ask_all(metadata);
		return;
	}
	for (size_t i = 0; i < metadata->provide_count; i++)
		metadata_mark(metadata, (uint32_t)metadata->provides[i]);
	for (size_t i = 0; i < metadata->part_count; i++)
		metadata_mark(metadata, metadata->parts[i].ordinal);
}

static bool is_wanted(const struct metadata *metadata, uint32_t ordinal)
{
	return metadata_has_bit(metadata->marked, ordinal) &&
	       !metadata_has_bit(metadata->taken, ordinal);
}

/* The second pass: nothing is counted again. */
static int take_again(void *context, struct record *record)
{
	struct pass *pass = context;
	struct metadata *metadata = pass->metadata;
	uint32_t ordinal = pass->ordinal++;

	if (ordinal >= metadata->ordinals || !is_wanted(metadata, ordinal))
		return 0;
	return hand_on(pass, ordinal, record);
}

static size_t count_wanted(const struct metadata *metadata)
{
	size_t count = 0;

	for (uint32_t i = 0; i < metadata->ordinals; i += 8)
		count += (size_t)__builtin_popcount(metadata->marked[i / 8] &
						    ~metadata->taken[i / 8]);
	return count;
}

/* Where not all are at hand, they are read again: none gets in front of another one. */
int metadata_take_marked(struct metadata *metadata, const struct metadata_origin *origin,
			 metadata_sink sink, void *context, struct error *reterr)
{
	struct pass pass = { .metadata = metadata, .sink = sink, .context = context };
	size_t spares = 0;
	int r = 0;

	if (metadata->cache)
		return metadata_ask_marked(metadata, sink, context);
	for (size_t i = 0; i < metadata->spare_count; i++)
		spares += is_wanted(metadata, metadata->spares[i].ordinal);
	if (spares < count_wanted(metadata))
		return metadata_read(origin, take_again, &pass, reterr);
	for (size_t i = 0; i < metadata->spare_count && r == 0; i++)
		if (is_wanted(metadata, metadata->spares[i].ordinal))
			r = hand_on(&pass, metadata->spares[i].ordinal,
				    &metadata->spares[i].record);
	return r;
}
