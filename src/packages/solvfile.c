/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/solvfile-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

/* libsolv: src/pooltypes.h. */
#define VERSION_PLAIN       8
#define VERSION_EXTENDED    9
#define FLAG_PREFIXED       4U
#define FLAG_SIZES_IN_BYTES 8U
#define FLAG_USERDATA       16U
#define FLAGS_KNOWN         (FLAG_PREFIXED | FLAG_SIZES_IN_BYTES | FLAG_USERDATA)

#define STORAGE_PACKAGE  1U
#define STORAGE_VERTICAL 3U

uint8_t solv_read_u8(struct solv_cursor *cursor)
{
	if (solv_left(cursor) < 1) {
		cursor->bad = true;
		return 0;
	}
	return *cursor->at++;
}

uint32_t solv_read_u32(struct solv_cursor *cursor)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | solv_read_u8(cursor);
	return value;
}

uint32_t solv_read_id(struct solv_cursor *cursor, uint32_t max)
{
	uint64_t value = 0;

	for (int i = 0; i < 5; i++) {
		uint8_t byte = solv_read_u8(cursor);

		value = value << 7 | (byte & 0x7f);
		if (!(byte & 0x80)) {
			cursor->bad = cursor->bad || value >= max;
			return cursor->bad ? 0 : (uint32_t)value;
		}
	}
	cursor->bad = true;
	return 0;
}

uint32_t solv_read_element(struct solv_cursor *cursor, uint32_t max, bool *ret_last)
{
	uint64_t value = 0;

	for (int i = 0; i < 5; i++) {
		uint8_t byte = solv_read_u8(cursor);

		if (byte & 0x80) {
			value = value << 7 | (byte & 0x7f);
			continue;
		}
		value = value << 6 | (byte & 0x3f);
		cursor->bad = cursor->bad || value >= max;
		*ret_last = cursor->bad || !(byte & 0x40);
		return cursor->bad ? 0 : (uint32_t)value;
	}
	cursor->bad = true;
	*ret_last = true;
	return 0;
}

void solv_skip(struct solv_cursor *cursor, size_t size)
{
	if (solv_left(cursor) < size)
		cursor->bad = true;
	else
		cursor->at += size;
}

struct solv_cursor solv_read_part(struct solv_cursor *cursor, size_t size)
{
	struct solv_cursor part = { .at = cursor->at };

	solv_skip(cursor, size);
	part.end = cursor->at;
	part.bad = cursor->bad;
	return part;
}

static enum solv_kind kind_of(const char *text)
{
	static const struct {
		const char *text;
		enum solv_kind kind;
	} known[] = {
		{ "repokey:type:void", SOLV_VOID },
		{ "repokey:type:constant", SOLV_CONSTANT },
		{ "repokey:type:constantid", SOLV_CONSTANT_ID },
		{ "repokey:type:id", SOLV_ID },
		{ "repokey:type:num", SOLV_NUM },
		{ "repokey:type:dir", SOLV_DIR },
		{ "repokey:type:str", SOLV_STR },
		{ "repokey:type:binary", SOLV_BINARY },
		{ "repokey:type:idarray", SOLV_IDARRAY },
		{ "repokey:type:relidarray", SOLV_REL_IDARRAY },
		{ "repokey:type:dirstrarray", SOLV_DIRSTRARRAY },
		{ "repokey:type:dirnumnumarray", SOLV_DIRNUMNUMARRAY },
		{ "repokey:type:md5", SOLV_MD5 },
		{ "repokey:type:sha1", SOLV_SHA1 },
		{ "repokey:type:sha224", SOLV_SHA224 },
		{ "repokey:type:sha256", SOLV_SHA256 },
		{ "repokey:type:sha384", SOLV_SHA384 },
		{ "repokey:type:sha512", SOLV_SHA512 },
		{ "repokey:type:fixarray", SOLV_FIXARRAY },
		{ "repokey:type:flexarray", SOLV_FLEXARRAY },
		{ "repository:solvables", SOLV_PACKAGES },
		{ "rpm:dbid", SOLV_DBID },
		{ "solvable:name", SOLV_NAME },
		{ "solvable:arch", SOLV_ARCH },
		{ "solvable:evr", SOLV_EVR },
		{ "solvable:vendor", SOLV_VENDOR },
		{ "solvable:provides", SOLV_DEPENDENCY },
		{ "solvable:obsoletes", SOLV_DEPENDENCY },
		{ "solvable:conflicts", SOLV_DEPENDENCY },
		{ "solvable:requires", SOLV_DEPENDENCY },
		{ "solvable:recommends", SOLV_DEPENDENCY },
		{ "solvable:suggests", SOLV_DEPENDENCY },
		{ "solvable:supplements", SOLV_DEPENDENCY },
		{ "solvable:enhances", SOLV_DEPENDENCY },
	};

	if (*text == 'r' || *text == 's')
		for (size_t i = 0; i < COUNT(known); i++)
			if (strcmp(text, known[i].text) == 0)
				return known[i].kind;
	return SOLV_OTHER;
}

static int read_strings(struct solvfile *file, struct solv_cursor *cursor)
{
	uint32_t unpacked = solv_read_u32(cursor);
	struct solv_cursor part =
		solv_read_part(cursor, file->prefixed ? solv_read_u32(cursor) : unpacked);
	char start[SOLVFILE_SHARED_MAX + 1] = "";
	size_t length = 0, total = 0;

	file->kinds = calloc(file->strings, sizeof(*file->kinds));
	if (!file->kinds)
		return -ENOMEM;
	for (uint32_t i = 1; i < file->strings; i++) {
		size_t same = file->prefixed ? solv_read_u8(&part) : 0;
		const uint8_t *end = memchr(part.at, 0, solv_left(&part));
		size_t rest, kept;

		if (!end || same > length)
			return -EBADMSG;
		rest = (size_t)(end - part.at);
		kept = rest < SOLVFILE_SHARED_MAX - same ? rest : SOLVFILE_SHARED_MAX - same;
		memcpy(start + same, part.at, kept);
		start[same + kept] = '\0';
		length = same + rest;
		total += length + 1;
		if (length < SOLVFILE_SHARED_MAX)
			file->kinds[i] = kind_of(start);
		part.at = end + 1;
		if (total > SOLVFILE_UNPACKED_MAX)
			return -EBADMSG;
	}
	return part.at == part.end && total == unpacked ? 0 : -EBADMSG;
}

/* How many operators and names ID stands for. */
static uint32_t weight(const struct solvfile *file, uint32_t id)
{
	return id < file->strings ? 1 : file->weights[id - file->strings];
}

/* A relation names earlier ones only, so none is a part of itself; but one may be named twice. */
static int read_relations(struct solvfile *file, struct solv_cursor *cursor)
{
	file->weights = calloc(file->relations + 1, sizeof(*file->weights));
	if (!file->weights)
		return -ENOMEM;
	for (uint32_t i = 0; i < file->relations; i++) {
		uint32_t name = solv_read_id(cursor, file->strings + i);
		uint32_t evr = solv_read_id(cursor, file->strings + i);
		uint32_t total = 1 + weight(file, name) + weight(file, evr);

		solv_read_u8(cursor);
		if (cursor->bad || total > SOLVFILE_DEPENDENCY_MAX)
			return -EBADMSG;
		file->weights[i] = (uint16_t)total;
	}
	return 0;
}

/* Lists of components, each behind the mark of its parent (libsolv: src/dirpool.c). */
static int read_directories(struct solvfile *file, struct solv_cursor *cursor)
{
	if (file->directories == 1)
		return -EBADMSG;
	file->components = calloc(file->directories + 1, sizeof(*file->components));
	if (!file->components)
		return -ENOMEM;
	file->components[1] = true;
	for (uint32_t i = 2; i < file->directories; i++) {
		uint32_t id = solv_read_id(cursor, file->strings + i);

		if (id >= file->strings) {
			uint32_t parent = id - file->strings;

			if ((parent && !file->components[parent]) || ++i >= file->directories)
				return -EBADMSG;
			id = solv_read_id(cursor, file->strings);
		}
		if (id == 0)
			return -EBADMSG;
		file->components[i] = true;
	}
	return cursor->bad ? -EBADMSG : 0;
}

static bool key_is_sound(const struct solv_key *key)
{
	bool array = key->type == SOLV_IDARRAY || key->type == SOLV_REL_IDARRAY;
	bool nested = key->type == SOLV_FIXARRAY || key->type == SOLV_FLEXARRAY;

	if (key->type < SOLV_VOID || key->type > SOLV_FLEXARRAY)
		return false;
	if (key->vertical && (nested || array || key->type == SOLV_ID))
		return false;
	switch (key->name) {
	case SOLV_NAME:
	case SOLV_ARCH:
	case SOLV_EVR:
	case SOLV_VENDOR:
		return key->type == SOLV_ID;
	case SOLV_DEPENDENCY:
		return array && !key->vertical;
	case SOLV_DBID:
		return key->type == SOLV_NUM && !key->vertical;
	case SOLV_PACKAGES:
		return nested;
	default:
		return key->type != SOLV_REL_IDARRAY;
	}
}

static int read_keys(struct solvfile *file, struct solv_cursor *cursor)
{
	uint32_t ids = file->strings + file->relations;
	size_t vertical = 0;
	size_t dependencies = 0;

	file->key = calloc(file->keys, sizeof(*file->key));
	if (!file->key)
		return -ENOMEM;
	for (uint32_t i = 1; i < file->keys; i++) {
		struct solv_key *key = &file->key[i];
		uint32_t name = solv_read_id(cursor, file->strings);
		uint32_t storage;

		key->name = file->kinds[name];
		key->type = file->kinds[solv_read_id(cursor, file->strings)];
		key->size = solv_read_id(cursor, key->type == SOLV_CONSTANT_ID ? ids : INT32_MAX);
		storage = solv_read_id(cursor, STORAGE_VERTICAL + 1);
		key->vertical = storage == STORAGE_VERTICAL;
		if (cursor->bad || name == 0 || storage < STORAGE_PACKAGE || !key_is_sound(key))
			return -EBADMSG;
		if (key->vertical) {
			key->offset = (uint32_t)vertical;
			vertical += key->size;
		} else if (key->name == SOLV_DEPENDENCY) {
			dependencies += key->size;
		}
		if (vertical > SOLVFILE_UNPACKED_MAX || dependencies > SOLVFILE_SIZE_MAX)
			return -EBADMSG;
	}
	file->pages_size = (uint32_t)vertical;
	return 0;
}

/* Each schema is a list of keys; what libsolv reads takes one place more for each list's end. */
static int read_schemata(struct solvfile *file, struct solv_cursor *cursor)
{
	uint32_t room = solv_read_id(cursor, INT32_MAX);
	uint32_t used = 1;

	if (cursor->bad || room > 2 * solv_left(cursor))
		return -EBADMSG;
	file->schema = calloc(file->schemata, sizeof(*file->schema));
	file->schema_keys = calloc((size_t)room + 1, sizeof(*file->schema_keys));
	if (!file->schema || !file->schema_keys)
		return -ENOMEM;
	for (uint32_t i = 1; i < file->schemata; i++) {
		bool last = false, ended = false;

		file->schema[i] = used;
		while (!ended) {
			uint32_t key = last ? 0 : solv_read_element(cursor, file->keys, &last);

			if (cursor->bad || used > room || (key == 0 && !last))
				return -EBADMSG;
			file->schema_keys[used++] = key;
			ended = key == 0;
		}
	}
	return 0;
}

/* Counts of things that take a byte at least: none can be more than there are bytes. */
static int read_counts(struct solvfile *file, struct solv_cursor *cursor)
{
	uint32_t *counts[] = { &file->strings,  &file->relations, &file->directories,
			       &file->packages, &file->keys,      &file->schemata };
	int r = 0;

	for (size_t i = 0; i < COUNT(counts); i++) {
		*counts[i] = solv_read_u32(cursor);
		if (*counts[i] > solv_left(cursor))
			r = -EBADMSG;
	}
	if (file->strings < 2 || file->keys < 1 || file->schemata < 1)
		r = -EBADMSG;
	return r;
}

static int check_tables(struct solvfile *file, struct solv_cursor *cursor)
{
	int r = read_strings(file, cursor);

	if (r == 0)
		r = read_relations(file, cursor);
	if (r == 0 && file->directories)
		r = read_directories(file, cursor);
	if (r == 0)
		r = read_keys(file, cursor);
	if (r == 0)
		r = read_schemata(file, cursor);
	return r;
}

static void release_solvfile(struct solvfile *file)
{
	free(file->kinds);
	free(file->weights);
	free(file->components);
	free(file->key);
	free(file->schema);
	free(file->schema_keys);
	free(file->pages);
}

bool solvfile_is(const uint8_t *start, size_t size)
{
	return size >= SOLVFILE_MAGIC_SIZE && memcmp(start, "SOLV", SOLVFILE_MAGIC_SIZE) == 0;
}

int solvfile_check(const uint8_t *data, size_t size, const char **ret_why)
{
	AUTO(release_solvfile) struct solvfile file = { 0 };
	struct solv_cursor cursor = { .at = data, .end = data + size };
	uint32_t version, flags;
	int r;

	*ret_why = "it is damaged or cut";
	if (size > SOLVFILE_SIZE_MAX || !solvfile_is(data, size))
		return -EBADMSG;
	solv_skip(&cursor, SOLVFILE_MAGIC_SIZE);
	version = solv_read_u32(&cursor);
	r = read_counts(&file, &cursor);
	flags = solv_read_u32(&cursor);
	if (cursor.bad)
		return -EBADMSG;
	if (version < VERSION_PLAIN || version > VERSION_EXTENDED || (flags & ~FLAGS_KNOWN)) {
		*ret_why = "its format is that of another version of libsolv";
		return -EPROTONOSUPPORT;
	}
	file.prefixed = flags & FLAG_PREFIXED;
	if (flags & FLAG_USERDATA) {
		uint32_t userdata = solv_read_u32(&cursor);

		if (userdata > SOLVFILE_USERDATA_MAX)
			return -EBADMSG;
		solv_skip(&cursor, userdata);
	}
	if (r == 0)
		r = check_tables(&file, &cursor);
	if (r == 0)
		r = solvfile_check_data(&file, &cursor);
	return r;
}
