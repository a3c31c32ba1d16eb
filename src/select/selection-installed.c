/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

int selection_read_installed(struct selection *selection)
{
	auto_ids struct ids ids = { 0 };

	if (catalog_find_installed(selection->context.catalog, &ids) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ids.count; i++) {
		struct plan_package *package = plan_add(&selection->installed);

		if (!package || candidate_fill(&selection->context, ids.items[i], package) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_same_family(const struct plan_package *left, const struct plan_package *right)
{
	return text_equal(left->driver.family, right->driver.family) &&
	       text_equal(left->driver.arch, right->driver.arch);
}

const struct plan_package *selection_installed(struct selection *selection,
					       const struct plan_package *package)
{
	const struct plan_package *found = NULL;

	for (size_t i = 0; i < selection->installed.count; i++) {
		const struct plan_package *installed = &selection->installed.packages[i];

		if (is_same_family(installed, package) &&
		    (!found || found->kabi.status == KABI_MISMATCH))
			found = installed;
	}
	return found;
}

int selection_judge_installed(struct selection *selection, struct plan_package *package,
			      bool *ret_judged)
{
	const struct plan_package *installed = selection_installed(selection, package);
	int order;

	*ret_judged = false;
	if (!installed || installed->kabi.status == KABI_MISMATCH)
		return 0;
	order = solve_compare_versions(selection->solve, package->driver.id, installed->driver.id);
	if (order > 0)
		return 0;
	*ret_judged = true;
	if (order == 0 && text_equal(package->driver.nevra, installed->driver.nevra)) {
		*ret_judged = !selection_family_winner(selection, package);
		return *ret_judged ? verdict_select(package, REASON_INSTALLED, NULL) : 0;
	}
	return verdict_refuse(package, REASON_OLDER, installed->driver.nevra, "%s is installed",
			      installed->driver.nevra);
}

/* As zypp has it: without a word of the user, an update comes from the vendor of what is there. */
int selection_judge_vendor(struct selection *selection, struct plan_package *package,
			   bool *ret_judged)
{
	const struct plan_package *installed = selection_installed(selection, package);

	*ret_judged = installed && !text_equal(package->driver.vendor, installed->driver.vendor);
	if (!*ret_judged)
		return 0;
	return verdict_refuse(package, REASON_OTHER_VENDOR, installed->driver.nevra,
			      "it is of another vendor than %s, which is installed",
			      installed->driver.nevra);
}

/* Has the plan this very build, or one that takes its place? */
static bool is_accounted_for(struct selection *selection, const struct plan_package *installed)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		const struct plan_package *other = &selection->plan.packages[i];

		if (!other->selected)
			continue;
		if (other->reason == REASON_INSTALLED
			    ? text_equal(other->driver.nevra, installed->driver.nevra)
			    : is_same_family(other, installed))
			return true;
	}
	return false;
}

/* 1 if PACKAGE serves a device of this machine with the target kernel, 0 if not, -ENOMEM. */
static int serves(struct selection *selection, struct plan_package *package)
{
	bool judged = false;
	int r;

	if (!package->hint_count || package->kabi.status == KABI_MISMATCH ||
	    !solve_fits_arch(selection->solve, package->driver.id) ||
	    !solve_hint_holds(selection->solve, package->driver.id, &selection->picked))
		return 0;
	r = verdict_by_flavor(package, selection->context.kernel, &judged);
	return r < 0 ? r : !judged;
}

int selection_add_installed(struct selection *selection)
{
	for (size_t i = 0; i < selection->installed.count; i++) {
		const struct plan_package *installed = &selection->installed.packages[i];
		struct plan_package *package;
		int r;

		if (!installed->hint_count || is_accounted_for(selection, installed))
			continue;
		package = plan_add(&selection->plan);
		if (!package ||
		    candidate_fill(&selection->context, installed->driver.id, package) < 0)
			return -ENOMEM;
		r = serves(selection, package);
		if (r == 0)
			plan_drop_last(&selection->plan);
		if (r > 0)
			r = verdict_select(package, REASON_INSTALLED, NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

void selection_drop_installed(struct selection *selection)
{
	struct plan *plan = &selection->plan;
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct plan_package package = plan->packages[i];

		if (package.driver.source == SIZE_MAX &&
		    !ids_contain(&selection->considered, package.driver.id))
			continue;
		plan->packages[i] = plan->packages[kept];
		plan->packages[kept++] = package;
	}
	while (plan->count > kept)
		plan_drop_last(plan);
	selection_forget_places(selection);
}
