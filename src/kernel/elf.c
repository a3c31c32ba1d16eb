/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/elf.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

/* Where a field stands in the headers of 32-bit and of 64-bit files, and how wide it is. */
struct field {
	uint8_t offset[2], width[2];
};

#define FIELD(type, member)                                                                        \
	{                                                                                          \
		{ offsetof(Elf32_##type, member), offsetof(Elf64_##type, member) },                \
		{                                                                                  \
			sizeof(((Elf32_##type *)NULL)->member),                                    \
				sizeof(((Elf64_##type *)NULL)->member)                             \
		}                                                                                  \
	}

static const struct field e_type = FIELD(Ehdr, e_type), e_machine = FIELD(Ehdr, e_machine),
			  e_shoff = FIELD(Ehdr, e_shoff), e_shnum = FIELD(Ehdr, e_shnum),
			  e_shentsize = FIELD(Ehdr, e_shentsize),
			  e_shstrndx = FIELD(Ehdr, e_shstrndx);
static const struct field sh_name = FIELD(Shdr, sh_name), sh_type = FIELD(Shdr, sh_type),
			  sh_offset = FIELD(Shdr, sh_offset), sh_size = FIELD(Shdr, sh_size),
			  sh_link = FIELD(Shdr, sh_link);
static const struct field st_name = FIELD(Sym, st_name), st_info = FIELD(Sym, st_info),
			  st_shndx = FIELD(Sym, st_shndx), st_value = FIELD(Sym, st_value);

static const char beyond_end[] = "it is cut, or reaches beyond its own end";

static uint16_t elf_u16(const struct elf *elf, const uint8_t *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return elf->is_big_endian ? be16toh(number) : le16toh(number);
}

uint32_t elf_u32(const struct elf *elf, const uint8_t *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return elf->is_big_endian ? be32toh(number) : le32toh(number);
}

uint64_t elf_u64(const struct elf *elf, const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return elf->is_big_endian ? be64toh(number) : le64toh(number);
}

/* FIELD of the header at HEADER. */
static uint64_t get(const struct elf *elf, const uint8_t *header, const struct field *field)
{
	const uint8_t *at = header + field->offset[elf->is_64];

	switch (field->width[elf->is_64]) {
	case 1:
		return *at;
	case 2:
		return elf_u16(elf, at);
	case 4:
		return elf_u32(elf, at);
	default:
		return elf_u64(elf, at);
	}
}

static size_t section_header_size(const struct elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

static size_t symbol_size(const struct elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

static bool is_inside(const struct elf *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

static int fail(const char **reterr_why, const char *why)
{
	*reterr_why = why;
	return -EBADMSG;
}

static const uint8_t *header_of(const struct elf *elf, uint32_t index)
{
	return elf->data + elf->section_table + index * section_header_size(elf);
}

struct elf_section elf_section_at(const struct elf *elf, uint32_t index)
{
	const uint8_t *header = header_of(elf, index);
	uint64_t name = get(elf, header, &sh_name);
	struct elf_section section = {
		.name = name < elf->section_names_size ? elf->section_names + name : "",
		.type = (uint32_t)get(elf, header, &sh_type),
		.link = (uint32_t)get(elf, header, &sh_link),
		.data = elf->data,
	};

	/* The section 0 is none; its fields have other meanings. */
	if (index == 0 || section.type == SHT_NOBITS || section.type == SHT_NULL)
		return section;
	section.size = (size_t)get(elf, header, &sh_size);
	if (section.size > 0)
		section.data = elf->data + get(elf, header, &sh_offset);
	return section;
}

bool elf_find(const struct elf *elf, const char *name, struct elf_section *ret)
{
	for (uint32_t i = 1; i < elf->section_count; i++) {
		uint64_t at = get(elf, header_of(elf, i), &sh_name);

		if (at < elf->section_names_size && strcmp(elf->section_names + at, name) == 0) {
			*ret = elf_section_at(elf, i);
			return true;
		}
	}
	return false;
}

/* Is SECTION a table of strings that ends, so that each string in it does? */
static bool holds_strings(const struct elf_section *section)
{
	return section->type == SHT_STRTAB && section->size > 0 &&
	       section->data[section->size - 1] == '\0';
}

/* What the header says of the file as a whole. The file has at least one header's size. */
static void read_header(struct elf *elf)
{
	elf->type = (uint16_t)get(elf, elf->data, &e_type);
	elf->machine = (uint16_t)get(elf, elf->data, &e_machine);
	elf->section_table = (size_t)get(elf, elf->data, &e_shoff);
	elf->section_count = (uint32_t)get(elf, elf->data, &e_shnum);
}

static int read_section_table(struct elf *elf, const char **reterr_why)
{
	if (get(elf, elf->data, &e_shentsize) != section_header_size(elf))
		return fail(reterr_why, "it has no section headers, or ones of a strange size");
	if (!is_inside(elf, elf->section_table, section_header_size(elf)))
		return fail(reterr_why, beyond_end);
	/* More than fit into e_shnum: their number is the size of the section 0 (SHN_LORESERVE). */
	if (elf->section_count == 0) {
		uint64_t count = get(elf, header_of(elf, 0), &sh_size);

		elf->section_count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	}
	if (elf->section_count == 0 || elf->section_count > ELF_SECTIONS_MAX)
		return fail(reterr_why, "it has no sections, or too many of them");
	if (!is_inside(elf, elf->section_table,
		       (uint64_t)elf->section_count * section_header_size(elf)))
		return fail(reterr_why, beyond_end);
	return 0;
}

/* Is all of each section there? Nobody has to ask again. */
static int check_sections(const struct elf *elf, const char **reterr_why)
{
	for (uint32_t i = 1; i < elf->section_count; i++) {
		const uint8_t *header = header_of(elf, i);
		uint64_t type = get(elf, header, &sh_type);

		if (type != SHT_NOBITS && type != SHT_NULL &&
		    !is_inside(elf, get(elf, header, &sh_offset), get(elf, header, &sh_size)))
			return fail(reterr_why, beyond_end);
	}
	return 0;
}

static int read_section_names(struct elf *elf, const char **reterr_why)
{
	uint32_t index = (uint32_t)get(elf, elf->data, &e_shstrndx);
	struct elf_section names;

	if (index == SHN_XINDEX)
		index = (uint32_t)get(elf, header_of(elf, 0), &sh_link);
	if (index == 0 || index >= elf->section_count)
		return fail(reterr_why, "its sections have no names");
	names = elf_section_at(elf, index);
	if (!holds_strings(&names))
		return fail(reterr_why, "the names of its sections are damaged");
	elf->section_names = (const char *)names.data;
	elf->section_names_size = names.size;
	return 0;
}

int elf_open(const struct bytes *file, struct elf *ret, const char **reterr_why)
{
	struct elf elf = { .data = file->data, .size = file->size };
	const uint8_t *ident = file->data;
	int r;

	if (file->size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return fail(reterr_why, "it is no ELF file");
	if ((ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) ||
	    (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB))
		return fail(reterr_why, "it is an ELF file of an unknown class or byte order");
	elf.is_64 = ident[EI_CLASS] == ELFCLASS64;
	elf.is_big_endian = ident[EI_DATA] == ELFDATA2MSB;
	if (!is_inside(&elf, 0, elf.is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return fail(reterr_why, beyond_end);
	read_header(&elf);
	r = read_section_table(&elf, reterr_why);
	if (r == 0)
		r = check_sections(&elf, reterr_why);
	if (r == 0)
		r = read_section_names(&elf, reterr_why);
	if (r == 0)
		*ret = elf;
	return r;
}

/* The first section of TYPE, and its number; of those that are linked to section LINK, if not 0. */
static uint32_t find_type(const struct elf *elf, uint32_t type, uint32_t link,
			  struct elf_section *ret)
{
	for (uint32_t i = 1; i < elf->section_count; i++) {
		const uint8_t *header = header_of(elf, i);

		if (get(elf, header, &sh_type) != type ||
		    (link && get(elf, header, &sh_link) != link))
			continue;
		*ret = elf_section_at(elf, i);
		return i;
	}
	return 0;
}

int elf_symbols_open(const struct elf *elf, struct elf_symbols *ret, const char **reterr_why)
{
	struct elf_section table, strings, wide;
	uint32_t number = find_type(elf, SHT_SYMTAB, 0, &table);

	*ret = (struct elf_symbols){ .elf = elf };
	if (number == 0)
		return 0;
	if (table.size % symbol_size(elf) || table.size / symbol_size(elf) > ELF_SYMBOLS_MAX)
		return fail(reterr_why, "its symbol table is of a strange size");
	if (table.link == 0 || table.link >= elf->section_count)
		return fail(reterr_why, "its symbols have no names");
	strings = elf_section_at(elf, table.link);
	if (!holds_strings(&strings))
		return fail(reterr_why, "the names of its symbols are damaged");
	ret->table = table.data;
	ret->count = (uint32_t)(table.size / symbol_size(elf));
	ret->strings = (const char *)strings.data;
	ret->strings_size = strings.size;
	/* Section numbers that do not fit into st_shndx stand in a table beside (SHN_XINDEX). */
	if (find_type(elf, SHT_SYMTAB_SHNDX, number, &wide) &&
	    wide.size / sizeof(uint32_t) >= ret->count)
		ret->wide_indexes = wide.data;
	return 0;
}

/* Where the symbol INDEX with st_shndx SHNDX stands. 0, or -EBADMSG if that is no section. */
static int find_place(const struct elf_symbols *symbols, uint32_t index, uint32_t shndx,
		      struct elf_symbol *symbol)
{
	if (shndx == SHN_UNDEF)
		symbol->place = ELF_UNDEFINED;
	else if (shndx == SHN_ABS)
		symbol->place = ELF_ABSOLUTE;
	else if (shndx >= SHN_LORESERVE && shndx != SHN_XINDEX)
		/* Common blocks; a live patch resolves its symbols itself (SHN_LIVEPATCH). */
		symbol->place = ELF_ELSEWHERE;
	else
		symbol->place = ELF_IN_SECTION;
	if (symbol->place != ELF_IN_SECTION)
		return 0;
	if (shndx == SHN_XINDEX) {
		if (!symbols->wide_indexes)
			return -EBADMSG;
		shndx = elf_u32(symbols->elf, symbols->wide_indexes + index * sizeof(uint32_t));
	}
	symbol->section = shndx;
	return shndx > 0 && shndx < symbols->elf->section_count ? 0 : -EBADMSG;
}

int elf_symbol_at(const struct elf_symbols *symbols, uint32_t index, struct elf_symbol *ret,
		  const char **reterr_why)
{
	const struct elf *elf = symbols->elf;
	const uint8_t *entry = symbols->table + index * symbol_size(elf);
	uint64_t name = get(elf, entry, &st_name);
	struct elf_symbol symbol = {
		.value = get(elf, entry, &st_value),
		.weak = ELF64_ST_BIND(get(elf, entry, &st_info)) == STB_WEAK,
	};

	if (name >= symbols->strings_size)
		return fail(reterr_why, "the name of a symbol is outside of its strings");
	symbol.name = symbols->strings + name;
	if (find_place(symbols, index, (uint32_t)get(elf, entry, &st_shndx), &symbol) < 0)
		return fail(reterr_why, "a symbol is in a section that is not there");
	*ret = symbol;
	return 0;
}
