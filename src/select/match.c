/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/match.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

/* Every (modalias, device), sorted, so that a literal prefix names one range of it. */
struct match_index {
	struct match *entries;
	size_t count;
};

void matches_done(struct matches *matches)
{
	free(matches->items);
	*matches = (struct matches){ 0 };
}

static int compare_entries(const void *left, const void *right)
{
	const struct match *a = left, *b = right;
	int order = strcmp(a->modalias, b->modalias);

	if (order)
		return order;
	return a->device < b->device ? -1 : a->device > b->device;
}

int match_index_new(const struct device_list *devices, struct match_index **ret)
{
	auto_match_index struct match_index *index = calloc(1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < devices->count; i++) {
		const struct strings *modaliases = &devices->items[i].modaliases;

		for (size_t j = 0; j < modaliases->count; j++) {
			if (array_grow(&index->entries, index->count, sizeof(*index->entries)) < 0)
				return -ENOMEM;
			index->entries[index->count++] =
				(struct match){ .device = i, .modalias = modaliases->items[j] };
		}
	}
	if (index->count)
		qsort(index->entries, index->count, sizeof(*index->entries), compare_entries);
	*ret = take(index);
	return 0;
}

struct match_index *match_index_free(struct match_index *index)
{
	if (index)
		free(index->entries);
	free(index);
	return NULL;
}

/* The first entry at FROM or later whose modalias starts with the LENGTH bytes of PREFIX or more.
 */
static size_t first_from(const struct match_index *index, const char *prefix, size_t length)
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

/* The next entry at or behind *AT that PATTERN fits; moves *AT past it. NULL at the end. */
static const struct match *next_fit(const struct match_index *index, const char *pattern,
				    size_t literal, size_t *at)
{
	while (*at < index->count) {
		const struct match *entry = &index->entries[(*at)++];

		if (strncmp(entry->modalias, pattern, literal) != 0)
			break;
		if (fnmatch(pattern, entry->modalias, 0) == 0)
			return entry;
	}
	return NULL;
}

/* How many bytes of PATTERN stand for themselves before the first special one (fnmatch(3)). */
static size_t literal_length(const char *pattern)
{
	return strcspn(pattern, "*?[\\");
}

bool match_index_any(const struct match_index *index, const char *pattern)
{
	size_t literal = literal_length(pattern);
	size_t at = first_from(index, pattern, literal);

	return *pattern && next_fit(index, pattern, literal, &at);
}

int match_index_find(const struct match_index *index, const char *pattern, struct matches *ret)
{
	size_t literal = literal_length(pattern);
	size_t at = first_from(index, pattern, literal);
	const struct match *entry;

	while (*pattern && (entry = next_fit(index, pattern, literal, &at))) {
		if (array_grow(&ret->items, ret->count, sizeof(*ret->items)) < 0)
			return -ENOMEM;
		ret->items[ret->count++] = *entry;
	}
	return 0;
}
