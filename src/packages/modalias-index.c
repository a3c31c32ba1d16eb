/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/modalias-index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/glob.h"

struct entry {
	const char *modalias;
	size_t place;
};

/* Sorted, so that a literal prefix names one range of it. */
struct modalias_index {
	const struct strings *modaliases;
	struct entry *entries;
	size_t count;
};

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->modalias, b->modalias);

	if (order)
		return order;
	return a->place < b->place ? -1 : a->place > b->place;
}

int modalias_index_new(const struct strings *modaliases, struct modalias_index **ret)
{
	auto_modalias_index struct modalias_index *index = calloc(1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	index->entries = calloc(modaliases->count + 1, sizeof(*index->entries));
	if (!index->entries)
		return -ENOMEM;
	index->modaliases = modaliases;
	index->count = modaliases->count;
	for (size_t i = 0; i < index->count; i++)
		index->entries[i] = (struct entry){ modaliases->items[i], i };
	qsort(index->entries, index->count, sizeof(*index->entries), compare_entries);
	*ret = take(index);
	return 0;
}

struct modalias_index *modalias_index_free(struct modalias_index *index)
{
	if (index)
		free(index->entries);
	free(index);
	return NULL;
}

const struct strings *modalias_index_list(const struct modalias_index *index)
{
	return index->modaliases;
}

/* The first entry whose modalias starts with the LENGTH bytes of PREFIX, or with more. */
static size_t first_of(const struct modalias_index *index, const char *prefix, size_t length)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(index->entries[middle].modalias, prefix, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct modalias_search modalias_index_search(const struct modalias_index *index,
					     const char *pattern)
{
	size_t literal = glob_literal(pattern);

	return (struct modalias_search){
		.index = index,
		.pattern = pattern,
		.literal = literal,
		.at = *pattern ? first_of(index, pattern, literal) : index->count,
	};
}

bool modalias_search_next(struct modalias_search *search, size_t *ret)
{
	while (search->at < search->index->count) {
		const struct entry *entry = &search->index->entries[search->at++];

		if (strncmp(entry->modalias, search->pattern, search->literal) != 0)
			break;
		if (glob_fits(search->pattern + search->literal,
			      entry->modalias + search->literal)) {
			*ret = entry->place;
			return true;
		}
	}
	return false;
}

bool modalias_index_any(const struct modalias_index *index, const char *pattern)
{
	struct modalias_search search = modalias_index_search(index, pattern);
	size_t place;

	return modalias_search_next(&search, &place);
}
