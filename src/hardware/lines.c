/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/lines.h"

#include <string.h>

struct lines lines_of(const void *data, size_t size)
{
	const char *text = data ? data : "";

	return (struct lines){ .text = text, .next = text, .end = text + size };
}

bool lines_next(struct lines *lines)
{
	const char *stop;

	if (lines->next >= lines->end)
		return false;
	lines->text = lines->next;
	stop = memchr(lines->text, '\n', (size_t)(lines->end - lines->text));
	lines->next = stop ? stop + 1 : lines->end;
	lines->length = (size_t)((stop ? stop : lines->end) - lines->text);
	if (stop && lines->length > 0 && lines->text[lines->length - 1] == '\r')
		lines->length--;
	lines->number++;
	return true;
}

bool lines_start_with(const struct lines *lines, const char *prefix)
{
	size_t length = strlen(prefix);

	return lines->length >= length && memcmp(lines->text, prefix, length) == 0;
}
