/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modalias-index - the modaliases of a machine, asked with one pattern after the other.
 *
 * Layer: packages. For hints that stream by; pattern-index.h is for many that stay.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"

struct modalias_index;

/* Of MODALIASES, which are borrowed for as long as the index lives. 0 or -ENOMEM. */
int modalias_index_new(const struct strings *modaliases, struct modalias_index **ret);
struct modalias_index *modalias_index_free(struct modalias_index *index);
/* They. */
const struct strings *modalias_index_list(const struct modalias_index *index);
/* Does the decoded PATTERN fit any of them, as fnmatch(3) says? An empty one fits none. */
bool modalias_index_any(const struct modalias_index *index, const char *pattern);

/* What is left to look at for one pattern. */
struct modalias_search {
	const struct modalias_index *index;
	const char *pattern; /* borrowed */
	size_t literal, at;
};

struct modalias_search modalias_index_search(const struct modalias_index *index,
					     const char *pattern);
/* The next that fits, in order of text, then place: its place among MODALIASES. */
bool modalias_search_next(struct modalias_search *search, size_t *ret);

static inline void modalias_index_release(struct modalias_index **slot)
{
	modalias_index_free(*slot);
}
#define auto_modalias_index __attribute__((cleanup(modalias_index_release)))
