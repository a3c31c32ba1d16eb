/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/solve.h"

#include <errno.h>
#include <solv/evr.h>
#include <solv/solver.h>
#include <solv/transaction.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"
#include "select/solve-internal.h"

/* The answer is kept per pattern: the same one stands in many builds of a package. */
static enum fit pattern_fit(struct solve *solve, Id pattern)
{
	auto_hint struct hint hint = { 0 };
	enum fit fit = FIT_NONE;

	if (pattern < solve->fits_size && solve->fits[pattern] != FIT_UNKNOWN)
		return (enum fit)solve->fits[pattern];
	if (hint_make(NULL, pool_id2str(solve->pool, pattern), &hint) < 0)
		return FIT_NONE;
	for (size_t i = 0; i < hint.patterns.count && fit == FIT_NONE; i++)
		if (match_index_any(solve->index, hint.patterns.items[i]))
			fit = hint.match_all ? FIT_ANYTHING : FIT_DEVICE;
	if (pattern < solve->fits_size)
		solve->fits[pattern] = (unsigned char)fit;
	return fit;
}

/* libsolv asks once per distinct pattern; 1 stands for "the system provides it" (pool.h). */
static Id namespace_callback(Pool *pool, void *data, Id name, Id evr)
{
	(void)pool;
	/* 0 stands for "all", a dependency tree for nothing that we know. */
	if (name != NAMESPACE_MODALIAS || !evr || ISRELDEP(evr))
		return 0;
	if (((const struct solve *)data)->without_hardware)
		return 0;
	return pattern_fit(data, evr) == FIT_DEVICE ? 1 : 0;
}

int solve_new(struct catalog *catalog, const struct kernel *kernel, const struct match_index *index,
	      struct solve **ret)
{
	auto_solve struct solve *solve = calloc(1, sizeof(*solve));

	if (!solve)
		return -ENOMEM;
	solve->catalog = catalog;
	solve->kernel = kernel;
	solve->index = index;
	solve->pool = catalog_pool(catalog);
	if (kernel->arch)
		pool_setarch(solve->pool, kernel->arch);
	solve_add_kernel(solve);
	pool_addfileprovides(solve->pool);
	map_grow(&solve->considered, solve->pool->nsolvables);
	/* What was added last lies behind the map's old end, where bits are clear. */
	for (Id id = solve->kernel_id; id < solve->pool->nsolvables; id++)
		MAPSET(&solve->considered, id);
	solve->fits_size = solve->pool->ss.nstrings;
	solve->fits = calloc((size_t)solve->fits_size, 1);
	if (!solve->fits || solve_bound(solve) < 0 || solve_add_bare_base(solve) < 0)
		return -ENOMEM;
	pool_setnamespacecallback(solve->pool, namespace_callback, solve);
	solve_refresh(solve);
	*ret = take(solve);
	return 0;
}

struct solve *solve_free(struct solve *solve)
{
	if (!solve)
		return NULL;
	pool_setnamespacecallback(solve->pool, NULL, NULL);
	solve->pool->considered = NULL;
	map_free(&solve->considered);
	map_free(&solve->coming);
	queue_free(&solve->assumed);
	queue_free(&solve->hardware);
	map_free(&solve->resting);
	queue_free(&solve->kept);
	free(solve->fits);
	free(solve->left_out);
	free(solve);
	return NULL;
}

static bool has_fitting_hint(struct solve *solve, Id id)
{
	Queue patterns, prefixes;
	bool fits = false;

	queue_init(&patterns);
	queue_init(&prefixes);
	catalog_hints(solve->catalog, id, &patterns, &prefixes);
	for (int i = 0; i < patterns.count && !fits; i++)
		fits = pattern_fit(solve, patterns.elements[i]) != FIT_NONE;
	queue_free(&patterns);
	queue_free(&prefixes);
	return fits;
}

int solve_candidates(struct solve *solve, struct ids *ret)
{
	auto_ids struct ids ids = { 0 };
	Pool *pool = solve->pool;
	Id id;

	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (catalog_source_of(solve->catalog, id) == SIZE_MAX || s->arch == ARCH_SRC ||
		    s->arch == ARCH_NOSRC || solve->left_out[id])
			continue;
		if (has_fitting_hint(solve, id) && ids_add(&ids, id) < 0)
			return -ENOMEM;
	}
	*ret = ids;
	ids = (struct ids){ 0 };
	return 0;
}

bool solve_is_kernel(const struct solve *solve, int id)
{
	return catalog_is_kernel(solve->catalog, id);
}

bool solve_fits_arch(const struct solve *solve, int id)
{
	return !pool_badarch_solvable(solve->pool, solve->pool->solvables + id);
}

void solve_hide(struct solve *solve, const struct ids *ids, bool hidden)
{
	for (size_t i = 0; i < ids->count; i++)
		if (hidden)
			MAPCLR(&solve->considered, ids->items[i]);
		else if (!solve->left_out[ids->items[i]])
			MAPSET(&solve->considered, ids->items[i]);
	if (ids->count)
		solve_refresh(solve);
}

Solver *solve_make_solver(const struct solve *solve)
{
	Solver *solver = solver_create(solve->pool);

	/* What `zypper install-new-recommends --no-recommends` sets (libzypp: SATResolver.cc). */
	solver_set_flag(solver, SOLVER_FLAG_ONLY_NAMESPACE_RECOMMENDED, 1);
	solver_set_flag(solver, SOLVER_FLAG_ADD_ALREADY_RECOMMENDED, 1);
	return solver;
}

int solve_run(struct solve *solve, const struct ids *updates, const struct ids *favored,
	      struct ids *ret)
{
	AUTO(solve_release_solver) Solver *solver = solve_make_solver(solve);
	auto_ids struct ids ids = { 0 };
	Queue job, decisions;
	int problems;

	queue_init(&job);
	queue_push2(&job, SOLVER_LOCK | SOLVER_SOLVABLE, solve->kernel_id);
	solve_push_kept(solve, &job);
	for (size_t i = 0; i < updates->count; i++)
		if (!solve_is_kept(solve, updates->items[i]))
			queue_push2(&job, SOLVER_UPDATE | SOLVER_SOLVABLE, updates->items[i]);
	/* The later a job is, the more it counts. */
	for (size_t i = favored->count; i > 0; i--)
		queue_push2(&job, SOLVER_FAVOR | SOLVER_SOLVABLE, favored->items[i - 1]);
	problems = solver_solve(solver, &job);
	queue_free(&job);
	if (problems)
		return -EBADMSG;
	queue_init(&decisions);
	solver_get_decisionqueue(solver, &decisions);
	for (int i = 0; i < decisions.count; i++) {
		Id id = decisions.elements[i];

		if (id <= SYSTEMSOLVABLE ||
		    solve->pool->solvables[id].repo == solve->pool->installed)
			continue;
		if (ids_add(&ids, id) < 0) {
			queue_free(&decisions);
			return -ENOMEM;
		}
	}
	queue_free(&decisions);
	*ret = ids;
	ids = (struct ids){ 0 };
	return 0;
}

/* Append the packages other than ID that provide CAPABILITY. */
static int add_providers(struct solve *solve, int id, const char *capability, struct ids *ret)
{
	Pool *pool = solve->pool;
	Id dep = pool_str2id(pool, capability, 0);
	Id other, at;

	if (!dep)
		return 0;
	FOR_PROVIDES (other, at, dep)
		if (other != id && other != solve->kernel_id && !ids_contain(ret, other) &&
		    ids_add(ret, other) < 0)
			return -ENOMEM;
	return 0;
}

int solve_same_modules(struct solve *solve, int id, const struct strings *modules, struct ids *ret)
{
	for (size_t i = 0; i < modules->count; i++) {
		/* The suffix was left out in 2018 and 2019 (rpm-config-SUSE: kmod provides). */
		auto_free char *name = text_format("kmod(%s.ko)", modules->items[i]);
		auto_free char *bare = text_format("kmod(%s)", modules->items[i]);

		if (!name || !bare || add_providers(solve, id, name, ret) < 0 ||
		    add_providers(solve, id, bare, ret) < 0)
			return -ENOMEM;
	}
	return 0;
}

int solve_stands_without(struct solve *solve, int id, const struct ids *others)
{
	static const struct ids none = { 0 };
	auto_free char *culprit = NULL;
	auto_ids struct ids hidden = { 0 };
	enum refusal refusal = REFUSAL_NONE;
	int conflict, r;

	for (size_t i = 0; i < others->count; i++) {
		int other = others->items[i];

		if (!MAPTST(&solve->considered, other))
			continue;
		if (ids_add(&hidden, other) < 0)
			return -ENOMEM;
	}
	solve_hide(solve, &hidden, true);
	r = solve_refusal(solve, id, &none, &refusal, &culprit, &conflict);
	solve_hide(solve, &hidden, false);
	return r < 0 ? r : refusal == REFUSAL_NONE;
}

static bool is_there(struct solve *solve, Id dep, const struct ids *picked)
{
	Pool *pool = solve->pool;
	Id id, at;

	FOR_PROVIDES (id, at, dep)
		if (id == SYSTEMSOLVABLE || pool->solvables[id].repo == pool->installed ||
		    ids_contain(picked, id))
			return true;
	return false;
}

bool solve_is_there(struct solve *solve, const char *capability, const struct ids *picked)
{
	Id dep = pool_str2id(solve->pool, capability, 0);

	return dep && is_there(solve, dep, picked);
}

/* The truth of a supplement, as libsolv has it (src/solver_util.c, solver_is_supplementing). */
static bool holds(struct solve *solve, Id dep, const struct ids *picked)
{
	const Reldep *rel, *otherwise;

	if (!ISRELDEP(dep))
		return is_there(solve, dep, picked);
	rel = GETRELDEP(solve->pool, dep);
	otherwise = ISRELDEP(rel->evr) ? GETRELDEP(solve->pool, rel->evr) : NULL;
	if (otherwise && otherwise->flags != REL_ELSE)
		otherwise = NULL;
	switch (rel->flags) {
	case REL_NAMESPACE:
		return catalog_is_modalias(solve->pool, dep) && !ISRELDEP(rel->evr) &&
		       pattern_fit(solve, rel->evr) == FIT_DEVICE;
	case REL_AND:
		return holds(solve, rel->name, picked) && holds(solve, rel->evr, picked);
	case REL_OR:
		return holds(solve, rel->name, picked) || holds(solve, rel->evr, picked);
	case REL_COND:
		if (!otherwise)
			return holds(solve, rel->name, picked) || !holds(solve, rel->evr, picked);
		return holds(solve, otherwise->name, picked) ? holds(solve, rel->name, picked)
							     : holds(solve, otherwise->evr, picked);
	case REL_UNLESS:
		if (!otherwise)
			return holds(solve, rel->name, picked) && !holds(solve, rel->evr, picked);
		return holds(solve, otherwise->name, picked) ? holds(solve, otherwise->evr, picked)
							     : holds(solve, rel->name, picked);
	default:
		return is_there(solve, dep, picked);
	}
}

static bool asks_for_hardware(const struct solve *solve, Id dep)
{
	const Reldep *rel;

	if (!ISRELDEP(dep))
		return false;
	if (catalog_is_modalias(solve->pool, dep))
		return true;
	rel = GETRELDEP(solve->pool, dep);
	if (!catalog_is_boolean(rel->flags))
		return false;
	return asks_for_hardware(solve, rel->name) || asks_for_hardware(solve, rel->evr);
}

bool solve_hint_holds(struct solve *solve, int id, const struct ids *picked)
{
	const Solvable *s = solve->pool->solvables + id;

	if (!s->supplements)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->supplements; *dep; dep++)
		if (asks_for_hardware(solve, *dep) && holds(solve, *dep, picked))
			return true;
	return false;
}

bool solve_offers_symbol(struct solve *solve, const struct symbol_need *need,
			 bool (*counts)(void *context, int id), void *context)
{
	auto_free char *name = text_format("ksym(%s:%s)", need->flavor, need->symbol);
	Pool *pool = solve->pool;
	Id dep = name ? pool_str2id(pool, name, 0) : 0;
	Id other, at;

	if (!dep)
		return false;
	FOR_PROVIDES (other, at, dep) {
		const Solvable *s = pool->solvables + other;

		if (other == solve->kernel_id || !s->provides ||
		    (counts && !counts(context, other)))
			continue;
		for (const Id *p = s->repo->idarraydata + s->provides; *p; p++) {
			const Reldep *rel = ISRELDEP(*p) ? GETRELDEP(pool, *p) : NULL;
			uint32_t crc;

			if (rel && rel->name == dep && !ISRELDEP(rel->evr) &&
			    crc_parse(pool_id2str(pool, rel->evr), &crc) &&
			    (!need->has_crc || crc == need->crc))
				return true;
		}
	}
	return false;
}

bool solve_requires(struct solve *solve, int id, int other)
{
	Pool *pool = solve->pool;
	const Solvable *s = pool->solvables + id;
	Id provider, at;

	if (!s->requires)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		FOR_PROVIDES (provider, at, *dep)
			if (provider == other)
				return true;
	return false;
}

int solve_required(struct solve *solve, int id, struct ids *ret)
{
	Pool *pool = solve->pool;
	const Solvable *s = pool->solvables + id;
	Id provider, at;

	if (!s->requires)
		return 0;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		FOR_PROVIDES (provider, at, *dep)
			if (provider != solve->kernel_id && ids_add(ret, provider) < 0)
				return -ENOMEM;
	return 0;
}

bool solve_needs_symbol_sets(struct solve *solve, int id)
{
	const Solvable *s = solve->pool->solvables + id;

	if (!s->requires)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (text_starts(catalog_leaf_name(solve->catalog, *dep), "kernel("))
			return true;
	return false;
}

bool solve_kernel_has_symbol_sets(const struct solve *solve)
{
	return solve->symbol_sets;
}

int solve_assumed(struct solve *solve, int id, struct strings *ret)
{
	Pool *pool = solve->pool;
	const Solvable *s = pool->solvables + id;
	Queue leaves;
	int r = 0;

	if (!s->requires || catalog_has_base(solve->catalog))
		return 0;
	queue_init(&leaves);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER)
			catalog_leaves(solve->catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count && r == 0; i++) {
		Id leaf = leaves.elements[i];

		/* rpmlib() is about rpm itself: no package provides it anywhere. */
		if (solve_is_assumed(solve, leaf) &&
		    !text_starts(catalog_leaf_name(solve->catalog, leaf), "rpmlib("))
			r = strings_add(ret, pool_dep2str(pool, leaf));
	}
	queue_free(&leaves);
	strings_sort_unique(ret);
	return r;
}

int solve_compare_versions(struct solve *solve, int left, int right)
{
	Pool *pool = solve->pool;

	return pool_evrcmp(pool, pool->solvables[left].evr, pool->solvables[right].evr,
			   EVRCMP_COMPARE);
}
