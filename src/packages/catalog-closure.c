/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
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
	Map installed; /* ids of names that something installed has */
	Id next; /* the first package that was not looked at */
	Id second; /* the first one that was not found at once */
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
	if (s->name < closure->installed.size * 8 && MAPTST(&closure->installed, s->name))
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

/* Do packages of several names on offer provide LEAF? Then their other builds count, too. */
static void look_for_rivals(struct closure *closure, Id leaf)
{
	Pool *pool = closure->catalog->pool;
	Id other, at, first = 0;

	FOR_PROVIDES (other, at, leaf) {
		const Solvable *o = pool->solvables + other;

		if (o->repo == pool->installed || o->name == first)
			continue;
		if (first) {
			look_for(closure, first);
			look_for(closure, o->name);
		}
		first = first ? first : o->name;
	}
}

/*
 * Of several packages that will do libsolv dislikes one of which there is a newer build
 * (src/policy.c, dislike_old_versions), also if that one would not do.
 */
static void look_for_choices(struct closure *closure)
{
	Pool *pool = closure->catalog->pool;
	Queue leaves;
	Id id;

	queue_init(&leaves);
	pool_addfileprovides(pool);
	pool_createwhatprovides(pool);
	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (s->repo == pool->installed || !s->requires)
			continue;
		for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
			catalog_leaves(closure->catalog, *dep, &leaves);
		while (leaves.count)
			look_for_rivals(closure, queue_pop(&leaves));
	}
	queue_free(&leaves);
}

static int take_marked(struct closure *closure)
{
	closure->marked = false;
	if (closure->rounds++ == 0)
		closure->second = closure->catalog->pool->nsolvables;
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
			closure->next = closure->second = 2;
	}
	return 0;
}

static int compare_twins(const void *left, const void *right, void *context)
{
	const Pool *pool = context;
	Id a = *(const Id *)left, b = *(const Id *)right;
	const Solvable *one = pool->solvables + a, *other = pool->solvables + b;

	if (one->name != other->name)
		return one->name < other->name ? -1 : 1;
	if (one->evr != other->evr)
		return one->evr < other->evr ? -1 : 1;
	if (one->arch != other->arch)
		return one->arch < other->arch ? -1 : 1;
	return a < b ? -1 : a > b;
}

/*
 * libsolv takes the first of packages that have name and version in common (src/policy.c,
 * prune_to_best_version). May EARLIER be behind LATER where everything is loaded? What is SECOND or
 * comes later was not read first.
 */
static bool may_be_behind(const struct catalog *catalog, Id earlier, Id later, Id second)
{
	const Solvable *one = catalog->pool->solvables + earlier;
	const Solvable *other = catalog->pool->solvables + later;
	size_t source = catalog_source_of(catalog, earlier);

	if (one->name != other->name || one->evr != other->evr)
		return false;
	if (one->arch != other->arch)
		return one->arch == ARCH_NOARCH || other->arch == ARCH_NOARCH;
	if (source != catalog_source_of(catalog, later))
		return source > catalog_source_of(catalog, later);
	return later >= second;
}

static bool is_out_of_order(const struct closure *closure)
{
	Pool *pool = closure->catalog->pool;
	bool answer = false;
	Queue ids;
	Id id;

	if (!closure->rounds)
		return false;
	queue_init(&ids);
	FOR_POOL_SOLVABLES (id)
		if (catalog_source_of(closure->catalog, id) != SIZE_MAX)
			queue_push(&ids, id);
	qsort_r(ids.elements, (size_t)ids.count, sizeof(Id), compare_twins, pool);
	for (int i = 1; i < ids.count && !answer; i++)
		answer = may_be_behind(closure->catalog, ids.elements[i - 1], ids.elements[i],
				       closure->second);
	queue_free(&ids);
	return answer;
}

/*
 * Is a CRC compared in another way than for equality? The target kernel provides what packages
 * mention (select/solve-pool.c), and such a comparison may find it in what any of them does.
 */
static bool is_any_crc_compared(const Pool *pool)
{
	for (Id id = 1; id < pool->nrels; id++) {
		const Reldep *rel = pool->rels + id;

		if (rel->flags <= 7 && rel->flags != REL_EQ && !ISRELDEP(rel->name) &&
		    (text_starts(pool_id2str(pool, rel->name), "ksym(") ||
		     text_starts(pool_id2str(pool, rel->name), "kernel(")))
			return true;
	}
	return false;
}

static void find_installed(const Pool *pool, Map *ret)
{
	const Solvable *s;
	Id id;

	FOR_REPO_SOLVABLES (pool->installed, id, s)
		MAPSET(ret, s->name);
}

int catalog_close_over(struct catalog *catalog, struct offers *offers)
{
	struct closure closure = { .catalog = catalog, .offers = offers, .next = 2 };
	Pool *pool = catalog->pool;
	int r = 0;

	map_init(&closure.names, pool->ss.nstrings);
	map_init(&closure.installed, pool->ss.nstrings);
	find_installed(pool, &closure.installed);
	do {
		for (; closure.next < pool->nsolvables; closure.next++) {
			const Solvable *s = pool->solvables + closure.next;

			/* What an installed driver needs may be lent by one on offer. */
			if (s->repo && (s->repo != pool->installed ||
					catalog_is_driver(catalog, closure.next)))
				look_at(&closure, closure.next);
		}
		if (!closure.marked)
			look_for_choices(&closure);
		r = closure.marked ? take_marked(&closure) : 0;
	} while (r == 0 && closure.next < pool->nsolvables);
	map_free(&closure.names);
	map_free(&closure.installed);
	return r == 0 ? is_out_of_order(&closure) || is_any_crc_compared(pool) : r;
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
 * Is LEAF not there, so that what was left out might provide it? Of what only kernels and drivers
 * provide everything was taken.
 */
static bool is_missing(const struct catalog *catalog, const struct offers *offers, Id leaf,
		       const Map *replaced)
{
	const char *name = catalog_leaf_name(catalog, leaf);

	return !dependency_is_of_kernel(name) && !text_starts(name, "rpmlib(") &&
	       !is_there(catalog->pool, leaf, replaced) && may_be_provided(offers, name);
}

static bool lacks_something(struct catalog *catalog, const struct offers *offers, const Solvable *s,
			    const Map *replaced)
{
	bool lacks = false;
	Queue leaves;

	if (!s->requires)
		return false;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER)
			catalog_leaves(catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count && !lacks; i++)
		lacks = is_missing(catalog, offers, leaves.elements[i], replaced);
	queue_free(&leaves);
	return lacks;
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

/* Which installed packages may go: of which other versions are on offer, and kernels. */
static void find_replaced(const struct catalog *catalog, Map *ret)
{
	Pool *pool = catalog->pool;
	const Solvable *s;
	Id id, other, at;

	FOR_POOL_SOLVABLES (id) {
		s = pool->solvables + id;
		if (s->repo == pool->installed) {
			/* The target alone is solved for. */
			if (catalog_is_kernel(catalog, id))
				MAPSET(ret, id);
			continue;
		}
		FOR_PROVIDES (other, at, s->name)
			if (pool->solvables[other].repo == pool->installed &&
			    pool->solvables[other].name == s->name)
				MAPSET(ret, other);
	}
}

/* Does S require something that no package provides of which it is known that it stays? */
static bool rests_on(const struct catalog *catalog, const Solvable *s, const Map *replaced)
{
	Pool *pool = catalog->pool;
	Id other, at;

	if (!s->requires)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++) {
		bool any = false, safe = false;

		FOR_PROVIDES (other, at, *dep) {
			any = any || !catalog_is_kernel(catalog, other);
			safe = safe || (pool->solvables[other].repo == pool->installed &&
					!MAPTST(replaced, other));
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
	find_replaced(catalog, &replaced);
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
			open = open || rests_on(catalog, s, &replaced);
		open = open || hits(pool, s, s->conflicts) || hits(pool, s, s->obsoletes);
	}
	map_free(&replaced);
	return open;
}
