/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols - what a kernel exports: symbol, CRC, and who exports it.
 *
 * Layer: kernel. Opaque; a name occurs once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/files.h"

struct symbol {
	const char *name; /* borrowed from the table */
	const char *exporter; /* "vmlinux", or a module's normalised name; NULL if unknown */
	const char *name_space; /* of the export; NULL if none */
	uint32_t crc;
	bool has_crc;
	bool gpl_only;
	bool absent; /* exported by a module that the tree does not have: does not count */
};

struct symbol_table;

struct symbol_table *symbol_table_new(void);
struct symbol_table *symbol_table_free(struct symbol_table *table);
/* Add a copy of SYMBOL unless its name is there already: the first one stays. 0 or -ENOMEM. */
int symbol_table_add(struct symbol_table *table, const struct symbol *symbol);
const struct symbol *symbol_table_find(const struct symbol_table *table, const char *name);
size_t symbol_table_count(const struct symbol_table *table); /* those that are not absent */
/* The INDEXth of all, absent ones too, in order of addition; NULL behind the last. */
const struct symbol *symbol_table_at(const struct symbol_table *table, size_t index);
/*
 * Mark as absent what is exported by a module that is not in MODULES (normalised, sorted names).
 * Returns how many.
 */
size_t symbol_table_mark_absent(struct symbol_table *table, const struct strings *modules);

/*
 * Add the rows of a Module.symvers (uncompressed): TAB-separated "0x<crc>", symbol, exporter,
 * kind of export[, namespace]; the namespace column exists since Linux 5.4.
 * 0, -EBADMSG with *RETERR_LINE (1-based) if a row is none, -ENOMEM.
 */
int symbols_read_symvers(struct symbol_table *table, const struct bytes *text, size_t *reterr_line);
/*
 * Add one `ksym(FLAVOR:SYMBOL) = CRC` provide of a kernel package.
 * CRC: hexadecimal, no 0x, leading zeros stripped (rpm-config-SUSE: find-provides.ksyms).
 * 1 if added, 0 if NAME is something else or of another flavor, -ENOMEM.
 */
int symbols_add_provide(struct symbol_table *table, const char *flavor, const char *name,
			const char *version);

static inline void symbol_table_release(struct symbol_table **slot)
{
	symbol_table_free(*slot);
}
#define auto_symbol_table __attribute__((cleanup(symbol_table_release)))
