/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-layout - the tables of the cache of metadata, for what writes and what reads them.
 *
 * Layer: packages. docs/cache.md describes them. In the order of bytes of this machine, which is
 * part of every cache file's head.
 */
#pragma once

#include <stdint.h>

#include "base/limits.h"
#include "packages/pattern-index.h"
#include "packages/record.h"

/* Every table begins at a multiple of it. */
#define TABLE_ALIGNMENT 8

/* A dependency: 22 bits of where its name is, and 10 bits of what follows. */
struct stored_dependency {
	/* Below METADATA_COMMON_MAX among the common names, else so much less in the text. */
	uint32_t name_and_kind;
	uint32_t evr; /* where in the text it is; with DEPENDENCY_CRC its own value */
};

enum {
	DEPENDENCY_LIST = 15, /* enum record_list */
	DEPENDENCY_RELATION_SHIFT = 4,
	DEPENDENCY_RELATION = 15, /* enum record_relation, shifted */
	DEPENDENCY_BEFORE = 1 << 8,
	DEPENDENCY_CRC = 1 << 9, /* the version is eight hex digits, such as 0badcafe */
	DEPENDENCY_NAME_SHIFT = 10,
};

_Static_assert(METADATA_COMMON_MAX + METADATA_SHELF_TEXT_MAX <= 1U << (32 - DEPENDENCY_NAME_SHIFT),
	       "the name of a dependency can be anywhere in the text");
_Static_assert((int)RECORD_LISTS - 1 <= (int)DEPENDENCY_LIST &&
		       (int)RECORD_NEVER <= (int)DEPENDENCY_RELATION,
	       "a dependency has room for every list and relation");

/* Dependencies of one list that stand together in a package, and perhaps in others, too. */
struct stored_run {
	uint32_t first, count; /* in TABLE_DEPENDENCIES */
};

struct stored_record {
	uint32_t name, arch, evr, vendor, location, base, checksum, checksum_type;
	uint64_t size;
	uint32_t first_run, run_count; /* in TABLE_RUN_NUMBERS */
	uint32_t first_file, file_count; /* in TABLE_FILES */
	uint32_t ordinal;
	uint32_t unused;
};

/* A record of what KEY names. */
struct stored_pair {
	uint32_t key;
	uint32_t record; /* in TABLE_RECORDS */
};

enum table {
	TABLE_TEXT, /* char */
	TABLE_RECORDS, /* struct stored_record */
	TABLE_RUN_NUMBERS, /* uint32_t: runs of each record */
	TABLE_RUNS, /* struct stored_run */
	TABLE_DEPENDENCIES, /* struct stored_dependency */
	TABLE_FILES, /* uint32_t: where in the text */
	TABLE_GROUPS, /* of a struct pattern_index, with the one that ends the last */
	TABLE_PATTERNS, /* its entries, the same */
	TABLE_BUCKETS, /* the same */
	TABLE_PATTERN_TEXT,
	TABLE_FIRST_HINT, /* uint32_t: the first pair of each pattern; one more ends the last */
	TABLE_HINTS, /* struct stored_pair: number of a pattern, and who has it */
	TABLE_FIRST_PROVIDER, /* uint32_t: the first pair of each bucket; one more ends the last */
	TABLE_PROVIDERS, /* struct stored_pair: interner_hash() of a name, and who provides it */
	TABLE_KERNELS, /* struct stored_pair: where the release is, and the kernel of it */
	TABLES
};

/* In place of a release: 0 is that of what says none. */
#define KERNEL_OF_ANY_RELEASE UINT32_MAX

struct stored_table {
	uint32_t offset; /* from the beginning of the shelf, in bytes */
	uint32_t count;
};

struct stored_shelf {
	uint64_t offset; /* in the content, in bytes */
	struct stored_table tables[TABLES];
};

/* The most bytes of bits of providers: so many that 50,000 names leave 19 of 20 free. */
#define PROVIDER_BITS_SIZE ((size_t)131072)

/* The last bytes of the content. */
struct stored_end {
	uint64_t packages, drivers;
	/* A bit for each provider's key, by its lower bits: a power of two of bytes. */
	uint64_t provider_bits, provider_bits_size;
	uint64_t common, common_size; /* char: names that packages of all shelves have */
	uint64_t shelves, shelf_count; /* struct stored_shelf: where the first is, and how many */
	/* Of each its id, text, and culprit behind a '+', or "-"; each with a NUL. */
	uint64_t diagnostics, diagnostics_size;
};
