/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbol-cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cachefile.h"
#include "base/cleanup.h"
#include "base/text.h"

/* What is kept: a head, the rows, the texts that these refer to, each with its NUL. */
#define KIND   "symbols"
#define FORMAT 1

struct head {
	uint64_t count; /* of rows */
	uint64_t text_size; /* bytes; the first is a NUL, which stands for no text at all */
};

struct row {
	uint64_t hash;
	uint32_t name, exporter, name_space; /* where in the texts; 0: none */
	uint32_t crc;
	uint8_t has_crc, gpl_only, kind_known, absent;
	uint32_t unused;
};

struct texts {
	char *data;
	size_t size, room;
};

static void texts_done(struct texts *texts)
{
	free(texts->data);
}

/* 0 or -ENOMEM. */
static int add_text(struct texts *texts, const char *text, uint32_t *ret)
{
	size_t size = text ? strlen(text) + 1 : 0;

	if (!text)
		return 0;
	if (texts->size + size > texts->room) {
		size_t room = (texts->size + size) * 2;
		char *data = room <= UINT32_MAX ? realloc(texts->data, room) : NULL;

		if (!data)
			return -ENOMEM;
		texts->data = data;
		texts->room = room;
	}
	memcpy(texts->data + texts->size, text, size);
	*ret = (uint32_t)texts->size;
	texts->size += size;
	return 0;
}

static int make_row(const struct symbol *symbol, uint64_t hash, struct texts *texts,
		    struct row *ret)
{
	int r;

	*ret = (struct row){
		.hash = hash,
		.crc = symbol->crc,
		.has_crc = symbol->has_crc,
		.gpl_only = symbol->gpl_only,
		.kind_known = symbol->kind_known,
		.absent = symbol->absent,
	};
	r = add_text(texts, symbol->name, &ret->name);
	if (r == 0)
		r = add_text(texts, symbol->exporter, &ret->exporter);
	return r < 0 ? r : add_text(texts, symbol->name_space, &ret->name_space);
}

/* 0 or -ENOMEM. */
static int append_table(const struct symbol_table *table, struct cachefile_writer *writer)
{
	AUTO(texts_done) struct texts texts = { 0 };
	const struct symbol *symbol;
	struct head head = { 0 };
	auto_free struct row *rows = NULL;
	uint32_t none = 0;
	int r = add_text(&texts, "", &none);

	while (symbol_table_at(table, head.count))
		head.count++;
	rows = calloc(head.count + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && (symbol = symbol_table_at(table, i)); i++)
		r = make_row(symbol, symbol_table_hash_at(table, i), &texts, &rows[i]);
	head.text_size = texts.size;
	cachefile_append(writer, &head, sizeof(head));
	cachefile_append(writer, rows, head.count * sizeof(*rows));
	cachefile_append(writer, texts.data, texts.size);
	return r;
}

static struct symbol make_symbol(const struct row *row, const char *texts)
{
	return (struct symbol){
		.name = row->name ? texts + row->name : NULL,
		.exporter = row->exporter ? texts + row->exporter : NULL,
		.name_space = row->name_space ? texts + row->name_space : NULL,
		.crc = row->crc,
		.has_crc = row->has_crc,
		.gpl_only = row->gpl_only,
		.kind_known = row->kind_known,
		.absent = row->absent,
	};
}

/* 0, -EBADMSG if ROWS refer to what is not there, -ENOMEM. */
static int add_rows(struct symbol_table *table, const struct head *head, const struct row *rows)
{
	char *texts = symbol_table_make_room(table, head->count, head->text_size);
	int r = texts ? 0 : -ENOMEM;

	if (texts)
		memcpy(texts, rows + head->count, head->text_size);
	for (size_t i = 0; i < head->count && r == 0; i++) {
		struct symbol symbol;

		if (rows[i].name >= head->text_size || rows[i].exporter >= head->text_size ||
		    rows[i].name_space >= head->text_size || !rows[i].name)
			return -EBADMSG;
		symbol = make_symbol(&rows[i], texts);
		r = symbol_table_add_hash(table, rows[i].hash, &symbol);
	}
	return r;
}

/* All that FILE has, if it fits together. 0, -EBADMSG or -ENOMEM. */
static int load_table(struct cachefile *file, struct symbol_table **ret)
{
	const uint8_t *content = cachefile_at(file, 0, cachefile_size(file));
	size_t size = cachefile_size(file);
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	struct head head;
	int r;

	if (!table)
		return -ENOMEM;
	if (!content || size < sizeof(head))
		return -EBADMSG;
	memcpy(&head, content, sizeof(head));
	if (head.count > SYMBOLS_MAX || head.text_size == 0 ||
	    size != sizeof(head) + head.count * sizeof(struct row) + head.text_size ||
	    content[size - 1] != '\0')
		return -EBADMSG;
	r = add_rows(table, &head, (const struct row *)(content + sizeof(head)));
	if (r < 0)
		return r;
	*ret = take(table);
	return 0;
}

int symbol_cache_find(const struct cache_dir *cache, const char *subject,
		      const struct file_state *state, struct symbol_table **ret)
{
	auto_free char *text = file_state_text(state);
	const struct cache_key key = { KIND, FORMAT, subject, text };
	auto_cachefile struct cachefile *file = NULL;
	int r = text ? cachefile_open(cache, &key, &file) : -ENOMEM;

	return r < 0 ? r : load_table(file, ret);
}

void symbol_cache_keep(struct cache_dir *cache, const char *subject, const struct file_state *state,
		       const struct symbol_table *table)
{
	auto_free char *text = file_state_text(state);
	const struct cache_key key = { KIND, FORMAT, subject, text };
	auto_cachefile_writer struct cachefile_writer *writer = NULL;

	if (text && cache && file_state_is_settled(state) &&
	    cachefile_create(cache, &key, &writer) == 0 && append_table(table, writer) == 0)
		(void)cachefile_commit(writer);
}
