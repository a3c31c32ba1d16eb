/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <solv/dataiterator.h>
#include <solv/solvable.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/catalog-internal.h"

static bool is_package(const Solvable *s)
{
	return s->repo && s->arch != ARCH_SRC && s->arch != ARCH_NOSRC;
}

static bool is_called(Pool *pool, Id id, const char *text)
{
	const char *name = pool_id2str(pool, pool->solvables[id].name);

	return fnmatch(text, name, 0) == 0 || text_equal(text, name) ||
	       (text_starts(text, name) && text_equal(text, pool_solvid2str(pool, id)));
}

/* Has a package on offer, one of IDS, the same name, version and architecture? */
static bool is_offered(const Pool *pool, const struct ids *ids, const Solvable *installed)
{
	for (size_t i = 0; i < ids->count; i++) {
		const Solvable *s = pool->solvables + ids->items[i];

		if (s->repo != pool->installed && s->name == installed->name &&
		    s->evr == installed->evr && s->arch == installed->arch)
			return true;
	}
	return false;
}

int catalog_find_named(const struct catalog *catalog, const char *text, struct ids *ret)
{
	auto_ids struct ids all = { 0 };
	Pool *pool = catalog->pool;
	Id id;

	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		/* The target stands in for installed kernels. */
		if (!is_package(s) || !is_called(pool, id, text) ||
		    (s->repo == pool->installed && catalog_is_kernel(catalog, id)))
			continue;
		if (ids_add(&all, id) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < all.count; i++) {
		const Solvable *s = pool->solvables + all.items[i];

		if (s->repo == pool->installed && is_offered(pool, &all, s))
			continue;
		if (ids_add(ret, all.items[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool has_driver(const struct catalog *catalog, const struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		if (catalog_is_driver(catalog, ids->items[i]))
			return true;
	return false;
}

bool catalog_has_named(const struct catalog *catalog, const struct interest *interest)
{
	for (size_t i = 0; i < interest->names.count; i++) {
		auto_ids struct ids ids = { 0 };
		int r = catalog_find_named(catalog, interest->names.items[i], &ids);

		if (r == 0 && ids.count == 0 && interest->module)
			r = catalog_find_module(catalog, interest->module, &ids);
		if (r < 0 || (interest->drivers ? !has_driver(catalog, &ids) : ids.count == 0))
			return false;
	}
	return true;
}

static bool provides_module(const Pool *pool, const Solvable *s, const char *name)
{
	if (!s->provides)
		return false;
	for (const Id *dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id provided = ISRELDEP(*dep) ? GETRELDEP(pool, *dep)->name : *dep;
		auto_free char *module = NULL;

		if (!ISRELDEP(provided) && kmod_parse(pool_id2str(pool, provided), &module) > 0 &&
		    text_equal(module, name))
			return true;
	}
	return false;
}

static bool holds_module(Pool *pool, Id id, const char *name)
{
	Dataiterator files;
	bool found = false;

	dataiterator_init(&files, pool, NULL, id, SOLVABLE_FILELIST, NULL, SEARCH_FILES);
	while (!found && dataiterator_step(&files)) {
		auto_free char *module =
			text_is_module_file(files.kv.str) ? text_module_name(files.kv.str) : NULL;

		found = text_equal(module, name);
	}
	dataiterator_free(&files);
	return found;
}

int catalog_find_module(const struct catalog *catalog, const char *name, struct ids *ret)
{
	Pool *pool = catalog->pool;
	Id id;

	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (!is_package(s) || !catalog_is_driver(catalog, id) ||
		    (!provides_module(pool, s, name) && !holds_module(pool, id, name)))
			continue;
		if (s->repo == pool->installed && is_offered(pool, ret, s))
			continue;
		if (ids_add(ret, id) < 0)
			return -ENOMEM;
	}
	return 0;
}

int catalog_find_installed(const struct catalog *catalog, struct ids *ret)
{
	const Solvable *s;
	Id id;

	FOR_REPO_SOLVABLES (catalog->pool->installed, id, s) {
		if (catalog_is_driver(catalog, id) && ids_add(ret, id) < 0)
			return -ENOMEM;
	}
	return 0;
}

int catalog_module_files(const struct catalog *catalog, int id, struct strings *ret)
{
	Dataiterator files;
	int r = 0;

	dataiterator_init(&files, catalog->pool, NULL, id, SOLVABLE_FILELIST, NULL, SEARCH_FILES);
	while (r == 0 && dataiterator_step(&files))
		if (text_is_module_file(files.kv.str))
			r = strings_add(ret, files.kv.str);
	dataiterator_free(&files);
	return r;
}

/* What becomes of LEFT and RIGHT being alike when a letter is inserted, left out or replaced. */
static unsigned int edit_distance(const char *left, const char *right)
{
	unsigned int row[NEAR_NAME_MAX + 1];
	size_t width = strlen(right);

	for (size_t j = 0; j <= width; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; left[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= width; j++) {
			unsigned int replaced = diagonal + (left[i - 1] != right[j - 1]);
			unsigned int edited = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = replaced < edited ? replaced : edited;
		}
	}
	return row[width];
}

struct near_name {
	const char *name;
	unsigned int distance;
};

static int compare_near(const void *left, const void *right)
{
	const struct near_name *a = left, *b = right;

	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* How far NAME is from TEXT; a part of a name is near to the whole. UINT_MAX: too far. */
static unsigned int distance_of(const char *text, const char *name)
{
	size_t length = strlen(name), longest = strlen(text);
	unsigned int distance;

	if (length > NEAR_NAME_MAX)
		return UINT_MAX;
	if (strstr(name, text))
		return 1;
	distance = edit_distance(text, name);
	return distance <= 1 + longest / 4 ? distance : UINT_MAX;
}

int catalog_near_names(const struct catalog *catalog, const char *text, size_t most,
		       struct strings *ret)
{
	auto_free struct near_name *near = NULL;
	const Pool *pool = catalog->pool;
	size_t count = 0;
	Id id;

	if (strlen(text) < 3 || strlen(text) > NEAR_NAME_MAX)
		return 0;
	FOR_POOL_SOLVABLES (id) {
		const char *name = pool_id2str(pool, pool->solvables[id].name);
		unsigned int distance = distance_of(text, name);

		if (!is_package(pool->solvables + id) || distance == UINT_MAX)
			continue;
		if (array_grow(&near, count, sizeof(*near)) < 0)
			return -ENOMEM;
		near[count++] = (struct near_name){ name, distance };
	}
	if (count)
		qsort(near, count, sizeof(*near), compare_near);
	for (size_t i = 0; i < count && ret->count < most; i++)
		if (strings_add_once(ret, near[i].name) < 0)
			return -ENOMEM;
	return 0;
}
