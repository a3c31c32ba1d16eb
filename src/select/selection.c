/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/match.h"
#include "select/rank.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

#define WHAT "choose packages"

static struct plan_package *find_package(struct selection *selection, int id)
{
	for (size_t i = 0; i < selection->plan.count; i++)
		if (selection->plan.packages[i].driver.id == id)
			return &selection->plan.packages[i];
	return NULL;
}

struct plan_package *selection_picked(struct selection *selection, size_t index)
{
	struct plan_package *package = find_package(selection, selection->picked.items[index]);

	if (!package)
		abort();
	return package;
}

static struct plan_package *add_package(struct selection *selection, int id)
{
	struct plan_package *package = plan_add(&selection->plan);

	return package && candidate_fill(&selection->context, id, package) == 0 ? package : NULL;
}

static int add_installed(struct selection *selection)
{
	auto_ids struct ids ids = { 0 };

	if (solve_installed_drivers(selection->solve, &ids) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ids.count; i++) {
		struct plan_package *package = plan_add(&selection->installed);

		if (!package || candidate_fill(&selection->context, ids.items[i], package) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_candidates(struct selection *selection)
{
	auto_ids struct ids ids = { 0 };

	if (solve_candidates(selection->solve, &ids) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ids.count; i++)
		if (!add_package(selection, ids.items[i]))
			return -ENOMEM;
	return 0;
}

int selection_new(struct catalog *catalog, const struct source *sources, const struct kernel *kernel,
		  const struct device_list *devices, struct selection **ret, struct error *reterr)
{
	auto_selection struct selection *selection = calloc(1, sizeof(*selection));
	int r;

	if (!selection)
		return -ENOMEM;
	selection->devices = devices;
	r = match_index_new(devices, &selection->index);
	if (r == 0)
		r = solve_new(catalog, kernel, selection->index, &selection->solve);
	selection->context = (struct candidate_context){
		catalog, sources, kernel, selection->index, selection->solve,
	};
	if (r == 0)
		r = add_installed(selection);
	if (r == 0)
		r = add_candidates(selection);
	if (r < 0)
		return error_set(reterr, r, WHAT, NULL, NULL, NULL);
	*ret = take(selection);
	return 0;
}

struct selection *selection_free(struct selection *selection)
{
	if (!selection)
		return NULL;
	plan_done(&selection->plan);
	plan_done(&selection->installed);
	ids_done(&selection->rejected);
	ids_done(&selection->picked);
	solve_free(selection->solve);
	match_index_free(selection->index);
	free(selection);
	return NULL;
}

bool selection_is_rejected(const struct selection *selection, int id)
{
	return ids_contain(&selection->rejected, id);
}

/* Take ID out for good; the package's verdict has been set. */
static int reject(struct selection *selection, int id)
{
	if (ids_add(&selection->rejected, id) < 0)
		return -ENOMEM;
	return solve_reject(selection->solve, id);
}

int selection_reject(struct selection *selection, int id, enum reason reason, const char *detail,
		     const char *culprit)
{
	struct plan_package *package = find_package(selection, id);

	if (!package || selection_is_rejected(selection, id))
		return 0;
	if (verdict_refuse(package, reason, culprit, "%s", detail) < 0)
		return -ENOMEM;
	return reject(selection, id);
}

int selection_add_modules(struct selection *selection, int id, const struct strings *modules)
{
	struct plan_package *package = find_package(selection, id);

	for (size_t i = 0; package && i < modules->count; i++)
		if (strings_add_once(&package->driver.modules, modules->items[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* Is INSTALLED the package that this one would update: same name, other version? */
static bool updates(struct selection *selection, const struct plan_package *package,
		    const struct plan_package *installed)
{
	return text_equal(package->driver.name, installed->driver.name) &&
	       text_equal(package->driver.arch, installed->driver.arch) &&
	       solve_compare_versions(selection->solve, package->driver.id, installed->driver.id) > 0;
}

static int collect_updates(struct selection *selection, struct ids *ret)
{
	for (size_t i = 0; i < selection->installed.count; i++) {
		const struct plan_package *installed = &selection->installed.packages[i];

		for (size_t j = 0; j < selection->plan.count; j++) {
			const struct plan_package *package = &selection->plan.packages[j];

			if (selection_is_rejected(selection, package->driver.id) || !package->hint_count ||
			    !updates(selection, package, installed))
				continue;
			if (ids_add(ret, installed->driver.id) < 0)
				return -ENOMEM;
			break;
		}
	}
	return 0;
}

int selection_compare_in_family(struct selection *selection, const struct plan_package *left,
			     const struct plan_package *right)
{
	int order;

	if (left->rank.priority != right->rank.priority)
		return left->rank.priority - right->rank.priority;
	order = solve_compare_versions(selection->solve, left->driver.id, right->driver.id);
	return order ? -order : rank_compare(left, right, 0);
}

static const char *shared_module(const struct plan_package *left, const struct plan_package *right)
{
	for (size_t i = 0; i < left->driver.modules.count; i++)
		if (strings_contain(&right->driver.modules, left->driver.modules.items[i]))
			return left->driver.modules.items[i];
	return NULL;
}

static int rank_order(struct selection *selection, const struct plan_package *left,
		      const struct plan_package *right)
{
	return rank_compare(left, right,
			    solve_compare_versions(selection->solve, left->driver.id,
						   right->driver.id));
}

/* Can WINNER do without LOSER and without whatever else ships one of its modules? 1, 0, -ENOMEM. */
static int stands_alone(struct selection *selection, const struct plan_package *winner,
			const struct plan_package *loser)
{
	auto_ids struct ids rivals = { 0 };

	if (ids_add(&rivals, loser->driver.id) < 0 ||
	    solve_same_modules(selection->solve, winner->driver.id, &winner->driver.modules,
			       &rivals) < 0)
		return -ENOMEM;
	return solve_stands_without(selection->solve, winner->driver.id, &rivals);
}

/*
 * LOSER gives way to WINNER, unless WINNER needs a package of the same modules: then WINNER has to
 * go. MODULE is what both ship, NULL if they are of one family. 1, or -ENOMEM.
 */
static int part(struct selection *selection, struct plan_package *winner,
		struct plan_package *loser, const char *module)
{
	int stands = stands_alone(selection, winner, loser);
	int r = stands;

	if (stands == 0)
		r = verdict_needs_rival(winner, loser);
	else if (stands > 0)
		r = module ? verdict_same_module(loser, winner, module) :
				   verdict_family(loser, winner);
	if (r == 0)
		r = reject(selection, stands ? loser->driver.id : winner->driver.id);
	return r < 0 ? r : 1;
}

/* Two picked packages that may not both stay: one gets its verdict. 1 if so, 0 if not, -ENOMEM. */
static int part_rivals(struct selection *selection, struct plan_package *left,
		       struct plan_package *right)
{
	bool family = text_equal(left->driver.family, right->driver.family) &&
		      left->driver.role == ROLE_DRIVER && right->driver.role == ROLE_DRIVER;
	const char *module = family ? NULL : shared_module(left, right);
	int order;

	if (!family && !module)
		return 0;
	order = family ? selection_compare_in_family(selection, left, right) :
			       rank_order(selection, left, right);
	return order < 0 ? part(selection, left, right, module) :
				 part(selection, right, left, module);
}

/* 1 if a picked package was refused, 0 if all may stay, -ENOMEM. */
static int refuse_rivals(struct selection *selection)
{
	for (size_t i = 0; i < selection->picked.count; i++) {
		struct plan_package *left = selection_picked(selection, i);

		if (left->kabi.status == KABI_MISMATCH) {
			int r = reject(selection, left->driver.id);

			return r < 0 ? r : 1;
		}
		for (size_t j = 0; j < i; j++) {
			struct plan_package *right = selection_picked(selection, j);
			int r = part_rivals(selection, left, right);

			if (r)
				return r;
		}
	}
	return 0;
}

const struct plan_package *selection_family_winner(struct selection *selection,
						const struct plan_package *package)
{
	for (size_t i = 0; i < selection->picked.count; i++) {
		const struct plan_package *picked = selection_picked(selection, i);

		if (text_equal(picked->driver.family, package->driver.family))
			return picked;
	}
	return NULL;
}

bool selection_has_live_hint(struct selection *selection, const struct plan_package *package)
{
	for (size_t i = 0; i < package->driver.hint_count; i++) {
		const struct hint *hint = &package->driver.hints[i];

		if (!hint->match_all && verdict_hint_fits(package, hint) &&
		    (!hint->prefix ||
		     solve_is_provided(selection->solve, hint->prefix, &selection->picked)))
			return true;
	}
	return false;
}

/* Could PACKAGE be picked if only the packages that were picked did not stand in its way? */
static bool is_contender(struct selection *selection, const struct plan_package *package)
{
	return package->hint_count && !selection_is_rejected(selection, package->driver.id) &&
	       !ids_contain(&selection->picked, package->driver.id) &&
	       package->kabi.status != KABI_MISMATCH &&
	       solve_fits_arch(selection->solve, package->driver.id) &&
	       !selection_family_winner(selection, package) && selection_has_live_hint(selection, package);
}

/*
 * A contender that conflicts with a picked package of another family, and ranks better, takes its
 * place: the solver itself picks one of the two by no rule of ours. 1 if so, 0 if not, -errno.
 */
static int prefer_contender(struct selection *selection, struct plan_package *package)
{
	static const struct ids none = { 0 };
	auto_free char *culprit = NULL;
	struct plan_package *rival;
	enum refusal refusal;
	int other = 0, r;

	r = solve_refusal(selection->solve, package->driver.id, &none, &refusal, &culprit, &other);
	if (r < 0 || refusal != REFUSAL_NONE)
		return r;
	r = solve_refusal(selection->solve, package->driver.id, &selection->picked, &refusal,
			  &culprit, &other);
	if (r < 0 || refusal != REFUSAL_CONFLICT)
		return r;
	rival = ids_contain(&selection->picked, other) ? find_package(selection, other) : NULL;
	if (!rival || rank_order(selection, package, rival) >= 0)
		return 0;
	r = verdict_refuse(rival, REASON_CONFLICT, package->driver.nevra,
			   "it conflicts with %s, which ranks better", package->driver.nevra);
	if (r == 0)
		r = reject(selection, rival->driver.id);
	return r < 0 ? r : 1;
}

static int prefer_contenders(struct selection *selection)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];
		int r;

		if (!is_contender(selection, package))
			continue;
		r = prefer_contender(selection, package);
		if (r)
			return r;
	}
	return 0;
}

/* Packages that the run picked without a hint of their own become part of the plan. */
static int adopt_picked(struct selection *selection)
{
	for (size_t i = 0; i < selection->picked.count; i++)
		if (!find_package(selection, selection->picked.items[i]) &&
		    !add_package(selection, selection->picked.items[i]))
			return -ENOMEM;
	return 0;
}

static int run_until_stable(struct selection *selection)
{
	int r;

	do {
		auto_ids struct ids wanted = { 0 };

		ids_done(&selection->picked);
		r = collect_updates(selection, &wanted);
		if (r == 0)
			r = solve_run(selection->solve, &wanted, &selection->picked);
		if (r == 0)
			r = adopt_picked(selection);
		if (r == 0)
			r = refuse_rivals(selection);
		if (r == 0)
			r = prefer_contenders(selection);
	} while (r > 0);
	return r;
}

static int compare_packages(const void *left, const void *right, void *context)
{
	const struct plan_package *a = left, *b = right;
	int order;

	if (a->selected != b->selected)
		return a->selected ? -1 : 1;
	order = strcmp(a->driver.name, b->driver.name);
	if (order == 0)
		order = -solve_compare_versions(context, a->driver.id, b->driver.id);
	if (order == 0)
		order = strcmp(a->driver.nevra, b->driver.nevra);
	return order ? order : a->rank.priority - b->rank.priority;
}

static bool kernel_serves_device(const struct kernel *kernel, const struct device *device)
{
	for (size_t i = 0; i < device->modaliases.count; i++)
		if (kernel_serves(kernel, device->modaliases.items[i]))
			return true;
	return false;
}

/*
 * Known to have no driver, and served by nothing that is selected, though a refused package or a
 * module of the kernel is made for it.
 */
static int list_unmatched(struct selection *selection)
{
	struct plan *plan = &selection->plan;

	free(plan->unmatched);
	plan->unmatched = NULL;
	plan->unmatched_count = 0;
	for (size_t i = 0; i < selection->devices->count; i++) {
		const struct device *device = &selection->devices->items[i];

		if (!device->driver_known || device->driver || plan_serves(plan, i, true))
			continue;
		if (!plan_serves(plan, i, false) &&
		    !kernel_serves_device(selection->context.kernel, device))
			continue;
		if (array_grow(&plan->unmatched, plan->unmatched_count, sizeof(size_t)) < 0)
			return -ENOMEM;
		plan->unmatched[plan->unmatched_count++] = i;
	}
	return 0;
}

int selection_plan(struct selection *selection, struct plan **ret, struct error *reterr)
{
	int r = run_until_stable(selection);

	if (r == -EBADMSG)
		return error_set(reterr, r, WHAT, NULL,
				 "the installed packages below the root cannot be solved together",
				 "run zypper verify there");
	if (r == 0)
		r = selection_judge(selection);
	if (r == 0) {
		if (selection->plan.count)
			qsort_r(selection->plan.packages, selection->plan.count,
				sizeof(*selection->plan.packages), compare_packages,
				selection->solve);
		r = list_unmatched(selection);
	}
	if (r < 0)
		return error_set(reterr, r, WHAT, NULL, NULL, NULL);
	*ret = &selection->plan;
	return 0;
}
