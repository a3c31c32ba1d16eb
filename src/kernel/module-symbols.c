/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/module-internal.h"

/** Size of a record of __versions: the CRC as a long, and the name (Linux: struct modversion_info).
 */
#define VERSION_SIZE 64

/* In the order in which they are believed. */
enum remark_kind {
	REMARK_EXTENDED_VERSION,
	REMARK_VERSION,
	REMARK_UNDEFINED,
	REMARK_CRC,
	REMARK_EXPORT,
	REMARK_NAMESPACE,
};

/* One thing that the file says of one symbol. */
struct remark {
	const char *name; /* this and the next one borrow from the file */
	const char *name_space;
	uint32_t crc;
	enum remark_kind kind;
	bool weak, gpl_only, kind_known;
};

struct remarks {
	struct remark *items;
	size_t count;
	size_t names_size; /* of all texts in them, with their NULs */
};

static void remarks_done(struct remarks *remarks)
{
	free(remarks->items);
}

static int fail(const char **reterr_why, const char *why)
{
	*reterr_why = why;
	return -EBADMSG;
}

/* 64-bit PowerPC puts a '.' before the names of functions; they are one symbol (kmod does so). */
static const char *without_dot(const char *name)
{
	return *name == '.' ? name + 1 : name;
}

static int add_remark(struct remarks *remarks, const struct remark *remark, const char **reterr_why)
{
	size_t length = strlen(remark->name);

	if (length == 0)
		return 0;
	if (length > SYMBOL_NAME_MAX)
		return fail(reterr_why, "the name of a symbol is too long");
	if (array_grow(&remarks->items, remarks->count, sizeof(*remarks->items)) < 0)
		return -ENOMEM;
	remarks->items[remarks->count++] = *remark;
	remarks->names_size += length + 1;
	if (remark->name_space)
		remarks->names_size += strlen(remark->name_space) + 1;
	return 0;
}

static int compare_remarks(const void *left, const void *right)
{
	const struct remark *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->kind > b->kind) - (a->kind < b->kind);
}

/* Sort, and get memory for all names. 0 or -ENOMEM. */
static int settle(struct remarks *remarks, char **ret_names)
{
	if (remarks->count == 0)
		return 0;
	qsort(remarks->items, remarks->count, sizeof(*remarks->items), compare_remarks);
	*ret_names = malloc(remarks->names_size);
	return *ret_names ? 0 : -ENOMEM;
}

/* How many remarks from AT on are about the same symbol. */
static size_t group_size(const struct remarks *remarks, size_t at)
{
	size_t end = at + 1;

	while (end < remarks->count &&
	       strcmp(remarks->items[end].name, remarks->items[at].name) == 0)
		end++;
	return end - at;
}

/* Copy TEXT to *TO and move *TO behind it. */
static const char *keep_text(char **to, const char *text)
{
	char *copy = *to;

	*to = stpcpy(copy, text) + 1;
	return copy;
}

/* Records of __versions: the CRC in a long, the name fills the rest of 64 bytes. */
static int read_versions(const struct elf *elf, struct remarks *imports, bool *ret_found,
			 const char **reterr_why)
{
	size_t crc_size = elf->is_64 ? 8 : 4;
	struct elf_section section;
	int r = 0;

	if (!elf_find(elf, "__versions", &section) || section.size == 0)
		return 0;
	if (section.size % VERSION_SIZE || section.size / VERSION_SIZE > ELF_SYMBOLS_MAX)
		return fail(reterr_why, "its section __versions is of a strange size");
	for (size_t at = 0; at < section.size && r == 0; at += VERSION_SIZE) {
		const uint8_t *record = section.data + at;
		uint64_t crc = elf->is_64 ? elf_u64(elf, record) : elf_u32(elf, record);

		if (crc > UINT32_MAX || record[VERSION_SIZE - 1] != '\0')
			return fail(reterr_why, "a record of its section __versions is damaged");
		r = add_remark(imports,
			       &(struct remark){
				       .kind = REMARK_VERSION,
				       .name = without_dot((const char *)record + crc_size),
				       .crc = (uint32_t)crc,
			       },
			       reterr_why);
	}
	*ret_found = true;
	return r;
}

/*
 * CONFIG_EXTENDED_MODVERSIONS: 32-bit CRCs in one section, as many names in another, each with its
 * NUL (Linux: kernel/module/version.c). A C string's own NUL stands behind the last.
 */
static int read_extended_versions(const struct elf *elf, struct remarks *imports, bool *ret_found,
				  const char **reterr_why)
{
	struct elf_section crcs = { 0 }, names = { 0 };
	bool has_crcs = elf_find(elf, "__version_ext_crcs", &crcs);
	bool has_names = elf_find(elf, "__version_ext_names", &names);
	const char *name, *end;
	int r = 0;

	if (!has_crcs && !has_names)
		return 0;
	if (!has_crcs || !has_names)
		return fail(reterr_why, "it has only one of the sections of extended CRCs");
	name = (const char *)names.data;
	end = name + names.size;
	if (crcs.size % sizeof(uint32_t) || crcs.size / sizeof(uint32_t) > ELF_SYMBOLS_MAX ||
	    (names.size > 0 && end[-1] != '\0'))
		return fail(reterr_why, "its extended symbol versions are of a strange size");
	for (size_t at = 0; at < crcs.size && r == 0; at += sizeof(uint32_t)) {
		if (name >= end || *name == '\0')
			return fail(reterr_why, "it has more extended CRCs than names for them");
		r = add_remark(imports,
			       &(struct remark){
				       .kind = REMARK_EXTENDED_VERSION,
				       .name = without_dot(name),
				       .crc = elf_u32(elf, crcs.data + at),
			       },
			       reterr_why);
		name += strlen(name) + 1;
		*ret_found = true;
	}
	if (r == 0 && name < end && *name)
		return fail(reterr_why, "it has more extended names than CRCs for them");
	return r;
}

/* What the loader itself provides or makes up (kmod: depmod_add_fake_syms). */
static bool is_from_loader(const char *name)
{
	return text_equal(name, "_GLOBAL_OFFSET_TABLE_") || text_equal(name, "TOC.") ||
	       text_equal(name, "__this_module");
}

/*
 * The CRC that the symbol __crc_NAME stands for: its value, or (CONFIG_MODULE_REL_CRCS, and all
 * kernels since 5.19) what is stored at its place. Undefined if none could be computed.
 */
static int read_crc(const struct elf *elf, const struct elf_symbol *symbol, struct remark *remark,
		    const char **reterr_why)
{
	struct elf_section section;

	remark->crc = (uint32_t)symbol->value;
	if (symbol->place == ELF_UNDEFINED)
		remark->crc = 0;
	if (symbol->place != ELF_IN_SECTION)
		return 0;
	section = elf_section_at(elf, symbol->section);
	if (section.size < sizeof(uint32_t) || symbol->value > section.size - sizeof(uint32_t))
		return fail(reterr_why, "the CRC of an exported symbol is outside of its section");
	remark->crc = elf_u32(elf, section.data + symbol->value);
	return 0;
}

static int read_name_space(const struct elf *elf, const struct elf_symbol *symbol,
			   struct remark *remark, const char **reterr_why)
{
	struct elf_section section;
	size_t length, left;

	if (symbol->place != ELF_IN_SECTION)
		return 0;
	section = elf_section_at(elf, symbol->section);
	if (symbol->value >= section.size)
		return fail(reterr_why, "the namespace of a symbol is outside of its section");
	left = section.size - (size_t)symbol->value;
	remark->name_space = (const char *)section.data + symbol->value;
	length = strnlen(remark->name_space, left);
	if (length == left || length > SYMBOL_TEXT_MAX)
		return fail(reterr_why, "the namespace of a symbol has no end");
	if (length == 0)
		remark->name_space = NULL;
	return 0;
}

static bool is_in_gpl_section(const struct elf *elf, const struct elf_symbol *symbol)
{
	const char *name;

	if (symbol->place != ELF_IN_SECTION)
		return false;
	name = elf_section_at(elf, symbol->section).name;
	/* The second one where the final link did not merge them. */
	return text_equal(name, "__ksymtab_gpl") || text_starts(name, "___ksymtab_gpl+");
}

/* What SYMBOL says of an export, if that is what it is for (Linux: include/linux/export.h). */
static int read_export(const struct elf *elf, const struct elf_symbol *symbol,
		       struct remarks *exports, const char **reterr_why)
{
	struct remark remark = { 0 };
	int r = 0;

	if (text_starts(symbol->name, "__crc_")) {
		remark.kind = REMARK_CRC;
		remark.name = without_dot(symbol->name + strlen("__crc_"));
		r = read_crc(elf, symbol, &remark, reterr_why);
	} else if (text_starts(symbol->name, "__ksymtab_")) {
		remark.kind = REMARK_EXPORT;
		remark.name = without_dot(symbol->name + strlen("__ksymtab_"));
		remark.gpl_only = is_in_gpl_section(elf, symbol);
		remark.kind_known = true;
	} else if (text_starts(symbol->name, "__kstrtabns_")) {
		remark.kind = REMARK_NAMESPACE;
		remark.name = without_dot(symbol->name + strlen("__kstrtabns_"));
		r = read_name_space(elf, symbol, &remark, reterr_why);
	} else {
		return 0;
	}
	return r < 0 ? r : add_remark(exports, &remark, reterr_why);
}

static int read_import(const struct elf_symbol *symbol, struct remarks *imports,
		       const char **reterr_why)
{
	struct remark remark = { .kind = REMARK_UNDEFINED, .weak = symbol->weak };

	/* A CRC that could not be computed is an undefined symbol too. */
	if (symbol->place != ELF_UNDEFINED || text_starts(symbol->name, "__crc_"))
		return 0;
	remark.name = without_dot(symbol->name);
	return is_from_loader(remark.name) ? 0 : add_remark(imports, &remark, reterr_why);
}

static int read_table(const struct elf *elf, struct remarks *imports, struct remarks *exports,
		      const char **reterr_why)
{
	struct elf_symbols symbols;
	int r = elf_symbols_open(elf, &symbols, reterr_why);

	/* The first entry of a table is none. */
	for (uint32_t i = 1; i < symbols.count && r == 0; i++) {
		struct elf_symbol symbol;

		r = elf_symbol_at(&symbols, i, &symbol, reterr_why);
		if (r == 0)
			r = read_import(&symbol, imports, reterr_why);
		if (r == 0 && symbol.name[0] == '_' && symbol.name[1] == '_')
			r = read_export(elf, &symbol, exports, reterr_why);
	}
	return r;
}

/*
 * Names of what is exported stand here even if the symbols are stripped (so does kmod); names of
 * namespaces cannot be told from them.
 */
static int read_export_strings(const struct elf *elf, struct remarks *exports,
			       const char **reterr_why)
{
	struct elf_section section;
	const char *name, *end;
	int r = 0;

	if (!elf_find(elf, "__ksymtab_strings", &section) || section.size == 0)
		return 0;
	name = (const char *)section.data;
	end = name + section.size;
	if (end[-1] != '\0')
		return fail(reterr_why, "the names of its exported symbols are damaged");
	for (; name < end && r == 0; name += strlen(name) + 1)
		r = add_remark(exports, &(struct remark){ .kind = REMARK_EXPORT, .name = name },
			       reterr_why);
	return r;
}

/* One import of what the COUNT remarks say of it. */
static int merge_import(const struct remark *remarks, size_t count, struct module_import *import,
			const char **reterr_why)
{
	import->weak = remarks[count - 1].kind == REMARK_UNDEFINED;
	for (size_t i = 0; i < count; i++) {
		const struct remark *remark = &remarks[i];

		if (remark->kind == REMARK_UNDEFINED) {
			import->weak &= remark->weak;
			continue;
		}
		if (import->has_crc && import->crc != remark->crc)
			return fail(reterr_why, "it records two different CRCs for one symbol");
		import->crc = remark->crc;
		import->has_crc = true;
	}
	return 0;
}

static int keep_imports(struct remarks *remarks, struct module *module, const char **reterr_why)
{
	char *names;
	int r = settle(remarks, &module->import_names);

	if (r < 0 || remarks->count == 0)
		return r;
	names = module->import_names;
	module->imports = calloc(remarks->count, sizeof(*module->imports));
	if (!module->imports)
		return -ENOMEM;
	for (size_t at = 0, size; at < remarks->count && r == 0; at += size) {
		struct module_import *import = &module->imports[module->import_count++];

		size = group_size(remarks, at);
		import->name = keep_text(&names, remarks->items[at].name);
		r = merge_import(&remarks->items[at], size, import, reterr_why);
	}
	return r;
}

/* Is something exported by what the COUNT remarks say? */
static bool merge_export(const struct remark *remarks, size_t count, struct symbol *symbol)
{
	bool exported = false;

	for (size_t i = 0; i < count; i++) {
		const struct remark *remark = &remarks[i];

		if (remark->kind == REMARK_NAMESPACE)
			symbol->name_space = remark->name_space;
		else
			exported |= remark->kind == REMARK_EXPORT || remark->crc != 0;
		if (remark->kind == REMARK_CRC)
			symbol->crc = remark->crc;
		symbol->gpl_only |= remark->gpl_only;
		symbol->kind_known |= remark->kind_known;
	}
	/* As in Module.symvers, 0 stands for none. */
	symbol->has_crc = symbol->crc != 0;
	return exported;
}

static int keep_exports(struct remarks *remarks, struct module *module)
{
	char *names;
	int r = settle(remarks, &module->export_names);

	if (r < 0 || remarks->count == 0)
		return r;
	names = module->export_names;
	module->exports = calloc(remarks->count, sizeof(*module->exports));
	if (!module->exports)
		return -ENOMEM;
	for (size_t at = 0, size; at < remarks->count; at += size) {
		struct symbol symbol = { .exporter = module->name };

		size = group_size(remarks, at);
		if (!merge_export(&remarks->items[at], size, &symbol))
			continue;
		symbol.name = keep_text(&names, remarks->items[at].name);
		if (symbol.name_space)
			symbol.name_space = keep_text(&names, symbol.name_space);
		module->exports[module->export_count++] = symbol;
	}
	return 0;
}

int module_read_symbols(const struct elf *elf, struct module *module, const char **reterr_why)
{
	AUTO(remarks_done) struct remarks imports = { 0 };
	AUTO(remarks_done) struct remarks exports = { 0 };
	int r = read_versions(elf, &imports, &module->has_versions, reterr_why);

	if (r == 0)
		r = read_extended_versions(elf, &imports, &module->has_versions, reterr_why);
	if (r == 0)
		r = read_table(elf, &imports, &exports, reterr_why);
	if (r == 0 && exports.count == 0)
		r = read_export_strings(elf, &exports, reterr_why);
	if (r == 0)
		r = keep_imports(&imports, module, reterr_why);
	return r < 0 ? r : keep_exports(&exports, module);
}
