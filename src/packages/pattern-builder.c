/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/glob.h"
#include "base/limits.h"
#include "packages/pattern-index-internal.h"
#include "packages/pattern-index.h"

/* A group of so many patterns is tried one by one: as fast as to look them up. */
#define FEW 16U
/* How much finer pieces are counted than they are put into buckets, in bits. */
#define FINER_BITS 3U

struct added {
	const char *text;
	uint32_t offset; /* of the text, while it may move */
	uint32_t literal; /* bytes of its prefix */
	uint32_t number, piece, bucket;
};

struct pattern_builder {
	char *text; /* as they were added, then as they are sorted */
	size_t text_size, text_room;
	struct added *added;
	uint32_t count;
	struct pattern_group *groups;
	struct pattern_entry *entries;
	uint32_t *buckets;
	uint32_t group_count, bucket_count;
};

int pattern_builder_new(struct pattern_builder **ret)
{
	struct pattern_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return -ENOMEM;
	*ret = builder;
	return 0;
}

struct pattern_builder *pattern_builder_free(struct pattern_builder *builder)
{
	if (!builder)
		return NULL;
	free(builder->text);
	free(builder->added);
	free(builder->groups);
	free(builder->entries);
	free(builder->buckets);
	free(builder);
	return NULL;
}

static int add_text(struct pattern_builder *builder, const char *text, size_t size)
{
	size_t room = builder->text_room ? builder->text_room : 4096;
	char *grown;

	if (size > PATTERN_TEXT_MAX - builder->text_size)
		return -EFBIG;
	while (room < builder->text_size + size)
		room *= 2;
	if (room > builder->text_room) {
		grown = realloc(builder->text, room);
		if (!grown)
			return -ENOMEM;
		builder->text = grown;
		builder->text_room = room;
	}
	memcpy(builder->text + builder->text_size, text, size);
	builder->text_size += size;
	return 0;
}

int pattern_builder_add(struct pattern_builder *builder, const char *pattern, uint32_t number)
{
	struct added added = {
		.offset = (uint32_t)builder->text_size,
		.literal = (uint32_t)glob_literal(pattern),
		.number = number,
		.piece = PATTERN_NONE,
	};
	int r;

	if (!*pattern)
		return 0;
	if (array_grow(&builder->added, builder->count, sizeof(*builder->added)) < 0)
		return -ENOMEM;
	r = add_text(builder, pattern, strlen(pattern) + 1);
	if (r < 0)
		return r;
	builder->added[builder->count++] = added;
	return 0;
}

static int compare_prefixes(const struct added *a, const struct added *b)
{
	uint32_t shorter = a->literal < b->literal ? a->literal : b->literal;
	int order = memcmp(a->text, b->text, shorter);

	if (order)
		return order;
	return a->literal < b->literal ? -1 : a->literal > b->literal;
}

static int compare_texts(const struct added *a, const struct added *b)
{
	int order = strcmp(a->text + a->literal, b->text + b->literal);

	if (order)
		return order;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* By group. */
static int compare_added(const void *left, const void *right)
{
	int order = compare_prefixes(left, right);

	return order ? order : compare_texts(left, right);
}

/* In a group: what has to be tried first, then by bucket. */
static int compare_buckets(const void *left, const void *right)
{
	const struct added *a = left, *b = right;
	bool plain_a = a->piece == PATTERN_NONE, plain_b = b->piece == PATTERN_NONE;

	if (plain_a != plain_b)
		return plain_a ? -1 : 1;
	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	return compare_texts(a, b);
}

static bool is_piece(const char *text)
{
	for (size_t i = 0; i < PATTERN_PIECE; i++) {
		if (!text[i] || glob_special(text[i]))
			return false;
	}
	return pattern_piece(text) != PATTERN_NONE;
}

/*
 * The next place from *AT on where a piece stands for itself; moves *AT past its first byte. Behind
 * a '[' or '\' it cannot be told without reading the pattern as fnmatch(3) does.
 */
static const char *next_piece(const char **at)
{
	while (**at && **at != '[' && **at != '\\') {
		const char *piece = (*at)++;

		if (is_piece(piece))
			return piece;
	}
	return NULL;
}

static void count_pieces(const struct added *added, uint32_t *counts, uint32_t bits)
{
	const char *at = added->text + added->literal, *piece;

	while ((piece = next_piece(&at)))
		counts[pattern_bucket(pattern_piece(piece), bits)]++;
}

/* The piece that the fewest of the group have. */
static void choose_piece(struct added *added, const uint32_t *counts, uint32_t bits)
{
	const char *at = added->text + added->literal, *piece;
	uint32_t least = UINT32_MAX;

	while ((piece = next_piece(&at))) {
		uint32_t count = counts[pattern_bucket(pattern_piece(piece), bits)];

		if (count < least) {
			least = count;
			added->piece = pattern_piece(piece);
		}
	}
}

static int choose_pieces(struct added *added, uint32_t count, uint32_t bits)
{
	auto_free uint32_t *counts = calloc(1UL << (bits + FINER_BITS), sizeof(*counts));

	if (!counts)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		count_pieces(&added[i], counts, bits + FINER_BITS);
	for (uint32_t i = 0; i < count; i++) {
		choose_piece(&added[i], counts, bits + FINER_BITS);
		if (added[i].piece != PATTERN_NONE)
			added[i].bucket = pattern_bucket(added[i].piece, bits);
	}
	return 0;
}

/* Where each of GROUP's buckets begins: patterns from FIRST to END are sorted by them. */
static int add_buckets(struct pattern_builder *builder, struct pattern_group *group, uint32_t first,
		       uint32_t end)
{
	uint32_t count = (1U << group->bucket_bits) + 1;
	uint32_t *buckets = reallocarray(builder->buckets, builder->bucket_count + (size_t)count,
					 sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	builder->buckets = buckets;
	group->buckets = builder->bucket_count;
	for (uint32_t i = 0; i < count; i++) {
		while (first < end && builder->added[first].bucket < i)
			first++;
		buckets[group->buckets + i] = i == count - 1 ? end : first;
	}
	builder->bucket_count += count;
	return 0;
}

static int fill_buckets(struct pattern_builder *builder, struct pattern_group *group, uint32_t end)
{
	struct added *added = builder->added + group->first;
	uint32_t count = end - group->first;

	group->plain = count;
	if (count <= FEW)
		return 0;
	group->bucket_bits = 32 - (uint32_t)__builtin_clz(count);
	if (choose_pieces(added, count, group->bucket_bits) < 0)
		return -ENOMEM;
	qsort(added, count, sizeof(*added), compare_buckets);
	group->plain = 0;
	while (group->plain < count && added[group->plain].piece == PATTERN_NONE)
		group->plain++;
	return add_buckets(builder, group, group->first + group->plain, end);
}

/* The prefix of the group of A, with that of B behind it in order, is one of B's. */
static bool is_prefix(const struct added *a, const struct added *b)
{
	return a->literal < b->literal && memcmp(a->text, b->text, a->literal) == 0;
}

static uint32_t find_parent(const struct pattern_builder *builder, uint32_t number)
{
	const struct pattern_group *groups = builder->groups;
	const struct added *added = builder->added;
	uint32_t parent = number ? number - 1 : PATTERN_NONE;

	while (parent != PATTERN_NONE &&
	       !is_prefix(&added[groups[parent].first], &added[groups[number].first]))
		parent = groups[parent].parent;
	return parent;
}

static int add_group(struct pattern_builder *builder, uint32_t first, uint32_t end)
{
	struct pattern_group *group;

	if (array_grow(&builder->groups, builder->group_count, sizeof(*group)) < 0)
		return -ENOMEM;
	group = &builder->groups[builder->group_count];
	group->first = first;
	group->length = builder->added[first].literal;
	group->parent = find_parent(builder, builder->group_count);
	builder->group_count++;
	return fill_buckets(builder, group, end);
}

static int add_groups(struct pattern_builder *builder)
{
	const struct added *added = builder->added;
	uint32_t end;
	int r = 0;

	for (uint32_t first = 0; first < builder->count && r == 0; first = end) {
		end = first + 1;
		while (end < builder->count && compare_prefixes(&added[first], &added[end]) == 0)
			end++;
		r = add_group(builder, first, end);
	}
	if (r == 0)
		r = array_grow(&builder->groups, builder->group_count, sizeof(*builder->groups));
	if (r == 0)
		builder->groups[builder->group_count].first = builder->count;
	return r;
}

/* The patterns in their order, and where the prefixes are in their text. */
static int add_entries(struct pattern_builder *builder)
{
	auto_free char *text = malloc(builder->text_size + 1);
	uint32_t at = 0;

	builder->entries = calloc(builder->count + 1UL, sizeof(*builder->entries));
	if (!text || !builder->entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < builder->count; i++) {
		const struct added *added = &builder->added[i];

		builder->entries[i] = (struct pattern_entry){ at, added->piece, added->number };
		at = (uint32_t)(stpcpy(text + at, added->text) - text) + 1;
	}
	builder->entries[builder->count].text = at;
	for (uint32_t i = 0; i < builder->group_count; i++)
		builder->groups[i].prefix = builder->entries[builder->groups[i].first].text;
	free(builder->text);
	builder->text = take(text);
	return 0;
}

int pattern_builder_finish(struct pattern_builder *builder, struct pattern_index *ret)
{
	for (uint32_t i = 0; i < builder->count; i++)
		builder->added[i].text = builder->text + builder->added[i].offset;
	if (builder->count)
		qsort(builder->added, builder->count, sizeof(*builder->added), compare_added);
	if (add_groups(builder) < 0 || add_entries(builder) < 0)
		return -ENOMEM;
	free(take(builder->added));
	*ret = (struct pattern_index){
		.groups = builder->groups,
		.entries = builder->entries,
		.buckets = builder->buckets,
		.text = builder->text,
		.group_count = builder->group_count,
		.entry_count = builder->count,
		.bucket_count = builder->bucket_count,
		.text_size = (uint32_t)builder->text_size,
	};
	return 0;
}
