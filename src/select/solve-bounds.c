/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/evr.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "select/solve-bounds.h"

void solve_leave_out(struct solve *solve, Id id, enum left_out why)
{
	solve->left_out[id] = (unsigned char)why;
	MAPCLR(&solve->considered, id);
}

static int compare_texts(const Pool *pool, Id left, Id right)
{
	return left == right ? 0 : strcmp(pool_id2str(pool, left), pool_id2str(pool, right));
}

static int compare_checksums(Solvable *left, Solvable *right)
{
	Id type = 0;
	const char *l = solvable_lookup_checksum(left, SOLVABLE_CHECKSUM, &type);
	const char *r = solvable_lookup_checksum(right, SOLVABLE_CHECKSUM, &type);

	return l && r ? strcmp(l, r) : !l - !r;
}

/* By repository and name, the newest build first; no number that the pool gave decides. */
static int compare_builds(const void *left, const void *right)
{
	const struct contender *l = left, *r = right;
	Solvable *a = l->pool->solvables + l->id, *b = r->pool->solvables + r->id;
	int order = (l->source > r->source) - (l->source < r->source);

	if (order == 0)
		order = compare_texts(l->pool, a->name, b->name);
	if (order == 0)
		order = compare_texts(l->pool, a->arch, b->arch);
	if (order == 0)
		order = pool_evrcmp(l->pool, b->evr, a->evr, EVRCMP_COMPARE);
	if (order == 0)
		order = compare_texts(l->pool, a->evr, b->evr);
	return order ? order : compare_checksums(a, b);
}

static int compare_ages(const void *left, const void *right)
{
	const struct contender *l = left, *r = right;

	if (l->source != r->source)
		return l->source < r->source ? -1 : 1;
	if (l->age != r->age)
		return l->age < r->age ? -1 : 1;
	return compare_builds(left, right);
}

static int compare_places(const void *left, const void *right)
{
	const struct contender *l = left, *r = right;

	if (l->place != r->place)
		return l->place < r->place ? -1 : 1;
	return (l->source > r->source) - (l->source < r->source);
}

static bool is_same_package(const struct contender *left, const struct contender *right)
{
	const Solvable *l = left->pool->solvables + left->id;
	const Solvable *r = right->pool->solvables + right->id;

	return left->source == right->source && l->name == r->name && l->arch == r->arch;
}

/*
 * In the order in which they get room: of each repository as many as of any other, of each of its
 * packages the newest build before the second newest of any. So nobody takes the room of all.
 */
static void put_in_order(struct contender *items, size_t count)
{
	qsort(items, count, sizeof(*items), compare_builds);
	for (size_t i = 1; i < count; i++)
		items[i].age = is_same_package(&items[i - 1], &items[i]) ? items[i - 1].age + 1 : 0;
	qsort(items, count, sizeof(*items), compare_ages);
	for (size_t i = 1; i < count; i++)
		items[i].place =
			items[i - 1].source == items[i].source ? items[i - 1].place + 1 : 0;
	qsort(items, count, sizeof(*items), compare_places);
}

static size_t length_of(const Solvable *s, Offset list)
{
	size_t length = 0;

	for (const Id *dep = list ? s->repo->idarraydata + list : NULL; dep && *dep; dep++)
		length++;
	return length;
}

/* May all that is on offer be planned, whatever it says? */
static bool is_small(const struct solve *solve)
{
	const Pool *pool = solve->pool;
	uint64_t packages = 0, named = 0;
	Id id;

	FOR_POOL_SOLVABLES (id) {
		const Solvable *s = pool->solvables + id;

		if (catalog_source_of(solve->catalog, id) == SIZE_MAX ||
		    !MAPTST(&solve->considered, id))
			continue;
		packages++;
		named += 1 + length_of(s, s->conflicts) + length_of(s, s->obsoletes);
	}
	return packages <= PLANNABLE_MAX &&
	       named * (uint64_t)pool->nsolvables <= PLANNABLE_PAIRS_MAX;
}

/* May the solver try all of IDS in any order, whatever they say to obsolete? */
static bool is_peaceful(const struct solve *solve, const struct ids *ids)
{
	uint64_t count = ids->count, named = 0;

	for (size_t i = 0; i < ids->count; i++) {
		const Solvable *s = solve->pool->solvables + ids->items[i];

		named += length_of(s, s->obsoletes);
	}
	return count * count * count * count * named <= OBSOLETES_WORK_MAX;
}

/* Add to ADDED, at the place of the later one, each other candidate of ITEMS that one obsoletes. */
static void count_obsoleted(const struct contender *items, size_t index, const uint32_t *places,
			    uint32_t *added)
{
	Pool *pool = items[index].pool;
	const Solvable *s = pool->solvables + items[index].id;
	const Id *dep = s->obsoletes ? s->repo->idarraydata + s->obsoletes : NULL;
	Id id, at;

	for (; dep && *dep; dep++)
		FOR_PROVIDES (id, at, *dep) {
			size_t place = places[id];

			if (place > 0 && pool->solvables[id].name != s->name &&
			    pool_match_nevr(pool, pool->solvables + id, *dep))
				added[place > index ? place - 1 : index]++;
		}
}

/*
 * How many of ITEMS, from the first on, the solver can choose among. For each that it chooses it
 * looks through what all obsolete of all names (libsolv: src/policy.c, prune_obsoleted()), and it
 * tries the more orders the more names there are: *RET as measured. 0 or -ENOMEM.
 */
static int count_peaceful(const struct solve *solve, const struct contender *items, size_t count,
			  size_t *ret)
{
	Pool *pool = solve->pool;
	auto_free uint32_t *places = calloc((size_t)pool->nsolvables, sizeof(*places));
	auto_free uint32_t *added = calloc(count + 1, sizeof(*added));
	uint64_t obsoleted = 0, names = 0;

	if (!places || !added)
		return -ENOMEM;
	pool_createwhatprovides(pool);
	for (size_t i = 0; i < count; i++)
		places[items[i].id] = (uint32_t)(i + 1);
	for (size_t i = 0; i < count; i++)
		count_obsoleted(items, i, places, added);
	for (*ret = 0; *ret < count; ++*ret) {
		names += items[*ret].age == 0;
		obsoleted += added[*ret];
		if (names * names * names * obsoleted > OBSOLETES_WORK_MAX)
			break;
	}
	return 0;
}

static struct contender *make_contenders(const struct solve *solve, const struct ids *ids,
					 size_t *ret_sources)
{
	struct contender *items = calloc(ids->count + 1, sizeof(*items));

	*ret_sources = 0;
	for (size_t i = 0; items && i < ids->count; i++) {
		items[i] = (struct contender){
			.pool = solve->pool,
			.id = ids->items[i],
			.source = catalog_source_of(solve->catalog, ids->items[i]),
		};
		if (items[i].source >= *ret_sources)
			*ret_sources = items[i].source + 1;
	}
	return items;
}

static int bound_candidates(struct solve *solve)
{
	auto_ids struct ids ids = { 0 };
	auto_free struct contender *items = NULL;
	auto_free size_t *failed = NULL;
	size_t sources, peaceful;

	if (solve_candidates(solve, &ids) < 0)
		return -ENOMEM;
	if (ids.count <= CANDIDATES_MAX && is_small(solve) && is_peaceful(solve, &ids))
		return 0;
	items = make_contenders(solve, &ids, &sources);
	failed = calloc(sources + 1, sizeof(*failed));
	if (!items || !failed)
		return -ENOMEM;
	put_in_order(items, ids.count);
	for (; ids.count > CANDIDATES_MAX; ids.count--)
		solve_leave_out(solve, items[ids.count - 1].id, LEFT_OUT_CROWD);
	if (!is_small(solve))
		solve_give_room(solve, items, ids.count, failed);
	if (count_peaceful(solve, items, ids.count, &peaceful) < 0)
		return -ENOMEM;
	for (size_t i = peaceful; i < ids.count; i++)
		if (!solve->left_out[items[i].id])
			solve_leave_out(solve, items[i].id, LEFT_OUT_OBSOLETES);
	return 0;
}

int solve_bound(struct solve *solve)
{
	int r;

	solve->left_out = calloc((size_t)solve->pool->nsolvables, 1);
	if (!solve->left_out)
		return -ENOMEM;
	solve->pool->considered = &solve->considered;
	r = bound_candidates(solve);
	if (r == 0)
		r = solve_bound_conditions(solve);
	solve->pool->considered = NULL;
	return r;
}

bool solve_is_left_out(const struct solve *solve, int id)
{
	return id < solve->kernel_id && solve->left_out[id];
}

/* What of a source was left out: how many, and the one of them whose name comes first. */
struct tally {
	size_t count;
	char *first;
};

static int count_left_out(const struct solve *solve, size_t source, enum left_out why,
			  struct tally *ret)
{
	Pool *pool = solve->pool;

	for (Id id = 1; id < solve->kernel_id; id++) {
		const char *nevra;

		if (solve->left_out[id] != why || catalog_source_of(solve->catalog, id) != source)
			continue;
		ret->count++;
		nevra = pool_solvid2str(pool, id);
		if (ret->first && strcmp(ret->first, nevra) <= 0)
			continue;
		free(ret->first);
		ret->first = strdup(nevra);
		if (!ret->first)
			return -ENOMEM;
	}
	return 0;
}

int solve_diagnose(const struct solve *solve, size_t source, struct diagnostics *diagnostics)
{
	static const struct {
		const char *id, *why;
	} rows[] = {
		[LEFT_OUT_CROWD] = { "too-many-candidates",
				     "more packages fit devices here than are looked at; of each "
				     "repository as many are as of any other, newer builds before "
				     "older ones; offer a repository with fewer" },
		[LEFT_OUT_REQUIRES] = { "too-many-required",
					"it requires more packages, which require others, than "
					"are looked at; offer a repository with fewer" },
		[LEFT_OUT_OBSOLETES] = { "too-many-obsoletes",
					 "packages that fit devices here obsolete each other too "
					 "often to be weighed against each other; offer a "
					 "repository without the obsolete ones" },
		[LEFT_OUT_CONDITION] = { "oversized-condition",
					 "a rich dependency of it stands for too many cases to "
					 "be solved; write it shorter" },
	};

	for (enum left_out why = LEFT_OUT_CROWD; why <= LEFT_OUT_CONDITION; why++) {
		struct tally tally = { 0 };
		int r = count_left_out(solve, source, why, &tally);
		auto_free char *first = tally.first;

		if (r == 0 && tally.count == 1)
			r = diagnostics_add(diagnostics, rows[why].id, first, "%s is left out: %s",
					    first, rows[why].why);
		else if (r == 0 && tally.count)
			r = diagnostics_add(diagnostics, rows[why].id, first,
					    "%s is left out, the first of %zu: %s", first,
					    tally.count, rows[why].why);
		if (r < 0)
			return r;
	}
	return 0;
}
