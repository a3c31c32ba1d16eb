/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "elf-image-file.h"
#include "kernel/module.h"
#include "packers.h"

static const struct layout {
	const char *label;
	bool is_64, is_big_endian;
	uint16_t machine;
	const char *arch;
} layouts[] = {
	{ "x86_64", true, false, EM_X86_64, "x86_64" },
	{ "s390x", true, true, EM_S390, "s390x" },
	{ "i686", false, false, EM_386, "i686" },
	{ "ppc", false, true, EM_PPC, "ppc" },
};

#define X86 (&layouts[0])
/* Longest name of a symbol that the kernel can look up: KSYM_NAME_LEN - 1. */
#define SYMBOL_MAX 511

static const char info[] =
	"license=GPL v2\0license=Proprietary\0name=foo-bar\0"
	"vermagic=6.4.0-1-default SMP mod_unload modversions \0version=1.2\0"
	"srcversion=ABCD\0supported=external\0depends=one,two-three\0"
	"softdep=pre: four\0firmware=foo.bin\0firmware=bar.bin\0import_ns=INNER\0"
	"alias=pci:v1d2*\0version=2.0\0nothing\0=empty\0parm=a:int";

static void start(struct elf_image *image, const struct layout *layout)
{
	*image = (struct elf_image){
		.is_64 = layout->is_64,
		.is_big_endian = layout->is_big_endian,
		.machine = layout->machine,
	};
	elf_image_section(image, ".gnu.linkonce.this_module", SHT_PROGBITS, "12345678", 8);
}

/* A record of __versions. */
static void add_version(const struct elf_image *image, struct bytes *to, const char *name,
			uint32_t crc)
{
	char record[60] = { 0 };

	elf_image_word(image, to, crc);
	snprintf(record, sizeof(record), "%s", name);
	elf_image_append(to, record, image->is_64 ? 56 : 60);
}

static void add_section(struct elf_image *image, const char *name, struct bytes *content)
{
	elf_image_section(image, name, SHT_PROGBITS, content->data, content->size);
	bytes_done(content);
}

/* What modpost and ld make of a module with two exports and some imports. */
static struct bytes make_module(const struct layout *layout)
{
	struct bytes versions = { 0 }, crcs = { 0 };
	struct elf_image image;
	uint16_t plain, gpl, strings, stored;

	start(&image, layout);
	elf_image_section(&image, ".modinfo", SHT_PROGBITS, info, sizeof(info));
	elf_image_section(&image, ".note.gnu.build-id", SHT_NOTE, "", 0);
	for (size_t i = 0; i < 3; i++)
		elf_image_number(&image, &image.sections[image.section_count - 1].content,
				 (const uint64_t[]){ 4, 2, 3 }[i], 4);
	elf_image_append(&image.sections[image.section_count - 1].content, "GNU\0\xab\x01", 6);
	add_version(&image, &versions, "module_layout", 0x11111111);
	add_version(&image, &versions, "printk", 0x89abcdef);
	add_version(&image, &versions, ".dotted", 0);
	add_section(&image, "__versions", &versions);
	plain = elf_image_section(&image, "__ksymtab", SHT_PROGBITS, "12345678", 8);
	gpl = elf_image_section(&image, "__ksymtab_gpl", SHT_PROGBITS, "12345678", 8);
	strings = elf_image_section(&image, "__ksymtab_strings", SHT_PROGBITS,
				    "open_any\0\0open_gpl\0SPACE", 25);
	elf_image_number(&image, &crcs, 0, 4);
	elf_image_number(&image, &crcs, 0x12345678, 4);
	add_section(&image, "__kcrctab", &crcs);
	stored = (uint16_t)(image.section_count - 1);
	elf_image_symbol(&image, "local", 0, plain, STB_LOCAL);
	elf_image_symbol(&image, "__crc_open_any", 0xfedcba98, SHN_ABS, STB_GLOBAL);
	elf_image_symbol(&image, "__ksymtab_open_any", 0, plain, STB_LOCAL);
	elf_image_symbol(&image, "__kstrtabns_open_any", 9, strings, STB_LOCAL);
	elf_image_symbol(&image, "__crc_open_gpl", 4, stored, STB_LOCAL);
	elf_image_symbol(&image, "__ksymtab_open_gpl", 0, gpl, STB_LOCAL);
	elf_image_symbol(&image, "__kstrtabns_open_gpl", 19, strings, STB_LOCAL);
	elf_image_symbol(&image, "printk", 0, SHN_UNDEF, STB_GLOBAL);
	elf_image_symbol(&image, "perhaps", 0, SHN_UNDEF, STB_WEAK);
	elf_image_symbol(&image, "_GLOBAL_OFFSET_TABLE_", 0, SHN_UNDEF, STB_GLOBAL);
	elf_image_symbol(&image, ".TOC.", 0, SHN_UNDEF, STB_GLOBAL);
	elf_image_symbol(&image, "dotted", 0, SHN_UNDEF, STB_GLOBAL);
	return elf_image_finish(&image);
}

static void read_well(const char *label, const struct bytes *file, struct module *ret)
{
	auto_error struct error error = { 0 };

	if (module_read(file, "updates/file-name.ko", ret, &error) != 0)
		fail_msg("%s: %s", label, error.why);
}

/* The module does not come through, and the error says EXPECTED. */
static void refuse(const char *label, const struct bytes *file, const char *expected)
{
	auto_module struct module module = { 0 };
	auto_error struct error error = { 0 };
	int r = module_read(file, "foo.ko", &module, &error);

	if (r != -EBADMSG || !error.why || !strstr(error.why, expected))
		fail_msg("%s: %d, %s", label, r, error.why ? error.why : "no reason");
}

/* "name crc" of each import, "!" if it is weak, "-" if its CRC is not recorded. */
static char *show_imports(const struct module *module)
{
	auto_bytes struct bytes text = { 0 };

	for (size_t i = 0; i < module->import_count; i++) {
		const struct module_import *import = &module->imports[i];
		char crc[16], line[600];

		snprintf(crc, sizeof(crc), import->has_crc ? "%x" : "-", import->crc);
		snprintf(line, sizeof(line), "%s%s %s%s", i ? ", " : "", import->name, crc,
			 import->weak ? "!" : "");
		elf_image_append(&text, line, strlen(line));
	}
	return text.data ? (char *)take(text.data) : strdup("");
}

/* "name crc" of each export, "-" without a CRC, "gpl", and its namespace. */
static char *show_exports(const struct module *module)
{
	auto_bytes struct bytes text = { 0 };

	for (size_t i = 0; i < module->export_count; i++) {
		const struct symbol *symbol = &module->exports[i];
		char crc[16], line[600];

		snprintf(crc, sizeof(crc), symbol->has_crc ? "%x" : "-", symbol->crc);
		snprintf(line, sizeof(line), "%s%s %s%s%s%s", i ? ", " : "", symbol->name, crc,
			 symbol->gpl_only ? " gpl" : "", symbol->name_space ? " " : "",
			 symbol->name_space ? symbol->name_space : "");
		elf_image_append(&text, line, strlen(line));
	}
	return text.data ? (char *)take(text.data) : strdup("");
}

static void assert_symbols(const char *label, const struct module *module, const char *imports,
			   const char *exports)
{
	auto_free char *our_imports = show_imports(module), *our_exports = show_exports(module);

	if (!text_equal(our_imports, imports))
		fail_msg("%s imports '%s', not '%s'", label, our_imports, imports);
	if (!text_equal(our_exports, exports))
		fail_msg("%s exports '%s', not '%s'", label, our_exports, exports);
}

static void assert_list(const struct strings *list, const char *first, const char *second)
{
	assert_int_equal(list->count, second ? 2 : 1);
	assert_string_equal(list->items[0], first);
	if (second)
		assert_string_equal(list->items[1], second);
}

static void assert_info(const struct module *module)
{
	assert_string_equal(module->name, "foo_bar");
	assert_string_equal(module->vermagic, "6.4.0-1-default SMP mod_unload modversions ");
	assert_string_equal(module->version, "1.2");
	assert_string_equal(module->srcversion, "ABCD");
	assert_string_equal(module->supported, "external");
	assert_string_equal(module->build_id, "ab01");
	assert_list(&module->licenses, "GPL v2", "Proprietary");
	assert_list(&module->depends, "one", "two-three");
	assert_list(&module->softdeps, "pre: four", NULL);
	assert_list(&module->firmware, "foo.bin", "bar.bin");
	assert_list(&module->import_namespaces, "INNER", NULL);
	assert_list(&module->aliases, "pci:v1d2*", NULL);
	assert_true(module->gpl_compatible);
	assert_true(module->has_versions);
	assert_false(module->signature.present);
}

static const char all_imports[] = "dotted 0, module_layout 11111111, perhaps -!, printk 89abcdef";
static const char all_exports[] = "open_any fedcba98, open_gpl 12345678 gpl SPACE";

static void modules_of_each_machine_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(layouts); i++) {
		auto_bytes struct bytes file = make_module(&layouts[i]);
		auto_module struct module module = { 0 };

		read_well(layouts[i].label, &file, &module);
		assert_info(&module);
		assert_string_equal(module.arch, layouts[i].arch);
		assert_symbols(layouts[i].label, &module, all_imports, all_exports);
		assert_string_equal(module.exports[0].exporter, "foo_bar");
	}
}

static void append_kernel_xz(struct bytes *to, const void *data, size_t size)
{
	append_xz_with(to, data, size, LZMA_CHECK_CRC32);
}

static void append_unchecked_xz(struct bytes *to, const void *data, size_t size)
{
	append_xz_with(to, data, size, LZMA_CHECK_NONE);
}

static const struct packing {
	const char *label;
	void (*append)(struct bytes *to, const void *data, size_t size);
	enum compression compression;
	bool xz_crc32_only;
} packings[] = {
	{ "plain", append, COMPRESSION_NONE, false },
	{ "gzip", append_gzip, COMPRESSION_GZIP, false },
	{ "xz", append_xz, COMPRESSION_XZ, false },
	{ "xz --check=crc32", append_kernel_xz, COMPRESSION_XZ, true },
	{ "xz --check=none", append_unchecked_xz, COMPRESSION_XZ, true },
	{ "zstd", append_zstd, COMPRESSION_ZSTD, false },
};

static void compressed_modules_are_read_and_say_how(void **state)
{
	auto_bytes struct bytes plain = make_module(X86);

	(void)state;
	for (size_t i = 0; i < COUNT(packings); i++) {
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };

		packings[i].append(&file, plain.data, plain.size);
		read_well(packings[i].label, &file, &module);
		assert_symbols(packings[i].label, &module, all_imports, all_exports);
		if (module.compression != packings[i].compression ||
		    module.xz_crc32_only != packings[i].xz_crc32_only)
			fail_msg("%s: %d", packings[i].label, module.compression);
	}
}

/* Extended CRCs and names of a module, and what else is recorded in __versions. */
static const struct extended {
	const char *label;
	uint32_t crcs[3];
	size_t count;
	const char *names;
	size_t names_size;
	const char *basic; /* a name in __versions, or NULL */
	uint32_t basic_crc;
	const char *imports, *error;
} extended[] = {
	{ "alone", { 1, 0xffffffff }, 2, "b\0a\0", 5, NULL, 0, "a ffffffff, b 1", NULL },
	{ "without the string's own NUL", { 1, 2 }, 2, "b\0a", 4, NULL, 0, "a 2, b 1", NULL },
	{ "a dotted name", { 1 }, 1, ".a\0", 4, NULL, 0, "a 1", NULL },
	{ "none", { 0 }, 0, "", 1, NULL, 0, "", NULL },
	{ "beside the same", { 1 }, 1, "a\0", 3, "a", 1, "a 1", NULL },
	{ "beside another symbol", { 1 }, 1, "a\0", 3, "b", 2, "a 1, b 2", NULL },
	{ "beside another CRC", { 1 }, 1, "a\0", 3, "a", 2, NULL, "two different CRCs" },
	{ "more CRCs than names", { 1, 2, 3 }, 3, "a\0b\0", 5, NULL, 0, NULL, "than names" },
	{ "more names than CRCs", { 1 }, 1, "a\0b\0", 5, NULL, 0, NULL, "than CRCs" },
	{ "names without an end", { 1 }, 1, "a", 1, NULL, 0, NULL, "strange size" },
	{ "CRCs without names", { 1 }, 1, "", 0, NULL, 0, NULL, "than names" },
	{ "CRCs without the section of names", { 1 }, 1, NULL, 0, NULL, 0, NULL, "only one" },
};

static void extended_modversions_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(extended) * COUNT(layouts); i++) {
		const struct extended *row = &extended[i / COUNT(layouts)];
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };
		struct bytes crcs = { 0 }, versions = { 0 };
		struct elf_image image;

		start(&image, &layouts[i % COUNT(layouts)]);
		for (size_t j = 0; j < row->count; j++)
			elf_image_number(&image, &crcs, row->crcs[j], 4);
		add_section(&image, "__version_ext_crcs", &crcs);
		if (row->names)
			elf_image_section(&image, "__version_ext_names", SHT_PROGBITS, row->names,
					  row->names_size);
		if (row->basic) {
			add_version(&image, &versions, row->basic, row->basic_crc);
			add_section(&image, "__versions", &versions);
		}
		file = elf_image_finish(&image);
		if (row->error) {
			refuse(row->label, &file, row->error);
			continue;
		}
		read_well(row->label, &file, &module);
		assert_symbols(row->label, &module, row->imports, "");
		if (module.has_versions != (row->count > 0))
			fail_msg("%s: has versions?", row->label);
	}
}

static void long_names_fit_into_extended_modversions_only(void **state)
{
	char name[SYMBOL_MAX + 3] = { 0 };

	(void)state;
	for (size_t length = SYMBOL_MAX; length <= SYMBOL_MAX + 1; length++) {
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };
		struct elf_image image;

		memset(name, 'n', length);
		start(&image, X86);
		elf_image_section(&image, "__version_ext_crcs", SHT_PROGBITS, "\1\0\0", 4);
		elf_image_section(&image, "__version_ext_names", SHT_PROGBITS, name, length + 1);
		file = elf_image_finish(&image);
		if (length > SYMBOL_MAX) {
			refuse("too long", &file, "too long");
			continue;
		}
		read_well("long", &file, &module);
		assert_string_equal(module.imports[0].name, name);
	}
}

static void records_of_versions_are_checked(void **state)
{
	static const struct {
		const char *label;
		uint64_t crc;
		size_t name_size, cut;
		const char *expected;
	} cases[] = {
		{ "a cut record", 1, 55, 8, "strange size" },
		{ "a name without an end", 1, 56, 0, "is damaged" },
		{ "a CRC of 33 bits", 1ULL << 32, 55, 0, "is damaged" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes file = { 0 };
		struct bytes versions = { 0 };
		struct elf_image image;
		char name[56] = { 0 };

		start(&image, X86);
		memset(name, 'n', cases[i].name_size);
		elf_image_number(&image, &versions, cases[i].crc, 8);
		elf_image_append(&versions, name, sizeof(name) - cases[i].cut);
		add_section(&image, "__versions", &versions);
		file = elf_image_finish(&image);
		refuse(cases[i].label, &file, cases[i].expected);
	}
}

/* One export as its symbols tell it; `place` is SHN_ABS, SHN_UNDEF, or 3 for the section below. */
static const struct export_case {
	const char *label;
	const char *ksymtab; /* the section of __ksymtab_, or NULL for no such symbol */
	int place; /* of __crc_, or -1 for no such symbol */
	uint64_t value;
	const char *exports, *error;
} export_cases[] = {
	{ "absolute", "__ksymtab", SHN_ABS, 0x80000001, "sym 80000001", NULL },
	{ "absolute, sign extended", "__ksymtab", SHN_ABS, 0xffffffff80000001, "sym 80000001",
	  NULL },
	{ "stored", "__ksymtab", 3, 0, "sym 1020304", NULL },
	{ "stored further behind", "__ksymtab", 3, 4, "sym 5060708", NULL },
	{ "stored at the end of the section", "__ksymtab", 3, 5, NULL, "outside of its section" },
	{ "stored far away", "__ksymtab", 3, UINT64_MAX, NULL, "outside of its section" },
	{ "could not be computed", "__ksymtab", SHN_UNDEF, 0, "sym -", NULL },
	{ "no modversions", "__ksymtab", -1, 0, "sym -", NULL },
	{ "GPL only", "__ksymtab_gpl", SHN_ABS, 1, "sym 1 gpl", NULL },
	{ "GPL only, before the final link", "___ksymtab_gpl+sym", SHN_ABS, 1, "sym 1 gpl", NULL },
	{ "any license, before the final link", "___ksymtab+sym", SHN_ABS, 1, "sym 1", NULL },
	{ "only a CRC", NULL, SHN_ABS, 1, "sym 1", NULL },
	{ "only a CRC that could not be computed", NULL, SHN_UNDEF, 0, "", NULL },
};

static void crcs_of_exports_are_values_or_stored(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(export_cases) * 2; i++) {
		const struct export_case *row = &export_cases[i / 2];
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };
		struct bytes crcs = { 0 };
		struct elf_image image;

		start(&image, &layouts[i % 2]);
		elf_image_section(&image, row->ksymtab ? row->ksymtab : ".text", SHT_PROGBITS,
				  "12345678", 8);
		elf_image_number(&image, &crcs, 0x01020304, 4);
		elf_image_number(&image, &crcs, 0x05060708, 4);
		add_section(&image, ".rodata", &crcs);
		if (row->ksymtab)
			elf_image_symbol(&image, "__ksymtab_sym", 0, 2, STB_LOCAL);
		if (row->place >= 0)
			elf_image_symbol(&image, "__crc_sym", row->value, (uint16_t)row->place,
					 row->place ? STB_LOCAL : STB_WEAK);
		file = elf_image_finish(&image);
		if (row->error) {
			refuse(row->label, &file, row->error);
			continue;
		}
		read_well(row->label, &file, &module);
		assert_symbols(row->label, &module, "", row->exports);
	}
}

static void namespaces_are_looked_for_inside_of_their_section_only(void **state)
{
	static const struct {
		const char *label;
		uint64_t value;
		uint16_t section;
		const char *exports, *error;
	} cases[] = {
		{ "none", 0, 2, "sym -", NULL },
		{ "one", 1, 2, "sym - NS", NULL },
		{ "beyond the end", 6, 2, NULL, "outside of its section" },
		{ "without an end", 4, 2, NULL, "has no end" },
		{ "in no section", 1, SHN_ABS, "sym -", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };
		struct elf_image image;

		start(&image, X86);
		elf_image_section(&image, "__ksymtab_strings", SHT_PROGBITS, "\0NS\0OP", 6);
		elf_image_symbol(&image, "__ksymtab_sym", 0, 1, STB_LOCAL);
		elf_image_symbol(&image, "__kstrtabns_sym", cases[i].value, cases[i].section,
				 STB_LOCAL);
		file = elf_image_finish(&image);
		if (cases[i].error) {
			refuse(cases[i].label, &file, cases[i].error);
			continue;
		}
		read_well(cases[i].label, &file, &module);
		assert_symbols(cases[i].label, &module, "", cases[i].exports);
	}
}

static void a_stripped_module_tells_what_is_left(void **state)
{
	auto_bytes struct bytes file = { 0 };
	auto_module struct module module = { 0 };
	struct bytes versions = { 0 };
	struct elf_image image;

	(void)state;
	start(&image, X86);
	add_version(&image, &versions, "printk", 0x42);
	add_section(&image, "__versions", &versions);
	elf_image_section(&image, "__ksymtab_strings", SHT_PROGBITS, "two\0\0one\0\0", 11);
	file = elf_image_finish(&image);
	read_well("stripped", &file, &module);
	assert_symbols("stripped", &module, "printk 42", "one -, two -");
	assert_string_equal(module.name, "file_name");
	assert_null(module.vermagic);
	assert_null(module.build_id);
	assert_false(module.gpl_compatible);
}

static void what_is_no_module_is_refused_by_name(void **state)
{
	auto_bytes struct bytes library = { 0 }, empty = { 0 }, damaged = { 0 };
	struct elf_image image = { .is_64 = true, .machine = EM_X86_64 };

	(void)state;
	elf_image_section(&image, ".text", SHT_PROGBITS, "code", 4);
	library = elf_image_finish(&image);
	refuse("a library", &library, "no kernel module");
	elf_image_append(&empty, "", 0);
	refuse("an empty file", &empty, "no ELF file");
	start(&image, X86);
	elf_image_section(&image, ".modinfo", SHT_PROGBITS, "license=GPL", 11);
	damaged = elf_image_finish(&image);
	refuse("a modinfo without an end", &damaged, ".modinfo is damaged");
}

static void only_licenses_of_the_kernel_are_gpl_compatible(void **state)
{
	static const struct {
		const char *label, *info;
		size_t size;
		bool expected;
	} cases[] = {
		{ "GPL", "license=GPL", 12, true },
		{ "dual", "license=Dual MIT/GPL", 21, true },
		{ "proprietary", "license=Proprietary", 20, false },
		{ "almost", "license=GPL v3", 15, false },
		{ "none", "version=1", 10, false },
		{ "the first one counts", "license=None\0license=GPL", 25, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes file = { 0 };
		auto_module struct module module = { 0 };
		struct elf_image image;

		start(&image, X86);
		elf_image_section(&image, ".modinfo", SHT_PROGBITS, cases[i].info, cases[i].size);
		file = elf_image_finish(&image);
		read_well(cases[i].label, &file, &module);
		if (module.gpl_compatible != cases[i].expected)
			fail_msg("%s", cases[i].label);
	}
}

/* The first SIZE bytes of FILE, without the NUL behind: ASan sees who reads one byte too many. */
static void read_exactly(const struct bytes *file, size_t size, const struct layout *layout)
{
	auto_bytes struct bytes cut = { .data = malloc(size ? size : 1), .size = size };
	auto_module struct module module = { 0 };
	auto_error struct error error = { 0 };
	int r;

	memcpy(cut.data, file->data, size);
	r = module_read(&cut, "foo.ko", &module, &error);
	if (size < file->size && (r != -EBADMSG || !error.why))
		fail_msg("%s: cut at %zu: %d", layout->label, size, r);
	if (size == file->size && r != 0)
		fail_msg("%s: whole: %s", layout->label, error.why);
}

static void a_module_cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(layouts) * COUNT(packings); i++) {
		const struct layout *layout = &layouts[i % COUNT(layouts)];
		auto_bytes struct bytes plain = make_module(layout), file = { 0 };

		packings[i / COUNT(layouts)].append(&file, plain.data, plain.size);
		for (size_t size = 0; size < file.size; size += 64)
			read_exactly(&file, size, layout);
		read_exactly(&file, file.size - 1, layout);
		read_exactly(&file, file.size, layout);
	}
}

static void no_wrong_byte_does_harm(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(layouts); i++) {
		auto_bytes struct bytes file = make_module(&layouts[i]);

		for (size_t at = 0; at < file.size * COUNT(values); at++) {
			auto_module struct module module = { 0 };
			auto_error struct error error = { 0 };
			uint8_t *byte = &file.data[at / COUNT(values)], before = *byte;
			int r;

			*byte = values[at % COUNT(values)];
			r = module_read(&file, "foo.ko", &module, &error);
			assert_true(r == 0 || (r == -EBADMSG && error.why));
			refused += r < 0;
			*byte = before;
		}
	}
	assert_true(refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_of_each_machine_are_read),
		cmocka_unit_test(compressed_modules_are_read_and_say_how),
		cmocka_unit_test(extended_modversions_are_read),
		cmocka_unit_test(long_names_fit_into_extended_modversions_only),
		cmocka_unit_test(records_of_versions_are_checked),
		cmocka_unit_test(crcs_of_exports_are_values_or_stored),
		cmocka_unit_test(namespaces_are_looked_for_inside_of_their_section_only),
		cmocka_unit_test(a_stripped_module_tells_what_is_left),
		cmocka_unit_test(what_is_no_module_is_refused_by_name),
		cmocka_unit_test(only_licenses_of_the_kernel_are_gpl_compatible),
		cmocka_unit_test(a_module_cut_anywhere_is_refused),
		cmocka_unit_test(no_wrong_byte_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
