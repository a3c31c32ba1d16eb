/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record-fixture - records from a few lines of code, and what they hold as text to compare.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/record.h"

static inline uint32_t record_put(struct record *record, const char *text)
{
	uint32_t at = 0;

	if (*text)
		assert_int_equal(record_add_text(record, text, strlen(text), &at), 0);
	return at;
}

static inline void record_name(struct record *record, const char *name, const char *evr)
{
	record->name = record_put(record, name);
	record->evr = record_put(record, evr);
	record->arch = record_put(record, "x86_64");
}

static inline struct record_dependency *record_want(struct record *record, enum record_list list,
						    const char *name, int relation, const char *evr)
{
	uint32_t name_at = record_put(record, name), evr_at = record_put(record, evr);
	struct record_dependency *dependency = record_add_dependency(record);

	assert_non_null(dependency);
	*dependency = (struct record_dependency){
		.name = name_at,
		.evr = evr_at,
		.list = (uint8_t)list,
		.relation = (uint8_t)relation,
	};
	return dependency;
}

static inline void record_hold(struct record *record, const char *file)
{
	assert_int_equal(record_add_file(record, record_put(record, file)), 0);
}

/* All that RECORD holds, in its order, appended to TO. */
static inline void record_print(const struct record *record, FILE *to)
{
	const uint32_t texts[] = { record->name,     record->arch,         record->evr,
				   record->vendor,   record->base,         record->location,
				   record->checksum, record->checksum_type };

	for (size_t i = 0; i < COUNT(texts); i++)
		fprintf(to, "%s|", record_text(record, texts[i]));
	fprintf(to, "%llu\n", (unsigned long long)record->size);
	for (size_t i = 0; i < record->dependency_count; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];

		fprintf(to, "%d %d %d %s %s\n", dependency->list, dependency->relation,
			dependency->before, record_text(record, dependency->name),
			record_text(record, dependency->evr));
	}
	for (size_t i = 0; i < record->file_count; i++)
		fprintf(to, "%s\n", record_text(record, record->files[i]));
}

/* The same; owned. */
static inline char *record_dump(const struct record *record)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	record_print(record, to);
	fclose(to);
	return text;
}
