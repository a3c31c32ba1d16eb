/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/match.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

/* Whom PACKAGE, which is picked, requires learns of it. 0 or -ENOMEM. */
static int note_required(struct selection *selection, const struct plan_package *package)
{
	auto_ids struct ids required = { 0 };
	int r = solve_required(selection->solve, package->driver.id, &required);

	for (size_t i = 0; r == 0 && i < required.count; i++) {
		struct plan_package *other = selection_is_picked(selection, required.items[i])
						     ? selection_find(selection, required.items[i])
						     : NULL;
		struct strings *by = other ? &other->required_by : NULL;

		/* Of the last one: it may require several things of the other. */
		if (other && other != package &&
		    (!by->count || !text_equal(by->items[by->count - 1], package->driver.nevra)))
			r = strings_add(by, package->driver.nevra);
	}
	return r;
}

static int judge_picked(struct selection *selection, struct plan_package *package)
{
	const struct plan_package *installed = selection_installed(selection, package);

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

bool selection_hint_fits(const struct selection *selection, const struct hint *hint)
{
	for (size_t i = 0; i < hint->patterns.count; i++)
		if (match_index_any(selection->index, hint->patterns.items[i]))
			return true;
	return false;
}

/* What a hint that fits is tied to and is not there: a kernel flavor if there is one, or NULL. */
static const char *missing_prefix(struct selection *selection, const struct plan_package *package)
{
	const char *missing = NULL;

	for (size_t i = 0; i < package->driver.hint_count; i++) {
		const struct hint *hint = &package->driver.hints[i];

		if (hint->match_all || !hint->prefix || !selection_hint_fits(selection, hint) ||
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
		    !selection_is_picked(selection, package->driver.id))
			continue;
		plan->packages[kept++] = *package;
		*package = swapped;
	}
	while (plan->count > kept)
		plan_drop_last(plan);
	selection_forget_places(selection);
}

int selection_judge(struct selection *selection)
{
	struct plan *plan = &selection->plan;
	int r = 0;

	drop_strangers(selection);
	for (size_t i = 0; i < plan->count; i++) {
		if (selection_is_rejected(selection, plan->packages[i].driver.id))
			continue;
		strings_done(&plan->packages[i].required_by);
		strings_done(&plan->packages[i].assumed);
	}
	for (size_t i = 0; r == 0 && i < selection->picked.count; i++)
		r = note_required(selection, selection_picked(selection, i));
	for (size_t i = 0; r == 0 && i < plan->count; i++) {
		struct plan_package *package = &plan->packages[i];

		if (selection_is_rejected(selection, package->driver.id))
			continue;
		r = selection_is_picked(selection, package->driver.id)
			    ? judge_picked(selection, package)
			    : judge_unpicked(selection, package);
	}
	return r;
}
