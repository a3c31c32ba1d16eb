/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/match.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "packages/modalias-index.h"

/* Of every modalias of every device, and whose each is. */
struct match_index {
	struct strings modaliases; /* borrowed strings */
	size_t *devices;
	struct modalias_index *index;
};

void matches_done(struct matches *matches)
{
	free(matches->items);
	*matches = (struct matches){ 0 };
}

static int add_modalias(struct match_index *index, size_t device, char *modalias)
{
	struct strings *modaliases = &index->modaliases;

	if (array_grow(&modaliases->items, modaliases->count, sizeof(*modaliases->items)) < 0 ||
	    array_grow(&index->devices, modaliases->count, sizeof(*index->devices)) < 0)
		return -ENOMEM;
	index->devices[modaliases->count] = device;
	modaliases->items[modaliases->count++] = modalias;
	return 0;
}

int match_index_new(const struct device_list *devices, struct match_index **ret)
{
	auto_match_index struct match_index *index = calloc(1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < devices->count; i++) {
		const struct strings *modaliases = &devices->items[i].modaliases;

		for (size_t j = 0; j < modaliases->count; j++) {
			if (add_modalias(index, i, modaliases->items[j]) < 0)
				return -ENOMEM;
		}
	}
	if (modalias_index_new(&index->modaliases, &index->index) < 0)
		return -ENOMEM;
	*ret = take(index);
	return 0;
}

struct match_index *match_index_free(struct match_index *index)
{
	if (!index)
		return NULL;
	modalias_index_free(index->index);
	free(index->modaliases.items);
	free(index->devices);
	free(index);
	return NULL;
}

bool match_index_any(const struct match_index *index, const char *pattern)
{
	return modalias_index_any(index->index, pattern);
}

int match_index_find(const struct match_index *index, const char *pattern, struct matches *ret)
{
	struct modalias_search search = modalias_index_search(index->index, pattern);
	size_t place;

	while (modalias_search_next(&search, &place)) {
		if (array_grow(&ret->items, ret->count, sizeof(*ret->items)) < 0)
			return -ENOMEM;
		ret->items[ret->count++] = (struct match){
			.device = index->devices[place],
			.modalias = index->modaliases.items[place],
		};
	}
	return 0;
}
