/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"

int pack_open(const struct cache_dir *cache, const struct cache_key *key, struct pack *ret)
{
	auto_cachefile struct cachefile *file = NULL;
	int r = cachefile_open(cache, key, &file);
	size_t size = r == 0 ? cachefile_size(file) : 0;
	const void *content = size ? cachefile_at(file, 0, size) : NULL;

	if (r < 0)
		return r;
	if (!content)
		return -EBADMSG;
	*ret = (struct pack){ .reads = true, .data = (uint8_t *)(uintptr_t)content, .size = size };
	ret->file = take(file);
	return 0;
}

int pack_end(const struct pack *pack)
{
	return pack->failure == 0 && pack->at < pack->size ? -EBADMSG : pack->failure;
}

void pack_keep(const struct pack *pack, struct cache_dir *cache, const struct cache_key *key)
{
	auto_cachefile_writer struct cachefile_writer *writer = NULL;

	if (pack->failure < 0 || cachefile_create(cache, key, &writer) < 0)
		return;
	cachefile_append(writer, pack->data, pack->size);
	(void)cachefile_commit(writer);
}

void pack_done(struct pack *pack)
{
	if (!pack->reads)
		free(pack->data);
	cachefile_close(pack->file);
	*pack = (struct pack){ 0 };
}

/* The next SIZE bytes of what is read, or NULL. */
static const uint8_t *next(struct pack *pack, size_t size)
{
	const uint8_t *here = pack->data + pack->at;

	if (pack->failure == 0 && size > pack->size - pack->at)
		pack->failure = -EBADMSG;
	if (pack->failure < 0)
		return NULL;
	pack->at += size;
	return here;
}

static void append(struct pack *pack, const void *data, size_t size)
{
	size_t room = pack->room ? pack->room : 4096;
	uint8_t *grown = pack->data;

	if (pack->failure < 0 || size == 0)
		return;
	while (room < pack->size + size && room <= CACHE_CONTENT_MAX)
		room *= 2;
	if (room > CACHE_CONTENT_MAX)
		grown = NULL;
	else if (room != pack->room)
		grown = realloc(pack->data, room);
	if (!grown) {
		pack->failure = -ENOMEM;
		return;
	}
	pack->data = grown;
	pack->room = room;
	memcpy(pack->data + pack->size, data, size);
	pack->size += size;
}

void pack_number(struct pack *pack, uint32_t *value)
{
	const uint8_t *here;

	if (!pack->reads) {
		append(pack, value, sizeof(*value));
		return;
	}
	here = next(pack, sizeof(*value));
	if (here)
		memcpy(value, here, sizeof(*value));
}

void pack_count(struct pack *pack, size_t *count)
{
	uint32_t number = (uint32_t)*count;

	if (!pack->reads && *count > UINT32_MAX)
		pack->failure = -EBADMSG;
	pack_number(pack, &number);
	if (pack->reads && pack->failure == 0 && number > pack->size - pack->at)
		pack->failure = -EBADMSG;
	if (pack->reads)
		*count = pack->failure == 0 ? number : 0;
}

uint32_t pack_choice(struct pack *pack, uint32_t value, uint32_t max)
{
	pack_number(pack, &value);
	if (pack->reads && pack->failure == 0 && value > max)
		pack->failure = -EBADMSG;
	return pack->reads && pack->failure < 0 ? 0 : value;
}

bool pack_flag(struct pack *pack, bool value)
{
	return pack_choice(pack, value, true);
}

void pack_make_room(struct pack *pack, void *items, size_t count, size_t size)
{
	void *made;

	if (!pack->reads || pack->failure < 0 || count == 0)
		return;
	made = calloc(count, size);
	if (made)
		memcpy(items, &made, sizeof(made));
	else
		pack->failure = -ENOMEM;
}

void pack_bytes(struct pack *pack, struct bytes *bytes)
{
	const uint8_t *here;

	pack_count(pack, &bytes->size);
	if (!pack->reads) {
		append(pack, bytes->data, bytes->size);
		return;
	}
	bytes->data = NULL;
	here = next(pack, bytes->size);
	pack_make_room(pack, &bytes->data, bytes->size, 1);
	if (bytes->data)
		memcpy(bytes->data, here, bytes->size);
}

void pack_text(struct pack *pack, char **text)
{
	struct bytes bytes = { .data = (uint8_t *)*text, .size = *text ? strlen(*text) + 1 : 0 };

	pack_bytes(pack, &bytes);
	if (!pack->reads)
		return;
	*text = (char *)bytes.data;
	if (*text && memchr(*text, '\0', bytes.size) != *text + bytes.size - 1) {
		free(*text);
		*text = NULL;
		pack->failure = -EBADMSG;
	}
}

void pack_strings(struct pack *pack, struct strings *strings)
{
	size_t count = strings->count;

	pack_count(pack, &count);
	for (size_t i = 0; i < count && pack->failure == 0; i++) {
		auto_free char *read = NULL;

		if (!pack->reads) {
			pack_text(pack, &strings->items[i]);
			continue;
		}
		pack_text(pack, &read);
		if (pack->failure == 0 && !read)
			pack->failure = -EBADMSG;
		if (pack->failure == 0)
			pack->failure = strings_add(strings, read);
	}
}
