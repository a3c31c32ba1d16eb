/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "kernel/module.h"

static void check_module(const struct module *module)
{
	const struct module_signature *signature = &module->signature;

	promise(module->name);
	promise(signature->present || (!signature->key_id && !signature->value.size));
	promise(!signature->issued_id || signature->key_id);
	for (size_t i = 0; i < module->import_count; i++) {
		promise(*module->imports[i].name);
		promise(i == 0 || strcmp(module->imports[i - 1].name, module->imports[i].name) < 0);
	}
	for (size_t i = 0; i < module->export_count; i++) {
		const struct symbol *symbol = &module->exports[i];

		promise(*symbol->name && symbol->exporter == module->name);
		promise(!symbol->name_space || *symbol->name_space);
		promise(symbol->has_crc == (symbol->crc != 0));
		promise(i == 0 || strcmp(module->exports[i - 1].name, symbol->name) < 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The reader changes nothing; struct bytes is also what owners have. */
	const struct bytes file = { .data = (uint8_t *)(uintptr_t)data, .size = size };
	auto_module struct module module = { 0 };
	auto_error struct error error = { 0 };
	int r = module_read(&file, "fuzz.ko", &module, &error);

	promise(r == 0 || ((r == -EBADMSG || r == -EFBIG || r == -ENOMEM) && error.why));
	if (r == 0)
		check_module(&module);
	if (r == 0)
		promise(module_digest(&file, &module) == 0 && module.signature.digest.size <= 64);
	return 0;
}
