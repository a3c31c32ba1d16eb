/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* All of a name's hash that a symbol table file keeps, so that both know it by the same. */
enum { HASH_BITS = 40 };

/* `number` is that of the item plus 1, 0 for a free slot; `tag` is the upper part of its hash. */
struct slot {
	uint32_t tag, number;
};

/*
 * Strings of one symbol live in one block, which the first of them begins, so that a symbol costs
 * one allocation. `slots` is a hash index with linear probing.
 */
struct symbol_table {
	struct symbol *items;
	uint64_t *hashes; /* of their names */
	size_t count;
	size_t absent;
	struct slot *slots;
	size_t slot_count; /* a power of two, more than twice `count` */
	char *room; /* texts that came together, of which no symbol has a block; NULL if none did */
	size_t room_size;
};

struct symbol_table *symbol_table_new(void)
{
	return calloc(1, sizeof(struct symbol_table));
}

static bool is_in_room(const struct symbol_table *table, const char *text)
{
	return (uintptr_t)text - (uintptr_t)table->room < table->room_size;
}

static void free_texts(const struct symbol_table *table, const struct symbol *symbol)
{
	union {
		const char *borrowed;
		char *owned;
	} block = { .borrowed = symbol->name       ? symbol->name
				: symbol->exporter ? symbol->exporter
						   : symbol->name_space };

	if (!is_in_room(table, block.borrowed))
		free(block.owned);
}

struct symbol_table *symbol_table_free(struct symbol_table *table)
{
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->count; i++)
		free_texts(table, &table->items[i]);
	free(table->room);
	free(table->items);
	free(table->hashes);
	free(table->slots);
	free(table);
	return NULL;
}

/*
 * FNV-1a mixes the last bytes of a name too little for fewer than its 64 bits: names that end alike
 * would share one. Hence another multiplication, whose upper bits rest on all of it.
 */
uint64_t symbol_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3U;
	return ((hash ^ hash >> 32) * 0x9e3779b97f4a7c15U) >> (64 - HASH_BITS);
}

/* Is the item NUMBER the symbol NAME (NULL: not known), whose hash is HASH? */
static bool is_item(const struct symbol_table *table, uint32_t number, const char *name,
		    uint64_t hash)
{
	const struct symbol *item = &table->items[number - 1];

	return table->hashes[number - 1] == hash &&
	       (!name || !item->name || strcmp(item->name, name) == 0);
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> (HASH_BITS - 32));
}

/* The slot that holds NAME, whose hash is HASH, or the free one where it belongs. */
static struct slot *slot_of(const struct symbol_table *table, const char *name, uint64_t hash)
{
	size_t mask = table->slot_count - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		struct slot *slot = &table->slots[at];

		if (slot->number == 0 ||
		    (slot->tag == tag_of(hash) && is_item(table, slot->number, name, hash)))
			return slot;
	}
}

/* How many slots COUNT symbols take. */
static size_t slots_for(size_t count)
{
	size_t slots = 4096;

	while (slots <= (count + 1) * 2)
		slots *= 2;
	return slots;
}

/* COUNT slots, a power of two. 0 or -ENOMEM. */
static int resize_slots(struct symbol_table *table, size_t count)
{
	struct slot *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++) {
		size_t at = table->hashes[i] & (count - 1);

		while (slots[at].number)
			at = (at + 1) & (count - 1);
		slots[at] = (struct slot){ tag_of(table->hashes[i]), (uint32_t)i + 1 };
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

/* A copy of SYMBOL with texts of its own, for free_texts(). 0 or -ENOMEM. */
static int copy_symbol(const struct symbol *symbol, struct symbol *ret)
{
	size_t size = text_size(symbol->name) + text_size(symbol->exporter) +
		      text_size(symbol->name_space);
	char *block = size ? malloc(size) : NULL;

	if (size && !block)
		return -ENOMEM;
	*ret = *symbol;
	ret->name = append_text(&block, symbol->name);
	ret->exporter = append_text(&block, symbol->exporter);
	ret->name_space = append_text(&block, symbol->name_space);
	return 0;
}

static bool crcs_differ(const struct symbol *left, const struct symbol *right)
{
	return left->has_crc && right->has_crc && left->crc != right->crc;
}

/* Take from SYMBOL what ITEM, of the same name, does not say. 1 if that was anything, 0, -ENOMEM.
 */
static int complete(const struct symbol_table *table, struct symbol *item,
		    const struct symbol *symbol)
{
	struct symbol merged = *item, copy;

	if (crcs_differ(item, symbol))
		return 0;
	if (!item->has_crc && symbol->has_crc) {
		merged.has_crc = true;
		merged.crc = symbol->crc;
	}
	if (!item->kind_known && symbol->kind_known) {
		merged.kind_known = true;
		merged.gpl_only = symbol->gpl_only;
		merged.name_space = symbol->name_space;
	}
	merged.exporter = item->exporter ? item->exporter : symbol->exporter;
	if (merged.has_crc == item->has_crc && merged.kind_known == item->kind_known &&
	    merged.exporter == item->exporter)
		return 0;
	merged.name = item->name ? item->name : symbol->name;
	if (copy_symbol(&merged, &copy) < 0)
		return -ENOMEM;
	free_texts(table, item);
	*item = copy;
	return 1;
}

/* Add SYMBOL, which is not there, where SLOT says. */
static int append(struct symbol_table *table, struct slot *slot, uint64_t hash,
		  const struct symbol *symbol)
{
	if (table->count >= SYMBOLS_MAX ||
	    array_grow(&table->items, table->count, sizeof(*table->items)) < 0 ||
	    array_grow(&table->hashes, table->count, sizeof(*table->hashes)) < 0)
		return -ENOMEM;
	if (is_in_room(table, symbol->name))
		table->items[table->count] = *symbol;
	else if (copy_symbol(symbol, &table->items[table->count]) < 0)
		return -ENOMEM;
	table->hashes[table->count++] = hash;
	table->absent += symbol->absent;
	*slot = (struct slot){ tag_of(hash), (uint32_t)table->count };
	return 0;
}

/* Add SYMBOL, or complete the one that is there; count what became of it. 0 or -ENOMEM. */
static int add(struct symbol_table *table, uint64_t hash, const struct symbol *symbol,
	       struct symbol_merge *merge)
{
	struct symbol *item;
	struct slot *slot;
	int r;

	if ((table->count + 1) * 2 >= table->slot_count &&
	    resize_slots(table, slots_for(table->count)) < 0)
		return -ENOMEM;
	slot = slot_of(table, symbol->name, hash);
	if (!slot->number) {
		merge->changed++;
		return append(table, slot, hash, symbol);
	}
	item = &table->items[slot->number - 1];
	merge->differing += crcs_differ(item, symbol);
	r = complete(table, item, symbol);
	if (r < 0)
		return r;
	merge->changed += (size_t)r;
	return 0;
}

char *symbol_table_make_room(struct symbol_table *table, size_t count, size_t size)
{
	if (resize_slots(table, slots_for(count)) < 0)
		return NULL;
	table->room = malloc(size + 1);
	table->room_size = table->room ? size : 0;
	return table->room;
}

int symbol_table_add(struct symbol_table *table, const struct symbol *symbol)
{
	return symbol_table_add_hash(table, symbol_hash(symbol->name), symbol);
}

int symbol_table_add_hash(struct symbol_table *table, uint64_t hash, const struct symbol *symbol)
{
	struct symbol_merge merge = { 0 };

	return add(table, hash, symbol, &merge);
}

int symbol_table_merge(struct symbol_table *table, const struct symbol_table *from,
		       struct symbol_merge *ret)
{
	struct symbol_merge merge = { 0 };
	int r = 0;

	for (size_t i = 0; i < from->count && r == 0; i++)
		r = add(table, from->hashes[i], &from->items[i], &merge);
	if (r == 0)
		*ret = merge;
	return r;
}

const struct symbol *symbol_table_find(const struct symbol_table *table, const char *name)
{
	uint32_t number = table->slot_count ? slot_of(table, name, symbol_hash(name))->number : 0;

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

uint64_t symbol_table_hash_at(const struct symbol_table *table, size_t index)
{
	return index < table->count ? table->hashes[index] : 0;
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

bool symbol_parse_crc(const char *text, uint32_t *ret)
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

bool symbol_text_is_valid(const char *text, size_t max)
{
	size_t length = 0;

	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || ++length > max)
			return false;
	return length > 0;
}
