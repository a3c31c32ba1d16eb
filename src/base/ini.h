/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ini - the lines of a configuration file: [sections], keys with values, and what else there is.
 *
 * Layer: base. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum ini_kind {
	INI_END,
	INI_SECTION, /* name is what stands in the brackets; "" if nothing, or no end, does */
	INI_PAIR, /* name and value */
	INI_TEXT, /* value is all of it: a continuation, or a mistake */
};

/* Where the reading is; name and value are of the last line, and valid until the next. */
struct ini {
	const char *text, *end;
	size_t line; /* its number, from 1 */
	bool indented; /* did it begin with a blank? */
	char *name, *value;
	char *buffer; /* what they point into */
};

/* Begin with SIZE bytes at TEXT, borrowed; release with ini_done(). */
struct ini ini_begin(const char *text, size_t size);
/*
 * Read the next line that is neither empty nor a comment ('#' or ';'), its ends trimmed. Its kind,
 * or -ENOMEM.
 */
int ini_next(struct ini *ini);
void ini_done(struct ini *ini);

#define auto_ini __attribute__((cleanup(ini_done)))
