/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "packages/catalog-offer.h"
#include "packages/record-kind.h"

/* What was asked for so far. */
struct closure {
	struct catalog *catalog;
	struct offers *offers;
	Map names; /* ids of names that were looked for */
	Id next; /* the first package that was not looked at */
	unsigned int rounds;
	bool marked; /* something new is to be taken */
};

static void look_for(struct closure *closure, Id name)
{
	const char *text = pool_id2str(closure->catalog->pool, name);

	map_grow(&closure->names, name + 1);
	if (MAPTST(&closure->names, name))
		return;
	MAPSET(&closure->names, name);
	for (size_t i = 0; i < closure->offers->count; i++)
		if (closure->offers->items[i].metadata &&
		    metadata_mark_providers(closure->offers->items[i].metadata, text))
			closure->marked = true;
}

/* The parts of a kernel stand in its own repository. */
static void look_for_parts(struct closure *closure, const Solvable *s)
{
	const Pool *pool = closure->catalog->pool;

	for (size_t i = 0; i < closure->offers->count; i++) {
		const struct offer *offer = &closure->offers->items[i];

		if (offer->repo == s->repo && offer->metadata &&
		    metadata_mark_parts(offer->metadata, pool_id2str(pool, s->name),
					pool_id2str(pool, s->evr)))
			closure->marked = true;
	}
}

static void look_at(struct closure *closure, Id id)
{
	Pool *pool = closure->catalog->pool;
	const Solvable *s = pool->solvables + id;
	Queue leaves;

	if (catalog_is_kernel(closure->catalog, id))
		look_for_parts(closure, s);
	/* What is installed of it may be updated to another build, or to what takes its place. */
	if (closure->catalog->has_base)
		look_for(closure, s->name);
	if (!s->requires)
		return;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		catalog_leaves(closure->catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count; i++) {
		Id leaf = leaves.elements[i];

		while (ISRELDEP(leaf))
			leaf = GETRELDEP(pool, leaf)->name;
		look_for(closure, leaf);
	}
	queue_free(&leaves);
}

static int take_marked(struct closure *closure)
{
	closure->marked = false;
	closure->rounds++;
	for (size_t i = 0; i < closure->offers->count; i++) {
		struct offer *offer = &closure->offers->items[i];
		int r = 0;

		if (!offer->metadata)
			continue;
		if (closure->rounds > CLOSURE_ROUNDS_MAX)
			metadata_mark_all(offer->metadata);
		r = offer_take_marked(offer);
		if (r == -ENOMEM)
			return -ENOMEM;
		/* Numbers of what was dropped are given to others. */
		if (r < 0)
			closure->next = 2;
	}
	return 0;
}

int catalog_close_over(struct catalog *catalog, struct offers *offers)
{
	struct closure closure = { .catalog = catalog, .offers = offers, .next = 2 };
	Pool *pool = catalog->pool;
	int r = 0;

	map_init(&closure.names, pool->ss.nstrings);
	do {
		for (; closure.next < pool->nsolvables; closure.next++) {
			const Solvable *s = pool->solvables + closure.next;

			/* What an installed driver needs may be lent by one on offer. */
			if (s->repo && (s->repo != pool->installed ||
					catalog_is_driver(catalog, closure.next)))
				look_at(&closure, closure.next);
		}
		r = closure.marked ? take_marked(&closure) : 0;
	} while (r == 0 && closure.next < pool->nsolvables);
	map_free(&closure.names);
	return r;
}

/* Does something that is installed, and stays, provide LEAF? */
static bool is_there(Pool *pool, Id leaf, const Map *replaced)
{
	Id id, at;

	FOR_PROVIDES (id, at, leaf)
		if (pool->solvables[id].repo == pool->installed && !MAPTST(replaced, id))
			return true;
	return false;
}

/* May a package that was left out provide NAME? */
static bool may_be_provided(const struct offers *offers, const char *name)
{
	for (size_t i = 0; i < offers->count; i++)
		if (offers->items[i].metadata &&
		    metadata_may_provide(offers->items[i].metadata, name))
			return true;
	return false;
}

/*
 * Is a leaf of DEP not there, so that what was left out might provide it? Of what only kernels and
 * drivers provide everything was taken.
 */
static bool is_missing(struct catalog *catalog, const struct offers *offers, Id dep,
		       const Map *replaced)
{
	bool missing = false;
	Queue leaves;

	queue_init(&leaves);
	catalog_leaves(catalog, dep, &leaves);
	for (int i = 0; i < leaves.count && !missing; i++) {
		const char *name = catalog_leaf_name(catalog, leaves.elements[i]);

		missing = !dependency_is_of_kernel(name) && !text_starts(name, "rpmlib(") &&
			  !is_there(catalog->pool, leaves.elements[i], replaced) &&
			  may_be_provided(offers, name);
	}
	queue_free(&leaves);
	return missing;
}

static bool lacks_something(struct catalog *catalog, const struct offers *offers, const Solvable *s,
			    const Map *replaced)
{
	if (!s->requires)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER && is_missing(catalog, offers, *dep, replaced))
			return true;
	return false;
}

/* May S update an installed driver that other packages than those named as drivers may too? */
static bool is_odd_update(struct catalog *catalog, const Solvable *s)
{
	Pool *pool = catalog->pool;
	Id other, at;

	if (name_is_of_driver(pool_id2str(pool, s->name)))
		return false;
	FOR_PROVIDES (other, at, s->name) {
		const Solvable *o = pool->solvables + other;

		if (o->repo == pool->installed && o->name == s->name &&
		    catalog_is_driver(catalog, other))
			return true;
	}
	return false;
}

/* Is one of DEPENDENCIES of S provided on the other side of what is installed? */
static bool hits(Pool *pool, const Solvable *s, Offset dependencies)
{
	bool installed = s->repo == pool->installed;
	Id other, at;

	if (!dependencies)
		return false;
	for (const Id *dep = s->repo->idarraydata + dependencies; *dep; dep++)
		FOR_PROVIDES (other, at, *dep) {
			const Solvable *o = pool->solvables + other;

			if ((o->repo == pool->installed) != installed && o->name != s->name)
				return true;
		}
	return false;
}

/* Would another version of an installed package be on offer? */
static void find_replaced(Pool *pool, Map *ret)
{
	const Solvable *s;
	Id id, other, at;

	FOR_POOL_SOLVABLES (id) {
		s = pool->solvables + id;
		if (s->repo == pool->installed)
			continue;
		FOR_PROVIDES (other, at, s->name)
			if (pool->solvables[other].repo == pool->installed &&
			    pool->solvables[other].name == s->name)
				MAPSET(ret, other);
	}
}

/* Does S require something that only packages that may be replaced provide? */
static bool rests_on(Pool *pool, const Solvable *s, const Map *replaced)
{
	Id other, at;

	if (!s->requires)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++) {
		bool any = false, safe = false;

		FOR_PROVIDES (other, at, *dep) {
			any = true;
			safe = safe || !MAPTST(replaced, other);
		}
		if (any && !safe)
			return true;
	}
	return false;
}

/* Is what S requires a condition that packages on offer could bring about? */
static bool rests_on_condition(struct catalog *catalog, const Solvable *s)
{
	Pool *pool = catalog->pool;
	bool rests = false;
	Queue leaves;
	Id id, at;

	if (!s->requires)
		return false;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (ISRELDEP(*dep) && catalog_is_boolean(GETRELDEP(pool, *dep)->flags))
			catalog_leaves(catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count && !rests; i++)
		FOR_PROVIDES (id, at, leaves.elements[i])
			rests = rests || pool->solvables[id].repo != pool->installed;
	queue_free(&leaves);
	return rests;
}

bool catalog_is_open(struct catalog *catalog, const struct offers *offers)
{
	Pool *pool = catalog->pool;
	bool open = false;
	Map replaced;
	Id id;

	pool_addfileprovides(pool);
	pool_createwhatprovides(pool);
	map_init(&replaced, pool->nsolvables);
	find_replaced(pool, &replaced);
	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (catalog_is_kernel(catalog, id))
			continue;
		/* One that may be replaced may also stay. */
		if (s->repo == pool->installed)
			open = open || rests_on_condition(catalog, s);
		if (MAPTST(&replaced, id))
			continue;
		if (s->repo != pool->installed)
			open = open || lacks_something(catalog, offers, s, &replaced) ||
			       is_odd_update(catalog, s);
		else
			open = open || rests_on(pool, s, &replaced);
		open = open || hits(pool, s, s->conflicts) || hits(pool, s, s->obsoletes);
	}
	map_free(&replaced);
	return open;
}
