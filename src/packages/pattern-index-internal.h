/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern-index-internal - where the builder of a pattern index puts what its view looks up.
 *
 * Layer: packages. For pattern-index.c and pattern-builder.c only.
 */
#pragma once

#include <stdint.h>
#include <string.h>

/* The bytes of a piece: a hint's fields, such as a product's number, have four digits. */
#define PATTERN_PIECE sizeof(uint32_t)

static inline uint32_t pattern_piece(const char *text)
{
	uint32_t piece;

	memcpy(&piece, text, sizeof(piece));
	return piece;
}

/* Of 1 << BITS buckets the one of PIECE: the upper bits of a product (Knuth, 6.4). */
static inline uint32_t pattern_bucket(uint32_t piece, uint32_t bits)
{
	return (piece * 2654435769U) >> (32 - bits);
}
