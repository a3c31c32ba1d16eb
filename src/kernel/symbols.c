/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Most symbols taken: distribution kernels export 25,000 to 45,000. */
#define SYMBOLS_MAX (1U << 20)
/** Longest symbol in bytes: the kernel's own KSYM_NAME_LEN is 512 with the NUL (kallsyms.h). */
#define SYMBOL_NAME_MAX 511
/** Longest exporter or namespace in bytes; exporters are paths below the kernel's sources. */
#define SYMBOL_TEXT_MAX 1023

/* `number` is that of the item plus 1, 0 for a free slot. */
struct slot {
	uint32_t hash, number;
};

/*
 * Strings of one symbol live in one block, behind its name, so that a symbol costs one allocation.
 * `slots` is a hash index with linear probing; the hash in it spares most looks at the names.
 */
struct symbol_table {
	struct symbol *items;
	size_t count;
	size_t absent;
	struct slot *slots;
	size_t slot_count; /* a power of two, more than twice `count` */
};

struct symbol_table *symbol_table_new(void)
{
	return calloc(1, sizeof(struct symbol_table));
}

struct symbol_table *symbol_table_free(struct symbol_table *table)
{
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->count; i++) {
		union {
			const char *borrowed;
			char *owned;
		} block = { .borrowed = table->items[i].name };

		free(block.owned);
	}
	free(table->items);
	free(table->slots);
	free(table);
	return NULL;
}

/* FNV-1a, 32 bits. */
static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619U;
	return hash;
}

/* The slot that holds NAME, whose hash is HASH, or the free one where it belongs. */
static struct slot *slot_of(const struct symbol_table *table, const char *name, uint32_t hash)
{
	size_t mask = table->slot_count - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		struct slot *slot = &table->slots[at];

		if (slot->number == 0 ||
		    (slot->hash == hash && strcmp(table->items[slot->number - 1].name, name) == 0))
			return slot;
	}
}

/* Twice as many slots. 0 or -ENOMEM. */
static int grow_slots(struct symbol_table *table)
{
	size_t count = table->slot_count ? table->slot_count * 2 : 4096;
	struct slot *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->slot_count; i++) {
		size_t at = table->slots[i].hash & (count - 1);

		if (table->slots[i].number == 0)
			continue;
		while (slots[at].number)
			at = (at + 1) & (count - 1);
		slots[at] = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	return 0;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* Copy TEXT to *TO and move *TO behind it; NULL stays NULL. */
static const char *append_text(char **to, const char *text)
{
	char *copy = *to;

	if (!text)
		return NULL;
	*to = stpcpy(copy, text) + 1;
	return copy;
}

int symbol_table_add(struct symbol_table *table, const struct symbol *symbol)
{
	uint32_t hash = hash_name(symbol->name);
	struct symbol *item;
	struct slot *slot;
	char *block;

	if ((table->count + 1) * 2 >= table->slot_count && grow_slots(table) < 0)
		return -ENOMEM;
	slot = slot_of(table, symbol->name, hash);
	if (slot->number)
		return 0;
	if (table->count >= SYMBOLS_MAX ||
	    array_grow(&table->items, table->count, sizeof(*table->items)) < 0)
		return -ENOMEM;
	block = malloc(text_size(symbol->name) + text_size(symbol->exporter) +
		       text_size(symbol->name_space));
	if (!block)
		return -ENOMEM;
	item = &table->items[table->count++];
	*item = *symbol;
	item->name = append_text(&block, symbol->name);
	item->exporter = append_text(&block, symbol->exporter);
	item->name_space = append_text(&block, symbol->name_space);
	table->absent += symbol->absent;
	*slot = (struct slot){ .hash = hash, .number = (uint32_t)table->count };
	return 0;
}

const struct symbol *symbol_table_find(const struct symbol_table *table, const char *name)
{
	uint32_t number = table->slot_count ? slot_of(table, name, hash_name(name))->number : 0;

	return number ? &table->items[number - 1] : NULL;
}

size_t symbol_table_count(const struct symbol_table *table)
{
	return table->count - table->absent;
}

const struct symbol *symbol_table_at(const struct symbol_table *table, size_t index)
{
	return index < table->count ? &table->items[index] : NULL;
}

size_t symbol_table_mark_absent(struct symbol_table *table, const struct strings *modules)
{
	table->absent = 0;
	for (size_t i = 0; i < table->count; i++) {
		struct symbol *symbol = &table->items[i];

		symbol->absent = symbol->exporter && strcmp(symbol->exporter, "vmlinux") != 0 &&
				 !strings_contain_sorted(modules, symbol->exporter);
		table->absent += symbol->absent;
	}
	return table->absent;
}

/* Hexadecimal, 1 to 8 digits after any leading zeros. */
static bool read_crc(const char *text, uint32_t *ret)
{
	uint32_t crc = 0;

	if (*text == '\0')
		return false;
	for (; *text; text++) {
		int digit = text_hex_digit(*text);

		if (digit < 0 || crc >> 28)
			return false;
		crc = crc << 4 | (uint32_t)digit;
	}
	*ret = crc;
	return true;
}

/* Visible ASCII, as all identifiers and file names of the kernel's sources are. */
static bool is_word(const char *text, size_t max)
{
	size_t length = 0;

	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || ++length > max)
			return false;
	return length > 0;
}

/* Who exports, as symbol->exporter spells it: modules by name, code of the kernel as "vmlinux". */
static char *exporter_name(const char *path)
{
	/* Lists of 2.6 kernels name the object file, e.g. "net/built-in" (rpm: symsets.pl). */
	if (text_equal(path, "built-in") || text_ends(path, "/built-in"))
		return strdup("vmlinux");
	return text_module_name(path);
}

enum { COLUMN_CRC, COLUMN_NAME, COLUMN_EXPORTER, COLUMN_KIND, COLUMN_NAMESPACE, COLUMN_COUNT };

/* Cut LINE at its TABs. How many columns there are, or 0 if there are too many. */
static size_t split_columns(char *line, char *columns[static COLUMN_COUNT])
{
	size_t count = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (count == COLUMN_COUNT)
			return 0;
		columns[count++] = line;
		if (!tab)
			return count;
		*tab = '\0';
		line = tab + 1;
	}
}

/* The first kernels with namespaces, 5.4 and 5.5, wrote that column third (scripts/mod/modpost.c).
 */
static void straighten_columns(char *columns[static COLUMN_COUNT], size_t count)
{
	char *name_space = columns[COLUMN_EXPORTER];

	if (count < COLUMN_COUNT || text_starts(columns[COLUMN_KIND], "EXPORT_") ||
	    !text_starts(columns[COLUMN_NAMESPACE], "EXPORT_"))
		return;
	columns[COLUMN_EXPORTER] = columns[COLUMN_KIND];
	columns[COLUMN_KIND] = columns[COLUMN_NAMESPACE];
	columns[COLUMN_NAMESPACE] = name_space;
}

/* LINE is changed. 0, -EBADMSG or -ENOMEM. */
static int read_row(struct symbol_table *table, char *line)
{
	char *columns[COLUMN_COUNT] = { NULL };
	auto_free char *exporter = NULL;
	struct symbol symbol = { 0 };
	size_t count = split_columns(line, columns);
	const char *kind, *name_space;

	/* Lists before 2.6.18 end with the exporter. */
	if (count < COLUMN_KIND)
		return -EBADMSG;
	straighten_columns(columns, count);
	kind = columns[COLUMN_KIND];
	name_space = columns[COLUMN_NAMESPACE];
	if (!text_starts(columns[COLUMN_CRC], "0x") ||
	    !read_crc(columns[COLUMN_CRC] + 2, &symbol.crc) ||
	    !is_word(columns[COLUMN_NAME], SYMBOL_NAME_MAX) ||
	    !is_word(columns[COLUMN_EXPORTER], SYMBOL_TEXT_MAX) ||
	    (kind && !text_starts(kind, "EXPORT_")) ||
	    (name_space && *name_space && !is_word(name_space, SYMBOL_TEXT_MAX)))
		return -EBADMSG;
	symbol.name = columns[COLUMN_NAME];
	symbol.exporter = columns[COLUMN_EXPORTER];
	if (strcmp(symbol.exporter, "vmlinux") != 0) {
		exporter = exporter_name(symbol.exporter);
		if (!exporter)
			return -ENOMEM;
		symbol.exporter = exporter;
	}
	symbol.name_space = name_space && *name_space ? name_space : NULL;
	/* modpost writes 0 where no CRC could be made. */
	symbol.has_crc = symbol.crc != 0;
	symbol.gpl_only = kind && strstr(kind, "_GPL");
	return symbol_table_add(table, &symbol);
}

/** Longest row in bytes: its columns, each at its longest. */
#define ROW_MAX (SYMBOL_NAME_MAX + 2 * SYMBOL_TEXT_MAX + 64)

int symbols_read_symvers(struct symbol_table *table, const struct bytes *text, size_t *reterr_line)
{
	const char *at = (const char *)text->data, *end = at + text->size;
	char row[ROW_MAX + 1];

	for (size_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		int r = 0;

		if (length > ROW_MAX || memchr(at, '\0', length) || line > SYMBOLS_MAX) {
			*reterr_line = line;
			return -EBADMSG;
		}
		memcpy(row, at, length);
		row[length] = '\0';
		if (length > 0 && row[length - 1] == '\r')
			row[length - 1] = '\0';
		if (*row)
			r = read_row(table, row);
		if (r == -EBADMSG)
			*reterr_line = line;
		if (r < 0)
			return r;
		at += length + 1;
	}
	return 0;
}

int symbols_add_provide(struct symbol_table *table, const char *flavor, const char *name,
			const char *version)
{
	size_t length = strlen(flavor);
	auto_free char *copy = NULL;
	struct symbol symbol = { 0 };
	int r;

	if (!text_starts(name, "ksym(") || strncmp(name + 5, flavor, length) != 0 ||
	    name[5 + length] != ':' || !text_ends(name, ")"))
		return 0;
	name += 5 + length + 1;
	copy = strndup(name, strlen(name) - 1);
	if (!copy)
		return -ENOMEM;
	if (!is_word(copy, SYMBOL_NAME_MAX))
		return 0;
	symbol.name = copy;
	symbol.has_crc = version && read_crc(version, &symbol.crc) && symbol.crc != 0;
	r = symbol_table_add(table, &symbol);
	return r < 0 ? r : 1;
}
