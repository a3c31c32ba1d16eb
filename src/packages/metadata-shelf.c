/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-shelf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* Slots tried for a run, as for strings. */
#define PROBES 64

int metadata_shelf_new(struct interner *common, uint8_t *provider_bits, struct metadata_shelf **ret)
{
	struct metadata_shelf *shelf = calloc(1, sizeof(*shelf));

	if (!shelf)
		return -ENOMEM;
	shelf->common = common;
	shelf->provider_bits = provider_bits;
	shelf->text.max = shelf->patterns.max = METADATA_SHELF_TEXT_MAX;
	*ret = shelf;
	return 0;
}

size_t metadata_shelf_size(const struct metadata_shelf *shelf)
{
	return shelf->text.size + shelf->patterns.size +
	       shelf->record_count * sizeof(*shelf->records) +
	       shelf->dependency_count * sizeof(*shelf->dependencies) +
	       shelf->run_count * sizeof(*shelf->runs) +
	       (shelf->hint_count + shelf->provider_count) * sizeof(struct stored_pair);
}

static int add_number(uint32_t **list, size_t *count, uint32_t number)
{
	if (array_grow(list, *count, sizeof(**list)) < 0)
		return -ENOMEM;
	(*list)[(*count)++] = number;
	return 0;
}

static int add_pair(struct stored_pair **list, size_t *count, uint32_t key, size_t record)
{
	if (array_grow(list, *count, sizeof(**list)) < 0)
		return -ENOMEM;
	(*list)[(*count)++] = (struct stored_pair){ key, (uint32_t)record };
	return 0;
}

/* The string at OFFSET of RECORD, which others share. */
static int share_text(struct metadata_shelf *shelf, const struct record *record, uint32_t offset,
		      uint32_t *ret)
{
	const char *text = record_text(record, offset);
	struct interned *interned;
	int r = interner_add(&shelf->text, text, strlen(text), &interned);

	if (r == 0)
		*ret = interned->at;
	return r;
}

/* The same of one that no other has. */
static int keep_text(struct metadata_shelf *shelf, const struct record *record, uint32_t offset,
		     uint32_t *ret)
{
	const char *text = record_text(record, offset);

	*ret = 0;
	return *text ? interner_append(&shelf->text, text, strlen(text), ret) : 0;
}

static int add_identity(struct metadata_shelf *shelf, const struct record *record,
			struct stored_record *stored)
{
	int r = share_text(shelf, record, record->name, &stored->name);

	if (r == 0)
		r = share_text(shelf, record, record->arch, &stored->arch);
	if (r == 0)
		r = share_text(shelf, record, record->evr, &stored->evr);
	if (r == 0)
		r = share_text(shelf, record, record->vendor, &stored->vendor);
	if (r == 0)
		r = share_text(shelf, record, record->base, &stored->base);
	if (r == 0)
		r = share_text(shelf, record, record->checksum_type, &stored->checksum_type);
	if (r == 0)
		r = keep_text(shelf, record, record->location, &stored->location);
	if (r == 0)
		r = keep_text(shelf, record, record->checksum, &stored->checksum);
	return r;
}

static int spell_hint(void *context, const struct hint *hint)
{
	struct metadata_shelf *shelf = context;

	for (size_t i = 0; i < hint->patterns.count; i++) {
		const char *pattern = hint->patterns.items[i];
		struct interned *interned;
		int r = interner_add(&shelf->patterns, pattern, strlen(pattern), &interned);

		if (r == 0 && !interned->value) {
			interned->value = ++shelf->pattern_count;
			r = pattern_builder_add(shelf->builder, pattern, interned->value - 1);
		}
		if (r < 0 ||
		    add_number(&shelf->spelled, &shelf->spelled_count, interned->value - 1) < 0)
			return r < 0 ? r : -ENOMEM;
	}
	return 0;
}

/* The patterns of all hints in the dependency NAME, into `spelled`; where they are, plus 1. */
static int spell_hints(struct metadata_shelf *shelf, const char *name, uint32_t *ret)
{
	size_t start = shelf->spelled_count;
	int r = add_number(&shelf->spelled, &shelf->spelled_count, 0);

	if (r == 0)
		r = dependency_each_hint(name, spell_hint, shelf);
	if (r < 0)
		return r;
	shelf->spelled[start] = (uint32_t)(shelf->spelled_count - start - 1);
	*ret = (uint32_t)start + 1;
	return 0;
}

/* Note that the record that is being added has the hints in the dependency NAME. */
static int add_hints(struct metadata_shelf *shelf, struct interned *name)
{
	const uint32_t *spelled;
	int r = 0;

	if (!name->value)
		r = spell_hints(shelf, shelf->text.text + name->at, &name->value);
	if (r < 0)
		return r;
	spelled = shelf->spelled + name->value - 1;
	for (uint32_t i = 1; i <= *spelled && r == 0; i++)
		r = add_pair(&shelf->hints, &shelf->hint_count, spelled[i], shelf->record_count);
	return r;
}

/* Is TEXT eight hex digits as a CRC is written: 0badcafe? */
static bool read_crc(const char *text, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 8; i++) {
		if (text[i] >= '0' && text[i] <= '9')
			value = value << 4 | (uint32_t)(text[i] - '0');
		else if (text[i] >= 'a' && text[i] <= 'f')
			value = value << 4 | (uint32_t)(text[i] - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return text[8] == '\0';
}

static int add_evr(struct metadata_shelf *shelf, const struct record *record, uint32_t offset,
		   struct stored_dependency *stored)
{
	if (!read_crc(record_text(record, offset), &stored->evr))
		return share_text(shelf, record, offset, &stored->evr);
	stored->name_and_kind |= DEPENDENCY_CRC;
	return 0;
}

static int add_provider(struct metadata_shelf *shelf, uint32_t hash)
{
	for (size_t i = 0; i < PROVIDER_BITS; i++) {
		uint32_t bit = provider_bit(hash, i) % (8 * PROVIDER_BITS_SIZE);

		shelf->provider_bits[bit / 8] |= (uint8_t)(1U << bit % 8);
	}
	return add_pair(&shelf->providers, &shelf->provider_count, hash, shelf->record_count);
}

static int add_provider_named(struct metadata_shelf *shelf, const char *name)
{
	return add_provider(shelf, interner_hash(name, strlen(name)));
}

/* Is it one of those that requirements lead to? The kernel is known before. */
static bool is_provider(const struct record_kind *kind)
{
	return kind->solved && !kind->kernel;
}

/* Has it no hint, and a name that packages of all shelves have? */
static bool is_common(const struct record_dependency *dependency, const char *name)
{
	return dependency->list == RECORD_REQUIRES ||
	       (text_starts(name, "ksym(") && !strstr(name, "modalias("));
}

/* 1 if it is among the common ones, 0 if in the text of the shelf, -errno. */
static int add_name(struct metadata_shelf *shelf, const struct record_dependency *dependency,
		    const char *name, struct interned **ret)
{
	size_t length = strlen(name);
	int r = -EFBIG;

	if (is_common(dependency, name))
		r = interner_add(shelf->common, name, length, ret);
	if (r != -EFBIG)
		return r < 0 ? r : 1;
	return interner_add(&shelf->text, name, length, ret);
}

static int add_dependency(struct metadata_shelf *shelf, const struct record *record,
			  const struct record_dependency *dependency,
			  const struct record_kind *kind)
{
	struct stored_dependency stored = {
		.name_and_kind = dependency->list |
				 (uint32_t)dependency->relation << DEPENDENCY_RELATION_SHIFT |
				 (dependency->before ? DEPENDENCY_BEFORE : 0),
	};
	struct interned *name;
	int r = add_evr(shelf, record, dependency->evr, &stored), common;

	if (r < 0)
		return r;
	common = add_name(shelf, dependency, record_text(record, dependency->name), &name);
	if (common < 0 ||
	    array_grow(&shelf->dependencies, shelf->dependency_count, sizeof(stored)) < 0)
		return common < 0 ? common : -ENOMEM;
	stored.name_and_kind |= (name->at + (common ? 0 : METADATA_COMMON_MAX))
				<< DEPENDENCY_NAME_SHIFT;
	shelf->dependencies[shelf->dependency_count++] = stored;
	if ((dependency->list == RECORD_PROVIDES || dependency->list == RECORD_OBSOLETES) &&
	    is_provider(kind))
		r = add_provider(shelf, name->hash);
	if (r == 0 && !common && dependency_may_hold_hint(dependency))
		r = add_hints(shelf, name);
	return r;
}

static int add_kernel(struct metadata_shelf *shelf, const struct record *record)
{
	bool found = false;
	int r = 0;

	for (size_t i = 0; i < record->dependency_count && r == 0; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];
		uint32_t release = KERNEL_OF_ANY_RELEASE;

		if (dependency->list != RECORD_PROVIDES ||
		    !provide_is_release(record_text(record, dependency->name)))
			continue;
		found = true;
		if (dependency->relation == RECORD_EQUAL)
			r = share_text(shelf, record, dependency->evr, &release);
		if (r == 0)
			r = add_pair(&shelf->kernels, &shelf->kernel_count, release,
				     shelf->record_count);
	}
	if (r == 0 && !found)
		r = add_pair(&shelf->kernels, &shelf->kernel_count, 0, shelf->record_count);
	return r;
}

static size_t run_size(const struct stored_run *run)
{
	return run->count * sizeof(struct stored_dependency);
}

/* The slot of a run like RUN, or that it may have; NULL if there is neither. */
static uint32_t *find_run(const struct metadata_shelf *shelf, const struct stored_run *run)
{
	const struct stored_dependency *own = shelf->dependencies + run->first;
	uint32_t hash = interner_hash((const char *)own, run_size(run));

	for (size_t probe = 0; probe < PROBES; probe++) {
		uint32_t *slot = &shelf->run_slots[(hash + probe) & (shelf->run_slot_count - 1)];
		const struct stored_run *other = *slot ? &shelf->runs[*slot - 1] : NULL;

		if (!other || (other->count == run->count &&
			       memcmp(shelf->dependencies + other->first, own, run_size(run)) == 0))
			return slot;
	}
	return NULL;
}

static int grow_run_slots(struct metadata_shelf *shelf)
{
	size_t count = shelf->run_slot_count ? shelf->run_slot_count * 2 : 1024;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(shelf->run_slots);
	shelf->run_slots = slots;
	shelf->run_slot_count = count;
	for (size_t i = 0; i < shelf->run_count; i++) {
		uint32_t *slot = find_run(shelf, &shelf->runs[i]);

		if (slot)
			*slot = (uint32_t)i + 1;
	}
	return 0;
}

/* The dependencies from FIRST on are a run: if there is one like it, that stands for it. */
static int end_run(struct metadata_shelf *shelf, size_t first)
{
	struct stored_run run = { (uint32_t)first, (uint32_t)(shelf->dependency_count - first) };
	uint32_t *slot;

	if (shelf->run_count * 2 >= shelf->run_slot_count && grow_run_slots(shelf) < 0)
		return -ENOMEM;
	slot = find_run(shelf, &run);
	if (slot && *slot) {
		shelf->dependency_count = first;
		return add_number(&shelf->run_numbers, &shelf->run_number_count, *slot - 1);
	}
	if (array_grow(&shelf->runs, shelf->run_count, sizeof(run)) < 0)
		return -ENOMEM;
	shelf->runs[shelf->run_count++] = run;
	if (slot)
		*slot = (uint32_t)shelf->run_count;
	return add_number(&shelf->run_numbers, &shelf->run_number_count,
			  (uint32_t)shelf->run_count - 1);
}

static int add_dependencies(struct metadata_shelf *shelf, const struct record *record,
			    const struct record_kind *kind)
{
	size_t first = shelf->dependency_count;
	int r = 0;

	for (size_t i = 0; i < record->dependency_count && r == 0; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];

		if (i > 0 && dependency->list != dependency[-1].list) {
			r = end_run(shelf, first);
			first = shelf->dependency_count;
		}
		if (r == 0)
			r = add_dependency(shelf, record, dependency, kind);
	}
	return r == 0 && shelf->dependency_count > first ? end_run(shelf, first) : r;
}

static int add_files(struct metadata_shelf *shelf, const struct record *record,
		     const struct record_kind *kind)
{
	int r = 0;

	for (size_t i = 0; i < record->file_count && r == 0; i++) {
		uint32_t file;

		r = share_text(shelf, record, record->files[i], &file);
		if (r == 0)
			r = add_number(&shelf->files, &shelf->file_count, file);
		if (r == 0 && is_provider(kind))
			r = add_provider_named(shelf, record_text(record, record->files[i]));
	}
	return r;
}

int metadata_shelf_add(struct metadata_shelf *shelf, const struct record *record,
		       const struct record_kind *kind, uint32_t ordinal)
{
	struct stored_record stored = {
		.size = record->size,
		.ordinal = ordinal,
		.first_run = (uint32_t)shelf->run_number_count,
		.first_file = (uint32_t)shelf->file_count,
		.file_count = (uint32_t)record->file_count,
	};
	int r = 0;

	if (!shelf->builder)
		r = pattern_builder_new(&shelf->builder);
	if (r == 0)
		r = add_identity(shelf, record, &stored);
	if (r == 0)
		r = add_dependencies(shelf, record, kind);
	if (r == 0)
		r = add_files(shelf, record, kind);
	if (r == 0 &&
	    (kind->kernel || (kind->solved && name_is_part(record_text(record, record->name)))))
		r = add_kernel(shelf, record);
	if (r == 0 && is_provider(kind))
		r = add_provider_named(shelf, record_text(record, record->name));
	stored.run_count = (uint32_t)shelf->run_number_count - stored.first_run;
	if (r < 0 || array_grow(&shelf->records, shelf->record_count, sizeof(stored)) < 0)
		return r < 0 ? r : -ENOMEM;
	shelf->records[shelf->record_count++] = stored;
	return 0;
}

void metadata_shelf_clear(struct metadata_shelf *shelf)
{
	shelf->builder = pattern_builder_free(shelf->builder);
	interner_clear(&shelf->text);
	interner_clear(&shelf->patterns);
	shelf->pattern_count = 0;
	shelf->spelled_count = shelf->record_count = shelf->run_number_count = 0;
	shelf->file_count = shelf->run_count = shelf->dependency_count = 0;
	shelf->hint_count = shelf->provider_count = shelf->kernel_count = 0;
	if (shelf->run_slots)
		memset(shelf->run_slots, 0, shelf->run_slot_count * sizeof(*shelf->run_slots));
}

struct metadata_shelf *metadata_shelf_free(struct metadata_shelf *shelf)
{
	if (!shelf)
		return NULL;
	pattern_builder_free(shelf->builder);
	interner_done(&shelf->text);
	interner_done(&shelf->patterns);
	free(shelf->spelled);
	free(shelf->records);
	free(shelf->run_numbers);
	free(shelf->files);
	free(shelf->runs);
	free(shelf->dependencies);
	free(shelf->hints);
	free(shelf->providers);
	free(shelf->kernels);
	free(shelf->run_slots);
	free(shelf);
	return NULL;
}
