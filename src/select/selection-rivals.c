/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/rank.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

static const char *shared_module(const struct plan_package *left, const struct plan_package *right)
{
	for (size_t i = 0; i < left->driver.modules.count; i++)
		if (strings_contain(&right->driver.modules, left->driver.modules.items[i]))
			return left->driver.modules.items[i];
	return NULL;
}

static bool is_same_family(const struct plan_package *left, const struct plan_package *right)
{
	return left->driver.role == ROLE_DRIVER && right->driver.role == ROLE_DRIVER &&
	       text_equal(left->driver.family, right->driver.family);
}

int selection_compare(struct selection *selection, const struct plan_package *left,
		      const struct plan_package *right)
{
	return rank_compare(
		left, right,
		solve_compare_versions(selection->solve, left->driver.id, right->driver.id));
}

/* Is PACKAGE made for this machine and kernel, and neither picked nor refused? */
static bool is_left_over(struct selection *selection, const struct plan_package *package)
{
	return package->hint_count && !selection_is_rejected(selection, package->driver.id) &&
	       !selection_is_picked(selection, package->driver.id) &&
	       package->kabi.status != KABI_MISMATCH &&
	       solve_fits_arch(selection->solve, package->driver.id) &&
	       solve_hint_holds(selection->solve, package->driver.id, &selection->picked);
}

/* What keeps PACKAGE from being installed beside ALONG. 0 or -ENOMEM. */
static int refusal_beside(struct selection *selection, const struct plan_package *package,
			  const struct ids *along, enum refusal *ret)
{
	auto_free char *culprit = NULL;
	int other = 0;

	return solve_refusal(selection->solve, package->driver.id, along, ret, &culprit, &other);
}

/*
 * 1 if PACKAGE would be picked, but for a conflict with picked packages of other families; 0 if
 * not, -ENOMEM.
 */
static int is_blocked(struct selection *selection, const struct plan_package *package)
{
	static const struct ids none = { 0 };
	const struct plan_package *winner;
	auto_ids struct ids others = { 0 };
	enum refusal alone, beside;

	if (!is_left_over(selection, package))
		return 0;
	winner = selection_family_winner(selection, package);
	if (winner && selection_compare_in_family(selection, package, winner) >= 0)
		return 0;
	for (size_t i = 0; i < selection->picked.count; i++)
		if ((!winner || selection->picked.items[i] != winner->driver.id) &&
		    ids_add(&others, selection->picked.items[i]) < 0)
			return -ENOMEM;
	if (refusal_beside(selection, package, &none, &alone) < 0 ||
	    refusal_beside(selection, package, &others, &beside) < 0)
		return -ENOMEM;
	return alone == REFUSAL_NONE && beside == REFUSAL_CONFLICT;
}

/* May LEFT and RIGHT not both stay? */
static bool are_rivals(const struct plan_package *left, const struct plan_package *right)
{
	if (left == right)
		return false;
	return is_same_family(left, right) || shared_module(left, right);
}

static int compare_words(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Is a family, or a module, that of two picked packages? 1, 0, or -ENOMEM. */
static int has_rivals(struct selection *selection)
{
	auto_free const char **words = NULL;
	size_t count = 0, room = 0, families = 0;

	for (size_t i = 0; i < selection->picked.count; i++)
		room += 1 + selection_picked(selection, i)->driver.modules.count;
	words = calloc(room + 1, sizeof(*words));
	if (!words)
		return -ENOMEM;
	for (size_t i = 0; i < selection->picked.count; i++)
		if (selection_picked(selection, i)->driver.role == ROLE_DRIVER)
			words[families++] = selection_picked(selection, i)->driver.family;
	count = families;
	for (size_t i = 0; i < selection->picked.count; i++) {
		const struct strings *modules = &selection_picked(selection, i)->driver.modules;

		for (size_t j = 0; j < modules->count; j++)
			words[count++] = modules->items[j];
	}
	qsort(words, families, sizeof(*words), compare_words);
	qsort(words + families, count - families, sizeof(*words), compare_words);
	for (size_t i = 1; i < count; i++)
		if (i != families && text_equal(words[i - 1], words[i]))
			return 1;
	return 0;
}

/* 1 if places have to be given in order of rank, 0 if what was picked may stay, -ENOMEM. */
static int is_contested(struct selection *selection)
{
	int r = has_rivals(selection);

	for (size_t i = 0; r == 0 && i < selection->plan.count; i++)
		r = is_blocked(selection, &selection->plan.packages[i]);
	return r;
}

/* 1 if PACKAGE claims a place: picked, blocked, or what a picked build of its family falls back on.
 */
static int is_claim(struct selection *selection, const struct plan_package *package)
{
	const struct plan_package *winner;

	if (selection_is_picked(selection, package->driver.id))
		return 1;
	winner = selection_family_winner(selection, package);
	if (winner && is_left_over(selection, package) &&
	    selection_compare_in_family(selection, winner, package) < 0)
		return 1;
	return is_blocked(selection, package);
}

static int list_claims(struct selection *selection, struct ids *ret)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		const struct plan_package *package = &selection->plan.packages[i];
		int r = is_claim(selection, package);

		if (r > 0)
			r = ids_add(ret, package->driver.id);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A package that claims a place, the PLACEth of them. */
struct claim {
	struct plan_package *package;
	size_t place;
	bool settled;
};

/* Families together, each in its own order. */
static int compare_in_families(const void *left, const void *right, void *selection)
{
	const struct claim *l = left, *r = right;
	const struct driver *a = &l->package->driver, *b = &r->package->driver;
	bool apart = a->role != ROLE_DRIVER || b->role != ROLE_DRIVER;
	int order = apart ? (b->role == ROLE_DRIVER) - (a->role == ROLE_DRIVER)
			  : strcmp(a->family, b->family);

	if (order == 0 && !apart)
		order = selection_compare_in_family(selection, l->package, r->package);
	return order ? order : (l->place > r->place) - (l->place < r->place);
}

/* Is the claim the best of its family that is not settled? */
static bool is_next_of_family(const struct claim *claims, size_t index)
{
	return !claims[index].settled &&
	       (index == 0 || claims[index - 1].settled ||
		!is_same_family(claims[index - 1].package, claims[index].package));
}

/* The claim to settle next: of the best of each family the one that ranks best; COUNT at the end.
 */
static size_t next_claim(struct selection *selection, const struct claim *claims, size_t count)
{
	size_t next = count;

	for (size_t i = 0; i < count; i++) {
		int order = -1;

		if (!is_next_of_family(claims, i))
			continue;
		if (next < count)
			order = selection_compare(selection, claims[i].package,
						  claims[next].package);
		if (order < 0 || (order == 0 && claims[i].place < claims[next].place))
			next = i;
	}
	return next;
}

/* Put IDS in the order in which they are settled. 0 or -ENOMEM. */
static int order_claims(struct selection *selection, struct ids *ids)
{
	auto_free struct claim *claims = calloc(ids->count + 1, sizeof(*claims));
	size_t settled = 0, next;

	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < ids->count; i++)
		claims[i] = (struct claim){ selection_find(selection, ids->items[i]), i, false };
	qsort_r(claims, ids->count, sizeof(*claims), compare_in_families, selection);
	while ((next = next_claim(selection, claims, ids->count)) < ids->count) {
		claims[next].settled = true;
		ids->items[settled++] = claims[next].package->driver.id;
	}
	return 0;
}

/* The one of TAKEN that ships a module of PACKAGE too; NULL if there is none. */
static const struct plan_package *find_rival(struct selection *selection,
					     const struct plan_package *package,
					     const struct ids *taken)
{
	for (size_t i = 0; i < taken->count; i++) {
		const struct plan_package *other = selection_find(selection, taken->items[i]);

		if (are_rivals(package, other))
			return other;
	}
	return NULL;
}

/* Beside how many of TAKEN, from the first on, PACKAGE can stand; it cannot beside all. */
static size_t count_bearable(struct selection *selection, const struct plan_package *package,
			     const struct ids *taken)
{
	size_t low = 0, high = taken->count - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ids some = { taken->items, middle + 1 };
		enum refusal refusal = REFUSAL_NONE;

		if (refusal_beside(selection, package, &some, &refusal) < 0)
			return 0;
		if (refusal == REFUSAL_NONE)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The one of TAKEN that PACKAGE conflicts with, the last if only several together do. */
static const struct plan_package *find_blocker(struct selection *selection,
					       const struct plan_package *package,
					       const struct ids *taken)
{
	size_t first = taken->count ? count_bearable(selection, package, taken) : 0;

	for (size_t i = first; i < taken->count; i++) {
		const struct ids one = { &taken->items[i], 1 };
		enum refusal refusal = REFUSAL_NONE;

		if (refusal_beside(selection, package, &one, &refusal) == 0 &&
		    refusal == REFUSAL_CONFLICT)
			return selection_find(selection, taken->items[i]);
	}
	return taken->count ? selection_find(selection, taken->items[taken->count - 1]) : NULL;
}

/*
 * A package with the same modules that PACKAGE cannot do without: the two can never stand together.
 * *RET is NULL if there is none. 0 or -ENOMEM.
 */
static int find_needed_rival(struct selection *selection, const struct plan_package *package,
			     const struct plan_package **ret)
{
	auto_ids struct ids rivals = { 0 };
	int r = solve_same_modules(selection->solve, package->driver.id, &package->driver.modules,
				   &rivals);

	*ret = NULL;
	if (r < 0 || rivals.count == 0)
		return r;
	r = solve_stands_without(selection->solve, package->driver.id, &rivals);
	for (size_t i = 0; r == 0 && !*ret && i < rivals.count; i++)
		if (solve_requires(selection->solve, package->driver.id, rivals.items[i]))
			*ret = selection_find(selection, rivals.items[i]);
	return r < 0 ? r : 0;
}

/* Has another build of PACKAGE's family its place? */
static bool has_place(struct selection *selection, const struct plan_package *package,
		      const struct ids *taken)
{
	for (size_t i = 0; i < taken->count; i++)
		if (is_same_family(selection_find(selection, taken->items[i]), package))
			return true;
	return false;
}

/* Why PACKAGE may not have its place. */
enum denial { DENIAL_NONE, DENIAL_SILENT, DENIAL_SAID };

/* *RET tells whether PACKAGE may stand beside TAKEN; if not, it may have got its verdict. */
static int judge_claim(struct selection *selection, struct plan_package *package,
		       const struct ids *taken, enum denial *ret)
{
	const struct plan_package *rival = find_rival(selection, package, taken);
	enum refusal refusal;
	int r;

	*ret = DENIAL_SAID;
	if (rival && is_same_family(rival, package))
		return verdict_family(package, rival,
				      solve_compare_versions(selection->solve, package->driver.id,
							     rival->driver.id));
	if (rival)
		return verdict_same_module(package, rival, shared_module(package, rival));
	r = find_needed_rival(selection, package, &rival);
	if (r == 0 && rival)
		return verdict_needs_rival(package, rival);
	if (r == 0)
		r = refusal_beside(selection, package, taken, &refusal);
	if (r < 0)
		return r;
	rival = refusal == REFUSAL_CONFLICT ? find_blocker(selection, package, taken) : NULL;
	if (rival)
		return verdict_refuse(package, REASON_CONFLICT, rival->driver.nevra,
				      "it conflicts with %s, which ranks better",
				      rival->driver.nevra);
	/* What was picked stays, even where this order would rather have had it otherwise. */
	*ret = refusal == REFUSAL_NONE || selection_is_picked(selection, package->driver.id)
		       ? DENIAL_NONE
		       : DENIAL_SILENT;
	return 0;
}

/*
 * Give places in order of rank, to one build a family and one package a module: the solver does not
 * see such rivals, and of two packages that conflict it picks one by no rule of ours. 1 if a
 * package was refused for it, 0 if not, -ENOMEM.
 */
static int settle(struct selection *selection)
{
	auto_ids struct ids claims = { 0 }, taken = { 0 };
	int refused;

	if (list_claims(selection, &claims) < 0)
		return -ENOMEM;
	/* A claim that does not hold is no rival, and rank asks how closely modules fit. */
	refused = selection_examine(selection, &claims);
	if (refused)
		return refused;
	if (order_claims(selection, &claims) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < claims.count; i++) {
		int id = claims.items[i];
		struct plan_package *package = selection_find(selection, id);
		bool picked = selection_is_picked(selection, id);
		enum denial denial;

		/* An older build is only of interest while no newer one has the family's place. */
		if (!picked && has_place(selection, package, &taken))
			continue;
		if (judge_claim(selection, package, &taken, &denial) < 0 ||
		    (denial == DENIAL_NONE && ids_add(&taken, id) < 0) ||
		    (denial == DENIAL_SAID && selection_exclude(selection, id) < 0))
			return -ENOMEM;
		refused |= denial == DENIAL_SAID;
	}
	return refused;
}

/* A picked package whose symbols do not fit after all: libsolv compares CRCs as versions. */
static int refuse_mismatch(struct selection *selection)
{
	for (size_t i = 0; i < selection->picked.count; i++) {
		const struct plan_package *package = selection_picked(selection, i);

		if (package->kabi.status == KABI_MISMATCH && !package->inspected)
			return selection_exclude(selection, package->driver.id) < 0 ? -ENOMEM : 1;
	}
	return 0;
}

/*
 * A picked package that is older than an installed one of its family, which its name may hide from
 * libsolv: a kernel's version stands in it.
 */
static int refuse_downgrade(struct selection *selection)
{
	for (size_t i = 0; i < selection->picked.count; i++) {
		struct plan_package *package = selection_picked(selection, i);
		const struct plan_package *installed = selection_installed(selection, package);

		if (!installed || installed->kabi.status == KABI_MISMATCH || !package->hint_count ||
		    solve_compare_versions(selection->solve, package->driver.id,
					   installed->driver.id) > 0)
			continue;
		if (verdict_refuse(package, REASON_OLDER, installed->driver.nevra,
				   "%s is installed", installed->driver.nevra) < 0 ||
		    selection_exclude(selection, package->driver.id) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

int selection_refuse_unfit(struct selection *selection)
{
	int r = selection_refuse_picked_by_policy(selection);

	if (r == 0)
		r = refuse_mismatch(selection);
	return r == 0 ? refuse_downgrade(selection) : r;
}

int selection_part_rivals(struct selection *selection)
{
	int r = is_contested(selection);

	return r > 0 ? settle(selection) : r;
}
