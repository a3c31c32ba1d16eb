/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "packages/catalog-internal.h"
#include "packages/record-kind.h"

/*
 * Symbols of kernels stand beside the pool: a driver's requirements of them are compared with the
 * target's table, and in a solve a kernel that is made up takes the place of them all.
 */
struct kernel_symbols {
	Id kernel; /* 0 if it is none any more */
	struct symbol_list list;
};

static struct kernel_symbols *find(const struct catalog *catalog, Id id)
{
	for (size_t i = 0; i < catalog->symbols_count; i++)
		if (catalog->symbols[i].kernel == id)
			return &catalog->symbols[i];
	return NULL;
}

const struct symbol_list *catalog_symbols(const struct catalog *catalog, Id id)
{
	static const struct symbol_list none = { 0 };
	const struct kernel_symbols *found = find(catalog, id);

	return found ? &found->list : &none;
}

void catalog_forget_symbols(struct catalog *catalog, Id id)
{
	struct kernel_symbols *found = find(catalog, id);

	if (!found)
		return;
	symbol_list_done(&found->list);
	found->kernel = 0;
}

int catalog_keep_symbols(struct catalog *catalog, Id id, struct symbol_list *list)
{
	if (list->count == 0)
		return 0;
	if (array_grow(&catalog->symbols, catalog->symbols_count, sizeof(*catalog->symbols)) < 0)
		return -ENOMEM;
	catalog->symbols[catalog->symbols_count++] = (struct kernel_symbols){ id, *list };
	*list = (struct symbol_list){ 0 };
	return 0;
}

void catalog_symbols_done(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->symbols_count; i++)
		symbol_list_done(&catalog->symbols[i].list);
	free(catalog->symbols);
	catalog->symbols = NULL;
	catalog->symbols_count = 0;
}

static bool is_release(const Pool *pool, Id dep)
{
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	Id name = rel ? rel->name : dep;

	return !ISRELDEP(name) && provide_is_release(pool_id2str(pool, name));
}

/* The symbol that DEP is, and "" or its version; NULL if it is something else. */
static const char *symbol_of(const Pool *pool, Id dep, const char **ret_version)
{
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	Id name = rel ? rel->name : dep;

	if (ISRELDEP(name) || !symbol_list_takes(pool_id2str(pool, name)) ||
	    (rel && (rel->flags != REL_EQ || ISRELDEP(rel->evr))))
		return NULL;
	*ret_version = rel ? pool_id2str(pool, rel->evr) : "";
	return pool_id2str(pool, name);
}

int catalog_take_symbols(struct catalog *catalog, Id id)
{
	const Pool *pool = catalog->pool;
	const Solvable *s = pool->solvables + id;
	Id *provides = s->provides ? s->repo->idarraydata + s->provides : NULL, *to = provides;
	auto_symbol_list struct symbol_list list = { 0 };
	bool kernel = false;

	for (const Id *dep = provides; dep && *dep && !kernel; dep++)
		kernel = is_release(pool, *dep);
	for (const Id *dep = provides; kernel && *dep; dep++) {
		const char *version, *name = symbol_of(pool, *dep, &version);

		if (!name)
			*to++ = *dep;
		else if (symbol_list_add(&list, name, version) < 0)
			return -ENOMEM;
	}
	/* What is left behind the end of the list is nothing that anybody mentions. */
	for (; kernel && *to; to++)
		*to = 0;
	return catalog_keep_symbols(catalog, id, &list);
}
