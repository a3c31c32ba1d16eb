/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol-list - the `ksym(FLAVOR:SYMBOL) = CRC` that a kernel package provides, kept as text.
 *
 * Layer: packages. A kernel provides thousands of them, and a pool would look each up twice to keep
 * it: where nothing asks the pool for them, this is what they stand in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* All zero is the empty list. */
struct symbol_list {
	char *text; /* of each its name, then its version, both with a NUL */
	size_t size, room; /* in bytes */
	size_t count;
};

/* Does NAME belong here? */
bool symbol_list_takes(const char *name);
/* Append NAME; a VERSION of "" is any. 0 or -ENOMEM. */
int symbol_list_add(struct symbol_list *list, const char *name, const char *version);
/* Fill an empty LIST with SIZE bytes that were the text of one. 0, -EBADMSG, -ENOMEM. */
int symbol_list_fill(struct symbol_list *list, const char *text, size_t size);
/* Put each name, and each version, into an array with room for `count`. Borrowed from LIST. */
void symbol_list_put(const struct symbol_list *list, const char **names, const char **versions);
void symbol_list_done(struct symbol_list *list);
#define auto_symbol_list __attribute__((cleanup(symbol_list_done)))
