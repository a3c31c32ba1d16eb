/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match - which devices a pattern fits: fnmatch(pattern, modalias, 0), by modalias-index.h.
 *
 * Layer: select. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "hardware/device.h"

/* Where a pattern fits: a device of the list and one of its modaliases, both borrowed. */
struct match {
	size_t device;
	const char *modalias;
};

struct matches {
	struct match *items;
	size_t count;
};
void matches_done(struct matches *matches);
#define auto_matches __attribute__((cleanup(matches_done)))

struct match_index;

/* An index of the modaliases of DEVICES, which is borrowed for as long as the index lives. */
int match_index_new(const struct device_list *devices, struct match_index **ret);
struct match_index *match_index_free(struct match_index *index);
/* Does the decoded PATTERN fit any device? */
bool match_index_any(const struct match_index *index, const char *pattern);
/* Append every fit of PATTERN, in order of modalias and device. 0 or -ENOMEM. */
int match_index_find(const struct match_index *index, const char *pattern, struct matches *ret);

static inline void match_index_release(struct match_index **slot)
{
	match_index_free(*slot);
}
#define auto_match_index __attribute__((cleanup(match_index_release)))
