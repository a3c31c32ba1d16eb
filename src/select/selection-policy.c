/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

/* 1 if a rule keeps PACKAGE out, which is its verdict then; 0 if none does, -ENOMEM. */
static int refuse_by_policy(struct selection *selection, struct plan_package *package)
{
	const struct policy *policy = selection->policy;
	const struct policy_rule *rule = policy ? policy_refusal(policy, package) : NULL;

	if (!rule)
		return 0;
	return verdict_policy(package, policy, rule) < 0 ? -ENOMEM : 1;
}

int selection_set_policy(struct selection *selection, const struct policy *policy)
{
	auto_ids struct ids refused = { 0 };

	selection->policy = policy;
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];
		int r;

		package->rank.policy = policy_weight(policy, package);
		if (selection_is_rejected(selection, package->driver.id))
			continue;
		/* What does not fit has a reason that says more. */
		r = selection_is_fit(selection, package);
		if (r > 0)
			r = refuse_by_policy(selection, package);
		if (r > 0)
			r = ids_add(&refused, package->driver.id);
		if (r < 0)
			return r;
	}
	return selection_exclude_all(selection, &refused);
}

int selection_refuse_picked_by_policy(struct selection *selection)
{
	auto_ids struct ids refused = { 0 };

	for (size_t i = 0; i < selection->picked.count; i++) {
		struct plan_package *package = selection_picked(selection, i);
		int r = refuse_by_policy(selection, package);

		if (r < 0 || (r > 0 && ids_add(&refused, package->driver.id) < 0))
			return -ENOMEM;
	}
	if (refused.count == 0)
		return 0;
	return selection_exclude_all(selection, &refused) < 0 ? -ENOMEM : 1;
}

/* Is LEFT a build of the family of RIGHT that the policy would rather have? */
static bool is_preferred(const struct plan_package *left, const struct plan_package *right)
{
	return left->rank.policy > right->rank.policy && left->driver.role == ROLE_DRIVER &&
	       right->driver.role == ROLE_DRIVER &&
	       text_equal(left->driver.family, right->driver.family) &&
	       text_equal(left->driver.arch, right->driver.arch);
}

static bool is_preferred_to_any(const struct selection *selection,
				const struct plan_package *package)
{
	for (size_t i = 0; i < selection->plan.count; i++)
		if (is_preferred(package, &selection->plan.packages[i]))
			return true;
	return false;
}

/* 1 if PACKAGE could be picked, were it alone; 0 if not, -ENOMEM. */
static int is_able(struct selection *selection, struct plan_package *package)
{
	static const struct ids none = { 0 };
	auto_free char *culprit = NULL;
	enum refusal refusal = REFUSAL_NONE;
	int other, r;

	if (selection_is_rejected(selection, package->driver.id) ||
	    !solve_hint_holds(selection->solve, package->driver.id, &none))
		return 0;
	r = selection_is_fit(selection, package);
	if (r <= 0)
		return r;
	r = solve_refusal(selection->solve, package->driver.id, &none, &refusal, &culprit, &other);
	return r < 0 ? r : refusal == REFUSAL_NONE;
}

/* Append to RET those that PACKAGE is preferred to. */
static int add_unpreferred(const struct selection *selection, const struct plan_package *package,
			   struct ids *ret)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		const struct plan_package *other = &selection->plan.packages[i];

		if (is_preferred(package, other) &&
		    !selection_is_rejected(selection, other->driver.id) &&
		    !ids_contain(ret, other->driver.id) && ids_add(ret, other->driver.id) < 0)
			return -ENOMEM;
	}
	return 0;
}

int selection_list_unpreferred(struct selection *selection, struct ids *ret)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];
		int r;

		if (!is_preferred_to_any(selection, package))
			continue;
		r = is_able(selection, package);
		if (r > 0)
			r = add_unpreferred(selection, package, ret);
		if (r < 0)
			return r;
	}
	return 0;
}
