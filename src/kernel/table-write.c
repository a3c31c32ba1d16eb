/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/table-internal.h"

static void put16(uint8_t *to, size_t number)
{
	uint16_t little = htole16((uint16_t)number);

	memcpy(to, &little, sizeof(little));
}

static void put32(uint8_t *to, size_t number)
{
	uint32_t little = htole32((uint32_t)number);

	memcpy(to, &little, sizeof(little));
}

static void put64(uint8_t *to, uint64_t number)
{
	uint64_t little = htole64(number);

	memcpy(to, &little, sizeof(little));
}

/* One symbol to be written. */
struct row {
	uint64_t hash;
	const struct symbol *symbol;
	uint16_t exporter, name_space;
	uint8_t kind;
	bool shares_hash; /* so that only its name tells it */
};

/* All that is to be written; lists are sorted. */
struct draft {
	const struct kernel *kernel;
	struct row *rows;
	size_t count;
	struct strings exporters, name_spaces, names;
};

static void release_draft(struct draft *draft)
{
	free(draft->rows);
	strings_done(&draft->exporters);
	strings_done(&draft->name_spaces);
	strings_done(&draft->names);
}

static int compare_hashes(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Those with names are the first. Then what compresses best: all of an exporter together. */
static int compare_groups(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->shares_hash || b->shares_hash)
		return a->shares_hash && b->shares_hash ? strcmp(a->symbol->name, b->symbol->name)
							: b->shares_hash - a->shares_hash;
	if (a->exporter != b->exporter)
		return a->exporter - b->exporter;
	if (a->name_space != b->name_space)
		return a->name_space - b->name_space;
	return a->kind != b->kind ? a->kind - b->kind : compare_hashes(left, right);
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(left, *(char *const *)right);
}

/* The number of TEXT in the sorted LIST, counted from 1; 0 for NULL. */
static uint16_t number_of(const struct strings *list, const char *text)
{
	char **found;

	if (!text)
		return 0;
	found = bsearch(text, list->items, list->count, sizeof(*list->items), compare_texts);
	return found ? (uint16_t)(found - list->items + 1) : 0;
}

/* Neighbours often have the same: those of a module stand together in a symvers file. */
static int note_text(struct strings *list, const char *text)
{
	if (!text || (list->count && text_equal(list->items[list->count - 1], text)))
		return 0;
	return strings_add(list, text);
}

static int collect(struct draft *draft)
{
	const struct symbol_table *symbols = draft->kernel->symbols;
	const struct symbol *symbol;
	int r = 0;

	while (r == 0 && (symbol = symbol_table_at(symbols, draft->count))) {
		if (array_grow(&draft->rows, draft->count, sizeof(*draft->rows)) < 0)
			return -ENOMEM;
		draft->rows[draft->count] = (struct row){
			.hash = symbol_table_hash_at(symbols, draft->count),
			.symbol = symbol,
		};
		draft->count++;
		r = note_text(&draft->exporters, symbol->exporter);
		if (r == 0)
			r = note_text(&draft->name_spaces, symbol->name_space);
	}
	strings_sort_unique(&draft->exporters);
	strings_sort_unique(&draft->name_spaces);
	if (draft->exporters.count > UINT16_MAX || draft->name_spaces.count > UINT16_MAX)
		return -ERANGE;
	return r;
}

/* A symbol table has no two symbols of one hash unless it knows both names. */
static void find_shared_hashes(const struct draft *draft)
{
	qsort(draft->rows, draft->count, sizeof(*draft->rows), compare_hashes);
	for (size_t i = 1; i < draft->count; i++)
		if (draft->rows[i].hash == draft->rows[i - 1].hash)
			draft->rows[i].shares_hash = draft->rows[i - 1].shares_hash = true;
}

static int collect_names(struct draft *draft)
{
	int r = 0;

	for (size_t i = 0; i < draft->count && draft->rows[i].shares_hash && r == 0; i++)
		r = strings_add(&draft->names, draft->rows[i].symbol->name);
	return r;
}

static void number_rows(const struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++) {
		struct row *row = &draft->rows[i];
		const struct symbol *symbol = row->symbol;

		row->exporter = number_of(&draft->exporters, symbol->exporter);
		row->name_space = number_of(&draft->name_spaces, symbol->name_space);
		row->kind = (uint8_t)((symbol->has_crc ? KIND_CRC : 0) |
				      (symbol->kind_known ? KIND_KNOWN : 0) |
				      (symbol->gpl_only ? KIND_GPL : 0));
	}
	qsort(draft->rows, draft->count, sizeof(*draft->rows), compare_groups);
}

/* What the file ends with: texts, each with a NUL behind it; an empty one stands for NULL. */
struct ending {
	uint8_t *to; /* NULL while its size is counted */
	size_t size;
};

static void end_text(struct ending *ending, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 1;

	if (ending->to)
		memcpy(ending->to + ending->size, text ? text : "", size);
	ending->size += size;
}

static void end_list(struct ending *ending, const struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		end_text(ending, list->items[i]);
}

static size_t put_ending(const struct draft *draft, uint8_t *to)
{
	struct ending ending = { .to = to };

	end_text(&ending, draft->kernel->release);
	end_text(&ending, draft->kernel->flavor);
	end_text(&ending, draft->kernel->arch);
	end_text(&ending, draft->kernel->vermagic);
	end_list(&ending, &draft->exporters);
	end_list(&ending, &draft->name_spaces);
	end_list(&ending, &draft->kernel->builtins);
	end_list(&ending, &draft->kernel->signers.own);
	end_list(&ending, &draft->names);
	return ending.size;
}

static void put_rows(const struct draft *draft, uint8_t *file)
{
	struct table_columns at = table_columns_of(draft->count);

	for (size_t i = 0; i < draft->count; i++) {
		const struct row *row = &draft->rows[i];

		for (size_t byte = 0; byte < HASH_SIZE; byte++)
			file[at.hashes + byte * draft->count + i] =
				(uint8_t)(row->hash >> 8 * byte);
		put32(file + at.crcs + i * CRC_SIZE, row->symbol->has_crc ? row->symbol->crc : 0);
		put16(file + at.exporters + i * EXPORTER_SIZE, row->exporter);
		put16(file + at.name_spaces + i * NAME_SPACE_SIZE, row->name_space);
		file[at.kinds + i] = row->kind;
	}
}

/* The bits of one that can decompress, from FIRST on. */
static size_t decompressor_flags(size_t first, bool known, bool gzip, bool xz, bool zstd)
{
	return known ? first * (1U | gzip << 1 | xz << 2 | zstd << 3) : 0;
}

static size_t flags_of(const struct kernel *kernel)
{
	const struct decompressors *d = &kernel->decompressors;

	return (kernel->symbols_complete ? FLAG_COMPLETE : 0U) |
	       decompressor_flags(FLAG_KMOD, d->kmod_known, d->kmod_gzip, d->kmod_xz,
				  d->kmod_zstd) |
	       decompressor_flags(FLAG_KERNEL, d->kernel_known, d->kernel_gzip, d->kernel_xz,
				  d->kernel_zstd);
}

static void put_head(const struct draft *draft, uint8_t *file, size_t size)
{
	memcpy(file, TABLE_MAGIC, TABLE_MAGIC_SIZE);
	file[AT_VERSION] = TABLE_VERSION;
	put32(file + AT_FLAGS, flags_of(draft->kernel));
	put32(file + AT_SYMBOLS, draft->count);
	put32(file + AT_EXPORTERS, draft->exporters.count);
	put32(file + AT_NAME_SPACES, draft->name_spaces.count);
	put32(file + AT_BUILTINS, draft->kernel->builtins.count);
	put32(file + AT_SIGNERS, draft->kernel->signers.own.count);
	put32(file + AT_NAMES, draft->names.count);
	put64(file + AT_CHECKSUM, table_checksum(file + AT_FLAGS, size - AT_FLAGS));
}

int table_write(const struct kernel *kernel, struct bytes *ret, struct error *reterr)
{
	AUTO(release_draft) struct draft draft = { .kernel = kernel };
	struct table_columns at;
	uint8_t *file;
	size_t size;
	int r;

	if (!kernel->symbols || !symbol_table_at(kernel->symbols, 0))
		return error_set(reterr, -ENODATA, "write the symbol table of", kernel->release,
				 "no symbol of that kernel is known",
				 "give its symvers file or its package with --kernel");
	r = collect(&draft);
	if (r < 0)
		return r;
	find_shared_hashes(&draft);
	number_rows(&draft);
	if (collect_names(&draft) < 0)
		return -ENOMEM;
	at = table_columns_of(draft.count);
	size = at.texts + put_ending(&draft, NULL);
	file = calloc(1, size + 1);
	if (!file)
		return -ENOMEM;
	put_rows(&draft, file);
	put_ending(&draft, file + at.texts);
	put_head(&draft, file, size);
	*ret = (struct bytes){ .data = file, .size = size };
	return 0;
}
