/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table-internal - the layout of a symbol table file, shared by what writes and what reads it.
 *
 * Layer: kernel.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/table.h"

/** The version of the format that is written, and the only one that is read. */
#define TABLE_VERSION 2

/* Where the fields of the head are; all numbers are little endian. */
enum {
	AT_VERSION = TABLE_MAGIC_SIZE,
	AT_CHECKSUM = 8, /* of all that follows it */
	AT_FLAGS = 16,
	AT_SYMBOLS = 20, /* how many there are, as of the other lists */
	AT_EXPORTERS = 24,
	AT_NAME_SPACES = 28,
	AT_BUILTINS = 32,
	AT_SIGNERS = 36,
	AT_NAMES = 40, /* those of the first symbols */
	HEAD_SIZE = 44,
};

enum { FLAG_COMPLETE = 1, FLAG_KMOD = 1 << 1, FLAG_KERNEL = 1 << 5, FLAGS_ALL = (1 << 9) - 1 };
enum { KIND_CRC = 1, KIND_KNOWN = 2, KIND_GPL = 4, KINDS_ALL = 7 };

/*
 * Columns of symbols, one array behind the other. That of the hashes is cut into arrays of single
 * bytes, lowest first: with the symbols in groups, and by hash in each, the highest ones compress.
 */
enum { HASH_SIZE = 5, CRC_SIZE = 4, EXPORTER_SIZE = 2, NAME_SPACE_SIZE = 2, KIND_SIZE = 1 };

/* Where the columns of COUNT symbols begin, as offsets into the file. */
struct table_columns {
	size_t hashes, crcs, exporters, name_spaces, kinds, texts;
};

static inline struct table_columns table_columns_of(size_t count)
{
	struct table_columns columns = { .hashes = HEAD_SIZE };

	columns.crcs = columns.hashes + count * HASH_SIZE;
	columns.exporters = columns.crcs + count * CRC_SIZE;
	columns.name_spaces = columns.exporters + count * EXPORTER_SIZE;
	columns.kinds = columns.name_spaces + count * NAME_SPACE_SIZE;
	columns.texts = columns.kinds + count * KIND_SIZE;
	return columns;
}

/* FNV-1a: any one changed byte changes it. Against accidents only. */
static inline uint64_t table_checksum(const uint8_t *data, size_t size)
{
	uint64_t sum = 0xcbf29ce484222325U;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 0x100000001b3U;
	return sum;
}
