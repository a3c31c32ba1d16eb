/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <errno.h>
#include <solv/repo_rpmdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/record-kind.h"
#include "packages/rpm.h"

int catalog_new(struct catalog **ret)
{
	auto_catalog struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (!catalog)
		return -ENOMEM;
	catalog->pool = pool_create();
	catalog->kinds = calloc(1, sizeof(*catalog->kinds));
	if (!catalog->pool || !catalog->kinds)
		return -ENOMEM;
	map_init(&catalog->provided, 0);
	pool_setdisttype(catalog->pool, DISTTYPE_RPM);
	pool_set_installed(catalog->pool, repo_create(catalog->pool, "@base"));
	*ret = take(catalog);
	return 0;
}

struct catalog *catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return NULL;
	if (catalog->rpm_state)
		rpm_state_free(catalog->rpm_state);
	if (catalog->pool)
		pool_free(catalog->pool);
	map_free(&catalog->provided);
	catalog_symbols_done(catalog);
	if (catalog->kinds)
		free(catalog->kinds->items);
	free(catalog->kinds);
	strings_done(&catalog->keys);
	free(catalog);
	return NULL;
}

Pool *catalog_pool(const struct catalog *catalog)
{
	return catalog->pool;
}

bool catalog_has_base(const struct catalog *catalog)
{
	return catalog->has_base;
}

size_t catalog_source_of(const struct catalog *catalog, Id id)
{
	const Repo *repo = pool_id2solvable(catalog->pool, id)->repo;

	/* appdata is the source's index plus one; libsolv leaves it NULL elsewhere. */
	return repo && repo->appdata ? (size_t)(uintptr_t)repo->appdata - 1 : SIZE_MAX;
}

int catalog_add_header(struct catalog *catalog, Repo *repo, void *header, Id *ret)
{
	void *handle;

	if (!catalog->rpm_state)
		catalog->rpm_state = rpm_state_create(catalog->pool, NULL);
	handle = rpm_byrpmh(catalog->rpm_state, header);
	if (!handle)
		return -ENOMEM;
	*ret = repo_add_rpm_handle(repo, handle, REPO_REUSE_REPODATA | REPO_NO_INTERNALIZE);
	return 0;
}

void catalog_show_progress(struct catalog *catalog, struct progress *progress)
{
	catalog->progress = progress;
}

struct progress *catalog_progress(const struct catalog *catalog)
{
	return catalog->progress;
}

const struct strings *catalog_base_keys(const struct catalog *catalog)
{
	return &catalog->keys;
}

/* A dependency tree with two operands that libsolv descends into when it evaluates supplements. */
bool catalog_is_boolean(int flags)
{
	return flags == REL_AND || flags == REL_OR || flags == REL_COND || flags == REL_UNLESS ||
	       flags == REL_ELSE;
}

bool catalog_is_modalias(const Pool *pool, Id dep)
{
	return ISRELDEP(dep) && GETRELDEP(pool, dep)->flags == REL_NAMESPACE &&
	       GETRELDEP(pool, dep)->name == NAMESPACE_MODALIAS;
}

static void collect_hints(const Pool *pool, Id dep, Id prefix, Queue *patterns, Queue *prefixes)
{
	const Reldep *rel;

	if (!ISRELDEP(dep))
		return;
	rel = GETRELDEP(pool, dep);
	if (catalog_is_modalias(pool, dep)) {
		if (!ISRELDEP(rel->evr) && rel->evr) {
			queue_push(patterns, rel->evr);
			queue_push(prefixes, prefix);
		}
	} else if (rel->flags == REL_AND) {
		/* "a & hardware": either side may be the capability that the hint is tied to. */
		collect_hints(pool, rel->name, ISRELDEP(rel->evr) ? 0 : rel->evr, patterns,
			      prefixes);
		collect_hints(pool, rel->evr, ISRELDEP(rel->name) ? 0 : rel->name, patterns,
			      prefixes);
	} else if (catalog_is_boolean(rel->flags)) {
		collect_hints(pool, rel->name, 0, patterns, prefixes);
		collect_hints(pool, rel->evr, 0, patterns, prefixes);
	}
}

void catalog_hints(const struct catalog *catalog, Id id, Queue *patterns, Queue *prefixes)
{
	const Solvable *s = catalog->pool->solvables + id;
	const Id *dep;

	if (!s->supplements)
		return;
	for (dep = s->repo->idarraydata + s->supplements; *dep; dep++)
		collect_hints(catalog->pool, *dep, 0, patterns, prefixes);
}

void catalog_leaves(const struct catalog *catalog, Id dep, Queue *leaves)
{
	const Reldep *rel;

	if (ISRELDEP(dep)) {
		rel = GETRELDEP(catalog->pool, dep);
		if (catalog_is_boolean(rel->flags) || rel->flags == REL_WITH ||
		    rel->flags == REL_WITHOUT) {
			catalog_leaves(catalog, rel->name, leaves);
			catalog_leaves(catalog, rel->evr, leaves);
			return;
		}
	}
	queue_push(leaves, dep);
}

const char *catalog_leaf_name(const struct catalog *catalog, Id leaf)
{
	while (ISRELDEP(leaf))
		leaf = GETRELDEP(catalog->pool, leaf)->name;
	return pool_id2str(catalog->pool, leaf);
}

static bool provides_release(const Pool *pool, const Solvable *s, Id wanted)
{
	const Id *dep;

	if (!s->provides || !wanted)
		return false;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++)
		if (pool_match_dep((Pool *)(uintptr_t)pool, *dep, wanted))
			return true;
	return false;
}

static int make_room(struct kernel_provides *provides, size_t more)
{
	size_t count = provides->count + more;
	const char **names = reallocarray(provides->names, count, sizeof(*names));
	const char **versions;

	if (!names)
		return -ENOMEM;
	provides->names = names;
	versions = reallocarray(provides->versions, count, sizeof(*versions));
	if (!versions)
		return -ENOMEM;
	provides->versions = versions;
	return 0;
}

static int append_provides(const struct catalog *catalog, Id id, struct kernel_provides *provides)
{
	const struct symbol_list *symbols = catalog_symbols(catalog, id);
	const Pool *pool = catalog->pool;
	const Solvable *s = pool->solvables + id;
	const Id *dep = s->provides ? s->repo->idarraydata + s->provides : NULL;
	size_t count = 0;

	while (dep && dep[count] && dep[count] != SOLVABLE_FILEMARKER)
		count++;
	if (make_room(provides, count + symbols->count + 1) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const Reldep *rel = ISRELDEP(dep[i]) ? GETRELDEP(pool, dep[i]) : NULL;
		Id name = rel ? rel->name : dep[i];
		bool equal = rel && rel->flags == REL_EQ && !ISRELDEP(rel->evr);

		if (ISRELDEP(name))
			continue;
		provides->names[provides->count] = pool_id2str(pool, name);
		provides->versions[provides->count++] = equal ? pool_id2str(pool, rel->evr) : "";
	}
	symbol_list_put(symbols, provides->names + provides->count,
			provides->versions + provides->count);
	provides->count += symbols->count;
	return 0;
}

void kernel_provides_done(struct kernel_provides *provides)
{
	free(provides->names);
	free(provides->versions);
	*provides = (struct kernel_provides){ 0 };
}

static bool is_part_of(const Pool *pool, const Solvable *part, const Solvable *kernel)
{
	return part->evr == kernel->evr &&
	       name_is_part_of(pool_id2str(pool, part->name), pool_id2str(pool, kernel->name));
}

Id catalog_find_kernel(const struct catalog *catalog, const char *release, bool offered)
{
	Pool *pool = catalog->pool;
	Id name = pool_str2id(pool, "kernel-uname-r", 1);
	Id wanted = pool_rel2id(pool, name, pool_str2id(pool, release, 1), REL_EQ, 1);
	Solvable *s;
	Id id;

	FOR_POOL_SOLVABLES (id) {
		s = pool->solvables + id;
		if ((s->repo != pool->installed) == offered && s->arch != ARCH_SRC &&
		    provides_release(pool, s, wanted) && catalog_is_kernel(catalog, id))
			return id;
	}
	return 0;
}

int catalog_kernel_provides(const struct catalog *catalog, const char *release, bool offered,
			    char **ret_nevra, struct kernel_provides *ret)
{
	AUTO(kernel_provides_done) struct kernel_provides provides = { 0 };
	const Pool *pool = catalog->pool;
	Id kernel = catalog_find_kernel(catalog, release, offered);
	char *nevra;
	Id id;

	if (!kernel)
		return 0;
	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (id != kernel && (s->repo != pool->solvables[kernel].repo ||
				     !is_part_of(pool, s, pool->solvables + kernel) ||
				     !catalog_is_solved(catalog, id)))
			continue;
		if (append_provides(catalog, id, &provides) < 0)
			return -ENOMEM;
	}
	nevra = strdup(pool_solvid2str((Pool *)(uintptr_t)pool, kernel));
	if (!nevra)
		return -ENOMEM;
	*ret_nevra = nevra;
	*ret = provides;
	provides = (struct kernel_provides){ 0 };
	return 1;
}
