/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-shelf - some hundred records of a repository while their tables are being made.
 *
 * Layer: packages. Of metadata-writer.c alone.
 */
#pragma once

#include "packages/interner.h"
#include "packages/metadata-layout.h"
#include "packages/metadata-writer.h"

struct metadata_shelf {
	struct interner *common; /* names of all shelves, while there is room. Borrowed */
	uint8_t *provider_bits; /* PROVIDER_BITS_SIZE of them; of all shelves. Borrowed */
	struct interner text; /* the value of a hint: where its patterns are in `spelled`, plus 1 */
	struct interner patterns; /* decoded; the value is the number, plus 1 */
	struct pattern_builder *builder;
	uint32_t pattern_count;
	uint32_t *spelled; /* numbers of the patterns of a hint, behind how many they are */
	size_t spelled_count;
	struct stored_record *records;
	uint32_t *run_numbers, *files;
	struct stored_run *runs;
	struct stored_dependency *dependencies;
	struct stored_pair *hints, *providers, *kernels;
	size_t record_count, run_number_count, file_count, run_count, dependency_count;
	size_t hint_count, provider_count, kernel_count;
	uint32_t *run_slots; /* number of a run plus 1, by what it holds; 0 is free */
	size_t run_slot_count;
};

int metadata_shelf_new(struct interner *common, uint8_t *provider_bits,
		       struct metadata_shelf **ret);
/* Memory of the tables, in bytes. */
size_t metadata_shelf_size(const struct metadata_shelf *shelf);
/* See metadata_writer_add(). */
int metadata_shelf_add(struct metadata_shelf *shelf, const struct record *record,
		       const struct record_kind *kind, uint32_t ordinal);
/* Make it empty, and keep its memory. */
void metadata_shelf_clear(struct metadata_shelf *shelf);
struct metadata_shelf *metadata_shelf_free(struct metadata_shelf *shelf);
