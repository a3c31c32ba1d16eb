/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-layout - the tables of the cache of metadata, for what writes and what reads them.
 *
 * Layer: packages. docs/cache.md describes them. In the order of bytes of this machine, which is
 * part of every cache file's head.
 */
#pragma once

#include <stdint.h>

#include "packages/metadata-stored.h"
#include "packages/pattern-index.h"

/* Every table begins at a multiple of it. */
#define TABLE_ALIGNMENT 8

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

/* The most bytes of bits of providers: so many that 50,000 names leave 6 of 7 free. */
#define PROVIDER_BITS_SIZE ((size_t)131072)
/* Each name sets so many of them, so that one that nobody has rarely finds all of its own set. */
#define PROVIDER_BITS 3

/* The bit that the name with HASH sets as its INDEXth, of 2 to the power of 32. */
static inline uint32_t provider_bit(uint32_t hash, size_t index)
{
	static const uint64_t factors[PROVIDER_BITS] = { 0x9e3779b1, 0x85ebca77, 0xc2b2ae3d };

	return (uint32_t)(hash * factors[index] >> 16);
}

/* The last bytes of the content. */
struct stored_end {
	uint64_t packages, drivers;
	/* provider_bit()s of each provider's key, by their lower bits: a power of two of bytes. */
	uint64_t provider_bits, provider_bits_size;
	/* A struct name_filter of what is provided by packages that are in no shelf; may be empty.
	 */
	uint64_t strangers, strangers_size;
	uint64_t common, common_size; /* char: names that packages of all shelves have */
	uint64_t shelves, shelf_count; /* struct stored_shelf: where the first is, and how many */
	/* Of each its id, text, and culprit behind a '+', or "-"; each with a NUL. */
	uint64_t diagnostics, diagnostics_size;
};
