/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-writer - keeps of a repository's metadata what a later run needs.
 *
 * Layer: packages. metadata-cache.h reads it. Written while the metadata is read, in shelves of
 * bounded size, each with its own tables: memory does not grow with the repository.
 */
#pragma once

#include <stdint.h>

#include "base/cachefile.h"
#include "base/diagnostic.h"
#include "packages/name-filter.h"
#include "packages/record-kind.h"
#include "packages/record.h"

/** What the content of the file is, for cache_key.format: a change of any table changes it. */
#define METADATA_CACHE_FORMAT 4

/* What is told of a repository as a whole. */
struct metadata_counts {
	uint64_t packages, drivers;
};

struct metadata_writer;

/* FILE is borrowed, and is the caller's to commit. 0 or -ENOMEM. */
int metadata_writer_new(struct cachefile_writer *file, struct metadata_writer **ret);
/*
 * Add RECORD, of KIND, the ORDINALth of the metadata; what can never matter is better left out.
 * 0, -EFBIG if it has more than a shelf may hold, -ENOMEM; then there will be no cache.
 */
int metadata_writer_add(struct metadata_writer *writer, const struct record *record,
			const struct record_kind *kind, uint32_t ordinal);
/* Write the rest, of STRANGERS no more than they need: 0, or the first error of all that went
 * before. */
int metadata_writer_finish(struct metadata_writer *writer, const struct metadata_counts *counts,
			   struct name_filter *strangers, const struct diagnostics *diagnostics);
struct metadata_writer *metadata_writer_free(struct metadata_writer *writer);

static inline void metadata_writer_release(struct metadata_writer **slot)
{
	metadata_writer_free(*slot);
}
#define auto_metadata_writer __attribute__((cleanup(metadata_writer_release)))
