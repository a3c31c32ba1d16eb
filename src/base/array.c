/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/array.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

int array_grow(void *items, size_t count, size_t size)
{
	void *grown;

	/* ITEMS points to some T *, which may not be read as a void *: copy the bytes instead. */
	memcpy(&grown, items, sizeof(grown));
	/* A full array holds a power of two of elements, so this is where capacity ends. */
	if (count == 0 || (count & (count - 1)) == 0) {
		size_t capacity = count ? count * 2 : 1;

		grown = reallocarray(grown, capacity, size);
		if (!grown)
			return -ENOMEM;
		memcpy(items, &grown, sizeof(grown));
	}
	memset((char *)grown + count * size, 0, size);
	return 0;
}

static int strings_append_owned(struct strings *strings, char *owned)
{
	if (!owned)
		return -ENOMEM;
	if (array_grow(&strings->items, strings->count, sizeof(*strings->items)) < 0) {
		free(owned);
		return -ENOMEM;
	}
	strings->items[strings->count++] = owned;
	return 0;
}

int strings_add(struct strings *strings, const char *text)
{
	return strings_append_owned(strings, strdup(text));
}

int strings_add_length(struct strings *strings, const char *text, size_t length)
{
	return strings_append_owned(strings, strndup(text, length));
}

int strings_add_once(struct strings *strings, const char *text)
{
	return strings_contain(strings, text) ? 0 : strings_add(strings, text);
}

int strings_addf(struct strings *strings, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	return strings_append_owned(strings, text);
}

bool strings_contain(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

static int compare_strings(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void strings_sort_unique(struct strings *strings)
{
	size_t kept = 0;

	if (strings->count == 0)
		return;
	qsort(strings->items, strings->count, sizeof(*strings->items), compare_strings);
	for (size_t i = 1; i < strings->count; i++) {
		if (strcmp(strings->items[kept], strings->items[i]) == 0)
			free(strings->items[i]);
		else
			strings->items[++kept] = strings->items[i];
	}
	/* Dropping elements may leave capacity behind a power of two; array_grow() then grows
	 * early. */
	strings->count = kept + 1;
}

bool strings_contain_sorted(const struct strings *strings, const char *text)
{
	return strings->count && bsearch(&text, strings->items, strings->count,
					 sizeof(*strings->items), compare_strings);
}

char *strings_join(const struct strings *strings, const char *separator)
{
	size_t size = 1;
	char *joined, *end;

	for (size_t i = 0; i < strings->count; i++)
		size += strlen(strings->items[i]) + strlen(separator);
	end = joined = calloc(1, size);
	for (size_t i = 0; joined && i < strings->count; i++) {
		end = stpcpy(end, i ? separator : "");
		end = stpcpy(end, strings->items[i]);
	}
	return joined;
}

void strings_done(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){ 0 };
}

char *strings_enumerate(const struct strings *strings, size_t most)
{
	char *text = strdup("");

	for (size_t i = 0; i < strings->count && text; i++) {
		auto_free char *before = text;

		if (i == most)
			return text_format("%s and %zu more", before, strings->count - i);
		text = text_format("%s%s%s", before, i ? ", " : "", strings->items[i]);
	}
	return text;
}
