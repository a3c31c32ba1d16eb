/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/pattern-index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/glob.h"
#include "packages/pattern-index-internal.h"

#define BITS 64

void pattern_fits_done(struct pattern_fits *fits)
{
	free(fits->numbers);
	free(fits->seen);
	*fits = (struct pattern_fits){ 0 };
}

/* A question, while it is answered. */
struct search {
	const struct pattern_index *index;
	const char *modalias;
	size_t length;
	struct pattern_fits *fits;
};

static bool may_read(const struct pattern_index *index, const void *at, size_t size)
{
	return !index->may_read || index->may_read(index->context, at, size);
}

/* Group NUMBER and the one behind it; NULL if they or its prefix are not to be had. */
static const struct pattern_group *group_at(const struct pattern_index *index, uint32_t number)
{
	const struct pattern_group *group = &index->groups[number];

	if (!may_read(index, group, 2 * sizeof(*group)) || group->prefix > index->text_size ||
	    group->length > index->text_size - group->prefix ||
	    !may_read(index, index->text + group->prefix, group->length))
		return NULL;
	return group;
}

static bool is_prefix(const struct search *search, const struct pattern_group *group)
{
	return group->length <= search->length &&
	       memcmp(search->index->text + group->prefix, search->modalias, group->length) == 0;
}

/* The last group whose prefix is not behind the modalias in order, or none. */
static int find_group(const struct search *search, uint32_t *ret)
{
	uint32_t low = 0, high = search->index->group_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct pattern_group *group = group_at(search->index, middle);

		if (!group)
			return -EBADMSG;
		if (strncmp(search->index->text + group->prefix, search->modalias, group->length) >
		    0)
			high = middle;
		else
			low = middle + 1;
	}
	*ret = low ? low - 1 : PATTERN_NONE;
	return 0;
}

static bool was_seen(struct pattern_fits *fits, uint32_t pattern)
{
	return fits->seen[pattern / BITS] >> (pattern % BITS) & 1;
}

/* What stands of PATTERN behind the first SKIP bytes, which fit; NULL if it has no end. */
static const char *rest_of(const struct pattern_index *index, uint32_t pattern, uint32_t skip)
{
	const struct pattern_entry *entry = &index->entries[pattern];
	uint32_t end = entry[1].text;

	if (end > index->text_size || entry->text >= end || skip >= end - entry->text ||
	    !may_read(index, index->text + entry->text, end - entry->text) ||
	    index->text[end - 1] != '\0')
		return NULL;
	return index->text + entry->text + skip;
}

static int try_pattern(const struct search *search, uint32_t pattern, uint32_t skip)
{
	struct pattern_fits *fits = search->fits;
	const char *rest;

	if (was_seen(fits, pattern))
		return 0;
	rest = rest_of(search->index, pattern, skip);
	if (!rest)
		return -EBADMSG;
	if (!glob_fits(rest, search->modalias + skip))
		return 0;
	if (array_grow(&fits->numbers, fits->count, sizeof(*fits->numbers)) < 0)
		return -ENOMEM;
	fits->numbers[fits->count++] = search->index->entries[pattern].number;
	fits->seen[pattern / BITS] |= 1ULL << (pattern % BITS);
	return 0;
}

/* Those of GROUP, which ends at pattern END, that want the four bytes at TEXT. */
static int try_bucket(const struct search *search, const struct pattern_group *group, uint32_t end,
		      const char *text)
{
	const struct pattern_index *index = search->index;
	uint32_t piece = pattern_piece(text);
	const uint32_t *bucket =
		index->buckets + group->buckets + pattern_bucket(piece, group->bucket_bits);
	int r = 0;

	if (!may_read(index, bucket, 2 * sizeof(*bucket)) || bucket[0] > bucket[1] ||
	    bucket[1] > end)
		return -EBADMSG;
	if (bucket[0] < bucket[1] &&
	    !may_read(index, &index->entries[bucket[0]],
		      (bucket[1] - bucket[0] + 1) * sizeof(*index->entries)))
		return -EBADMSG;
	for (uint32_t i = bucket[0]; i < bucket[1] && r == 0; i++) {
		if (index->entries[i].piece == piece)
			r = try_pattern(search, i, group->length);
	}
	return r;
}

static int try_buckets(const struct search *search, const struct pattern_group *group, uint32_t end)
{
	int r = 0;

	if (group->bucket_bits >= 32 || group->buckets >= search->index->bucket_count ||
	    1U << group->bucket_bits >= search->index->bucket_count - group->buckets)
		return -EBADMSG;
	for (size_t at = group->length; at + PATTERN_PIECE <= search->length && r == 0; at++)
		r = try_bucket(search, group, end, search->modalias + at);
	return r;
}

/* GROUP's patterns end at END or before. */
static int try_group(const struct search *search, const struct pattern_group *group, uint32_t end)
{
	const struct pattern_index *index = search->index;
	int r = 0;

	if (group[1].first > end || group->first > group[1].first ||
	    group->plain > group[1].first - group->first)
		return -EBADMSG;
	if (!may_read(index, &index->entries[group->first],
		      ((size_t)group->plain + 1) * sizeof(*index->entries)))
		return -EBADMSG;
	for (uint32_t i = 0; i < group->plain && r == 0; i++)
		r = try_pattern(search, group->first + i, group->length);
	if (r == 0 && group->bucket_bits)
		r = try_buckets(search, group, group[1].first);
	return r;
}

/*
 * Every prefix of the modalias is one of group NUMBER or of a parent: whatever lies in order
 * between a prefix and the text that has it begins with it too.
 */
static int try_chain(const struct search *search, uint32_t number)
{
	uint32_t end = search->index->entry_count;
	int r = 0;

	while (number != PATTERN_NONE && r == 0) {
		const struct pattern_group *group = group_at(search->index, number);

		/* A parent stands before its children: a damaged chain ends too. */
		if (!group || (group->parent != PATTERN_NONE && group->parent >= number))
			return -EBADMSG;
		if (is_prefix(search, group)) {
			r = try_group(search, group, end);
			end = group->first;
		}
		number = group->parent;
	}
	return r;
}

int pattern_index_find(const struct pattern_index *index, const char *modalias,
		       struct pattern_fits *ret)
{
	const struct search search = { index, modalias, strlen(modalias), ret };
	uint32_t group;
	int r;

	if (!ret->seen) {
		ret->seen = calloc((size_t)index->entry_count / BITS + 1, sizeof(*ret->seen));
		ret->patterns = index->entry_count;
	}
	if (!ret->seen)
		return -ENOMEM;
	if (ret->patterns != index->entry_count)
		return -EINVAL;
	r = find_group(&search, &group);
	return r < 0 ? r : try_chain(&search, group);
}
