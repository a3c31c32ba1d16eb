/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol-fixture - the symbols of a kernel from one line of text.
 *
 * A symbol is NAME[=CRC][!][@EXPORTER][/NAMESPACE]: the CRC hexadecimal, '!' for GPL-only. In a
 * kernel the exporter is vmlinux if none is named, "?" one that is not known, "absent" a module
 * that is not there.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/symbols.h"

/* Cut TEXT at MARK and return what stands behind it, or NULL. */
static inline char *fixture_cut(char *text, char mark)
{
	char *at = strchr(text, mark);

	if (!at)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* WORD is taken apart, and what *RET names lies in it. */
static inline void fixture_symbol(char *word, struct symbol *ret)
{
	char *name_space = fixture_cut(word, '/');
	char *exporter = fixture_cut(word, '@');
	bool gpl_only = fixture_cut(word, '!') != NULL;
	char *crc = fixture_cut(word, '=');

	*ret = (struct symbol){
		.name = word,
		.exporter = exporter,
		.name_space = name_space,
		.has_crc = crc != NULL,
		.crc = crc ? (uint32_t)strtoul(crc, NULL, 16) : 0,
		.gpl_only = gpl_only,
		.kind_known = true,
	};
}

/* The symbols in TEXT; of vmlinux where no exporter is named. NULL for NULL. */
static inline struct symbol_table *fixture_symbols(const char *text)
{
	struct symbol_table *table = text ? symbol_table_new() : NULL;
	auto_free char *words = text ? strdup(text) : NULL;
	char *rest = NULL;

	for (char *word = words ? strtok_r(words, " ", &rest) : NULL; word;
	     word = strtok_r(NULL, " ", &rest)) {
		struct symbol symbol;

		fixture_symbol(word, &symbol);
		symbol.absent = text_equal(symbol.exporter, "absent");
		if (!symbol.exporter)
			symbol.exporter = "vmlinux";
		if (text_equal(symbol.exporter, "?"))
			symbol.exporter = NULL;
		if (symbol_table_add(table, &symbol) < 0)
			abort();
	}
	return table;
}
