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

/* What is known of ID; NULL if out of memory. */
static struct standing *standing_of(struct selection *selection, int id)
{
	size_t wanted = (size_t)id + 1, count = selection->standing_count;
	struct standing *grown;

	if (wanted > count) {
		grown = realloc(selection->standings, 2 * wanted * sizeof(*grown));
		if (!grown)
			return NULL;
		memset(grown + count, 0, (2 * wanted - count) * sizeof(*grown));
		selection->standings = grown;
		selection->standing_count = 2 * wanted;
	}
	return &selection->standings[id];
}

void selection_forget_places(struct selection *selection)
{
	for (size_t i = 0; i < selection->standing_count; i++)
		selection->standings[i].place = 0;
	selection->placed = 0;
}

/* Note where each package of the plan is that was not noted. 0 or -ENOMEM. */
static int note_places(struct selection *selection)
{
	const struct plan *plan = &selection->plan;

	if (selection->placed > plan->count)
		selection_forget_places(selection);
	for (; selection->placed < plan->count; selection->placed++) {
		struct standing *standing =
			standing_of(selection, plan->packages[selection->placed].driver.id);

		if (!standing)
			return -ENOMEM;
		standing->place = selection->placed + 1;
	}
	return 0;
}

struct plan_package *selection_find(struct selection *selection, int id)
{
	struct plan *plan = &selection->plan;
	const struct standing *standing;

	if (note_places(selection) == 0 && (standing = standing_of(selection, id)))
		return standing->place ? &plan->packages[standing->place - 1] : NULL;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->packages[i].driver.id == id)
			return &plan->packages[i];
	return NULL;
}

bool selection_is_picked(const struct selection *selection, int id)
{
	return (size_t)id < selection->standing_count && selection->standings[id].picked;
}

/* PICKED, which is taken over, is what is picked now. 0 or -ENOMEM. */
static int set_picked(struct selection *selection, struct ids *picked)
{
	for (size_t i = 0; i < selection->standing_count; i++)
		selection->standings[i].picked = false;
	ids_done(&selection->picked);
	selection->picked = *picked;
	*picked = (struct ids){ 0 };
	for (size_t i = 0; i < selection->picked.count; i++) {
		struct standing *standing = standing_of(selection, selection->picked.items[i]);

		if (!standing)
			return -ENOMEM;
		standing->picked = true;
	}
	return 0;
}

struct plan_package *selection_picked(struct selection *selection, size_t index)
{
	struct plan_package *package = selection_find(selection, selection->picked.items[index]);

	if (!package)
		abort();
	return package;
}

static struct plan_package *add_package(struct selection *selection, int id)
{
	struct plan_package *package = plan_add(&selection->plan);

	if (!package || candidate_fill(&selection->context, id, package) < 0)
		return NULL;
	if (selection->policy)
		package->rank.policy = policy_weight(selection->policy, package);
	return package;
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

int selection_consider(struct selection *selection, int id)
{
	struct plan_package *package;
	int r;

	if (ids_add(&selection->considered, id) < 0)
		return -ENOMEM;
	package = selection_find(selection, id);
	if (!package)
		package = add_package(selection, id);
	if (!package)
		return -ENOMEM;
	/* What does not fit has a reason that says more. */
	r = solve_is_left_out(selection->solve, id) ? selection_is_fit(selection, package) : 0;
	if (r <= 0)
		return r;
	return selection_reject(selection, id, REASON_CONFLICT,
				"it is left out, since more is on offer than can be solved: see "
				"what is said of its repository",
				NULL);
}

int selection_new(struct catalog *catalog, const struct source *sources,
		  const struct kernel *kernel, const struct device_list *devices,
		  struct selection **ret, struct error *reterr)
{
	auto_selection struct selection *selection = calloc(1, sizeof(*selection));
	auto_progress_task struct progress_task task = { 0 };
	int r;

	if (!selection)
		return -ENOMEM;
	progress_begin(catalog_progress(catalog), &task, "matching", "packages");
	selection->devices = devices;
	selection->room = (struct inspect_room)INSPECT_ROOM;
	r = match_index_new(devices, &selection->index);
	if (r == 0)
		r = solve_new(catalog, kernel, selection->index, &selection->solve);
	selection->context = (struct candidate_context){
		catalog, sources, kernel, selection->index, selection->solve,
	};
	if (r == 0)
		r = selection_read_installed(selection);
	if (r == 0)
		r = add_candidates(selection);
	if (r < 0)
		return error_set(reterr, r, WHAT, NULL, NULL, NULL);
	*ret = take(selection);
	return 0;
}

int selection_diagnose(const struct selection *selection, struct source *sources, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = solve_diagnose(selection->solve, i, &sources[i].diagnostics);
	return r;
}

struct selection *selection_free(struct selection *selection)
{
	if (!selection)
		return NULL;
	plan_done(&selection->plan);
	plan_done(&selection->installed);
	free(selection->standings);
	ids_done(&selection->considered);
	ids_done(&selection->rejected);
	ids_done(&selection->picked);
	ids_done(&selection->proved);
	proof_done(&selection->proof);
	error_done(&selection->failure);
	solve_free(selection->solve);
	match_index_free(selection->index);
	free(selection);
	return NULL;
}

void selection_check_signatures(struct selection *selection)
{
	selection->gpg_checks = true;
}

void selection_for_staging(struct selection *selection)
{
	selection->staging = true;
}

void selection_use_cache(struct selection *selection, struct cache_dir *cache)
{
	selection->cache = cache;
}

bool selection_is_rejected(const struct selection *selection, int id)
{
	return ids_contain(&selection->rejected, id);
}

bool selection_is_there(const struct selection *selection, int id)
{
	for (size_t i = 0; i < selection->installed.count; i++)
		if (selection->installed.packages[i].driver.id == id)
			return true;
	return selection_is_picked(selection, id);
}

int selection_exclude(struct selection *selection, int id)
{
	const struct ids one = { &id, 1 };

	return selection_exclude_all(selection, &one);
}

int selection_exclude_all(struct selection *selection, const struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct plan_package *package = selection_find(selection, ids->items[i]);

		if (package)
			plan_package_set_rpm(package, -1);
		if (ids_add(&selection->rejected, ids->items[i]) < 0)
			return -ENOMEM;
	}
	solve_hide(selection->solve, ids, true);
	return 0;
}

int selection_reject(struct selection *selection, int id, enum reason reason, const char *detail,
		     const char *culprit)
{
	struct plan_package *package = selection_find(selection, id);

	if (!package || selection_is_rejected(selection, id))
		return 0;
	if (verdict_refuse(package, reason, culprit, "%s", detail) < 0)
		return -ENOMEM;
	return selection_exclude(selection, id);
}

/* Is INSTALLED the package that this one would update: same name, other version? */
static bool updates(struct selection *selection, const struct plan_package *package,
		    const struct plan_package *installed)
{
	return text_equal(package->driver.name, installed->driver.name) &&
	       text_equal(package->driver.arch, installed->driver.arch) &&
	       solve_compare_versions(selection->solve, package->driver.id, installed->driver.id) >
		       0;
}

static int collect_updates(struct selection *selection, struct ids *ret)
{
	for (size_t i = 0; i < selection->installed.count; i++) {
		const struct plan_package *installed = &selection->installed.packages[i];

		for (size_t j = 0; j < selection->plan.count; j++) {
			const struct plan_package *package = &selection->plan.packages[j];

			if (selection_is_rejected(selection, package->driver.id) ||
			    !package->hint_count || !updates(selection, package, installed))
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

	if (left->rank.policy != right->rank.policy)
		return left->rank.policy > right->rank.policy ? -1 : 1;
	if (left->rank.priority != right->rank.priority)
		return left->rank.priority - right->rank.priority;
	order = solve_compare_versions(selection->solve, left->driver.id, right->driver.id);
	return order ? -order : rank_compare(left, right, 0);
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

/* Packages that the run picked without a hint of their own become part of the plan. */
static int adopt_picked(struct selection *selection)
{
	for (size_t i = 0; i < selection->picked.count; i++)
		if (!selection_find(selection, selection->picked.items[i]) &&
		    !add_package(selection, selection->picked.items[i]))
			return -ENOMEM;
	return 0;
}

static int compare_ranks(const void *left, const void *right, void *selection)
{
	return selection_compare(selection, left, right);
}

/* Builds of one name as their repositories and versions decide, which is libsolv's order too. */
static int compare_builds(const void *left, const void *right, void *selection)
{
	const struct plan_package *a = left, *b = right;
	int order = strcmp(a->driver.name, b->driver.name);

	return order ? order : selection_compare_in_family(selection, a, b);
}

/* Put the packages of the plan in order; append all, or those that are PICKED. 0 or -ENOMEM. */
static int list_in_order(struct selection *selection,
			 int (*compare)(const void *left, const void *right, void *selection),
			 bool picked, struct ids *ret)
{
	struct plan *plan = &selection->plan;

	if (plan->count)
		qsort_r(plan->packages, plan->count, sizeof(*plan->packages), compare, selection);
	selection_forget_places(selection);
	for (size_t i = 0; i < plan->count; i++)
		if ((!picked || selection_is_picked(selection, plan->packages[i].driver.id)) &&
		    ids_add(ret, plan->packages[i].driver.id) < 0)
			return -ENOMEM;
	return 0;
}

/* One run of the solver: what must not stand in the place of a preferred build is hidden from it.
 */
static int run_solver(struct selection *selection)
{
	auto_ids struct ids wanted = { 0 }, builds = { 0 }, hidden = { 0 }, picked = { 0 };
	int r = set_picked(selection, &picked);

	if (r == 0)
		r = collect_updates(selection, &wanted);
	if (r == 0)
		r = list_in_order(selection, compare_builds, false, &builds);
	if (r == 0)
		r = selection_list_unpreferred(selection, &hidden);
	if (r < 0)
		return r;
	solve_hide(selection->solve, &hidden, true);
	r = solve_run(selection->solve, &wanted, &builds, &picked);
	solve_hide(selection->solve, &hidden, false);
	return r < 0 ? r : set_picked(selection, &picked);
}

/* Neither who is picked nor who is parted from whom first may depend on the order of packages. */
static int pick(struct selection *selection)
{
	auto_ids struct ids picked = { 0 };
	int r = run_solver(selection);

	if (r == 0)
		r = adopt_picked(selection);
	if (r == 0)
		r = list_in_order(selection, compare_ranks, true, &picked);
	return r < 0 ? r : set_picked(selection, &picked);
}

/*
 * Each step that finds something to reject starts over. Rejections are never withdrawn, so what
 * fails whoever stands beside it goes first, and who has to give way to whom is asked last.
 */
static int run_until_stable(struct selection *selection)
{
	static int (*const steps[])(struct selection *) = {
		pick,
		selection_refuse_unfit,
		selection_examine_picked,
		selection_prove,
		selection_part_rivals,
		selection_part_breakers,
	};
	auto_progress_task struct progress_task task = { 0 };
	size_t done = 0;

	progress_begin(catalog_progress(selection->context.catalog), &task, "choosing", "packages");
	while (done < COUNT(steps)) {
		int r = steps[done](selection);

		progress_update(&task, 0);
		if (r < 0)
			return r;
		done = r > 0 ? 0 : done + 1;
	}
	return selection_take_proof(selection);
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
	if (order == 0)
		order = a->rank.priority - b->rank.priority;
	return order ? order
		     : (a->driver.source > b->driver.source) -
			       (a->driver.source < b->driver.source);
}

static bool kernel_serves_device(const struct kernel *kernel, const struct device *device)
{
	for (size_t i = 0; device_is_bindable(device) && i < device->modaliases.count; i++)
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
	int r;

	selection_drop_installed(selection);
	r = run_until_stable(selection);
	if (r == -EBADMSG)
		return error_set(reterr, r, WHAT, NULL,
				 "the installed packages below the root cannot be solved together",
				 "run zypper verify there");
	if (r == 0)
		r = selection_judge(selection);
	if (r == 0)
		r = selection_add_installed(selection);
	if (r == 0) {
		if (selection->plan.count)
			qsort_r(selection->plan.packages, selection->plan.count,
				sizeof(*selection->plan.packages), compare_packages,
				selection->solve);
		selection_forget_places(selection);
		r = list_unmatched(selection);
	}
	if (r < 0 && reterr && selection->failure.what) {
		*reterr = selection->failure;
		selection->failure = (struct error){ 0 };
	}
	if (r < 0)
		return error_set(reterr, r, WHAT, NULL, NULL, NULL);
	*ret = &selection->plan;
	return 0;
}
