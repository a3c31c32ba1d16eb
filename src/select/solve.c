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
#include "packages/catalog-internal.h"
#include "packages/capability.h"

/* What a pattern fits; anything is reported, but does not select. */
enum fit { FIT_UNKNOWN, FIT_NONE, FIT_DEVICE, FIT_ANYTHING };

struct solve {
	struct catalog *catalog;
	const struct kernel *kernel;
	const struct match_index *index;
	Pool *pool;
	Id kernel_id;
	bool symbol_sets;  /* the kernel provides kernel(FLAVOR:SET) */
	Map assumed;       /* capabilities that only the bare base provides, by Id of the name */
	Map considered;    /* packages that may be installed */
	unsigned char *fits; /* enum fit by Id of a pattern */
	int fits_size;
};

void ids_done(struct ids *ids)
{
	free(ids->items);
	*ids = (struct ids){ 0 };
}

int ids_add(struct ids *ids, int id)
{
	if (array_grow(&ids->items, ids->count, sizeof(*ids->items)) < 0)
		return -ENOMEM;
	ids->items[ids->count++] = id;
	return 0;
}

bool ids_contain(const struct ids *ids, int id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (ids->items[i] == id)
			return true;
	return false;
}

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
	return pattern_fit(data, evr) == FIT_DEVICE ? 1 : 0;
}

/* Drop every kernel that is not the target; the made-up one stands for the target itself. */
static void remove_other_kernels(struct solve *solve)
{
	Pool *pool = solve->pool;
	Id id;

	map_init(&solve->considered, pool->nsolvables);
	map_setall(&solve->considered);
	FOR_POOL_SOLVABLES(id)
	{
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
	return name ? add_equal(solve, provides, name, pool_str2id(solve->pool, equals + 3, 1)) :
			    provides;
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

static int add_kernel(struct solve *solve)
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
	provides = add_equal(solve, provides, "kernel-uname-r", pool_str2id(pool, kernel->release, 1));
	provides = add_equal(solve, provides, "kernel", evr);
	provides = add_provide(solve, provides, pool_rel2id(pool, name, evr, REL_EQ, 1));
	s = pool->solvables + solve->kernel_id;
	s->name = name;
	s->evr = evr;
	s->arch = pool_str2id(pool, kernel->arch ? kernel->arch : "noarch", 1);
	s->provides = provides;
	return 0;
}

/* Something that only a kernel, or a driver package, can provide. */
static bool is_kernel_or_driver(const char *name)
{
	static const char *const starts[] = { "ksym(", "kernel(", "kmod(", "kernel-" };

	for (size_t i = 0; i < COUNT(starts); i++)
		if (text_starts(name, starts[i]))
			return !text_starts(name, "kernel-firmware");
	return text_equal(name, "kernel") || strstr(name, "-kmp");
}

/* Is LEAF on offer from a driver, firmware or certificate package? Those are solved for real. */
static bool is_offered(const struct solve *solve, Id leaf)
{
	Pool *pool = solve->pool;
	Id id, at;

	FOR_PROVIDES(id, at, leaf)
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

		if (!is_kernel_or_driver(catalog_leaf_name(solve->catalog, leaf)) &&
		    !is_offered(solve, leaf))
			queue_pushunique(leaves, leaf);
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

/* A bare base (an initrd, a stick) says nothing about userspace: what drivers ask of it is assumed. */
static void add_bare_base(struct solve *solve)
{
	Pool *pool = solve->pool;
	Offset provides = 0;
	Queue leaves;
	Id id, base;

	map_init(&solve->assumed, pool->nrels + pool->ss.nstrings + 1);
	if (catalog_has_base(solve->catalog))
		return;
	pool_createwhatprovides(pool);
	queue_init(&leaves);
	FOR_POOL_SOLVABLES(id)
	{
		if (may_be_planned(solve, id))
			assume_leaves(solve, id, &leaves);
	}
	base = repo_add_solvable(pool->installed);
	for (int i = 0; i < leaves.count; i++) {
		Id name = leaves.elements[i];

		provides = add_provide(solve, provides, name);
		while (ISRELDEP(name))
			name = GETRELDEP(pool, name)->name;
		map_grow(&solve->assumed, name + 1);
		MAPSET(&solve->assumed, name);
	}
	pool->solvables[base].name = pool_str2id(pool, "@assumed", 1);
	pool->solvables[base].evr = pool_str2id(pool, "0-0", 1);
	pool->solvables[base].arch = ARCH_NOARCH;
	pool->solvables[base].provides = provides;
	queue_free(&leaves);
}

/* Let the pool see what may be installed now. */
static void refresh(struct solve *solve)
{
	Pool *pool = solve->pool;

	map_grow(&solve->considered, pool->nsolvables);
	pool->considered = &solve->considered;
	pool_createwhatprovides(pool);
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
	add_kernel(solve);
	pool_addfileprovides(solve->pool);
	add_bare_base(solve);
	map_grow(&solve->considered, solve->pool->nsolvables);
	/* What was added last lies behind the map's old end, where bits are clear. */
	for (Id id = solve->kernel_id; id < solve->pool->nsolvables; id++)
		MAPSET(&solve->considered, id);
	solve->fits_size = solve->pool->ss.nstrings;
	solve->fits = calloc((size_t)solve->fits_size, 1);
	if (!solve->fits)
		return -ENOMEM;
	pool_setnamespacecallback(solve->pool, namespace_callback, solve);
	refresh(solve);
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
	map_free(&solve->assumed);
	free(solve->fits);
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

	FOR_POOL_SOLVABLES(id)
	{
		const Solvable *s = pool->solvables + id;

		if (catalog_source_of(solve->catalog, id) == SIZE_MAX || s->arch == ARCH_SRC ||
		    s->arch == ARCH_NOSRC || catalog_is_kernel(solve->catalog, id))
			continue;
		if (has_fitting_hint(solve, id) && ids_add(&ids, id) < 0)
			return -ENOMEM;
	}
	*ret = ids;
	ids = (struct ids){ 0 };
	return 0;
}

int solve_installed_drivers(struct solve *solve, struct ids *ret)
{
	Solvable *s;
	Id id;

	FOR_REPO_SOLVABLES(solve->pool->installed, id, s)
	{
		if (id != solve->kernel_id && catalog_is_driver(solve->catalog, id) &&
		    ids_add(ret, id) < 0)
			return -ENOMEM;
	}
	return 0;
}

bool solve_fits_arch(const struct solve *solve, int id)
{
	return !pool_badarch_solvable(solve->pool, solve->pool->solvables + id);
}

int solve_reject(struct solve *solve, int id)
{
	MAPCLR(&solve->considered, id);
	refresh(solve);
	return 0;
}

static void release_solver(Solver **solver)
{
	if (*solver)
		solver_free(*solver);
}

static Solver *make_solver(const struct solve *solve)
{
	Solver *solver = solver_create(solve->pool);

	/* What `zypper install-new-recommends --no-recommends` sets (libzypp: SATResolver.cc). */
	solver_set_flag(solver, SOLVER_FLAG_ONLY_NAMESPACE_RECOMMENDED, 1);
	solver_set_flag(solver, SOLVER_FLAG_ADD_ALREADY_RECOMMENDED, 1);
	return solver;
}

int solve_run(struct solve *solve, const struct ids *updates, struct ids *ret)
{
	AUTO(release_solver) Solver *solver = make_solver(solve);
	auto_ids struct ids ids = { 0 };
	Queue job, decisions;
	int problems;

	queue_init(&job);
	queue_push2(&job, SOLVER_LOCK | SOLVER_SOLVABLE, solve->kernel_id);
	for (size_t i = 0; i < updates->count; i++)
		queue_push2(&job, SOLVER_UPDATE | SOLVER_SOLVABLE, updates->items[i]);
	problems = solver_solve(solver, &job);
	queue_free(&job);
	if (problems)
		return -EBADMSG;
	queue_init(&decisions);
	solver_get_decisionqueue(solver, &decisions);
	for (int i = 0; i < decisions.count; i++) {
		Id id = decisions.elements[i];

		if (id <= SYSTEMSOLVABLE || solve->pool->solvables[id].repo == solve->pool->installed)
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

/* What a rule of an unsolvable request says; sorted by how much it tells. */
struct blame {
	enum refusal refusal;
	Id from, to, dep;
};

static struct blame blame_rule(Solver *solver, Id rule)
{
	struct blame blame = { .refusal = REFUSAL_NONE };

	switch (solver_ruleinfo(solver, rule, &blame.from, &blame.to, &blame.dep)) {
	case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
	case SOLVER_RULE_PKG_REQUIRES:
		blame.refusal = REFUSAL_DEPENDENCY;
		break;
	case SOLVER_RULE_PKG_CONFLICTS:
	case SOLVER_RULE_PKG_SELF_CONFLICT:
	case SOLVER_RULE_PKG_OBSOLETES:
	case SOLVER_RULE_PKG_INSTALLED_OBSOLETES:
	case SOLVER_RULE_PKG_IMPLICIT_OBSOLETES:
	case SOLVER_RULE_PKG_SAME_NAME:
		blame.refusal = REFUSAL_CONFLICT;
		break;
	default:
		break;
	}
	return blame;
}

static int blame_weight(Pool *pool, const struct blame *blame)
{
	if (blame->refusal == REFUSAL_NONE)
		return 0;
	if (blame->refusal == REFUSAL_CONFLICT)
		return 2;
	/* A requirement that has providers fails only because of what they need themselves. */
	return blame->dep && *pool_whatprovides_ptr(pool, blame->dep) ? 1 : 3;
}

static struct blame find_blame(Solver *solver)
{
	struct blame best = { .refusal = REFUSAL_NONE };
	Queue rules;

	queue_init(&rules);
	solver_findallproblemrules(solver, 1, &rules);
	for (int i = 0; i < rules.count; i++) {
		struct blame blame = blame_rule(solver, rules.elements[i]);

		if (blame_weight(solver->pool, &blame) > blame_weight(solver->pool, &best))
			best = blame;
	}
	queue_free(&rules);
	return best;
}

static bool is_kernel_dependency(const struct solve *solve, Id dep)
{
	const char *name = catalog_leaf_name(solve->catalog, dep);

	return text_equal(name, "kernel-uname-r") || text_equal(name, "kernel") ||
	       (text_starts(name, "kernel-") && !strstr(name, "-kmp") &&
		!text_starts(name, "kernel-firmware"));
}

int solve_refusal(struct solve *solve, int id, const struct ids *along, enum refusal *ret,
		  char **ret_culprit, int *ret_other)
{
	AUTO(release_solver) Solver *solver = make_solver(solve);
	Pool *pool = solve->pool;
	struct blame blame;
	auto_free char *culprit = NULL;
	Queue job;
	int problems;

	queue_init(&job);
	queue_push2(&job, SOLVER_LOCK | SOLVER_SOLVABLE, solve->kernel_id);
	queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, id);
	for (size_t i = 0; i < along->count; i++)
		queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, along->items[i]);
	/* Only what is asked for matters here, not what the hardware wants besides. */
	solver_set_flag(solver, SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
	problems = solver_solve(solver, &job);
	queue_free(&job);
	*ret = REFUSAL_NONE;
	*ret_culprit = NULL;
	*ret_other = 0;
	if (!problems)
		return 0;
	blame = find_blame(solver);
	*ret = blame.refusal == REFUSAL_NONE ? REFUSAL_CONFLICT : blame.refusal;
	if (*ret == REFUSAL_DEPENDENCY) {
		culprit = strdup(pool_dep2str(pool, blame.dep));
		if (is_kernel_dependency(solve, blame.dep))
			*ret = REFUSAL_KERNEL;
	} else if (*ret == REFUSAL_CONFLICT && blame.from) {
		*ret_other = blame.from == id ? blame.to : blame.from;
		if (*ret_other)
			culprit = strdup(pool_solvid2str(pool, *ret_other));
	}
	*ret_culprit = take(culprit);
	return 0;
}

bool solve_is_provided(struct solve *solve, const char *capability, const struct ids *picked)
{
	Pool *pool = solve->pool;
	Id dep = pool_str2id(pool, capability, 0);
	Id id, at;

	if (!dep)
		return false;
	FOR_PROVIDES(id, at, dep)
		if (pool->solvables[id].repo == pool->installed || ids_contain(picked, id))
			return true;
	return false;
}

bool solve_offers_symbol(struct solve *solve, int id, const struct symbol_need *need)
{
	auto_free char *name = text_format("ksym(%s:%s)", need->flavor, need->symbol);
	Pool *pool = solve->pool;
	Id dep = name ? pool_str2id(pool, name, 0) : 0;
	Id other, at;

	if (!dep)
		return false;
	FOR_PROVIDES(other, at, dep)
	{
		const Solvable *s = pool->solvables + other;

		if (other == id || other == solve->kernel_id || !s->provides)
			continue;
		for (const Id *p = s->repo->idarraydata + s->provides; *p; p++) {
			const Reldep *rel = ISRELDEP(*p) ? GETRELDEP(pool, *p) : NULL;
			uint32_t crc;

			if (rel && rel->name == dep && !ISRELDEP(rel->evr) &&
			    crc_parse(pool_id2str(pool, rel->evr), &crc) && crc == need->crc)
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
		FOR_PROVIDES(provider, at, *dep)
			if (provider == other)
				return true;
	return false;
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
		Id name = leaves.elements[i];

		while (ISRELDEP(name))
			name = GETRELDEP(pool, name)->name;
		/* rpmlib() is about rpm itself: no package provides it anywhere. */
		if (name < solve->assumed.size * 8 && MAPTST(&solve->assumed, name) &&
		    !text_starts(pool_id2str(pool, name), "rpmlib("))
			r = strings_add(ret, pool_dep2str(pool, leaves.elements[i]));
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
