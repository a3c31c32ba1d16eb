/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solvfile-internal - a .solv file as far as it was judged, for solvfile*.c alone.
 *
 * Layer: packages.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packages/solvfile.h"

/* What is left to read; BAD once something was not as it must be, and stays so. */
struct solv_cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static inline size_t solv_left(const struct solv_cursor *cursor)
{
	return cursor->bad ? 0 : (size_t)(cursor->end - cursor->at);
}

uint8_t solv_read_u8(struct solv_cursor *cursor);
uint32_t solv_read_u32(struct solv_cursor *cursor);
/* A number of seven bits a byte, below MAX. */
uint32_t solv_read_id(struct solv_cursor *cursor, uint32_t max);
/* An element of an array, below MAX; *RET_LAST is set at its end. */
uint32_t solv_read_element(struct solv_cursor *cursor, uint32_t max, bool *ret_last);
void solv_skip(struct solv_cursor *cursor, size_t size);
/* The next SIZE bytes, which CURSOR leaves behind. */
struct solv_cursor solv_read_part(struct solv_cursor *cursor, size_t size);

/* Strings with a meaning: types of values, then names of keys that libsolv keeps apart. */
enum solv_kind {
	SOLV_OTHER,
	SOLV_VOID,
	SOLV_CONSTANT,
	SOLV_CONSTANT_ID,
	SOLV_ID,
	SOLV_NUM,
	SOLV_DIR,
	SOLV_STR,
	SOLV_BINARY,
	SOLV_IDARRAY,
	SOLV_REL_IDARRAY,
	SOLV_DIRSTRARRAY,
	SOLV_DIRNUMNUMARRAY,
	SOLV_MD5,
	SOLV_SHA1,
	SOLV_SHA224,
	SOLV_SHA256,
	SOLV_SHA384,
	SOLV_SHA512,
	SOLV_FIXARRAY,
	SOLV_FLEXARRAY, /* the last type */
	SOLV_PACKAGES,
	SOLV_NAME,
	SOLV_ARCH,
	SOLV_EVR,
	SOLV_VENDOR,
	SOLV_DEPENDENCY,
	SOLV_DBID,
};

struct solv_key {
	enum solv_kind type;
	enum solv_kind name; /* SOLV_OTHER for most */
	bool vertical; /* its values lie in pages, one behind the other */
	uint32_t size;
	uint32_t offset; /* of its values, in the unpacked pages */
};

struct solvfile {
	uint32_t strings, relations, directories, packages, keys, schemata;
	bool prefixed; /* strings share their start with the one before */
	uint8_t *kinds; /* of each string, an enum solv_kind */
	uint16_t *weights; /* of each relation, how many operators and names it has */
	bool *components; /* of each directory, is it one (and no mark of a parent)? */
	struct solv_key *key;
	uint32_t *schema; /* where the keys of each begin in schema_keys */
	uint32_t *schema_keys; /* each list ends in 0 */
	uint8_t *pages; /* unpacked */
	uint32_t pages_size;
};

/* Judge the data at CURSOR, and the pages behind it. 0, -EBADMSG, -ENOMEM. */
int solvfile_check_data(struct solvfile *file, struct solv_cursor *cursor);
