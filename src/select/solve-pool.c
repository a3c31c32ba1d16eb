/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <solv/evr.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/record-kind.h"
#include "select/solve-internal.h"

/* Drop every kernel that is not the target; the made-up one stands for the target itself. */
static void remove_other_kernels(struct solve *solve)
{
	Pool *pool = solve->pool;
	Id id;

	map_init(&solve->considered, pool->nsolvables);
	map_setall(&solve->considered);
	FOR_POOL_SOLVABLES (id) {
		if (!catalog_is_kernel(solve->catalog, id))
			continue;
		if (pool->solvables[id].repo == pool->installed)
			repo_free_solvable(pool->installed, id, 0);
		else
			MAPCLR(&solve->considered, id);
	}
}

/* The target's name and version: those of its package, or what its release says. */
static void name_kernel(struct solve *solve, Id *ret_name, Id *ret_evr)
{
	const struct kernel *kernel = solve->kernel;
	Pool *pool = solve->pool;
	Id real = catalog_find_kernel(solve->catalog, kernel->release, false);
	auto_free char *name = text_format("kernel-%s", kernel->flavor);
	auto_free char *evr = strdup(kernel->release);
	char *dash;

	if (!real)
		real = catalog_find_kernel(solve->catalog, kernel->release, true);
	if (real) {
		*ret_name = pool->solvables[real].name;
		*ret_evr = pool->solvables[real].evr;
		return;
	}
	/* "6.4.0-150600.21-default" is version 6.4.0, release 150600.21. */
	if (evr && text_ends(evr, kernel->flavor) && strlen(evr) > strlen(kernel->flavor) + 1)
		evr[strlen(evr) - strlen(kernel->flavor) - 1] = '\0';
	for (dash = evr ? strchr(evr, '-') : NULL; dash && (dash = strchr(dash + 1, '-'));)
		*dash = '.';
	*ret_name = pool_str2id(pool, name ? name : "kernel", 1);
	*ret_evr = pool_str2id(pool, evr && strchr(evr, '-') ? evr : "0-0", 1);
}

static Offset add_provide(const struct solve *solve, Offset provides, Id dep)
{
	return repo_addid_dep(solve->pool->installed, provides, dep, 0);
}

static Offset add_equal(const struct solve *solve, Offset provides, const char *name, Id evr)
{
	Id id = pool_str2id(solve->pool, name, 1);

	return add_provide(solve, provides, pool_rel2id(solve->pool, id, evr, REL_EQ, 1));
}

/* "name" or "name = version", as kernel->provides spells it. */
static Offset add_spelled(const struct solve *solve, Offset provides, const char *text)
{
	const char *equals = strstr(text, " = ");
	auto_free char *name = NULL;

	if (!equals)
		return add_provide(solve, provides, pool_str2id(solve->pool, text, 1));
	name = strndup(text, (size_t)(equals - text));
	return name ? add_equal(solve, provides, name, pool_str2id(solve->pool, equals + 3, 1))
		    : provides;
}

/* What is known of KSYM, or NULL. */
static const struct symbol *find_symbol(const struct kernel *kernel, const struct ksym *ksym)
{
	char symbol[SYMBOL_NAME_MAX + 1];

	/* None has a longer name. */
	if (!kernel->symbols || ksym->symbol_length >= sizeof(symbol))
		return NULL;
	memcpy(symbol, ksym->symbol, ksym->symbol_length);
	symbol[ksym->symbol_length] = '\0';
	return symbol_table_find(kernel->symbols, symbol);
}

/*
 * Does the kernel satisfy KSYM = VERSION, as far as its symbols are known? A VERSION of NULL is
 * any.
 */
static bool kernel_satisfies(const struct kernel *kernel, const struct ksym *ksym,
			     const char *version)
{
	const struct symbol *found;
	uint32_t crc;

	if (!ksym_is_of(ksym, kernel->flavor))
		return false;
	if (!kernel->symbols)
		return true;
	found = find_symbol(kernel, ksym);
	if (!found)
		return !kernel->symbols_complete;
	if (found->absent)
		return false;
	return !found->has_crc || !version || (crc_parse(version, &crc) && crc == found->crc);
}

/* Is NAME a set of symbols of the kernel's flavor, `kernel(FLAVOR:...)`, all of which hold? */
static bool is_assumed_set(const struct solve *solve, const char *name)
{
	const char *flavor = solve->kernel->flavor;
	size_t length = strlen(flavor);

	if (solve->symbol_sets || !text_starts(name, "kernel("))
		return false;
	name += strlen("kernel(");
	return strncmp(name, flavor, length) == 0 && name[length] == ':';
}

/*
 * Does the kernel provide the versioned dependency REL of some package? CRCs are compared as
 * numbers: packages pad them, or not. Without symbols, or sets of them, all of its flavor hold.
 */
static bool kernel_provides(const struct solve *solve, const Reldep *rel)
{
	const char *name;
	struct ksym ksym;

	if (rel->flags != REL_EQ || ISRELDEP(rel->name) || ISRELDEP(rel->evr))
		return false;
	name = pool_id2str(solve->pool, rel->name);
	if (ksym_parse(name, &ksym))
		return kernel_satisfies(solve->kernel, &ksym, pool_id2str(solve->pool, rel->evr));
	return is_assumed_set(solve, name);
}

/* Does the kernel provide NAME in some version, whatever that is? */
static bool kernel_has(const struct solve *solve, const char *name)
{
	struct ksym ksym;

	if (ksym_parse(name, &ksym))
		return kernel_satisfies(solve->kernel, &ksym, NULL);
	return is_assumed_set(solve, name);
}

/* What is asked for without a version, in a list of dependencies or inside another one. */
static void find_bare_mentions(const Pool *pool, Map *ret)
{
	const Repo *repo;
	int index;

	FOR_REPOS(index, repo)
	for (int i = 0; i < repo->idarraysize; i++)
		if (repo->idarraydata[i] > 1 && !ISRELDEP(repo->idarraydata[i]) &&
		    repo->idarraydata[i] < pool->ss.nstrings)
			MAPSET(ret, repo->idarraydata[i]);
	for (Id id = 1; id < pool->nrels; id++) {
		const Reldep *rel = pool->rels + id;

		if (rel->flags > 7 && rel->flags != REL_NAMESPACE && !ISRELDEP(rel->name))
			MAPSET(ret, rel->name);
		if (rel->flags > 7 && rel->flags != REL_NAMESPACE && !ISRELDEP(rel->evr))
			MAPSET(ret, rel->evr);
	}
}

/* A version that nobody asks for: one without any would do for each that is. */
static Offset add_bare_mentions(const struct solve *solve, Offset provides)
{
	Pool *pool = solve->pool;
	Id last = pool->ss.nstrings;
	Id version = pool_str2id(pool, "some-version", 1);
	Map bare;

	map_init(&bare, pool->ss.nstrings);
	find_bare_mentions(pool, &bare);
	for (Id id = 1; id < last; id++)
		if (MAPTST(&bare, id) && kernel_has(solve, pool_id2str(pool, id)))
			provides = add_provide(solve, provides,
					       pool_rel2id(pool, id, version, REL_EQ, 1));
	map_free(&bare);
	return provides;
}

/* The symbol that REL compares in another way than for equality, in the kernel's own version. */
static Offset add_compared(const struct solve *solve, Offset provides, const Reldep *rel)
{
	const struct kernel *kernel = solve->kernel;
	const struct symbol *found = NULL;
	auto_free char *crc = NULL;
	struct ksym ksym;

	if (rel->flags <= 0 || rel->flags > 7 || rel->flags == REL_EQ || ISRELDEP(rel->name))
		return provides;
	if (ksym_parse(pool_id2str(solve->pool, rel->name), &ksym) &&
	    ksym_is_of(&ksym, kernel->flavor))
		found = find_symbol(kernel, &ksym);
	if (!found || found->absent || !found->has_crc)
		return provides;
	crc = text_format("%x", found->crc);
	if (!crc)
		return provides;
	return add_provide(
		solve, provides,
		pool_rel2id(solve->pool, rel->name, pool_str2id(solve->pool, crc, 1), REL_EQ, 1));
}

/* Only what some package mentions is provided: a kernel has tens of thousands of symbols. */
static Offset add_symbols(const struct solve *solve, Offset provides)
{
	Pool *pool = solve->pool;
	int last = pool->nrels;

	for (Id id = 1; id < last; id++) {
		const Reldep rel = pool->rels[id]; /* a copy: making new ones moves the array */

		if (kernel_provides(solve, &rel))
			provides = add_provide(solve, provides, MAKERELDEP(id));
		provides = add_compared(solve, provides, &rel);
	}
	return provides;
}

void solve_add_kernel(struct solve *solve)
{
	const struct kernel *kernel = solve->kernel;
	Pool *pool = solve->pool;
	Offset provides = 0;
	Id name, evr;
	Solvable *s;

	for (size_t i = 0; i < kernel->provides.count; i++)
		if (text_starts(kernel->provides.items[i], "kernel("))
			solve->symbol_sets = true;
	name_kernel(solve, &name, &evr);
	remove_other_kernels(solve);
	solve->kernel_id = repo_add_solvable(pool->installed);
	for (size_t i = 0; i < kernel->provides.count; i++)
		provides = add_spelled(solve, provides, kernel->provides.items[i]);
	provides = add_symbols(solve, provides);
	provides = add_bare_mentions(solve, provides);
	provides =
		add_equal(solve, provides, "kernel-uname-r", pool_str2id(pool, kernel->release, 1));
	provides = add_equal(solve, provides, "kernel", evr);
	provides = add_provide(solve, provides, pool_rel2id(pool, name, evr, REL_EQ, 1));
	s = pool->solvables + solve->kernel_id;
	s->name = name;
	s->evr = evr;
	s->arch = pool_str2id(pool, kernel->arch ? kernel->arch : "noarch", 1);
	s->provides = provides;
}

/* Is ID, on offer, a driver, firmware or certificate package? Those are solved for real. */
static bool is_offer(const struct solve *solve, Id id)
{
	return catalog_source_of(solve->catalog, id) != SIZE_MAX &&
	       !catalog_is_kernel(solve->catalog, id) &&
	       catalog_role(solve->catalog, id) != ROLE_USERSPACE;
}

static bool is_offered(const struct solve *solve, Id leaf)
{
	Pool *pool = solve->pool;
	Id id, at;

	FOR_PROVIDES (id, at, leaf)
		if (is_offer(solve, id))
			return true;
	return false;
}

/* Packages that could end up in a plan over a bare base, and what they ask of it. */
struct plannable {
	Map ids;
	Queue todo; /* those that were not looked at */
	Queue leaves;
};

static void add_plannable(const struct solve *solve, Id id, struct plannable *plannable)
{
	if (MAPTST(&plannable->ids, id) || catalog_is_kernel(solve->catalog, id))
		return;
	MAPSET(&plannable->ids, id);
	queue_push(&plannable->todo, id);
}

/* Those that might be picked because LEAF is required. */
static void add_providers(const struct solve *solve, Id leaf, struct plannable *plannable)
{
	Pool *pool = solve->pool;
	Id id, at;

	FOR_PROVIDES (id, at, leaf)
		if (catalog_source_of(solve->catalog, id) != SIZE_MAX &&
		    catalog_is_solved(solve->catalog, id))
			add_plannable(solve, id, plannable);
}

static void look_at(const struct solve *solve, Id id, struct plannable *plannable)
{
	const Solvable *s = solve->pool->solvables + id;
	Queue all;

	if (!s->requires)
		return;
	queue_init(&all);
	for (const Id *dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER)
			catalog_leaves(solve->catalog, *dep, &all);
	for (int i = 0; i < all.count; i++) {
		Id leaf = all.elements[i];

		add_providers(solve, leaf, plannable);
		if (!dependency_is_of_kernel(catalog_leaf_name(solve->catalog, leaf)) &&
		    !is_offered(solve, leaf))
			queue_push(&plannable->leaves, leaf);
	}
	queue_free(&all);
}

/* Userspace that no hint asks for is assumed, never pulled in: nothing may choose it. */
static void leave_out_userspace(struct solve *solve, const struct plannable *plannable)
{
	const Pool *pool = solve->pool;
	Id id;

	FOR_POOL_SOLVABLES (id)
		if (catalog_source_of(solve->catalog, id) != SIZE_MAX &&
		    !MAPTST(&plannable->ids, id) && !catalog_is_solved(solve->catalog, id))
			MAPCLR(&solve->considered, id);
}

int solve_add_bare_base(struct solve *solve)
{
	Pool *pool = solve->pool;
	struct plannable plannable;
	auto_ids struct ids fitting = { 0 };
	int r = 0;

	if (catalog_has_base(solve->catalog))
		return 0;
	pool_createwhatprovides(pool);
	r = solve_candidates(solve, &fitting);
	if (r < 0)
		return r;
	map_init(&plannable.ids, pool->nsolvables);
	queue_init(&plannable.todo);
	queue_init(&plannable.leaves);
	for (size_t i = 0; i < fitting.count; i++)
		add_plannable(solve, fitting.items[i], &plannable);
	while (plannable.todo.count)
		look_at(solve, queue_pop(&plannable.todo), &plannable);
	leave_out_userspace(solve, &plannable);
	solve_assume(solve, &plannable.leaves);
	map_free(&plannable.ids);
	queue_free(&plannable.todo);
	queue_free(&plannable.leaves);
	return 0;
}

void solve_look_ahead(struct solve *solve, int id)
{
	struct plannable plannable = { .ids = solve->coming };

	map_grow(&plannable.ids, solve->pool->nsolvables);
	queue_init(&plannable.todo);
	queue_init(&plannable.leaves);
	add_plannable(solve, id, &plannable);
	while (plannable.todo.count)
		look_at(solve, queue_pop(&plannable.todo), &plannable);
	queue_free(&plannable.todo);
	queue_free(&plannable.leaves);
	solve->coming = plannable.ids;
}

bool solve_may_come(const struct solve *solve, int id)
{
	return solve->pool->solvables[id].repo == solve->pool->installed ||
	       (id < solve->coming.size * 8 && MAPTST(&solve->coming, id));
}
