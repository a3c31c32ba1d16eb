/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/xml-reference.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/xml.h"

static size_t put_utf8(char *to, uint32_t c)
{
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (length == 1) {
		*to = (char)c;
		return 1;
	}
	for (size_t i = length - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	*to = (char)(0xf00 >> length | c);
	return length;
}

/* "#N;" or "#xN;" AT: the character behind which *RET stands. 0 for none (XML 1.0, 4.1: WFC). */
static uint32_t read_number(char *at, char **ret)
{
	int base = at[1] == 'x' ? 16 : 10;
	uint32_t c = 0;
	int digit;

	at += base == 16 ? 2 : 1;
	for (; (digit = text_hex_digit(*at)) >= 0 && digit < base && c <= 0x10ffff; at++)
		c = c * (uint32_t)base + (uint32_t)digit;
	*ret = at + 1;
	if (*at != ';' || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff)
		return 0;
	return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? c : 0;
}

/* The reference AT, behind its '&', stands for a character, behind which *RET stands; 0 for none.
 */
static uint32_t read_reference(char *at, char **ret)
{
	static const struct {
		const char *text;
		char c;
	} entities[] = {
		{ "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' }, { "quot;", '"' }, { "apos;", '\'' }
	};

	if (*at == '#')
		return read_number(at, ret);
	for (size_t i = 0; i < COUNT(entities); i++)
		if (text_starts(at, entities[i].text)) {
			*ret = at + strlen(entities[i].text);
			return (unsigned char)entities[i].c;
		}
	return 0;
}

bool xml_decode(struct xml_text *text, bool value)
{
	char *start = (char *)(uintptr_t)text->at, *from = start, *to = start;
	char *end = start + text->length;

	while (from < end) {
		uint32_t c;

		if (*from != '&') {
			*to++ = value && (*from == '\n' || *from == '\t') ? ' ' : *from;
			from++;
			continue;
		}
		c = read_reference(from + 1, &from);
		if (!c || from > end)
			return false;
		to += put_utf8(to, c);
	}
	text->length = (size_t)(to - start);
	return true;
}
