/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf - the sections, symbols and strings of an ELF file in memory, of either width and byte order.
 *
 * Layer: kernel. Pure. Every offset is checked before it is followed, whatever the file says; what
 * stands behind the file's end (an appended signature) is of no interest. Layout: System V ABI,
 * "Object Files".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/files.h"
#include "base/limits.h"

/* Borrows from the file. */
struct elf {
	const uint8_t *data;
	size_t size;
	bool is_64, is_big_endian;
	uint16_t type, machine;
	uint32_t section_count;
	size_t section_table; /* offset of the section headers */
	const char *section_names;
	size_t section_names_size;
};

struct elf_section {
	const char *name;
	uint32_t type, link;
	const uint8_t *data; /* never NULL */
	size_t size; /* 0 if it takes no room in the file */
};

enum elf_symbol_place { ELF_UNDEFINED, ELF_ABSOLUTE, ELF_IN_SECTION, ELF_ELSEWHERE };

struct elf_symbol {
	const char *name; /* "" if it has none */
	uint64_t value;
	enum elf_symbol_place place;
	uint32_t section; /* of ELF_IN_SECTION, checked */
	bool weak;
};

/* The symbol table of a file; all zero has none. */
struct elf_symbols {
	const struct elf *elf;
	const uint8_t *table, *wide_indexes;
	const char *strings;
	size_t strings_size;
	uint32_t count;
};

/* 0, or -EBADMSG with *RETERR_WHY (static) if FILE is no ELF or reaches beyond its own end. */
int elf_open(const struct bytes *file, struct elf *ret, const char **reterr_why);
/* The INDEXth section, which has to be less than section_count. */
struct elf_section elf_section_at(const struct elf *elf, uint32_t index);
/* The first section NAME. */
bool elf_find(const struct elf *elf, const char *name, struct elf_section *ret);
/* 0, also if there is no symbol table, or -EBADMSG with *RETERR_WHY. */
int elf_symbols_open(const struct elf *elf, struct elf_symbols *ret, const char **reterr_why);
/* The INDEXth symbol, less than count. 0 or -EBADMSG with *RETERR_WHY. */
int elf_symbol_at(const struct elf_symbols *symbols, uint32_t index, struct elf_symbol *ret,
		  const char **reterr_why);
/* A number at AT in the file's byte order. */
uint32_t elf_u32(const struct elf *elf, const uint8_t *at);
uint64_t elf_u64(const struct elf *elf, const uint8_t *at);
