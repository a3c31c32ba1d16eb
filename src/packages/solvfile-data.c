/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/limits.h"
#include "packages/solvfile-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* libsolv: src/repopage.h. */
#define PAGE_SIZE 32768U
/* libsolv keeps so many bytes in reserve for the next schema. */
#define SCHEMA_RESERVE 5U
/* Values without a byte (constants) may repeat, but not for ever. */
#define STEPS_PER_BYTE 16U

/* One array that is being read. */
struct level {
	uint32_t left; /* elements behind this one */
	uint32_t schema; /* of all, or 0 if each says its own */
	const uint32_t *next; /* key of the level above */
};

struct walk {
	const struct solvfile *file;
	struct solv_cursor data;
	const uint8_t *filled; /* where libsolv last filled its buffer ... */
	size_t buffer; /* ... with at least so many bytes */
	struct level levels[SOLVFILE_DEPTH_MAX];
	size_t depth;
	const uint32_t *next; /* key to read */
	size_t steps;
	bool in_packages;
	bool had_packages;
	unsigned int seen; /* names, architectures, versions of this package: bits by kind */
};

static void unpack_reference(struct solv_cursor *in, uint8_t *out, size_t *at, size_t length,
			     size_t distance)
{
	if (in->bad || distance > *at || length > PAGE_SIZE - *at) {
		in->bad = true;
		return;
	}
	/* Byte by byte: what is copied may still be growing. */
	for (; length; length--, (*at)++)
		out[*at] = out[*at - distance];
}

/* Little endian, and counted from 1. */
static size_t read_distance(struct solv_cursor *in, int bytes)
{
	size_t distance = 0;

	for (int i = 0; i < bytes; i++)
		distance |= (size_t)solv_read_u8(in) << 8 * i;
	return distance + 1;
}

/* One code of libsolv's page compression (src/repopage.c: the table at its top). */
static void unpack_code(struct solv_cursor *in, uint8_t *out, size_t *at)
{
	uint8_t code = solv_read_u8(in);
	size_t length;

	if (code < 0x80 && *at < PAGE_SIZE) {
		out[(*at)++] = code;
	} else if (code >= 0x80 && code < 0xa0) {
		struct solv_cursor run = solv_read_part(in, (code & 31U) + 1);

		length = solv_left(&run);
		if (run.bad || length > PAGE_SIZE - *at) {
			in->bad = true;
			return;
		}
		memcpy(out + *at, run.at, length);
		*at += length;
	} else if (code >= 0xa0 && code < 0xc0) {
		size_t high = (size_t)(code & 0x18) << 5;

		unpack_reference(in, out, at, (code & 7U) + 2, high + read_distance(in, 1));
	} else if (code >= 0xc0 && code < 0xe0) {
		unpack_reference(in, out, at, (code & 31U) + 10, read_distance(in, 1));
	} else if (code >= 0xe0 && code < 0xf0) {
		unpack_reference(in, out, at, (code & 15U) + 3, read_distance(in, 2));
	} else if (code >= 0xf0) {
		bool far = code & 8;

		length = (size_t)(code & 7U) << 8 | solv_read_u8(in);
		unpack_reference(in, out, at, length + (far ? 5 : 19),
				 read_distance(in, far ? 3 : 2));
	} else {
		in->bad = true;
	}
}

/* The page at CURSOR holds SIZE bytes; a packed one is as long as that, too. */
static int read_page(struct solv_cursor *cursor, uint8_t *page, size_t size)
{
	uint32_t header = solv_read_u32(cursor);
	size_t stored = header >> 1;
	struct solv_cursor in = solv_read_part(cursor, stored);
	size_t at = 0;

	if (in.bad || stored == 0 || stored > PAGE_SIZE)
		return -EBADMSG;
	if (header & 1) {
		while (solv_left(&in) > 0)
			unpack_code(&in, page, &at);
	} else {
		memcpy(page, in.at, stored);
		at = stored;
	}
	return in.bad || at != size ? -EBADMSG : 0;
}

static int read_pages(struct solvfile *file, struct solv_cursor *cursor)
{
	size_t pages = (file->pages_size + PAGE_SIZE - 1) / PAGE_SIZE;

	if (file->pages_size == 0)
		return 0;
	/* A packed page has its length in front and a byte at least. */
	if (solv_read_u32(cursor) != PAGE_SIZE || pages > solv_left(cursor))
		return -EBADMSG;
	file->pages = malloc(pages * PAGE_SIZE);
	if (!file->pages)
		return -ENOMEM;
	for (size_t i = 0; i < pages; i++) {
		size_t left = file->pages_size - i * PAGE_SIZE;
		int r = read_page(cursor, file->pages + i * PAGE_SIZE,
				  left < PAGE_SIZE ? left : PAGE_SIZE);

		if (r < 0)
			return r;
	}
	return 0;
}

static void check_directory(const struct solvfile *file, struct solv_cursor *cursor, uint32_t id)
{
	if (!cursor->bad && id && !file->components[id])
		cursor->bad = true;
}

static void skip_text(struct solv_cursor *cursor)
{
	const uint8_t *end = memchr(cursor->at, 0, solv_left(cursor));

	if (end)
		cursor->at = end + 1;
	else
		cursor->bad = true;
}

static void skip_number(struct solv_cursor *cursor)
{
	for (int i = 0; i < SOLVFILE_NUMBER_MAX; i++)
		if (!(solv_read_u8(cursor) & 0x80))
			return;
	cursor->bad = true;
}

static void check_array(const struct solvfile *file, struct solv_cursor *cursor,
			enum solv_kind type)
{
	uint32_t ids = file->strings + file->relations;
	uint32_t directory;
	bool last = false;

	while (!last && !cursor->bad) {
		switch (type) {
		case SOLV_DIRSTRARRAY:
			directory = solv_read_element(cursor, file->directories, &last);
			check_directory(file, cursor, directory);
			skip_text(cursor);
			break;
		case SOLV_DIRNUMNUMARRAY:
			directory = solv_read_id(cursor, file->directories);
			check_directory(file, cursor, directory);
			solv_read_id(cursor, INT32_MAX);
			solv_read_element(cursor, INT32_MAX, &last);
			break;
		default:
			solv_read_element(cursor, ids, &last);
		}
	}
}

/* Differences: 0 sets a mark and starts anew, else one less is added to the id before. */
static void check_differences(const struct solvfile *file, struct solv_cursor *cursor)
{
	uint64_t ids = (uint64_t)file->strings + file->relations;
	uint64_t id = 0;
	bool last = false;

	while (!last && !cursor->bad) {
		uint32_t step = solv_read_element(cursor, INT32_MAX, &last);

		id = step ? id + step - 1 : 0;
		cursor->bad = cursor->bad || id >= ids;
	}
}

/* Is the value of KEY at CURSOR sound? It is skipped. */
static void check_value(const struct solvfile *file, struct solv_cursor *cursor,
			const struct solv_key *key)
{
	static const uint8_t sizes[] = {
		[SOLV_MD5] = 16,    [SOLV_SHA1] = 20,   [SOLV_SHA224] = 28,
		[SOLV_SHA256] = 32, [SOLV_SHA384] = 48, [SOLV_SHA512] = 64,
	};

	switch (key->type) {
	case SOLV_ID:
		solv_read_id(cursor, file->strings + file->relations);
		break;
	case SOLV_NUM:
		skip_number(cursor);
		break;
	case SOLV_DIR:
		check_directory(file, cursor, solv_read_id(cursor, file->directories));
		break;
	case SOLV_STR:
		skip_text(cursor);
		break;
	case SOLV_BINARY:
		solv_skip(cursor, solv_read_id(cursor, INT32_MAX));
		break;
	case SOLV_IDARRAY:
	case SOLV_DIRSTRARRAY:
	case SOLV_DIRNUMNUMARRAY:
		check_array(file, cursor, key->type);
		break;
	case SOLV_REL_IDARRAY:
		check_differences(file, cursor);
		break;
	default:
		solv_skip(cursor, key->type <= SOLV_SHA512 ? sizes[key->type] : 0);
	}
}

/* Where the value lies among those of its key, and how long it is; it ends there. */
static void check_vertical(struct walk *walk, const struct solv_key *key)
{
	const struct solvfile *file = walk->file;
	uint32_t offset = solv_read_id(&walk->data, INT32_MAX);
	uint32_t length = solv_read_id(&walk->data, INT32_MAX);
	struct solv_cursor value = { 0 };

	if (walk->data.bad || (uint64_t)offset + length > key->size) {
		walk->data.bad = true;
		return;
	}
	if (length == 0)
		return;
	value.at = file->pages + key->offset + offset;
	value.end = value.at + length;
	check_value(file, &value, key);
	walk->data.bad = value.bad;
}

/* What libsolv writes into the package itself: names are strings, and nowhere else are they. */
static void check_main(struct walk *walk, const struct solv_key *key)
{
	uint32_t id;

	if (!walk->in_packages || walk->depth != 1) {
		walk->data.bad = true;
		return;
	}
	if (key->type != SOLV_ID) {
		check_value(walk->file, &walk->data, key);
		return;
	}
	id = solv_read_id(&walk->data, walk->file->strings);
	walk->data.bad = walk->data.bad || id == 0;
	walk->seen |= 1U << key->name;
}

/* libsolv fills its buffer here; what it read since the last time must have been in it. */
static void refill(struct walk *walk)
{
	if ((size_t)(walk->data.at - walk->filled) > walk->buffer)
		walk->data.bad = true;
	walk->filled = walk->data.at;
}

static const uint32_t *keys_of(const struct walk *walk, uint32_t schema)
{
	return walk->file->schema_keys + walk->file->schema[schema];
}

static void enter_packages(struct walk *walk, uint32_t count)
{
	if (walk->had_packages || count != walk->file->packages)
		walk->data.bad = true;
	walk->in_packages = walk->had_packages = true;
	walk->seen = 0;
}

static void enter_array(struct walk *walk, const struct solv_key *key)
{
	struct level *level = &walk->levels[walk->depth];
	uint32_t count, schema;

	if (walk->depth == SOLVFILE_DEPTH_MAX) {
		walk->data.bad = true;
		return;
	}
	count = solv_read_id(&walk->data, INT32_MAX);
	if (count == 0)
		return;
	if (walk->depth == 0 && key->name == SOLV_PACKAGES)
		enter_packages(walk, count);
	schema = solv_read_id(&walk->data, walk->file->schemata);
	if (walk->data.bad || (key->type == SOLV_FIXARRAY && schema == 0)) {
		walk->data.bad = true;
		return;
	}
	*level = (struct level){ count - 1, key->type == SOLV_FIXARRAY ? schema : 0, walk->next };
	walk->next = keys_of(walk, schema);
	if (walk->depth++ == 0)
		refill(walk);
}

static void end_package(struct walk *walk)
{
	const unsigned int needed = 1U << SOLV_NAME | 1U << SOLV_ARCH | 1U << SOLV_EVR;

	if ((walk->seen & needed) != needed)
		walk->data.bad = true;
	walk->seen = 0;
}

/* Behind the last key of an element: on to the next one, or to the level above. */
static void end_element(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	uint32_t schema = level->schema;
	bool top = walk->depth == 1;

	if (top && walk->in_packages)
		end_package(walk);
	if (level->left > 0) {
		level->left--;
		if (schema == 0)
			schema = solv_read_id(&walk->data, walk->file->schemata);
		walk->next = keys_of(walk, schema);
	} else {
		walk->next = level->next;
		walk->depth--;
		walk->in_packages = walk->in_packages && !top;
	}
	if (top)
		refill(walk);
}

static void check_key(struct walk *walk, const struct solv_key *key)
{
	if (walk->depth == 0)
		refill(walk);
	if (key->vertical)
		check_vertical(walk, key);
	else if (key->type == SOLV_FIXARRAY || key->type == SOLV_FLEXARRAY)
		enter_array(walk, key);
	else if (key->name >= SOLV_NAME)
		check_main(walk, key);
	else
		check_value(walk->file, &walk->data, key);
}

static int walk_data(struct walk *walk)
{
	size_t steps_max = STEPS_PER_BYTE * solv_left(&walk->data);

	walk->next = keys_of(walk, solv_read_id(&walk->data, walk->file->schemata));
	walk->filled = walk->data.at;
	for (;;) {
		uint32_t key = *walk->next;

		if (walk->data.bad || walk->steps++ > steps_max)
			return -EBADMSG;
		if (key) {
			walk->next++;
			check_key(walk, &walk->file->key[key]);
		} else if (walk->depth) {
			end_element(walk);
		} else {
			break;
		}
	}
	refill(walk);
	return walk->data.bad || solv_left(&walk->data) ? -EBADMSG : 0;
}

int solvfile_check_data(struct solvfile *file, struct solv_cursor *cursor)
{
	uint32_t largest = solv_read_id(cursor, INT32_MAX);
	uint32_t all = solv_read_id(cursor, INT32_MAX);
	struct walk walk = {
		.file = file,
		.data = solv_read_part(cursor, all),
		.buffer = (size_t)largest + SCHEMA_RESERVE,
	};
	int r;

	if (cursor->bad || all == 0)
		return -EBADMSG;
	r = read_pages(file, cursor);
	if (r < 0)
		return r;
	return walk_data(&walk);
}
