/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/catalog-internal.h"

/* The dependency that HINT stands for: its prefix, if any, AND the hardware. */
static Id hint_dependency(Pool *pool, const struct hint *hint)
{
	Id hardware = pool_rel2id(pool, NAMESPACE_MODALIAS, pool_str2id(pool, hint->text, 1),
				  REL_NAMESPACE, 1);

	if (!hint->prefix)
		return hardware;
	return pool_rel2id(pool, pool_str2id(pool, hint->prefix, 1), hardware, REL_AND, 1);
}

/*
 * libsolv before 0.7.36 leaves a modalias inside a rich dependency as a plain name, every version
 * does so with long ones, and splits a hint without prefix at its bus: all are made what they were
 * meant to be.
 */
static Id repair_dependency(Pool *pool, Id dep, bool inside)
{
	auto_hint struct hint hint = { 0 };
	Reldep rel;
	Id name, evr;

	if (!ISRELDEP(dep)) {
		const char *text = pool_id2str(pool, dep);

		if ((inside || strlen(text) >= HINT_LONG_MIN) && hint_parse(text, &hint) > 0)
			return hint_dependency(pool, &hint);
		return dep;
	}
	rel = *GETRELDEP(pool, dep); /* a copy: making new ones moves the array */
	if (!catalog_is_boolean(rel.flags))
		return dep;
	if (rel.flags == REL_AND && !ISRELDEP(rel.name) && catalog_is_modalias(pool, rel.evr)) {
		const char *prefix = pool_id2str(pool, rel.name);
		Id pattern = GETRELDEP(pool, rel.evr)->evr;

		if (!ISRELDEP(pattern) && hint_prefix_is_bus(prefix) &&
		    hint_make(prefix, pool_id2str(pool, pattern), &hint) == 0)
			return hint_dependency(pool, &hint);
		return dep;
	}
	name = repair_dependency(pool, rel.name, true);
	evr = repair_dependency(pool, rel.evr, true);
	if (name == rel.name && evr == rel.evr)
		return dep;
	return pool_rel2id(pool, name, evr, rel.flags, 1);
}

static void repair_supplements(Pool *pool, Solvable *solvable)
{
	Queue deps;
	bool changed = false;

	if (!solvable->supplements)
		return;
	queue_init(&deps);
	solvable_lookup_deparray(solvable, SOLVABLE_SUPPLEMENTS, &deps, 0);
	for (int i = 0; i < deps.count; i++) {
		Id repaired = repair_dependency(pool, deps.elements[i], false);

		changed = changed || repaired != deps.elements[i];
		deps.elements[i] = repaired;
	}
	if (changed)
		solvable_set_deparray(solvable, SOLVABLE_SUPPLEMENTS, &deps, 0);
	queue_free(&deps);
}

static bool has_hints(const struct catalog *catalog, Id id)
{
	Queue patterns, prefixes;
	bool found;

	queue_init(&patterns);
	queue_init(&prefixes);
	catalog_hints(catalog, id, &patterns, &prefixes);
	found = patterns.count > 0;
	queue_free(&patterns);
	queue_free(&prefixes);
	return found;
}

/* Collect the hints among what S provides, as the dependencies that they would be. */
static void find_provided_hints(Pool *pool, const Solvable *s, Queue *ret)
{
	Queue provides;

	queue_init(&provides);
	for (const Id *dep = s->repo->idarraydata + s->provides; *dep; dep++)
		if (!ISRELDEP(*dep) && text_starts(pool_id2str(pool, *dep), "modalias("))
			queue_push(&provides, *dep);
	for (int i = 0; i < provides.count; i++) {
		auto_hint struct hint hint = { 0 };

		if (hint_parse(pool_id2str(pool, provides.elements[i]), &hint) > 0)
			queue_push(ret, hint_dependency(pool, &hint));
	}
	queue_free(&provides);
}

/* A package that provides modalias() and supplements none was meant the other way round. */
static void repair_provides(struct catalog *catalog, Id id)
{
	Pool *pool = catalog->pool;
	Solvable *s = pool->solvables + id;
	Queue hints;

	if (!s->provides)
		return;
	queue_init(&hints);
	find_provided_hints(pool, s, &hints);
	if (hints.count && !has_hints(catalog, id) && !catalog_is_kernel(catalog, id)) {
		for (int i = 0; i < hints.count; i++)
			solvable_add_deparray(s, SOLVABLE_SUPPLEMENTS, hints.elements[i], 0);
		map_grow(&catalog->provided, id + 1);
		MAPSET(&catalog->provided, id);
	}
	queue_free(&hints);
}

/* Is a hint in DEP so long that it was left unread? */
static bool is_unread(const Pool *pool, Id dep)
{
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	const char *text;

	if (rel)
		return catalog_is_boolean(rel->flags) &&
		       (is_unread(pool, rel->name) || is_unread(pool, rel->evr));
	text = pool_id2str(pool, dep);
	return text_starts(text, "modalias(") && strnlen(text, CAPABILITY_MAX + 1) > CAPABILITY_MAX;
}

static bool has_unread(const Pool *pool, const Solvable *s, Offset dependencies)
{
	const Id *dep = dependencies ? s->repo->idarraydata + dependencies : NULL;

	while (dep && *dep && !is_unread(pool, *dep))
		dep++;
	return dep && *dep;
}

bool catalog_has_unread(const struct catalog *catalog, Id id)
{
	const Solvable *s = catalog->pool->solvables + id;

	return has_unread(catalog->pool, s, s->supplements) ||
	       has_unread(catalog->pool, s, s->provides);
}

void catalog_repair_hints(struct catalog *catalog, Id id)
{
	/* The number may have been another package's. */
	catalog_forget_kind(catalog, id);
	catalog_forget_symbols(catalog, id);
	if (id < catalog->provided.size * 8)
		MAPCLR(&catalog->provided, id);
	repair_supplements(catalog->pool, catalog->pool->solvables + id);
	repair_provides(catalog, id);
}
