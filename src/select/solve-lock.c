/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <solv/evr.h>
#include <solv/solver.h>
#include <string.h>

#include "select/solve-internal.h"

/* zypp's alias of what is installed (libzypp: sat/detail/PoolImpl.cc, systemRepoAlias). */
#define INSTALLED_ALIAS "@System"

/* A version without a release is that of any release (libzypp: Edition.h, Edition::match). */
static bool fits_version(const struct solve *solve, const struct lock *lock, Id id)
{
	bool any_release = lock->version && !strchr(lock->version, '-');

	if (!lock->version)
		return true;
	return lock_fits_order(
		lock, pool_evrcmp_str(
			      solve->pool, pool_id2str(solve->pool, solve->pool->solvables[id].evr),
			      lock->version, any_release ? EVRCMP_COMPARE_EVONLY : EVRCMP_COMPARE));
}

/* The name of a lock that is on this very package, or NULL. */
static const char *own_lock(const struct solve *solve, Id id)
{
	const Solvable *s = solve->pool->solvables + id;
	const char *name = pool_id2str(solve->pool, s->name);
	const char *arch = pool_id2str(solve->pool, s->arch);
	size_t source = catalog_source_of(solve->catalog, id);
	const char *alias = source == SIZE_MAX ? INSTALLED_ALIAS : solve->sources[source].alias;

	for (size_t i = 0; i < solve->locks->count; i++) {
		const struct lock *lock = &solve->locks->items[i];
		const char *fits = lock_fits(lock, name, arch, alias);

		if (fits && fits_version(solve, lock, id))
			return fits;
	}
	return NULL;
}

/* Its own lock, or that of the installed build that it would replace; NULL if there is none. */
static const char *find_lock(const struct solve *solve, Id id)
{
	const char *own = own_lock(solve, id);
	const Solvable *s = solve->pool->solvables + id;

	for (int i = 0; i < solve->kept.count && !own; i++)
		if (solve->pool->solvables[solve->kept.elements[i]].name == s->name)
			own = own_lock(solve, solve->kept.elements[i]);
	return own;
}

static bool is_installed(const struct solve *solve, Id id)
{
	Pool *pool = solve->pool;
	const Solvable *s = pool->solvables + id;
	Id other, at;

	FOR_PROVIDES (other, at, s->name) {
		const Solvable *o = pool->solvables + other;

		if (o->repo == pool->installed && o->name == s->name && o->evr == s->evr &&
		    o->arch == s->arch)
			return true;
	}
	return false;
}

void solve_lock(struct solve *solve, const struct locks *locks, const struct source *sources)
{
	Pool *pool = solve->pool;
	Solvable *s;
	Id id;

	solve->locks = locks;
	solve->sources = sources;
	if (locks->count == 0)
		return;
	FOR_REPO_SOLVABLES (pool->installed, id, s)
		if (id != solve->kernel_id && own_lock(solve, id))
			queue_push(&solve->kept, id);
	FOR_POOL_SOLVABLES (id)
		if (catalog_source_of(solve->catalog, id) != SIZE_MAX && find_lock(solve, id) &&
		    !is_installed(solve, id))
			MAPCLR(&solve->considered, id);
	solve_refresh(solve);
}

const char *solve_lock_of(const struct solve *solve, int id)
{
	if (!solve->locks || MAPTST(&solve->considered, id))
		return NULL;
	return find_lock(solve, id);
}

bool solve_is_kept(const struct solve *solve, int id)
{
	for (int i = 0; i < solve->kept.count; i++)
		if (solve->kept.elements[i] == id)
			return true;
	return false;
}

void solve_push_kept(const struct solve *solve, Queue *job)
{
	for (int i = 0; i < solve->kept.count; i++)
		queue_push2(job, SOLVER_LOCK | SOLVER_SOLVABLE, solve->kept.elements[i]);
}
