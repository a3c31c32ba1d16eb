/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * array - growing arrays: of anything (array_grow), and of owned strings.
 *
 * Layer: base.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Make room for one more element of SIZE bytes behind COUNT ones; the new element is zeroed.
 * *ITEMS is a malloc'ed array (or NULL with COUNT 0), capacity is the next power of two.
 * 0 or -ENOMEM, with *ITEMS still valid.
 */
int array_grow(void *items, size_t count, size_t size);

/* A list of owned strings; all zero is the empty list. */
struct strings {
	char **items;
	size_t count;
};

/* Append a copy of TEXT (of its first LENGTH bytes). 0 or -ENOMEM. */
int strings_add(struct strings *strings, const char *text);
int strings_add_length(struct strings *strings, const char *text, size_t length);
/* Append TEXT unless it is there (linear). 0 or -ENOMEM. */
int strings_add_once(struct strings *strings, const char *text);
/* Append what FORMAT makes. 0 or -ENOMEM. */
__attribute__((format(printf, 2, 3))) int strings_addf(struct strings *strings, const char *format,
						       ...);
bool strings_contain(const struct strings *strings, const char *text);
/* "a, b and 3 more": the first MOST of them. Owned; NULL if out of memory. */
char *strings_enumerate(const struct strings *strings, size_t most);
/* Sort by byte value and drop what is there twice. */
void strings_sort_unique(struct strings *strings);
/* Is TEXT in a list sorted by strings_sort_unique()? */
bool strings_contain_sorted(const struct strings *strings, const char *text);
/* All of them with SEPARATOR between; owned, NULL if out of memory. */
char *strings_join(const struct strings *strings, const char *separator);
void strings_done(struct strings *strings);

#define auto_strings __attribute__((cleanup(strings_done)))
