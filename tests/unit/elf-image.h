/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf-image - an ELF file of any width and byte order, section by section and symbol by symbol;
 * elf_image_finish() of elf-image-file.h makes a file of it. Layout: System V ABI, "Object Files".
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

#define ELF_IMAGE_SECTIONS_MAX 32

struct elf_image {
	bool is_64, is_big_endian;
	uint16_t machine;
	struct elf_image_section {
		const char *name;
		uint32_t type, link;
		struct bytes content;
	} sections[ELF_IMAGE_SECTIONS_MAX]; /* the first is none */
	size_t section_count;
	struct bytes symbols, strings;
};

static inline void elf_image_append(struct bytes *bytes, const void *data, size_t size)
{
	bytes->data = realloc(bytes->data, bytes->size + size + 1);
	if (size > 0)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	bytes->data[bytes->size] = '\0';
}

/* NUMBER in WIDTH bytes of the image's byte order. */
static inline void elf_image_number(const struct elf_image *image, struct bytes *to,
				    uint64_t number, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[image->is_big_endian ? width - 1 - i : i] = (uint8_t)(number >> (8 * i));
	elf_image_append(to, bytes, width);
}

/* Offsets, sizes and addresses are as wide as the machine's. */
static inline void elf_image_word(const struct elf_image *image, struct bytes *to, uint64_t number)
{
	elf_image_number(image, to, number, image->is_64 ? 8 : 4);
}

/* Section NAME (borrowed) with a copy of DATA; its number. */
static inline uint16_t elf_image_section(struct elf_image *image, const char *name, uint32_t type,
					 const void *data, size_t size)
{
	struct elf_image_section *section;

	if (image->section_count == 0)
		image->section_count = 1;
	section = &image->sections[image->section_count];
	section->name = name;
	section->type = type;
	elf_image_append(&section->content, data, size);
	return (uint16_t)image->section_count++;
}

/* Where NAME stands in the strings of the symbols. */
static inline uint32_t elf_image_string(struct elf_image *image, const char *name)
{
	uint32_t at;

	if (image->strings.size == 0)
		elf_image_append(&image->strings, "", 1);
	at = (uint32_t)image->strings.size;
	elf_image_append(&image->strings, name, strlen(name) + 1);
	return at;
}

static inline void elf_image_symbol(struct elf_image *image, const char *name, uint64_t value,
				    uint16_t section, unsigned int binding)
{
	const uint8_t info[2] = { (uint8_t)ELF32_ST_INFO(binding, STT_NOTYPE), STV_DEFAULT };
	struct bytes *to = &image->symbols;

	if (to->size == 0)
		elf_image_append(to, &(Elf64_Sym){ 0 },
				 image->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	elf_image_number(image, to, elf_image_string(image, name), 4);
	if (image->is_64)
		elf_image_append(to, info, sizeof(info));
	else
		elf_image_word(image, to, value);
	if (!image->is_64)
		elf_image_word(image, to, 0);
	if (!image->is_64)
		elf_image_append(to, info, sizeof(info));
	elf_image_number(image, to, section, 2);
	if (image->is_64)
		elf_image_word(image, to, value);
	if (image->is_64)
		elf_image_word(image, to, 0);
}
