/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text - small questions and answers about strings.
 *
 * Layer: base.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool text_equal(const char *left, const char *right)
{
	return left == right || (left && right && strcmp(left, right) == 0);
}

static inline bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix);
/* Copy TEXT, which may be NULL, to *RET, owned. 0 or -ENOMEM. */
int text_copy(const char *text, char **ret);
/* What FORMAT makes; owned, NULL if out of memory. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *text_vformat(const char *format, va_list args);
/*
 * A copy of TEXT safe for a terminal and for JSON: control bytes and what is no valid UTF-8
 * become "\xHH". Owned, NULL if out of memory.
 */
char *text_printable(const char *text);
/*
 * Length in bytes of the UTF-8 sequence at TEXT, which ends in a NUL byte; 0 if it is not
 * well-formed (RFC 3629: no overlong, no surrogates).
 */
size_t text_utf8_length(const unsigned char *text);
/* The value of a hexadecimal digit of either case, or -1. */
static inline int text_hex_digit(char c)
{
	unsigned int digit = (unsigned char)c - '0', letter = ((unsigned char)c | 0x20U) - 'a';

	return digit < 10 ? (int)digit : letter < 6 ? (int)letter + 10 : -1;
}
/* SIZE bytes at DATA in lower-case hexadecimal; owned, NULL if out of memory. */
char *text_hex(const void *data, size_t size);
/*
 * A module's name as the kernel compares it: the basename of PATH up to its first '.', '-' as '_'
 * (kmod: modname_normalize). Owned, NULL if out of memory.
 */
char *text_module_name(const char *path);
/* Is PATH the name of a module file: *.ko, *.ko.gz, *.ko.xz or *.ko.zst? */
bool text_is_module_file(const char *path);
/*
 * Join the logical line at TEXT, of which LEFT bytes are left, into JOINED (room for LEFT + 1
 * bytes) as kmod reads modprobe.d. Returns its size in TEXT, continuations and final newline
 * included.
 */
size_t text_join_line(const char *text, size_t left, char *joined);
