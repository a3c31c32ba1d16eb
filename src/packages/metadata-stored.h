/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-stored - a package as the cache of metadata has it: the items of metadata-layout.h.
 *
 * Layer: packages.
 */
#pragma once

#include <stdint.h>

#include "base/limits.h"
#include "packages/record.h"

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
