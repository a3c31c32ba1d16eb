/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-image - the smallest ELF file that tools take for a kernel module, with what it exports
 * and what it was built against. Layout: System V ABI; CRCs as libkmod reads them (libkmod-elf.c).
 */
#pragma once

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

struct module_image {
	uint16_t machine;
	const char *exported; /* one symbol, or NULL */
	uint32_t exported_crc;
	const char *imported; /* one symbol, or NULL */
	uint32_t imported_crc;
};

/* A record of __versions on 64-bit machines. */
struct module_version {
	uint64_t crc;
	char name[56];
};

struct module_file {
	Elf64_Ehdr header;
	Elf64_Shdr sections[6];
	Elf64_Sym symbols[2];
	struct module_version versions[1];
	char strings[64];
	char section_names[80];
};

static inline uint32_t module_image_name(struct module_file *file, const char *name)
{
	size_t at = 1;

	while (file->section_names[at])
		at += strlen(file->section_names + at) + 1;
	strcpy(file->section_names + at, name);
	return (uint32_t)at;
}

static inline void module_image_section(struct module_file *file, size_t index, const char *name,
					uint32_t type, const void *data, size_t size)
{
	file->sections[index] = (Elf64_Shdr){
		.sh_name = module_image_name(file, name),
		.sh_type = type,
		.sh_offset = (size_t)((const char *)data - (const char *)file),
		.sh_size = size,
		.sh_addralign = 8,
		.sh_entsize = type == SHT_SYMTAB ? sizeof(Elf64_Sym) : 0,
		.sh_link = type == SHT_SYMTAB ? 3 : 0,
	};
}

static inline void module_image_symbols(struct module_file *file, const struct module_image *image)
{
	if (image->exported) {
		snprintf(file->strings + 1, sizeof(file->strings) - 1, "__crc_%s", image->exported);
		file->symbols[1] = (Elf64_Sym){
			.st_name = 1,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
			.st_shndx = SHN_ABS,
			.st_value = image->exported_crc,
		};
	}
	if (image->imported) {
		file->versions[0].crc = image->imported_crc;
		snprintf(file->versions[0].name, sizeof(file->versions[0].name), "%s",
			 image->imported);
	}
}

/* Fill FILE for a little-endian 64-bit machine. */
static inline void module_image_make(struct module_file *file, const struct module_image *image)
{
	*file = (struct module_file){
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT },
			.e_type = ET_REL,
			.e_machine = image->machine,
			.e_version = EV_CURRENT,
			.e_shoff = offsetof(struct module_file, sections),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 6,
			.e_shstrndx = 4,
		},
	};
	module_image_symbols(file, image);
	module_image_section(file, 1, ".symtab", SHT_SYMTAB, file->symbols, sizeof(file->symbols));
	module_image_section(file, 2, "__versions", SHT_PROGBITS, file->versions,
			     image->imported ? sizeof(file->versions) : 0);
	module_image_section(file, 3, ".strtab", SHT_STRTAB, file->strings, sizeof(file->strings));
	module_image_section(file, 4, ".shstrtab", SHT_STRTAB, file->section_names,
			     sizeof(file->section_names));
	/* What modpost marks a module with. */
	module_image_section(file, 5, ".gnu.linkonce.this_module", SHT_PROGBITS, file->symbols, 0);
}
