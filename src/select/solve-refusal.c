/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/solver.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/solve-internal.h"

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
		blame.refusal = REFUSAL_CONFLICT;
		break;
	case SOLVER_RULE_PKG_SAME_NAME:
		blame.refusal = REFUSAL_OTHER_BUILD;
		break;
	default:
		break;
	}
	return blame;
}

/* What is asked: can the package be installed, together with others? */
struct question {
	Pool *pool;
	Id asked;
	const struct ids *along;
};

/* The package that the asked one is at odds with, one of those along if it is not direct; or 0. */
static Id blame_other(const struct question *question, const struct blame *blame)
{
	bool swap;

	if (blame->refusal < REFUSAL_CONFLICT || !blame->from)
		return 0;
	if (!blame->to || blame->to == question->asked)
		return blame->from;
	if (blame->from == question->asked)
		return blame->to;
	swap = ids_contain(question->along, blame->to);
	/* Which of two is named first is a matter of numbers, and those of what was read when. */
	if (!swap && !ids_contain(question->along, blame->from))
		swap = strcmp(pool_solvid2str(question->pool, blame->to),
			      pool_solvid2str(question->pool, blame->from)) < 0;
	return swap ? blame->to : blame->from;
}

static int blame_weight(const struct question *question, const struct blame *blame)
{
	if (blame->refusal == REFUSAL_NONE)
		return 0;
	if (blame->refusal == REFUSAL_CONFLICT)
		return 4;
	if (blame->refusal == REFUSAL_OTHER_BUILD)
		return 3;
	/* A requirement that has providers fails only because of what they need themselves. */
	if (*pool_whatprovides_ptr(question->pool, blame->dep))
		return 1;
	/* What one of them lacks tells less than why no other one will do. */
	return blame->from == question->asked ? 5 : 2;
}

/* What is at fault, owned; "" if nothing can be named. */
static char *blame_text(const struct question *question, const struct blame *blame)
{
	Id other = blame_other(question, blame);

	if (blame->refusal == REFUSAL_DEPENDENCY)
		return strdup(pool_dep2str(question->pool, blame->dep));
	return strdup(other ? pool_solvid2str(question->pool, other) : "");
}

/* Of what tells as much the one whose name comes first, so that no order of rules decides. */
static bool tells_more(const struct question *question, const struct blame *left,
		       const struct blame *right)
{
	int left_weight = blame_weight(question, left);
	int right_weight = blame_weight(question, right);
	auto_free char *left_text = NULL, *right_text = NULL;

	if (left_weight != right_weight)
		return left_weight > right_weight;
	left_text = blame_text(question, left);
	right_text = blame_text(question, right);
	return left_text && right_text && strcmp(left_text, right_text) < 0;
}

static struct blame find_blame(Solver *solver, const struct question *question)
{
	struct blame best = { .refusal = REFUSAL_NONE };
	Queue rules;

	queue_init(&rules);
	solver_findallproblemrules(solver, 1, &rules);
	for (int i = 0; i < rules.count; i++) {
		struct blame blame = blame_rule(solver, rules.elements[i]);

		if (tells_more(question, &blame, &best))
			best = blame;
	}
	queue_free(&rules);
	return best;
}

/*
 * Let no hint hold while it is asked what a package itself requires: the solver would weigh every
 * other package that the hardware wants too, which takes long where there are hundreds of builds.
 */
static void set_without_hardware(struct solve *solve, bool without)
{
	solve->without_hardware = without;
	solve_forget_hardware(solve);
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
	const struct question question = { solve->pool, id, along };
	AUTO(solve_release_solver) Solver *solver = solve_make_solver(solve);
	struct blame blame;
	auto_free char *culprit = NULL;
	Queue job;
	int problems;

	queue_init(&job);
	queue_push2(&job, SOLVER_LOCK | SOLVER_SOLVABLE, solve->kernel_id);
	solve_push_kept(solve, &job);
	queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, id);
	for (size_t i = 0; i < along->count; i++)
		queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, along->items[i]);
	/* Only what is asked for matters here, not what the hardware wants besides. */
	solver_set_flag(solver, SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
	set_without_hardware(solve, true);
	problems = solver_solve(solver, &job);
	set_without_hardware(solve, false);
	queue_free(&job);
	*ret = REFUSAL_NONE;
	*ret_culprit = NULL;
	*ret_other = 0;
	if (!problems)
		return 0;
	blame = find_blame(solver, &question);
	*ret = blame.refusal == REFUSAL_NONE ? REFUSAL_CONFLICT : blame.refusal;
	*ret_other = blame_other(&question, &blame);
	culprit = blame_text(&question, &blame);
	if (blame.refusal == REFUSAL_DEPENDENCY && is_kernel_dependency(solve, blame.dep))
		*ret = REFUSAL_KERNEL;
	if (culprit && *culprit)
		*ret_culprit = take(culprit);
	return 0;
}
