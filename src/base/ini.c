/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/ini.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ini ini_begin(const char *text, size_t size)
{
	return (struct ini){ .text = text, .end = text + size };
}

void ini_done(struct ini *ini)
{
	free(ini->buffer);
	*ini = (struct ini){ 0 };
}

/* A copy of the line at ini->text without the blanks at its ends; moves on. 0 or -ENOMEM. */
static int copy_line(struct ini *ini)
{
	const char *start = ini->text;
	const char *newline = memchr(start, '\n', (size_t)(ini->end - start));
	const char *stop = newline ? newline : ini->end;

	ini->text = newline ? newline + 1 : ini->end;
	ini->line++;
	ini->indented = start < stop && isspace((unsigned char)*start);
	while (start < stop && isspace((unsigned char)*start))
		start++;
	while (stop > start && isspace((unsigned char)stop[-1]))
		stop--;
	free(ini->buffer);
	ini->buffer = strndup(start, (size_t)(stop - start));
	return ini->buffer ? 0 : -ENOMEM;
}

static enum ini_kind split_section(struct ini *ini)
{
	char *end = strrchr(ini->buffer, ']');

	if (end)
		*end = '\0';
	ini->name = ini->buffer + (end ? 1 : strlen(ini->buffer));
	return INI_SECTION;
}

static enum ini_kind split_pair(struct ini *ini, char *equals)
{
	ini->name = ini->buffer;
	ini->value = equals + 1;
	while (equals > ini->name && isspace((unsigned char)equals[-1]))
		equals--;
	*equals = '\0';
	while (isspace((unsigned char)*ini->value))
		ini->value++;
	return INI_PAIR;
}

static enum ini_kind split(struct ini *ini)
{
	/* No key has these (libzypp: IniParser.cc, keyGarbage): a URL's "?x=y" makes no key. */
	char *end = strpbrk(ini->buffer, "=:/?|,\\");

	if (*ini->buffer == '[')
		return split_section(ini);
	if (end && *end == '=' && end > ini->buffer)
		return split_pair(ini, end);
	ini->value = ini->buffer;
	return INI_TEXT;
}

int ini_next(struct ini *ini)
{
	ini->name = ini->value = NULL;
	while (ini->text < ini->end) {
		if (copy_line(ini) < 0)
			return -ENOMEM;
		if (*ini->buffer && !strchr("#;", *ini->buffer))
			return split(ini);
	}
	return INI_END;
}
