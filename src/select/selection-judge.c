/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

static int judge_picked(struct selection *selection, struct plan_package *package)
{
	const struct plan_package *installed = selection_installed(selection, package);

	for (size_t i = 0; i < selection->picked.count; i++) {
		const struct plan_package *other = selection_picked(selection, i);

		if (other != package &&
		    solve_requires(selection->solve, other->driver.id, package->driver.id) &&
		    strings_add_once(&package->required_by, other->driver.nevra) < 0)
			return -ENOMEM;
	}
	strings_sort_unique(&package->required_by);
	if (solve_assumed(selection->solve, package->driver.id, &package->assumed) < 0)
		return -ENOMEM;
	if (!package->hint_count)
		return verdict_select(package, REASON_REQUIRED,
				      package->required_by.count ? package->required_by.items[0]
								 : NULL);
	if (installed)
		return verdict_select(package, REASON_UPDATE, installed->driver.nevra);
	return verdict_select(package, REASON_SELECTED, NULL);
}

/* The verdict of a package that the solver says no to, alone or beside what was picked. */
static int judge_by_solver(struct selection *selection, struct plan_package *package,
			   const struct ids *along, bool *ret_judged)
{
	auto_free char *culprit = NULL;
	enum refusal refusal;
	int other = 0;
	int r = solve_refusal(selection->solve, package->driver.id, along, &refusal, &culprit,
			      &other);

	*ret_judged = r == 0 && refusal != REFUSAL_NONE;
	return *ret_judged ? verdict_refusal(package, refusal, culprit) : r;
}

/* Would it do beside what was picked, in the place of WINNER (or NULL)? */
static int judge_beside(struct selection *selection, struct plan_package *package,
			const struct plan_package *winner, bool *ret_judged)
{
	auto_ids struct ids others = { 0 };

	for (size_t i = 0; i < selection->picked.count; i++)
		if ((!winner || selection->picked.items[i] != winner->driver.id) &&
		    ids_add(&others, selection->picked.items[i]) < 0)
			return -ENOMEM;
	return judge_by_solver(selection, package, &others, ret_judged);
}

/* What a hint that fits is tied to and is not there: a kernel flavor if there is one, or NULL. */
static const char *missing_prefix(struct selection *selection, const struct plan_package *package)
{
	const char *missing = NULL;

	for (size_t i = 0; i < package->driver.hint_count; i++) {
		const struct hint *hint = &package->driver.hints[i];

		if (hint->match_all || !hint->prefix || !verdict_hint_fits(package, hint) ||
		    solve_is_there(selection->solve, hint->prefix, &selection->picked))
			continue;
		if (text_starts(hint->prefix, "kernel-"))
			return hint->prefix;
		if (!missing)
			missing = hint->prefix;
	}
	return missing;
}

static bool has_match_all_hint(const struct plan_package *package)
{
	for (size_t i = 0; i < package->driver.hint_count; i++)
		if (package->driver.hints[i].match_all)
			return true;
	return false;
}

static int judge_unpicked(struct selection *selection, struct plan_package *package)
{
	static const struct ids none = { 0 };
	const struct plan_package *winner = selection_family_winner(selection, package);
	bool judged = false;
	int r;

	if (!package->hint_count && !has_match_all_hint(package))
		return verdict_no_device(package);
	if (solve_is_kernel(selection->solve, package->driver.id))
		return verdict_refuse(
			package, REASON_OTHER_KERNEL, package->driver.nevra,
			"it is a kernel or a part of one, and those are never chosen");
	if (!solve_fits_arch(selection->solve, package->driver.id))
		return verdict_refuse(package, REASON_OTHER_ARCH, package->driver.arch,
				      "it is built for %s", package->driver.arch);
	if (!solve_hint_holds(selection->solve, package->driver.id, &selection->picked))
		return verdict_by_hints(package, selection->context.kernel,
					missing_prefix(selection, package));
	r = verdict_by_flavor(package, selection->context.kernel, &judged);
	if (r < 0 || judged)
		return r;
	if (package->kabi.status == KABI_MISMATCH)
		return 0; /* compare_kabi() has said so */
	r = selection_judge_installed(selection, package, &judged);
	if (r == 0 && !judged)
		r = judge_by_solver(selection, package, &none, &judged);
	if (r < 0 || judged)
		return r;
	if (winner && selection_compare_in_family(selection, winner, package) < 0)
		return verdict_family(package, winner,
				      solve_compare_versions(selection->solve, package->driver.id,
							     winner->driver.id));
	r = selection_judge_vendor(selection, package, &judged);
	if (r == 0 && !judged)
		r = judge_beside(selection, package, winner, &judged);
	if (r < 0 || judged)
		return r;
	if (winner)
		return verdict_refuse(package, REASON_OUTRANKED, winner->driver.nevra,
				      "%s goes better with the other packages",
				      winner->driver.nevra);
	return verdict_refuse(package, REASON_MISSING_DEPENDENCY, NULL,
			      "its hint is tied to a condition that does not hold");
}

/* What an earlier round needed, and this one does not, is no candidate and never was. */
static void drop_strangers(struct selection *selection)
{
	struct plan *plan = &selection->plan;
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct plan_package *package = &plan->packages[i];
		struct plan_package swapped = plan->packages[kept];

		if (!package->hint_count && !has_match_all_hint(package) &&
		    !ids_contain(&selection->considered, package->driver.id) &&
		    !selection_is_rejected(selection, package->driver.id) &&
		    !ids_contain(&selection->picked, package->driver.id))
			continue;
		plan->packages[kept++] = *package;
		*package = swapped;
	}
	while (plan->count > kept)
		plan_drop_last(plan);
}

int selection_judge(struct selection *selection)
{
	drop_strangers(selection);
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];
		int r;

		if (selection_is_rejected(selection, package->driver.id))
			continue;
		strings_done(&package->required_by);
		strings_done(&package->assumed);
		r = ids_contain(&selection->picked, package->driver.id)
			    ? judge_picked(selection, package)
			    : judge_unpicked(selection, package);
		if (r < 0)
			return r;
	}
	return 0;
}
