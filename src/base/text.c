/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

bool text_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && memcmp(text + length - tail, suffix, tail) == 0;
}

char *text_vformat(const char *format, va_list args)
{
	char *text = NULL;

	/* What it leaves in TEXT when it fails is undefined. */
	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

int text_copy(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

char *text_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	return text;
}

char *text_hex(const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = data;
	char *text = malloc(2 * size + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	text[2 * size] = '\0';
	return text;
}

size_t text_utf8_length(const unsigned char *text)
{
	unsigned int lowest = 0x80, highest = 0xbf;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (text[0] == 0xe0)
		lowest = 0xa0;
	else if (text[0] == 0xed)
		highest = 0x9f;
	else if (text[0] == 0xf0)
		lowest = 0x90;
	else if (text[0] == 0xf4)
		highest = 0x8f;
	if (text[1] < lowest || text[1] > highest)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* C1 controls, and what turns the direction of writing or ends a line (Unicode: Bidi_Control, Zl,
 * Zp). */
static bool steers(const unsigned char *text)
{
	if (text[0] == 0xc2)
		return text[1] < 0xa0;
	if (text[0] == 0xd8)
		return text[1] == 0x9c;
	if (text[0] != 0xe2)
		return false;
	return (text[1] == 0x80 &&
		(text[2] == 0x8e || text[2] == 0x8f || (text[2] >= 0xa8 && text[2] <= 0xae))) ||
	       (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
}

static bool is_plain(const char *text)
{
	while (*text >= ' ' && *text < 0x7f)
		text++;
	return *text == '\0';
}

char *text_printable(const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	char *safe, *to;

	if (is_plain(text))
		return strdup(text);
	safe = to = malloc(strlen(text) * 4 + 1);
	if (!safe)
		return NULL;
	while (*from) {
		size_t length = *from < 0x20 || *from == 0x7f ? 0 : text_utf8_length(from);

		if (length > 1 && steers(from))
			length = 0;
		if (length == 0) {
			to += sprintf(to, "\\x%02x", *from++);
			continue;
		}
		memcpy(to, from, length);
		to += length;
		from += length;
	}
	*to = '\0';
	return safe;
}

char *text_module_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char *name = strndup(base, strcspn(base, "."));

	for (char *c = name; c && *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

bool text_is_module_file(const char *path)
{
	static const char *const suffixes[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst" };

	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (text_ends(path, suffixes[i]))
			return true;
	return false;
}

/*
 * A backslash is dropped together with a newline behind it; before any other byte, another
 * backslash too, it is dropped and that byte stays: two backslashes before a newline end a line,
 * and "inst\\all" is a command.
 */
size_t text_join_line(const char *text, size_t left, char *joined)
{
	size_t used = 0, at = 0;

	for (; at < left && text[at] != '\n'; at++) {
		if (text[at] == '\\' && at + 1 < left && text[++at] == '\n')
			continue;
		joined[used++] = text[at];
	}
	joined[used] = '\0';
	return at + (at < left);
}
