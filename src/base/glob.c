/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/glob.h"

#include <fnmatch.h>
#include <string.h>

size_t glob_literal(const char *pattern)
{
	size_t length = 0;

	while (pattern[length] && !glob_special(pattern[length]))
		length++;
	return length;
}

/* The first PIECE of SIZE bytes from TEXT on that ends at END or before; NULL if there is none. */
static const char *find_piece(const char *text, const char *end, const char *piece, size_t size)
{
	/* Pieces of real patterns are shorter than it takes memmem() to begin. */
	if (size > 16)
		return memmem(text, (size_t)(end - text), piece, size);
	while ((size_t)(end - text) >= size) {
		size_t same = 0;

		while (same < size && text[same] == piece[same])
			same++;
		if (same == size)
			return text;
		text++;
	}
	return NULL;
}

/*
 * PATTERN begins with a '*', the last of which is LAST, and has no other special character: the
 * earliest place of each piece is as good as any later one, but what follows LAST is at the end.
 */
static bool fits_pieces(const char *pattern, const char *last, const char *text)
{
	size_t length = strlen(text), tail = strlen(last + 1);
	const char *end;

	if (tail > length)
		return false;
	end = text + length - tail;
	if (memcmp(end, last + 1, tail) != 0)
		return false;
	while (pattern < last) {
		size_t size = 0;

		while (pattern[1 + size] != '*')
			size++;
		text = find_piece(text, end, pattern + 1, size);
		if (!text)
			return false;
		text += size;
		pattern += 1 + size;
	}
	return true;
}

bool glob_fits(const char *pattern, const char *text)
{
	const char *last = NULL;

	for (; !glob_special(*pattern); pattern++, text++) {
		if (*pattern != *text)
			return false;
		if (!*pattern)
			return true;
	}
	for (const char *c = pattern; *c; c++) {
		if (*c == '*')
			last = c;
		else if (glob_special(*c))
			return fnmatch(pattern, text, 0) == 0;
	}
	return fits_pieces(pattern, last, text);
}
