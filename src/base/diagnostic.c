/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diagnostic.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

static int add_text(struct diagnostics *list, const char *id, const char *culprit, const char *text)
{
	struct diagnostic *item;

	if (array_grow(&list->items, list->count, sizeof(*list->items)) < 0)
		return -ENOMEM;
	item = &list->items[list->count++];
	item->id = strdup(id);
	item->text = text_printable(text);
	item->culprit = culprit ? text_printable(culprit) : NULL;
	return item->id && item->text && (item->culprit || !culprit) ? 0 : -ENOMEM;
}

int diagnostics_add(struct diagnostics *list, const char *id, const char *culprit,
		    const char *format, ...)
{
	auto_free char *text = NULL;
	va_list args;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	return text ? add_text(list, id, culprit, text) : -ENOMEM;
}

static bool is_there(const struct diagnostics *list, const struct diagnostic *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->items[i].id, item->id) &&
		    text_equal(list->items[i].text, item->text) &&
		    text_equal(list->items[i].culprit, item->culprit))
			return true;
	return false;
}

int diagnostics_copy(struct diagnostics *list, const struct diagnostics *from)
{
	int r = 0;

	for (size_t i = 0; i < from->count && r == 0; i++)
		if (!is_there(list, &from->items[i]))
			r = add_text(list, from->items[i].id, from->items[i].culprit,
				     from->items[i].text);
	return r;
}

static void release_item(struct diagnostic *item)
{
	free(item->id);
	free(item->text);
	free(item->culprit);
}

void diagnostics_drop(struct diagnostics *list, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (text_equal(list->items[i].id, id))
			release_item(&list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

void diagnostics_done(struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++)
		release_item(&list->items[i]);
	free(list->items);
	*list = (struct diagnostics){ 0 };
}
