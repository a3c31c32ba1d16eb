/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/limits.h"
#include "select/solve-bounds.h"

/* Packages that may be planned so far: candidates, and what they may pull in. */
struct reach {
	struct solve *solve;
	Map packages, names, relations; /* that were looked at */
	size_t count; /* of packages */
	uint64_t pairs; /* of packages that may be at odds, each a rule of the solver */
	Queue added, asked; /* since the last candidate: packages, dependencies */
};

static bool is_new(struct reach *reach, Id leaf)
{
	Map *seen = ISRELDEP(leaf) ? &reach->relations : &reach->names;
	Id number = ISRELDEP(leaf) ? (Id)GETRELID(leaf) : leaf;

	if (MAPTST(seen, number))
		return false;
	MAPSET(seen, number);
	queue_push(&reach->asked, leaf);
	return true;
}

static void add_package(struct reach *reach, Id id)
{
	const struct catalog *catalog = reach->solve->catalog;

	if (MAPTST(&reach->packages, id) || catalog_is_kernel(catalog, id) ||
	    (!catalog_has_base(catalog) && !catalog_is_solved(catalog, id)))
		return;
	MAPSET(&reach->packages, id);
	queue_push(&reach->added, id);
}

/* Whatever provides LEAF, unless it is there already. */
static void add_providers(struct reach *reach, Id leaf)
{
	Pool *pool = reach->solve->pool;
	Id id, at;

	FOR_PROVIDES (id, at, leaf)
		if (catalog_source_of(reach->solve->catalog, id) == SIZE_MAX)
			return;
	FOR_PROVIDES (id, at, leaf)
		add_package(reach, id);
}

static void add_required(struct reach *reach, Id id)
{
	const Solvable *s = reach->solve->pool->solvables + id;
	Queue leaves;

	if (!s->requires)
		return;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER)
			catalog_leaves(reach->solve->catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count; i++)
		if (is_new(reach, leaves.elements[i]))
			add_providers(reach, leaves.elements[i]);
	queue_free(&leaves);
}

static void forget_added(struct reach *reach)
{
	for (int i = 0; i < reach->added.count; i++)
		MAPCLR(&reach->packages, reach->added.elements[i]);
	for (int i = 0; i < reach->asked.count; i++) {
		Id leaf = reach->asked.elements[i];

		if (ISRELDEP(leaf))
			MAPCLR(&reach->relations, GETRELID(leaf));
		else
			MAPCLR(&reach->names, leaf);
	}
}

/* How many packages one of DEPENDENCIES of S names, at most. */
static uint64_t count_named(Pool *pool, const Solvable *s, Offset dependencies)
{
	uint64_t count = 0;
	Id id, at;

	if (!dependencies)
		return 0;
	for (const Id *dep = s->repo->idarraydata + dependencies; *dep; dep++) {
		const Reldep *rel = ISRELDEP(*dep) ? GETRELDEP(pool, *dep) : NULL;

		/* What holds a condition is weighed below. */
		if (!rel || !catalog_is_boolean(rel->flags))
			FOR_PROVIDES (id, at, *dep)
				count++;
	}
	return count;
}

/* Those that may be at odds with ID: of builds of one name only one can be there. */
static uint64_t count_pairs(Pool *pool, Id id)
{
	const Solvable *s = pool->solvables + id;
	uint64_t count = count_named(pool, s, s->conflicts) + count_named(pool, s, s->obsoletes);
	Id other, at;

	FOR_PROVIDES (other, at, s->name)
		count += pool->solvables[other].name == s->name;
	return count;
}

/* Is there room for ID and all that it may pull in? */
static bool has_room(struct reach *reach, Id id)
{
	uint64_t pairs = reach->pairs;
	bool room = true;

	if (MAPTST(&reach->packages, id))
		return true;
	queue_empty(&reach->added);
	queue_empty(&reach->asked);
	MAPSET(&reach->packages, id);
	queue_push(&reach->added, id);
	for (int i = 0; i < reach->added.count && room; i++) {
		add_required(reach, reach->added.elements[i]);
		pairs += count_pairs(reach->solve->pool, reach->added.elements[i]);
		room = reach->count + (size_t)reach->added.count <= PLANNABLE_MAX &&
		       pairs <= PLANNABLE_PAIRS_MAX;
	}
	if (room) {
		reach->count += (size_t)reach->added.count;
		reach->pairs = pairs;
	} else {
		forget_added(reach);
	}
	return room;
}

void solve_give_room(struct solve *solve, const struct contender *items, size_t count,
		     size_t *failed)
{
	Pool *pool = solve->pool;
	struct reach reach = { .solve = solve };

	pool_createwhatprovides(pool);
	map_init(&reach.packages, pool->nsolvables);
	map_init(&reach.names, pool->ss.nstrings);
	map_init(&reach.relations, pool->nrels);
	queue_init(&reach.added);
	queue_init(&reach.asked);
	for (size_t i = 0; i < count; i++) {
		size_t *tries = &failed[items[i].source];

		if (*tries < PLANNABLE_TRIES_MAX && has_room(&reach, items[i].id))
			continue;
		solve_leave_out(solve, items[i].id, LEFT_OUT_REQUIRES);
		++*tries;
	}
	map_free(&reach.packages);
	map_free(&reach.names);
	map_free(&reach.relations);
	queue_free(&reach.added);
	queue_free(&reach.asked);
}
