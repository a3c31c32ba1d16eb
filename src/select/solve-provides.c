/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "select/solve-internal.h"

/* What stands for a list of providers (libsolv: doc/libsolv-bindings.txt, set_whatprovides). */
enum { TO_BE_FOUND = 0, OF_SYSTEM = 2 };

/* Names come before relations (ISRELDEP), and a relation behind those that stand in it. */
static int compare_ids(const void *left, const void *right)
{
	unsigned int a = *(const unsigned int *)left, b = *(const unsigned int *)right;

	return (a > b) - (a < b);
}

void solve_assume(struct solve *solve, Queue *leaves)
{
	Queue *assumed = &solve->assumed;

	if (leaves->count)
		qsort(leaves->elements, (size_t)leaves->count, sizeof(Id), compare_ids);
	for (int i = 0; i < leaves->count; i++)
		if (i == 0 || leaves->elements[i] != leaves->elements[i - 1])
			queue_push(assumed, leaves->elements[i]);
}

bool solve_is_assumed(const struct solve *solve, Id leaf)
{
	const Queue *assumed = &solve->assumed;

	return assumed->count &&
	       bsearch(&leaf, assumed->elements, (size_t)assumed->count, sizeof(Id), compare_ids);
}

/*
 * No package provides what is assumed, so that nothing can conflict with it. Nothing was asked yet,
 * so no relation rests on it: pool_set_whatprovides() would look through all of them for each name.
 */
static void take_for_granted(struct solve *solve)
{
	Pool *pool = solve->pool;
	Offset *relations = pool->whatprovides_rel;

	for (int i = 0; i < solve->assumed.count; i++) {
		Id leaf = solve->assumed.elements[i];

		pool->whatprovides_rel = NULL;
		if (!ISRELDEP(leaf))
			pool_set_whatprovides(pool, leaf, OF_SYSTEM);
		pool->whatprovides_rel = relations;
		if (ISRELDEP(leaf))
			relations[GETRELID(leaf)] = OF_SYSTEM;
	}
}

void solve_refresh(struct solve *solve)
{
	Pool *pool = solve->pool;

	map_grow(&solve->considered, pool->nsolvables);
	pool->considered = &solve->considered;
	pool_createwhatprovides(pool);
	take_for_granted(solve);
}

static bool is_known_to_rest(const struct solve *solve, Id dep)
{
	return ISRELDEP(dep) && MAPTST(&solve->resting, GETRELID(dep));
}

/* Note the dependencies that are new in the pool and rest on hardware, whatever else they ask. */
static void find_resting(struct solve *solve)
{
	Pool *pool = solve->pool;

	map_grow(&solve->resting, pool->nrels);
	for (; solve->relations < pool->nrels; solve->relations++) {
		const Reldep *rel = pool->rels + solve->relations;

		if (!catalog_is_modalias(pool, MAKERELDEP(solve->relations)) &&
		    !is_known_to_rest(solve, rel->name) && !is_known_to_rest(solve, rel->evr))
			continue;
		MAPSET(&solve->resting, solve->relations);
		queue_push(&solve->hardware, solve->relations);
	}
}

/*
 * As pool_flush_namespaceproviders(), which looks through the whole pool for each hint: that takes
 * the square of what is in it.
 */
void solve_forget_hardware(struct solve *solve)
{
	find_resting(solve);
	for (int i = 0; i < solve->hardware.count; i++)
		solve->pool->whatprovides_rel[solve->hardware.elements[i]] = TO_BE_FOUND;
}
