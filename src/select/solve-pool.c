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

/* Does the kernel satisfy `ksym(F:SYMBOL) = VERSION`, as far as its symbols are known? */
static bool kernel_satisfies(const struct kernel *kernel, const char *symbol, const char *version)
{
	const struct symbol *found;
	uint32_t crc;

	if (!kernel->symbols)
		return true;
	found = symbol_table_find(kernel->symbols, symbol);
	if (!found)
		return !kernel->symbols_complete;
	if (found->absent)
		return false;
	return !found->has_crc || (crc_parse(version, &crc) && crc == found->crc);
}

/*
 * Does the kernel provide the versioned dependency REL of some package? CRCs are compared as
 * numbers: packages pad them, or not. Without symbols, or sets of them, all of its flavor hold.
 */
static bool kernel_provides(const struct solve *solve, const Reldep *rel)
{
	const struct kernel *kernel = solve->kernel;
	auto_free char *flavor = NULL;
	auto_free char *symbol = NULL;
	auto_free char *set = NULL;
	const char *name;

	if (rel->flags != REL_EQ || ISRELDEP(rel->name) || ISRELDEP(rel->evr))
		return false;
	name = pool_id2str(solve->pool, rel->name);
	if (ksym_parse(name, &flavor, &symbol) > 0)
		return text_equal(flavor, kernel->flavor) &&
		       kernel_satisfies(kernel, symbol, pool_id2str(solve->pool, rel->evr));
	if (solve->symbol_sets || !text_starts(name, "kernel("))
		return false;
	set = text_format("kernel(%s:", kernel->flavor);
	return set && text_starts(name, set);
}

/* Only what some package mentions is provided: a kernel has tens of thousands of symbols. */
static Offset add_symbols(const struct solve *solve, Offset provides)
{
	Pool *pool = solve->pool;
	int last = pool->nrels;

	for (Id id = 1; id < last; id++)
		if (kernel_provides(solve, pool->rels + id))
			provides = add_provide(solve, provides, MAKERELDEP(id));
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

/* Is LEAF on offer from a driver, firmware or certificate package? Those are solved for real. */
static bool is_offered(const struct solve *solve, Id leaf)
{
	Pool *pool = solve->pool;
	Id id, at;

	FOR_PROVIDES (id, at, leaf)
		if (catalog_source_of(solve->catalog, id) != SIZE_MAX &&
		    catalog_role(solve->catalog, id) != ROLE_USERSPACE)
			return true;
	return false;
}

static void assume_leaves(struct solve *solve, Id id, Queue *leaves)
{
	const Solvable *s = solve->pool->solvables + id;
	Queue all;
	const Id *dep;

	if (!s->requires)
		return;
	queue_init(&all);
	for (dep = s->repo->idarraydata + s->requires; *dep; dep++)
		if (*dep != SOLVABLE_PREREQMARKER)
			catalog_leaves(solve->catalog, *dep, &all);
	for (int i = 0; i < all.count; i++) {
		Id leaf = all.elements[i];

		if (!dependency_is_of_kernel(catalog_leaf_name(solve->catalog, leaf)) &&
		    !is_offered(solve, leaf))
			queue_push(leaves, leaf);
	}
	queue_free(&all);
}

/* Could ID end up in a plan over a bare base? */
static bool may_be_planned(const struct solve *solve, Id id)
{
	if (catalog_source_of(solve->catalog, id) == SIZE_MAX)
		return false;
	return solve->pool->solvables[id].supplements ||
	       catalog_role(solve->catalog, id) != ROLE_USERSPACE;
}

void solve_add_bare_base(struct solve *solve)
{
	Pool *pool = solve->pool;
	Queue leaves;
	Id id;

	if (catalog_has_base(solve->catalog))
		return;
	queue_init(&leaves);
	pool_createwhatprovides(pool);
	FOR_POOL_SOLVABLES (id) {
		if (may_be_planned(solve, id))
			assume_leaves(solve, id, &leaves);
	}
	solve_assume(solve, &leaves);
	queue_free(&leaves);
}
