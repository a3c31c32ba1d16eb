/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "select/solve-bounds.h"

/* How large a condition is as libsolv solves it: clauses of packages (src/cplxdeps.c). */
struct form {
	uint64_t clauses, literals;
};

/* The same if it is to hold, and if it is not to. */
struct forms {
	struct form yes, no;
};

static uint64_t saturated(uint64_t number)
{
	return number > UINT32_MAX >> 2 ? UINT32_MAX >> 2 : number;
}

static struct form all_of(struct form left, struct form right)
{
	return (struct form){ saturated(left.clauses + right.clauses),
			      saturated(left.literals + right.literals) };
}

static struct form any_of(struct form left, struct form right)
{
	return (struct form){
		saturated(left.clauses * right.clauses),
		saturated(left.literals * right.clauses + right.literals * left.clauses),
	};
}

static struct forms forms_of_leaf(Pool *pool, Id dep)
{
	uint64_t providers = 0;
	Id id, at;

	FOR_PROVIDES (id, at, dep)
		providers++;
	providers += providers == 0;
	return (struct forms){ { 1, providers }, { providers, providers } };
}

/* IF it is to hold, THEN, else OTHERWISE. */
static struct forms forms_of_choice(const struct forms *if_, const struct forms *then,
				    const struct forms *otherwise)
{
	return (struct forms){
		all_of(any_of(then->yes, if_->no), any_of(otherwise->yes, if_->yes)),
		all_of(any_of(then->no, if_->no), any_of(otherwise->no, if_->yes)),
	};
}

static struct forms forms_of(Pool *pool, Id dep)
{
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	const Reldep *other;
	struct forms a, b, c;

	if (!rel || !catalog_is_boolean(rel->flags))
		return forms_of_leaf(pool, dep);
	a = forms_of(pool, rel->name);
	other = ISRELDEP(rel->evr) ? GETRELDEP(pool, rel->evr) : NULL;
	if (other && other->flags == REL_ELSE &&
	    (rel->flags == REL_COND || rel->flags == REL_UNLESS)) {
		b = forms_of(pool, other->name);
		c = forms_of(pool, other->evr);
		return rel->flags == REL_COND ? forms_of_choice(&b, &a, &c)
					      : forms_of_choice(&b, &c, &a);
	}
	b = forms_of(pool, rel->evr);
	switch (rel->flags) {
	case REL_AND:
		return (struct forms){ all_of(a.yes, b.yes), any_of(a.no, b.no) };
	case REL_COND:
		return (struct forms){ any_of(a.yes, b.no), all_of(a.no, b.yes) };
	case REL_UNLESS:
		return (struct forms){ all_of(a.yes, b.no), any_of(a.no, b.yes) };
	default:
		return (struct forms){ any_of(a.yes, b.yes), all_of(a.no, b.no) };
	}
}

static uint64_t weigh_list(Pool *pool, const Solvable *s, Offset list)
{
	uint64_t literals = 0;

	if (!list)
		return 0;
	for (const Id *dep = s->repo->idarraydata + list; *dep; dep++) {
		struct forms forms;

		if (!ISRELDEP(*dep) || !catalog_is_boolean(GETRELDEP(pool, *dep)->flags))
			continue;
		forms = forms_of(pool, *dep);
		literals = saturated(literals + forms.yes.literals + forms.no.literals);
	}
	return literals;
}

/* Of the conditions in what ID requires, recommends, or conflicts with. */
static uint64_t weigh(Pool *pool, Id id)
{
	const Solvable *s = pool->solvables + id;

	return saturated(weigh_list(pool, s, s->requires) + weigh_list(pool, s, s->conflicts) +
			 weigh_list(pool, s, s->recommends) + weigh_list(pool, s, s->suggests));
}

static bool has_conditions(const Pool *pool)
{
	for (Id id = 1; id < pool->nrels; id++)
		if (catalog_is_boolean(pool->rels[id].flags))
			return true;
	return false;
}

int solve_bound_conditions(struct solve *solve)
{
	Pool *pool = solve->pool;
	auto_free uint32_t *weights = NULL;
	uint32_t large = 0;
	Id id;

	if (!has_conditions(pool))
		return 0;
	weights = calloc((size_t)pool->nsolvables, sizeof(*weights));
	if (!weights)
		return -ENOMEM;
	pool_createwhatprovides(pool);
	FOR_POOL_SOLVABLES (id) {
		if (catalog_source_of(solve->catalog, id) == SIZE_MAX ||
		    !MAPTST(&solve->considered, id))
			continue;
		weights[id] = (uint32_t)weigh(pool, id);
		large += weights[id] > CONDITION_SMALL_MAX;
	}
	for (id = 1; large && id < pool->nsolvables; id++)
		if (weights[id] > CONDITION_SMALL_MAX && weights[id] > CONDITIONS_MAX / large)
			solve_leave_out(solve, id, LEFT_OUT_CONDITION);
	return 0;
}
