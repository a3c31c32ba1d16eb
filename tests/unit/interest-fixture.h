/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interest-fixture - is the answer the same, however little of repositories is read for it?
 */
#pragma once

#include "interest-answer.h"

/* How many are selected, and left out; why they differ. */
struct interest_outcome {
	struct interest_answer whole, part;
	const char *differs; /* the way whose answer is another one; NULL: none is */
};

static inline bool interest_try(const struct interest_case *subject, struct cache_dir *cache,
				const char *way, struct interest_outcome *outcome)
{
	free(outcome->part.text);
	interest_answer(subject, OF_INTEREST, cache, &outcome->part);
	if (!text_equal(outcome->part.text, outcome->whole.text))
		outcome->differs = way;
	return !outcome->differs;
}

/* Compare all ways; with CACHED also those through a cache. */
static inline void interest_compare(struct interest_case *subject, bool cached,
				    struct interest_outcome *ret)
{
	struct cache_dir *own = NULL, *foreign = NULL;
	struct interest_answer unused;

	*ret = (struct interest_outcome){ 0 };
	interest_put_repositories(subject);
	interest_answer(subject, EVERYTHING, NULL, &ret->whole);
	if (interest_try(subject, NULL, "read", ret) && cached) {
		own = interest_open_cache(subject, "own");
		foreign = interest_open_cache(subject, "foreign");
		interest_answer(subject, ANOTHERS_INTEREST, foreign, &unused);
		free(unused.text);
		(void)(interest_try(subject, own, "kept", ret) &&
		       interest_try(subject, own, "asked of the cache", ret) &&
		       interest_try(subject, foreign, "asked of another machine's cache", ret));
		cache_dir_close(own);
		cache_dir_close(foreign);
	}
	scratch_remove(&subject->scratch);
}

static inline void interest_outcome_done(struct interest_outcome *outcome)
{
	free(outcome->whole.text);
	free(outcome->part.text);
}
