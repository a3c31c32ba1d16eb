/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interner - strings one behind the other in one text, each that is looked for only once.
 *
 * Layer: packages.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct interned {
	uint32_t hash; /* interner_hash() of the string */
	uint32_t at; /* where it begins in the text */
	uint32_t value; /* the caller's, 0 until set */
};

/* All zero is empty, but for `max`. */
struct interner {
	char *text; /* each string with its NUL; the empty one is at 0 */
	size_t size, room; /* in bytes */
	size_t max; /* the text never reaches so many bytes: below 4 GiB */
	struct interned *slots;
	size_t slot_count, used;
	struct interned spare; /* for what finds no slot */
};

/* Fast, and the same in every run. */
uint32_t interner_hash(const char *text, size_t length);
/* Append LENGTH bytes and a NUL, whether they are there or not. 0, -EFBIG or -ENOMEM. */
int interner_append(struct interner *interner, const char *text, size_t length, uint32_t *ret);
/*
 * Find LENGTH bytes, or append them. *RET is borrowed until the next call. Where too many strings
 * have one hash, which chance does not bring about, they are appended each time, with a value of 0.
 */
int interner_add(struct interner *interner, const char *text, size_t length, struct interned **ret);
/* Make it empty, and keep its memory. */
void interner_clear(struct interner *interner);
void interner_done(struct interner *interner);
