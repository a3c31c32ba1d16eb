/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

bool origin_is_wanted(const struct kernel *kernel)
{
	const struct symbol *symbol;

	if (!kernel->symbols || !kernel->symbols_complete)
		return true;
	for (size_t i = 0; (symbol = symbol_table_at(kernel->symbols, i)); i++)
		if (!symbol->kind_known)
			return true;
	return false;
}

static int merge(struct kernel *kernel, const struct symbol_table *symbols, const char *from)
{
	struct symbol_merge merge = { 0 };
	int r = symbol_table_merge(kernel->symbols, symbols, &merge);
	char *both;

	if (r == 0 && merge.differing)
		r = diagnostics_add(&kernel->diagnostics, "symbols-differ", from,
				    "%zu symbols have other CRCs in %s than in %s, which count",
				    merge.differing, from, kernel->symbols_from);
	if (r < 0 || merge.changed == 0)
		return r;
	both = text_format("%s, %s", kernel->symbols_from, from);
	if (!both)
		return -ENOMEM;
	free(kernel->symbols_from);
	kernel->symbols_from = both;
	return 0;
}

int origin_add(struct kernel *kernel, struct symbol_table *symbols, const char *from, bool complete)
{
	auto_symbol_table struct symbol_table *added = symbols;
	auto_free char *origin = strdup(from);
	int r = 0;

	if (!origin)
		return -ENOMEM;
	if (kernel->symbols) {
		r = merge(kernel, added, from);
	} else {
		kernel->symbols = take(added);
		kernel->symbols_from = take(origin);
	}
	kernel->symbols_complete |= complete;
	return r;
}
