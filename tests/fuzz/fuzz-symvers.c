/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "fuzz.h"
#include "kernel/symvers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	const struct bytes text = { .data = (uint8_t *)(uintptr_t)data, .size = size };
	const struct symbol *symbol;
	size_t line = 0;
	int r = symvers_parse(table, &text, &line);

	promise(r == 0 || r == -ENOMEM || (r == -EBADMSG && line > 0));
	for (size_t i = 0; (symbol = symbol_table_at(table, i)); i++) {
		promise(*symbol->name && symbol->exporter && *symbol->exporter);
		promise(symbol_table_find(table, symbol->name) == symbol);
	}
	return 0;
}
