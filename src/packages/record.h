/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record - one package as its metadata describes it, before libsolv has seen it.
 *
 * Layer: packages. Strings are offsets into one text, so that a record is a few pieces of memory
 * that are used again for the next package.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lists of dependencies of a package, in libsolv's order (solvable.h). */
enum record_list {
	RECORD_PROVIDES,
	RECORD_OBSOLETES,
	RECORD_CONFLICTS,
	RECORD_REQUIRES,
	RECORD_RECOMMENDS,
	RECORD_SUGGESTS,
	RECORD_SUPPLEMENTS,
	RECORD_ENHANCES,
	RECORD_FRESHENS, /* of old repositories; becomes a part of what is supplemented */
	RECORD_LISTS
};

/* How a version is compared: bits, with the values of libsolv's REL_GT, REL_EQ, REL_LT. */
enum record_relation {
	RECORD_ANY = 0,
	RECORD_GREATER = 1,
	RECORD_EQUAL = 2,
	RECORD_LESS = 4,
	RECORD_NEVER = 8 /* flags that nobody knows; libsolv has no bit for them: nothing fits */
};

struct record_dependency {
	uint32_t name; /* a rich one, as it is written, if it begins with '(' and relation is ANY */
	uint32_t evr; /* "[epoch:]version[-release]", an epoch of 0 left out; empty for any */
	uint8_t list; /* of enum record_list */
	uint8_t relation; /* of enum record_relation */
	bool before; /* required before its scriptlets run (rpm-md: pre="1") */
};

/* All zero is an empty record. Of numbers that name a string, 0 is the empty one. */
struct record {
	char *text; /* the strings, each with its NUL; the first byte is one; NULL if none */
	size_t text_size, text_room; /* in bytes */
	uint32_t name, arch;
	uint32_t evr; /* as above */
	uint32_t vendor;
	uint32_t location; /* of the RPM, relative to the repository or to */
	uint32_t base; /* its own xml:base */
	uint32_t checksum, checksum_type; /* of the RPM; as written */
	uint64_t size; /* of the RPM in bytes; 0 if unknown */
	bool oversized; /* a version in it is longer than any can be */
	struct record_dependency *dependencies; /* in the order of the metadata */
	size_t dependency_count, dependency_room;
	uint32_t *files; /* absolute paths, as far as primary metadata names them */
	size_t file_count, file_room;
};

/* The string at OFFSET. Borrowed until the next string is added. */
static inline const char *record_text(const struct record *record, uint32_t offset)
{
	return record->text ? record->text + offset : "";
}

/* Append LENGTH bytes and a NUL. 0, -EFBIG over RECORD_TEXT_MAX, -ENOMEM. */
int record_add_text(struct record *record, const char *text, size_t length, uint32_t *ret);
/* Append an empty dependency, borrowed until the next one; NULL if out of memory. */
struct record_dependency *record_add_dependency(struct record *record);
int record_add_file(struct record *record, uint32_t path);
/* A copy that takes no more memory than it needs. 0 or -ENOMEM. */
int record_copy(const struct record *record, struct record *ret);
/* Make it empty, and keep its memory for the next package. */
void record_clear(struct record *record);
void record_done(struct record *record);
