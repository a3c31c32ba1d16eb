/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world-fixture - the plan made of a world, and what is in it.
 */
#pragma once

#include "world.h"

static inline void world_plan(struct world *world)
{
	world_make(world);
	assert_int_equal(selection_plan(world->selection, &world->plan, NULL), 0);
}

/* The package whose NEVRA begins with NAME, a '-' or '.' behind it; or NULL. */
static inline const struct plan_package *world_find(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->plan->count; i++) {
		const char *nevra = world->plan->packages[i].driver.nevra;

		if (text_starts(nevra, name) && strchr("-.", nevra[strlen(name)]))
			return &world->plan->packages[i];
	}
	return NULL;
}

/* The same, of a package that has to be there. */
__attribute__((returns_nonnull)) static inline const struct plan_package *world_package(
	const struct world *world, const char *name)
{
	const struct plan_package *package = world_find(world, name);

	if (!package)
		abort();
	return package;
}

/* The id of its verdict's reason, or "no candidate". */
static inline const char *world_verdict(const struct world *world, const char *name)
{
	const struct plan_package *package = world_find(world, name);

	return package ? reason_id(package->reason) : "no candidate";
}

/* What becomes of a package; CULPRIT may be NULL for one that is not looked at. */
struct fate {
	const char *package, *verdict, *culprit;
};

/* 0, or 1 if it is another one, which is printed under LABEL. */
static inline int world_check_fate(const struct world *world, const struct fate *fate,
				   const char *label)
{
	const struct plan_package *package = world_find(world, fate->package);
	const char *verdict = world_verdict(world, fate->package);
	const char *culprit = package ? package->culprit : NULL;

	if (text_equal(verdict, fate->verdict) &&
	    (!fate->culprit || text_equal(culprit, fate->culprit)))
		return 0;
	print_error("%s: %s is %s (%s), wanted %s (%s)\n", label, fate->package, verdict,
		    culprit ? culprit : "no culprit", fate->verdict,
		    fate->culprit ? fate->culprit : "any");
	return 1;
}
