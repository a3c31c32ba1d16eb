/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "packages/catalog-internal.h"
#include "packages/record-kind.h"

/* What is known of a package: a kernel provides thousands of symbols, and is asked about often. */
enum {
	KIND_KNOWN = 1,
	KIND_KERNEL = 2,
	KIND_DRIVER = 4,
	KIND_SOLVED = 8,
	KIND_ROLE_SHIFT = 4,
};

/* Call FOUND with the name of each provide of ID until it returns true. */
static bool any_provide(const Pool *pool, Id id, bool (*found)(const char *name))
{
	const Solvable *s = pool->solvables + id;
	const Id *dep;

	if (!s->provides)
		return false;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id name = *dep;

		while (ISRELDEP(name))
			name = GETRELDEP(pool, name)->name;
		if (!ISRELDEP(name) && found(pool_id2str(pool, name)))
			return true;
	}
	return false;
}

static bool is_kernel(const Pool *pool, Id id)
{
	/* Whoever says to be a kernel of some release is taken at its word. */
	if (any_provide(pool, id, provide_is_release))
		return true;
	return name_is_of_kernel(pool_id2str(pool, pool->solvables[id].name)) &&
	       any_provide(pool, id, provide_is_of_kernel);
}

static bool is_driver(const Pool *pool, Id id)
{
	return name_is_of_driver(pool_id2str(pool, pool->solvables[id].name)) ||
	       any_provide(pool, id, provide_is_of_module);
}

/* What ID is that is no driver. */
static enum driver_role other_role(const Pool *pool, Id id)
{
	const char *name = pool_id2str(pool, pool->solvables[id].name);

	if (name_is_of_certificate(name))
		return ROLE_CERTIFICATE;
	if (name_is_of_firmware(name) || any_provide(pool, id, provide_is_firmware))
		return ROLE_FIRMWARE;
	return ROLE_USERSPACE;
}

static unsigned int find_kind(const Pool *pool, Id id)
{
	bool kernel = is_kernel(pool, id);
	bool driver = !kernel && is_driver(pool, id);
	enum driver_role role = driver ? ROLE_DRIVER : other_role(pool, id);
	bool solved = role != ROLE_USERSPACE || any_provide(pool, id, dependency_is_of_kernel);

	return KIND_KNOWN | (kernel ? KIND_KERNEL : 0U) | (driver ? KIND_DRIVER : 0U) |
	       (solved ? KIND_SOLVED : 0U) | (unsigned int)role << KIND_ROLE_SHIFT;
}

/* Where the kind of ID is kept; NULL if out of memory. */
static uint8_t *slot_of(struct catalog_kinds *kinds, const Pool *pool, Id id)
{
	size_t count = (size_t)pool->nsolvables;
	uint8_t *grown;

	if ((size_t)id < kinds->count)
		return &kinds->items[id];
	grown = realloc(kinds->items, count);
	if (!grown)
		return NULL;
	memset(grown + kinds->count, 0, count - kinds->count);
	kinds->items = grown;
	kinds->count = count;
	return &kinds->items[id];
}

static unsigned int kind_of(const struct catalog *catalog, Id id)
{
	uint8_t *slot = slot_of(catalog->kinds, catalog->pool, id);

	if (!slot)
		return find_kind(catalog->pool, id);
	if (!*slot)
		*slot = (uint8_t)find_kind(catalog->pool, id);
	return *slot;
}

void catalog_forget_kind(struct catalog *catalog, Id id)
{
	if ((size_t)id < catalog->kinds->count)
		catalog->kinds->items[id] = 0;
}

bool catalog_is_kernel(const struct catalog *catalog, Id id)
{
	return kind_of(catalog, id) & KIND_KERNEL;
}

bool catalog_is_driver(const struct catalog *catalog, Id id)
{
	return kind_of(catalog, id) & KIND_DRIVER;
}

enum driver_role catalog_role(const struct catalog *catalog, Id id)
{
	return (enum driver_role)(kind_of(catalog, id) >> KIND_ROLE_SHIFT);
}

bool catalog_is_solved(const struct catalog *catalog, Id id)
{
	return kind_of(catalog, id) & KIND_SOLVED;
}
