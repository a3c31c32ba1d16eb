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
