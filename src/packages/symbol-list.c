/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/symbol-list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool symbol_list_takes(const char *name)
{
	return text_starts(name, "ksym(");
}

/* Make room for SIZE more bytes. 0 or -ENOMEM. */
static int make_room(struct symbol_list *list, size_t size)
{
	size_t room = list->room ? list->room : 4096;
	char *text;

	while (room - list->size < size)
		room *= 2;
	if (room == list->room)
		return 0;
	text = realloc(list->text, room);
	if (!text)
		return -ENOMEM;
	list->text = text;
	list->room = room;
	return 0;
}

int symbol_list_add(struct symbol_list *list, const char *name, const char *version)
{
	size_t name_size = strlen(name) + 1, version_size = strlen(version) + 1;

	if (make_room(list, name_size + version_size) < 0)
		return -ENOMEM;
	memcpy(list->text + list->size, name, name_size);
	memcpy(list->text + list->size + name_size, version, version_size);
	list->size += name_size + version_size;
	list->count++;
	return 0;
}

int symbol_list_fill(struct symbol_list *list, const char *text, size_t size)
{
	size_t strings = 0;

	if (size > 0 && text[size - 1] != '\0')
		return -EBADMSG;
	for (const char *at = text; at < text + size; at += strlen(at) + 1)
		strings++;
	if (strings % 2)
		return -EBADMSG;
	if (make_room(list, size) < 0)
		return -ENOMEM;
	memcpy(list->text, text, size);
	list->size = size;
	list->count = strings / 2;
	return 0;
}

void symbol_list_put(const struct symbol_list *list, const char **names, const char **versions)
{
	const char *at = list->text;

	for (size_t i = 0; i < list->count; i++) {
		names[i] = at;
		versions[i] = at + strlen(at) + 1;
		at = versions[i] + strlen(versions[i]) + 1;
	}
}

void symbol_list_done(struct symbol_list *list)
{
	free(list->text);
	*list = (struct symbol_list){ 0 };
}
