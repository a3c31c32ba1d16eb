/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf-image-file - the file that an elf-image becomes.
 */
#pragma once

#include "elf-image.h"

static inline void elf_image_header(const struct elf_image *image, struct bytes *to,
				    uint64_t section_table)
{
	const uint8_t ident[EI_NIDENT] = {
		ELFMAG0,
		ELFMAG1,
		ELFMAG2,
		ELFMAG3,
		image->is_64 ? ELFCLASS64 : ELFCLASS32,
		image->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB,
		EV_CURRENT,
	};
	const size_t sizes[] = { image->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr),
				 0,
				 0,
				 image->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr),
				 image->section_count,
				 image->section_count - 1 };

	elf_image_append(to, ident, sizeof(ident));
	elf_image_number(image, to, ET_REL, 2);
	elf_image_number(image, to, image->machine, 2);
	elf_image_number(image, to, EV_CURRENT, 4);
	elf_image_word(image, to, 0);
	elf_image_word(image, to, 0);
	elf_image_word(image, to, section_table);
	elf_image_number(image, to, 0, 4);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		elf_image_number(image, to, sizes[i], 2);
}

static inline void elf_image_section_header(const struct elf_image *image, struct bytes *to,
					    const struct elf_image_section *section, uint32_t name,
					    uint64_t offset)
{
	size_t symbol = image->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	elf_image_number(image, to, name, 4);
	elf_image_number(image, to, section->type, 4);
	elf_image_word(image, to, 0);
	elf_image_word(image, to, 0);
	elf_image_word(image, to, offset);
	elf_image_word(image, to, section->content.size);
	elf_image_number(image, to, section->link, 4);
	elf_image_number(image, to, 0, 4);
	elf_image_word(image, to, 1);
	elf_image_word(image, to, section->type == SHT_SYMTAB ? symbol : 0);
}

/* The whole file, sections in front of their headers; owned. IMAGE is empty afterwards. */
static inline struct bytes elf_image_finish(struct elf_image *image)
{
	struct bytes names = { 0 }, body = { 0 }, headers = { 0 }, file = { 0 };
	size_t start = image->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), name = 1;

	if (image->symbols.size > 0) {
		uint16_t at = elf_image_section(image, ".symtab", SHT_SYMTAB, image->symbols.data,
						image->symbols.size);

		image->sections[at].link = at + 1U;
		elf_image_section(image, ".strtab", SHT_STRTAB, image->strings.data,
				  image->strings.size);
	}
	elf_image_section(image, ".shstrtab", SHT_STRTAB, "", 1);
	elf_image_append(&names, "", 1);
	for (size_t i = 1; i < image->section_count; i++)
		elf_image_append(&names, image->sections[i].name,
				 strlen(image->sections[i].name) + 1);
	bytes_done(&image->sections[image->section_count - 1].content);
	image->sections[image->section_count - 1].content = names;
	elf_image_section_header(image, &headers, &image->sections[0], 0, 0);
	for (size_t i = 1; i < image->section_count; i++) {
		struct elf_image_section *section = &image->sections[i];

		elf_image_section_header(image, &headers, section, (uint32_t)name,
					 start + body.size);
		name += strlen(section->name) + 1;
		elf_image_append(&body, section->content.data, section->content.size);
		bytes_done(&section->content);
	}
	elf_image_header(image, &file, start + body.size);
	elf_image_append(&file, body.data, body.size);
	elf_image_append(&file, headers.data, headers.size);
	bytes_done(&body);
	bytes_done(&headers);
	bytes_done(&image->symbols);
	bytes_done(&image->strings);
	image->section_count = 0;
	return file;
}
