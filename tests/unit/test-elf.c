/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "elf-image-file.h"
#include "kernel/elf.h"

static const struct layout {
	const char *label;
	bool is_64, is_big_endian;
} layouts[] = {
	{ "32 bits, little endian", false, false },
	{ "32 bits, big endian", false, true },
	{ "64 bits, little endian", true, false },
	{ "64 bits, big endian", true, true },
};

/* Sections: 1 .text, 2 .bss, 3 .symtab, 4 .strtab, 5 .shstrtab. */
static struct bytes make_image(const struct layout *layout)
{
	struct elf_image image = {
		.is_64 = layout->is_64,
		.is_big_endian = layout->is_big_endian,
		.machine = EM_S390,
	};

	elf_image_section(&image, ".text", SHT_PROGBITS, "code", 4);
	elf_image_section(&image, ".bss", SHT_NOBITS, "", 0);
	elf_image_symbol(&image, "start", 2, 1, STB_GLOBAL);
	elf_image_symbol(&image, "", 0, SHN_ABS, STB_LOCAL);
	elf_image_symbol(&image, "wanted", 0, SHN_UNDEF, STB_GLOBAL);
	elf_image_symbol(&image, "perhaps", 0, SHN_UNDEF, STB_WEAK);
	elf_image_symbol(&image, "fixed", 0x89abcdef, SHN_ABS, STB_GLOBAL);
	elf_image_symbol(&image, "shared", 8, SHN_COMMON, STB_GLOBAL);
	return elf_image_finish(&image);
}

static void assert_symbol(const char *label, const struct elf_symbols *symbols, uint32_t index,
			  const struct elf_symbol *expected)
{
	struct elf_symbol symbol = { 0 };
	const char *why = NULL;

	if (elf_symbol_at(symbols, index, &symbol, &why) != 0)
		fail_msg("%s: symbol %u: %s", label, index, why);
	if (!text_equal(symbol.name, expected->name) || symbol.value != expected->value ||
	    symbol.place != expected->place || symbol.section != expected->section ||
	    symbol.weak != expected->weak)
		fail_msg("%s: symbol %u is '%s' %#llx place %d section %u", label, index,
			 symbol.name, (unsigned long long)symbol.value, symbol.place,
			 symbol.section);
}

static void files_of_both_widths_and_byte_orders_are_read(void **state)
{
	static const struct elf_symbol expected[] = {
		{ "start", 2, ELF_IN_SECTION, 1, false },
		{ "", 0, ELF_ABSOLUTE, 0, false },
		{ "wanted", 0, ELF_UNDEFINED, 0, false },
		{ "perhaps", 0, ELF_UNDEFINED, 0, true },
		{ "fixed", 0x89abcdef, ELF_ABSOLUTE, 0, false },
		{ "shared", 8, ELF_ELSEWHERE, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(layouts); i++) {
		auto_bytes struct bytes file = make_image(&layouts[i]);
		const char *why = NULL, *label = layouts[i].label;
		struct elf_symbols symbols;
		struct elf_section text;
		struct elf elf;

		if (elf_open(&file, &elf, &why) != 0)
			fail_msg("%s: %s", label, why);
		assert_int_equal(elf.machine, EM_S390);
		assert_int_equal(elf.type, ET_REL);
		assert_int_equal(elf.section_count, 6);
		assert_true(elf_find(&elf, ".text", &text));
		assert_int_equal(text.size, 4);
		assert_memory_equal(text.data, "code", 4);
		assert_false(elf_find(&elf, ".data", &text));
		assert_int_equal(elf_symbols_open(&elf, &symbols, &why), 0);
		assert_int_equal(symbols.count, COUNT(expected) + 1);
		for (uint32_t j = 0; j < COUNT(expected); j++)
			assert_symbol(label, &symbols, j + 1, &expected[j]);
	}
}

static void what_stands_behind_the_end_is_of_no_interest(void **state)
{
	auto_bytes struct bytes file = make_image(&layouts[2]);
	const char *why = NULL;
	struct elf elf;

	(void)state;
	elf_image_append(&file, "a signature", 11);
	assert_int_equal(elf_open(&file, &elf, &why), 0);
}

static void a_section_without_room_in_the_file_has_no_data(void **state)
{
	struct elf_image image = { .is_64 = true };
	auto_bytes struct bytes file = { 0 };
	const char *why = NULL;
	struct elf_section section;
	Elf64_Shdr header;
	struct elf elf;
	size_t at;

	(void)state;
	elf_image_section(&image, ".bss", SHT_NOBITS, "", 0);
	file = elf_image_finish(&image);
	at = file.size - 2 * sizeof(header);
	memcpy(&header, file.data + at, sizeof(header));
	header.sh_size = (uint64_t)1 << 40;
	memcpy(file.data + at, &header, sizeof(header));
	assert_int_equal(elf_open(&file, &elf, &why), 0);
	assert_true(elf_find(&elf, ".bss", &section));
	assert_int_equal(section.size, 0);
}

#define HEADER(member) offsetof(Elf64_Ehdr, member), sizeof(((Elf64_Ehdr *)NULL)->member)
/* Of the section NUMBER; the headers of the six stand at the end. */
#define SECTION(number, member)                                                                    \
	SIZE_MAX - (6 - (number)) * sizeof(Elf64_Shdr) + 1 + offsetof(Elf64_Shdr, member),         \
		sizeof(((Elf64_Shdr *)NULL)->member)

/* Damage to one field of a 64-bit little-endian file; an offset near SIZE_MAX is from the end. */
static const struct damage {
	const char *label;
	size_t at, width;
	uint64_t value;
	const char *expected;
} damages[] = {
	{ "no magic", 0, 4, 0, "no ELF file" },
	{ "a strange class", EI_CLASS, 1, 3, "unknown class" },
	{ "no byte order", EI_DATA, 1, 0, "unknown class or byte order" },
	{ "headers of no size", HEADER(e_shentsize), 0, "strange size" },
	{ "headers of another size", HEADER(e_shentsize), 40, "strange size" },
	{ "headers beyond the end", HEADER(e_shoff), 1U << 20, "beyond its own end" },
	{ "headers that wrap around", HEADER(e_shoff), UINT64_MAX - 8, "beyond its own end" },
	{ "more sections than there are", HEADER(e_shnum), 7, "beyond its own end" },
	{ "no sections", HEADER(e_shnum), 0, "no sections" },
	{ "names in no section", HEADER(e_shstrndx), 0, "no names" },
	{ "names in a section that is not there", HEADER(e_shstrndx), 6, "no names" },
	{ "names in a reserved section", HEADER(e_shstrndx), 0xfff1, "no names" },
	{ "names in a wide index that is none", HEADER(e_shstrndx), SHN_XINDEX, "no names" },
	{ "names in a section of another type", HEADER(e_shstrndx), 1, "are damaged" },
	{ "a section beyond the end", SECTION(1, sh_offset), 1U << 20, "beyond its own end" },
	{ "a section that wraps around", SECTION(1, sh_size), UINT64_MAX - 1,
	  "beyond its own end" },
	{ "an empty table of names", SECTION(5, sh_size), 0, "are damaged" },
	{ "names without an end", SECTION(5, sh_size), 3, "are damaged" },
	{ "symbols of a strange size", SECTION(3, sh_size), 25, "of a strange size" },
	{ "symbols without names", SECTION(3, sh_link), 0, "symbols have no names" },
	{ "symbols with names nowhere", SECTION(3, sh_link), 77, "symbols have no names" },
	{ "symbols with names in code", SECTION(3, sh_link), 1, "symbols are damaged" },
};

/* All that the reader can be asked. The first failure, or NULL. */
static const char *read_all(const struct bytes *file)
{
	struct elf_symbols symbols;
	struct elf_symbol symbol;
	const char *why = NULL;
	struct elf elf;

	if (elf_open(file, &elf, &why) < 0 || elf_symbols_open(&elf, &symbols, &why) < 0)
		return why;
	for (uint32_t i = 0; i < elf.section_count; i++)
		(void)elf_section_at(&elf, i);
	for (uint32_t i = 1; i < symbols.count; i++)
		if (elf_symbol_at(&symbols, i, &symbol, &why) < 0)
			return why;
	return NULL;
}

static void damaged_headers_are_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++) {
		const struct damage *damage = &damages[i];
		auto_bytes struct bytes file = make_image(&layouts[2]);
		size_t at = damage->at < file.size ? damage->at : file.size + damage->at;
		const char *why;

		memcpy(file.data + at, &damage->value, damage->width);
		why = read_all(&file);
		if (!why || !strstr(why, damage->expected))
			fail_msg("%s: %s", damage->label, why ? why : "was read");
	}
}

static void a_symbol_in_a_section_that_is_not_there_is_refused(void **state)
{
	static const struct {
		const char *label;
		uint16_t section;
		const char *expected;
	} cases[] = {
		{ "the last section", 4, NULL },
		{ "behind the last section", 5, "in a section that is not there" },
		{ "far behind the last section", 0xfe00, "in a section that is not there" },
		{ "a wide number without a table of them", SHN_XINDEX, "not there" },
		{ "reserved, and no section", SHN_LORESERVE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct elf_image image = { .is_64 = true };
		auto_bytes struct bytes file = { 0 };
		const char *why;

		elf_image_section(&image, ".text", SHT_PROGBITS, "code", 4);
		elf_image_symbol(&image, "wild", 0, cases[i].section, STB_GLOBAL);
		file = elf_image_finish(&image);
		why = read_all(&file);
		if (cases[i].expected ? !why || !strstr(why, cases[i].expected) : why != NULL)
			fail_msg("%s: %s", cases[i].label, why ? why : "was read");
	}
}

static void a_name_outside_of_the_strings_is_refused(void **state)
{
	struct elf_image image = { .is_64 = true };
	auto_bytes struct bytes file = { 0 };
	uint32_t name = 7;

	(void)state;
	elf_image_symbol(&image, "symbol", 0, SHN_ABS, STB_GLOBAL);
	memcpy(image.symbols.data + sizeof(Elf64_Sym), &name, sizeof(name));
	file = elf_image_finish(&image);
	assert_null(read_all(&file));
	bytes_done(&file);
	name = 8;
	elf_image_symbol(&image, "symbol", 0, SHN_ABS, STB_GLOBAL);
	memcpy(image.symbols.data + sizeof(Elf64_Sym), &name, sizeof(name));
	file = elf_image_finish(&image);
	assert_non_null(strstr(read_all(&file), "outside of its strings"));
}

/* More sections than the narrow fields can count: their numbers stand in the first header. */
static void wide_section_numbers_are_followed(void **state)
{
	auto_bytes struct bytes file = { 0 };
	struct elf_image image = { .is_64 = true };
	const uint32_t wide[2] = { 0, 1 };
	Elf64_Shdr first = { .sh_size = 6, .sh_link = 5 };
	struct elf_symbols symbols;
	Elf64_Ehdr header;
	const char *why = NULL;
	struct elf elf;

	(void)state;
	elf_image_section(&image, ".text", SHT_PROGBITS, "code", 4);
	elf_image_section(&image, ".symtab_shndx", SHT_SYMTAB_SHNDX, wide, sizeof(wide));
	image.sections[2].link = 3;
	elf_image_symbol(&image, "start", 2, SHN_XINDEX, STB_GLOBAL);
	file = elf_image_finish(&image);
	memcpy(&header, file.data, sizeof(header));
	header.e_shnum = 0;
	header.e_shstrndx = SHN_XINDEX;
	memcpy(file.data, &header, sizeof(header));
	memcpy(file.data + header.e_shoff, &first, sizeof(first));
	assert_int_equal(elf_open(&file, &elf, &why), 0);
	assert_int_equal(elf.section_count, 6);
	assert_int_equal(elf_symbols_open(&elf, &symbols, &why), 0);
	assert_symbol("wide", &symbols, 1,
		      &(struct elf_symbol){ "start", 2, ELF_IN_SECTION, 1, false });
	first.sh_size = (uint64_t)1 << 33;
	memcpy(file.data + header.e_shoff, &first, sizeof(first));
	assert_non_null(strstr(read_all(&file), "too many"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_both_widths_and_byte_orders_are_read),
		cmocka_unit_test(what_stands_behind_the_end_is_of_no_interest),
		cmocka_unit_test(a_section_without_room_in_the_file_has_no_data),
		cmocka_unit_test(damaged_headers_are_refused_by_name),
		cmocka_unit_test(a_symbol_in_a_section_that_is_not_there_is_refused),
		cmocka_unit_test(a_name_outside_of_the_strings_is_refused),
		cmocka_unit_test(wide_section_numbers_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
