/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "kernel/module-pack.h"

static void check_list(const struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		promise(strlen(list->items[i]) < CACHE_CONTENT_MAX);
}

/* All that is borrowed ends, and can be looked up. */
static void check_symbols(const struct module *module)
{
	for (size_t i = 0; i < module->import_count; i++)
		promise(i == 0 || strcmp(module->imports[i - 1].name, module->imports[i].name) < 0);
	for (size_t i = 0; i < module->export_count; i++) {
		const struct symbol *symbol = &module->exports[i];

		promise(symbol->exporter == module->name);
		promise(!symbol->name_space || strlen(symbol->name_space) < CACHE_CONTENT_MAX);
		promise(i == 0 || strcmp(symbol[-1].name, symbol->name) < 0);
	}
}

static void check_facts(const struct module *module)
{
	promise(module->name && module->compression <= COMPRESSION_ZSTD);
	promise(module->signature.form <= SIGNATURE_ODD);
	promise(module->signature.covered <= MODULE_SIZE_MAX);
	check_list(&module->licenses);
	check_list(&module->aliases);
	check_symbols(module);
}

/* As if the checksums of the cache were right. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack pack = { .reads = true, .data = (uint8_t *)(uintptr_t)data, .size = size };
	auto_module struct module module = { 0 };
	int r;

	module_pack(&pack, &module);
	r = pack_end(&pack);
	promise(r == 0 || r == -EBADMSG || r == -ENOMEM);
	if (r == 0)
		check_facts(&module);
	return 0;
}
