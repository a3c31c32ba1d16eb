/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines - a text in memory, one line at a time.
 *
 * Layer: hardware. Borrows the text; nothing is copied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct lines {
	const char *text; /* the current line, not NUL-terminated */
	size_t length; /* of it, without "\n" or "\r\n" */
	size_t number; /* of it, from 1 */
	const char *next;
	const char *end;
};

/* The SIZE bytes at DATA, before their first line. */
struct lines lines_of(const void *data, size_t size);
/* Go to the next line; false at the end. A last line needs no line end. */
bool lines_next(struct lines *lines);
/* Does the current line begin with PREFIX? */
bool lines_start_with(const struct lines *lines, const char *prefix);
