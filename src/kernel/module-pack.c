/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/module-pack.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/module-internal.h"

/* Whatever borrows a text of NAMES: where it begins there, plus 1; 0 is none. */
static void pack_borrowed(struct pack *pack, const struct bytes *names, const char **text)
{
	uint32_t at = *text ? (uint32_t)(*text - (const char *)names->data) + 1 : 0;

	at = pack_choice(pack, at, (uint32_t)names->size);
	if (pack->reads)
		*text = at ? (const char *)names->data + at - 1 : NULL;
}

static size_t end_of(const char *names, const char *text)
{
	return text ? (size_t)(text - names) + strlen(text) + 1 : 0;
}

/* All texts that are borrowed, SIZE bytes of them, the last one ended. */
static void pack_names(struct pack *pack, char **names, size_t size, struct bytes *ret)
{
	*ret = (struct bytes){ .data = (uint8_t *)*names, .size = size };
	pack_bytes(pack, ret);
	if (pack->reads)
		*names = (char *)ret->data;
	if (pack->failure == 0 && ret->size > 0 && ret->data[ret->size - 1] != '\0')
		pack->failure = -EBADMSG;
}

/* They are looked up by bisection: NAME has to come behind the one BEFORE it. */
static void check_order(struct pack *pack, const char *before, const char *name)
{
	if (pack->failure == 0 && (!name || (before && strcmp(before, name) >= 0)))
		pack->failure = -EBADMSG;
}

static void pack_imports(struct pack *pack, struct module *module)
{
	size_t count = module->import_count;
	struct bytes names = { 0 };
	const char *before = NULL;

	pack_names(pack, &module->import_names,
		   count ? end_of(module->import_names, module->imports[count - 1].name) : 0,
		   &names);
	pack_count(pack, &count);
	pack_make_room(pack, &module->imports, count, sizeof(*module->imports));
	for (size_t i = 0; i < count && pack->failure == 0; i++) {
		struct module_import *import = &module->imports[i];

		pack_borrowed(pack, &names, &import->name);
		pack_number(pack, &import->crc);
		import->has_crc = pack_flag(pack, import->has_crc);
		import->weak = pack_flag(pack, import->weak);
		check_order(pack, before, import->name);
		before = import->name;
	}
	if (pack->reads)
		module->import_count = pack->failure == 0 ? count : 0;
}

/* Names, and after some of them a namespace. */
static size_t size_of_exports(const struct module *module)
{
	const struct symbol *last;
	size_t name, name_space;

	if (module->export_count == 0)
		return 0;
	last = &module->exports[module->export_count - 1];
	name = end_of(module->export_names, last->name);
	name_space = end_of(module->export_names, last->name_space);
	return name > name_space ? name : name_space;
}

static void pack_exports(struct pack *pack, struct module *module)
{
	size_t count = module->export_count;
	struct bytes names = { 0 };
	const char *before = NULL;

	pack_names(pack, &module->export_names, size_of_exports(module), &names);
	pack_count(pack, &count);
	pack_make_room(pack, &module->exports, count, sizeof(*module->exports));
	for (size_t i = 0; i < count && pack->failure == 0; i++) {
		struct symbol *symbol = &module->exports[i];

		pack_borrowed(pack, &names, &symbol->name);
		pack_borrowed(pack, &names, &symbol->name_space);
		pack_number(pack, &symbol->crc);
		symbol->has_crc = pack_flag(pack, symbol->has_crc);
		symbol->gpl_only = pack_flag(pack, symbol->gpl_only);
		symbol->kind_known = pack_flag(pack, symbol->kind_known);
		symbol->exporter = module->name;
		check_order(pack, before, symbol->name);
		before = symbol->name;
	}
	if (pack->reads)
		module->export_count = pack->failure == 0 ? count : 0;
}

static void pack_signature(struct pack *pack, struct module_signature *signature)
{
	signature->present = pack_flag(pack, signature->present);
	signature->form = pack_choice(pack, signature->form, SIGNATURE_ODD);
	pack_text(pack, &signature->signer);
	pack_text(pack, &signature->key_id);
	pack_text(pack, &signature->issued_id);
	pack_text(pack, &signature->hash);
	pack_bytes(pack, &signature->value);
	pack_bytes(pack, &signature->digest);
	signature->covered = pack_choice(pack, (uint32_t)signature->covered, MODULE_SIZE_MAX);
}

/* Its own name is the static one. */
static void pack_arch(struct pack *pack, const char **arch)
{
	auto_free char *text = NULL;

	if (!pack->reads && *arch)
		text = strdup(*arch);
	if (!pack->reads && *arch && !text)
		pack->failure = -ENOMEM;
	pack_text(pack, &text);
	if (!pack->reads || pack->failure < 0 || !text)
		return;
	*arch = module_arch(text);
	if (!*arch)
		pack->failure = -EBADMSG;
}

void module_pack(struct pack *pack, struct module *module)
{
	char **texts[] = { &module->name,       &module->vermagic, &module->version,
			   &module->srcversion, &module->build_id, &module->supported };
	struct strings *lists[] = { &module->licenses,          &module->depends,
				    &module->softdeps,          &module->firmware,
				    &module->import_namespaces, &module->aliases };

	for (size_t i = 0; i < COUNT(texts); i++)
		pack_text(pack, texts[i]);
	if (pack->failure == 0 && !module->name)
		pack->failure = -EBADMSG;
	for (size_t i = 0; i < COUNT(lists); i++)
		pack_strings(pack, lists[i]);
	pack_arch(pack, &module->arch);
	module->gpl_compatible = pack_flag(pack, module->gpl_compatible);
	module->has_versions = pack_flag(pack, module->has_versions);
	module->xz_crc32_only = pack_flag(pack, module->xz_crc32_only);
	module->compression = pack_choice(pack, module->compression, COMPRESSION_ZSTD);
	pack_signature(pack, &module->signature);
	pack_imports(pack, module);
	pack_exports(pack, module);
}
