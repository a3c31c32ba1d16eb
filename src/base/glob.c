/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/glob.h"

#include <fnmatch.h>
#include <string.h>

/* Special to fnmatch(3); a ']' is so only behind a '['. */
#define SPECIAL "*?[\\"

size_t glob_literal(const char *pattern)
{
	return strcspn(pattern, SPECIAL);
}

/*
 * PATTERN begins with a '*' and has no other special character: the earliest place of each piece is
 * as good as any later one, but the last piece has to stand at the end.
 */
static bool fits_pieces(const char *pattern, const char *text, size_t length)
{
	const char *end = text + length, *last = strrchr(pattern, '*') + 1;
	size_t tail = strlen(last);

	if (tail > length || memcmp(end - tail, last, tail) != 0)
		return false;
	end -= tail;
	for (const char *piece = pattern + 1; piece < last;) {
		size_t size = strcspn(piece, "*");

		text = memmem(text, (size_t)(end - text), piece, size);
		if (!text)
			return false;
		text += size;
		piece += size + 1;
	}
	return true;
}

bool glob_fits(const char *pattern, const char *text)
{
	size_t literal = glob_literal(pattern);

	if (strncmp(pattern, text, literal) != 0)
		return false;
	pattern += literal;
	text += literal;
	if (!*pattern)
		return !*text;
	if (strpbrk(pattern, "?[\\"))
		return fnmatch(pattern, text, 0) == 0;
	return fits_pieces(pattern, text, strlen(text));
}
