/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern-index - many patterns, asked with one modalias after the other: which of them fit?
 *
 * Layer: packages. Plain arrays of fixed-width numbers and one text, so that it can lie in a file
 * that is mapped; nothing that is read there is trusted. Patterns with one literal prefix are a
 * group, and the prefixes of a modalias are a chain of groups that one binary search finds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No group, no literal piece. */
#define PATTERN_NONE UINT32_MAX

/* Sorted by prefix; one more ends the last, of which only `first` counts. */
struct pattern_group {
	uint32_t prefix, length; /* in the text, in bytes */
	uint32_t parent; /* the longest prefix that is a proper prefix of this one, or none */
	uint32_t first; /* of its patterns */
	uint32_t plain; /* so many of them have to be tried; the others lie in buckets */
	uint32_t buckets, bucket_bits; /* the first of them, and of 1 << bits how many there are */
};

/* Sorted by group, then by bucket; one more ends the last, of which only `text` counts. */
struct pattern_entry {
	uint32_t text; /* where it begins; a NUL ends it, before the next begins */
	uint32_t piece; /* four bytes that have to be in a modalias behind the prefix, or none */
	uint32_t number; /* the caller's */
};

/* A view of an index: nothing in it is owned. */
struct pattern_index {
	const struct pattern_group *groups;
	const struct pattern_entry *entries;
	const uint32_t *buckets; /* the first pattern of each; one more ends a group's last */
	const char *text;
	uint32_t group_count, entry_count; /* those that end the last not counted */
	uint32_t bucket_count, text_size;
	/* Whether SIZE bytes at AT, all of one array, may be read; NULL: all may. */
	bool (*may_read)(void *context, const void *at, size_t size);
	void *context;
};

/* What was found in one index; all zero is empty. */
struct pattern_fits {
	uint32_t *numbers; /* of each pattern that fits, once, as they were found */
	size_t count;
	uint64_t *seen; /* a bit for each pattern of the index */
	uint32_t patterns;
};
void pattern_fits_done(struct pattern_fits *fits);
#define auto_pattern_fits __attribute__((cleanup(pattern_fits_done)))

/*
 * Add what fits MODALIAS, as fnmatch(3) says, to *RET, which is of this index. 0, -ENOMEM, or
 * -EBADMSG if the arrays make no sense where they had to be read, or may_read() said no; *RET is
 * then still valid.
 */
int pattern_index_find(const struct pattern_index *index, const char *modalias,
		       struct pattern_fits *ret);

/* What makes the arrays. */
struct pattern_builder;

int pattern_builder_new(struct pattern_builder **ret);
struct pattern_builder *pattern_builder_free(struct pattern_builder *builder);
/* PATTERN, decoded, is copied; an empty one fits nothing. 0, -ENOMEM, -EFBIG (limits.h). */
int pattern_builder_add(struct pattern_builder *builder, const char *pattern, uint32_t number);
/* The index of all that were added: it borrows from BUILDER, to which no more is added. */
int pattern_builder_finish(struct pattern_builder *builder, struct pattern_index *ret);

static inline void pattern_builder_release(struct pattern_builder **slot)
{
	pattern_builder_free(*slot);
}
#define auto_pattern_builder __attribute__((cleanup(pattern_builder_release)))
