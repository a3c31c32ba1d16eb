/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name-filter - has a name been added? Yes, or probably not: bits of fixed number in place of
 * names.
 *
 * Layer: packages. A Bloom filter with two bits a name: "no" is certain, "yes" is wrong for one
 * name of some hundred.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of bits: 300,000 names set a fourteenth of them. */
#define NAME_FILTER_SIZE ((size_t)1 << 20)

struct name_filter {
	uint8_t *bits; /* NULL: nothing was added */
	size_t size; /* a power of two, in bytes */
};

/* 0 or -ENOMEM. */
int name_filter_add(struct name_filter *filter, const char *name);
bool name_filter_has(const struct name_filter *filter, const char *name);
/* The two bits of NAME among SIZE bytes of them. */
void name_filter_bits(const char *name, size_t size, uint64_t ret[2]);
/* Take no more bytes than leave most bits free. */
void name_filter_fold(struct name_filter *filter);
void name_filter_done(struct name_filter *filter);
