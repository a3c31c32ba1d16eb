/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml-block - 16 bytes at once, which processors have registers for: compare with ==, < and so on.
 *
 * Layer: packages. Vectors of the compiler, so that every architecture has them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XML_BLOCK 16

typedef uint8_t xml_block __attribute__((vector_size(XML_BLOCK)));
/* What a comparison gives: all bits of a byte, or none. */
typedef int8_t xml_mask __attribute__((vector_size(XML_BLOCK)));

static inline xml_block xml_block_load(const char *at)
{
	xml_block bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/*
 * The number of the first byte that MASK has, XML_BLOCK if it has none. x86 gathers a bit of each
 * byte in one step; elsewhere the halves are looked at.
 */
#ifdef __SSE2__
static inline size_t xml_mask_first(xml_mask mask)
{
	typedef char chars __attribute__((vector_size(XML_BLOCK)));
	unsigned int bits = (unsigned int)__builtin_ia32_pmovmskb128((chars)mask);

	return (size_t)__builtin_ctz(bits | 1U << XML_BLOCK);
}
#else
static inline size_t xml_word_first(uint64_t word)
{
	int bit = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(word)
							    : __builtin_clzll(word);

	return (size_t)bit / 8;
}

static inline size_t xml_mask_first(xml_mask mask)
{
	uint64_t words[2];

	memcpy(words, &mask, sizeof(words));
	if (words[0])
		return xml_word_first(words[0]);
	return words[1] ? 8 + xml_word_first(words[1]) : XML_BLOCK;
}
#endif
