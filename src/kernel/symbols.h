/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols - what a kernel exports: symbol, CRC, and who exports it.
 *
 * Layer: kernel. Opaque; a name occurs once. Of rows from a symbol table file (kernel/table.h) only
 * the hash of the name is known: symbol_table_find() finds them all the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/limits.h"

struct symbol {
	const char *name; /* borrowed from the table; NULL if only its hash is known */
	const char *exporter; /* "vmlinux", or a module's normalised name; NULL if unknown */
	const char *name_space; /* of the export; NULL if none */
	uint32_t crc;
	bool has_crc;
	bool gpl_only;
	bool kind_known; /* gpl_only and name_space were said */
	bool absent; /* exported by a module that the tree does not have: does not count */
};

struct symbol_table;

struct symbol_table *symbol_table_new(void);
struct symbol_table *symbol_table_free(struct symbol_table *table);
/*
 * Add a copy of SYMBOL unless its name is there already: the first one stays, and what it does not
 * say is taken from later ones whose CRC does not differ. 0 or -ENOMEM.
 */
int symbol_table_add(struct symbol_table *table, const struct symbol *symbol);
/* The same for a symbol without a name, of which HASH, from symbol_hash(), is known. */
int symbol_table_add_hash(struct symbol_table *table, uint64_t hash, const struct symbol *symbol);
/*
 * Make an empty table ready for COUNT symbols. Room for SIZE bytes of texts that it owns: symbols
 * whose texts lie there are added without a copy of them. Borrowed; NULL if out of memory.
 */
char *symbol_table_make_room(struct symbol_table *table, size_t count, size_t size);
/* What became of the rows of another table: `changed` were added, or completed what was there. */
struct symbol_merge {
	size_t changed, differing;
};
/* Add all of FROM; those whose CRC differs are left out. 0 or -ENOMEM. */
int symbol_table_merge(struct symbol_table *table, const struct symbol_table *from,
		       struct symbol_merge *ret);
const struct symbol *symbol_table_find(const struct symbol_table *table, const char *name);
size_t symbol_table_count(const struct symbol_table *table); /* those that are not absent */
/* The INDEXth of all, absent ones too, in order of addition; NULL behind the last. */
const struct symbol *symbol_table_at(const struct symbol_table *table, size_t index);
uint64_t symbol_table_hash_at(const struct symbol_table *table, size_t index);
/*
 * Mark as absent what is exported by a module that is not in MODULES (normalised, sorted names).
 * Returns how many.
 */
size_t symbol_table_mark_absent(struct symbol_table *table, const struct strings *modules);

/* The hash by which symbol tables know NAME: 40 bits, as docs/symbol-table.md says. */
uint64_t symbol_hash(const char *name);
/* Hexadecimal, 1 to 8 digits after any leading zeros? */
bool symbol_parse_crc(const char *text, uint32_t *ret);
/* Visible ASCII of 1 to MAX bytes, as all identifiers and file names of the kernel's sources? */
bool symbol_text_is_valid(const char *text, size_t max);

static inline void symbol_table_release(struct symbol_table **slot)
{
	symbol_table_free(*slot);
}
#define auto_symbol_table __attribute__((cleanup(symbol_table_release)))
