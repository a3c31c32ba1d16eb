/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/exports.h"
#include "select/kabi.h"
#include "select/loadable.h"
#include "select/loading.h"
#include "select/payload.h"
#include "select/proof.h"
#include "select/verdict.h"

static void verdict_done(struct check_verdict *verdict)
{
	free(verdict->detail);
	free(verdict->culprit);
	kabi_done(&verdict->kabi);
	diagnostics_done(&verdict->diagnostics);
	*verdict = (struct check_verdict){ 0 };
}

void check_done(struct check *check)
{
	for (size_t i = 0; check->verdicts && i < check->kernel_count * check->kmps.count; i++)
		verdict_done(&check->verdicts[i]);
	for (size_t i = 0; i < check->kernel_count; i++)
		kernel_done(&check->kernels[i]);
	free(check->verdicts);
	free(check->kernels);
	kmps_done(&check->kmps);
	*check = (struct check){ 0 };
}

static struct check_verdict *verdict_at(const struct check *check, size_t kernel, size_t kmp)
{
	return &check->verdicts[kernel * check->kmps.count + kmp];
}

const struct check_verdict *check_verdict(const struct check *check, size_t kernel, size_t kmp)
{
	return verdict_at(check, kernel, kmp);
}

/* Two builds of a package that was asked for by name? */
static bool same_name(const struct kmp *left, const struct kmp *right)
{
	return left->by_name && right->by_name && text_equal(left->driver.name, right->driver.name);
}

/* Of the builds of one name, which one is it? */
static size_t build_number(const struct check *check, size_t kmp)
{
	size_t number = 0;

	for (size_t i = 0; i < kmp; i++)
		number += same_name(&check->kmps.items[i], &check->kmps.items[kmp]);
	return number;
}

/* A KMP that is there, with those of its modules that count, and their names. */
struct member {
	size_t kmp;
	const struct module **modules; /* NULL for one that cannot be read */
	const char **names;
	bool judged;
};

/* One proof. */
struct set {
	struct member *members;
	struct proof_item *items; /* the same, as the proof wants it */
	const char **labels; /* of each, for messages */
	size_t count;
};

static void set_done(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->members[i].modules);
		free(set->members[i].names);
	}
	free(set->members);
	free(set->items);
	free(set->labels);
}

static int set_new(size_t most, struct set *ret)
{
	ret->members = calloc(most + 1, sizeof(*ret->members));
	ret->items = calloc(most + 1, sizeof(*ret->items));
	ret->labels = calloc(most + 1, sizeof(*ret->labels));
	return ret->members && ret->items && ret->labels ? 0 : -ENOMEM;
}

/* Which modules of a package would be loaded: it may have builds for several releases. */
static int choose_modules(const struct kmp *kmp, const struct kernel *kernel, struct payload *ret)
{
	auto_diagnostics struct diagnostics left_out = { 0 };
	auto_strings struct strings paths = { 0 };
	int r = 0;

	for (size_t i = 0; i < kmp->module_count && r == 0; i++)
		r = strings_add(&paths, kmp->modules[i].path);
	return r < 0 ? r : payload_choose(&paths, kernel->release, ret, &left_out);
}

static int add_member(struct set *set, const struct check *check, size_t kmp,
		      const struct kernel *kernel)
{
	const struct kmp *from = &check->kmps.items[kmp];
	struct member *member = &set->members[set->count];
	struct proof_item *item = &set->items[set->count];
	auto_payload struct payload payload = { 0 };

	set->labels[set->count++] = kmp_label(from);
	member->kmp = kmp;
	member->modules = calloc(from->module_count + 1, sizeof(*member->modules));
	member->names = calloc(from->module_count + 1, sizeof(*member->names));
	if (!member->modules || !member->names ||
	    (from->driver.nevra && choose_modules(from, kernel, &payload) < 0))
		return -ENOMEM;
	item->modules = member->modules;
	for (size_t i = 0; i < from->module_count; i++) {
		const struct kmp_file *file = &from->files[from->modules[i].file];

		if (from->driver.nevra && !payload_find(&payload, from->modules[i].path))
			continue;
		member->names[item->count] = from->modules[i].name;
		member->modules[item->count++] = file->readable ? &file->facts : NULL;
	}
	return 0;
}

/*
 * The set of ROUND: of each name that has more builds one, the ROUNDth or the last. Who cannot be
 * installed for its metadata helps nobody.
 */
static int make_set(const struct check *check, size_t kernel, size_t round, struct set *ret)
{
	int r = set_new(check->kmps.count, ret);

	for (size_t i = 0; i < check->kmps.count && r == 0; i++) {
		size_t number = build_number(check, i), builds = 0;

		for (size_t j = 0; j < check->kmps.count; j++)
			builds += same_name(&check->kmps.items[j], &check->kmps.items[i]);
		if (!verdict_at(check, kernel, i)->by_metadata &&
		    (builds < 2 || number == (round < builds ? round : builds - 1)))
			r = add_member(ret, check, i, &check->kernels[kernel]);
	}
	return r;
}

static int refuse(const struct kmp *kmp, const struct proof_item *item, const struct kernel *kernel,
		  struct plan_package *ret)
{
	const struct kabi *kabi = &ret->kabi;

	if (kmp->trouble)
		return verdict_refuse(ret, REASON_CORRUPT, NULL, "%s", kmp->trouble);
	if (item->count == 0)
		return verdict_refuse(ret, REASON_KABI_UNKNOWN, kmp->modules[0].path,
				      "its modules lie where none is loaded from");
	if (kabi->finding_count == 0 && kabi->unverified.count)
		return verdict_refuse(ret, REASON_KABI_UNKNOWN, kabi->unverified.items[0],
				      "about %zu of the %zu symbols that it needs nothing is known",
				      kabi->unverified.count, kabi->checked);
	return verdict_proof(ret, kernel);
}

/* Hand what PACKAGE got over to VERDICT. */
static void hand_over(struct plan_package *package, struct check_verdict *verdict)
{
	verdict->reason = package->reason;
	verdict->detail = take(package->detail);
	verdict->culprit = take(package->culprit);
	verdict->kabi = package->kabi;
	package->kabi = (struct kabi){ 0 };
}

/* Who may bring what the kernel lacks: all of these by their metadata. */
struct lenders {
	struct exports given;
	struct exports installed; /* their modules are not looked at */
};

static void lenders_done(struct lenders *lenders)
{
	exports_done(&lenders->given);
	exports_done(&lenders->installed);
}

static bool offers(void *context, const struct symbol_need *need)
{
	const struct lenders *lenders = context;

	return exports_have(&lenders->given, need) || exports_have(&lenders->installed, need);
}

/* What rpm would say, whatever the modules are. */
static int judge_metadata(const struct check *check, size_t kernel, size_t kmp,
			  struct lenders *lenders)
{
	/* The record is borrowed. */
	struct plan_package package = { .driver = check->kmps.items[kmp].driver };
	struct check_verdict *verdict = verdict_at(check, kernel, kmp);
	const struct kernel *target = &check->kernels[kernel];
	auto_free char *culprit = NULL;
	bool absent = false, judged = false;
	int r = kabi_compare(&package.driver, target, offers, lenders, &package.kabi, &culprit,
			     &absent);

	if (r == 0)
		r = verdict_by_flavor(&package, target, &judged);
	if (r == 0 && !judged && package.kabi.status == KABI_MISMATCH) {
		judged = true;
		r = verdict_kabi(&package, target, culprit, absent);
	}
	if (judged)
		hand_over(&package, verdict);
	verdict->by_metadata = judged;
	kabi_done(&package.kabi);
	return r;
}

static int diagnose(const struct proof_item *item, const struct kernel *kernel,
		    struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 0; i < item->count && r == 0; i++)
		if (item->modules[i])
			r = loadable_diagnose(kernel, item->modules[i], diagnostics);
	return r;
}

/* What fits may still be refused, and PACKAGE then has that as its verdict. 0 or -ENOMEM. */
static int judge_loading(const struct proof_item *item, const struct kernel *kernel,
			 struct plan_package *package)
{
	int r = 0;

	for (size_t i = 0; i < item->count && r == 0 && !package->detail; i++) {
		auto_free char *detail = NULL;

		if (item->modules[i])
			r = loading_refusal(kernel, item->modules[i], &detail);
		if (detail)
			r = verdict_refuse(package, REASON_WOULD_BE_REFUSED, item->modules[i]->name,
					   "%s", detail);
	}
	return r;
}

static int judge(const struct check *check, size_t kernel, const struct set *set, size_t index,
		 const struct proof *proof)
{
	const struct member *member = &set->members[index];
	struct check_verdict *verdict = verdict_at(check, kernel, member->kmp);
	auto_plan struct plan scratch = { 0 };
	struct plan_package *package = plan_add(&scratch);
	int r = package ? kabi_of_proof(proof, index, member->names, set->labels, &package->kabi)
			: -ENOMEM;
	bool fits;

	if (r < 0)
		return r;
	/* Where no module is, none was compared. */
	if (set->items[index].count == 0)
		package->kabi.status = KABI_UNKNOWN;
	fits = package->kabi.status == KABI_EXACT || package->kabi.status == KABI_PROVEN;
	/* It fits if it does beside any build of the others; else the first reason stands. */
	if (verdict->fits || (!fits && verdict->detail))
		return 0;
	verdict_done(verdict);
	if (!fits)
		r = refuse(&check->kmps.items[member->kmp], &set->items[index],
			   &check->kernels[kernel], package);
	else
		r = judge_loading(&set->items[index], &check->kernels[kernel], package);
	verdict->fits = fits && !package->detail;
	hand_over(package, verdict);
	return r < 0 ? r
		     : diagnose(&set->items[index], &check->kernels[kernel], &verdict->diagnostics);
}

/* Judge what does not fit whoever stands beside it, and take it away. 1 if there was any. */
static int take_away_broken(struct check *check, size_t kernel, struct set *set,
			    const struct proof *proof)
{
	int again = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (!proof_is_broken(proof, i))
			continue;
		if (judge(check, kernel, set, i, proof) < 0)
			return -ENOMEM;
		set->members[i].judged = true;
		set->items[i].count = 0;
		again = 1;
	}
	return again;
}

/* What the findings of a proof are held against. */
struct review {
	const struct kernel *kernel;
	const struct exports *installed;
};

static bool stands(void *context, const struct proof_finding *finding)
{
	const struct review *review = context;
	struct symbol_need need;

	return !kabi_lacks(finding, review->kernel, &need) ||
	       !exports_have(review->installed, &need);
}

static int run_round(struct check *check, size_t kernel, size_t round,
		     const struct exports *installed)
{
	AUTO(set_done) struct set set = { 0 };
	int r = make_set(check, kernel, round, &set), again = 1;

	while (r == 0 && again) {
		auto_proof struct proof proof = { 0 };

		r = proof_run(&check->kernels[kernel], set.items, set.count, &proof);
		if (r == 0)
			proof_filter(&proof, stands,
				     &(struct review){ &check->kernels[kernel], installed });
		if (r == 0)
			again = take_away_broken(check, kernel, &set, &proof);
		for (size_t i = 0; i < set.count && r == 0 && !again; i++)
			if (!set.members[i].judged)
				r = judge(check, kernel, &set, i, &proof);
		if (again < 0)
			r = again;
	}
	return r;
}

/* What takes the place of an installed package takes its symbols away. */
static bool is_replaced(const struct check *check, const struct driver *installed)
{
	for (size_t i = 0; i < check->kmps.count; i++)
		if (text_equal(check->kmps.items[i].driver.name, installed->name))
			return true;
	return false;
}

static int find_lenders(const struct check *check, struct lenders *ret)
{
	const struct kmps *kmps = &check->kmps;
	int r = 0;

	for (size_t i = 0; i < kmps->installed_count && r == 0; i++)
		if (!is_replaced(check, &kmps->installed[i]))
			r = exports_add(&ret->installed, &kmps->installed[i]);
	for (size_t i = 0; i < kmps->count && r == 0; i++)
		r = exports_add(&ret->given, &kmps->items[i].driver);
	exports_sort(&ret->installed);
	exports_sort(&ret->given);
	return r;
}

static int run_kernel(struct check *check, size_t kernel, struct lenders *lenders)
{
	size_t rounds = 1;
	int r = 0;

	for (size_t i = 0; i < check->kmps.count && r == 0; i++) {
		if (build_number(check, i) >= rounds)
			rounds = build_number(check, i) + 1;
		r = judge_metadata(check, kernel, i, lenders);
	}
	for (size_t round = 0; round < rounds && r == 0; round++)
		r = run_round(check, kernel, round, &lenders->installed);
	return r;
}

int check_run(struct check *check)
{
	AUTO(lenders_done) struct lenders lenders = { 0 };
	auto_progress_task struct progress_task task = { .counted = true,
							 .total = check->kernel_count };
	int r = 0;

	progress_begin(check->progress, &task, "checking", "kernels");
	check->verdicts =
		calloc(check->kernel_count * check->kmps.count + 1, sizeof(*check->verdicts));
	if (!check->verdicts)
		return -ENOMEM;
	r = find_lenders(check, &lenders);
	for (size_t i = 0; i < check->kernel_count && r == 0; i++) {
		r = run_kernel(check, i, &lenders);
		progress_add(&task, 1);
	}
	return r;
}

/* Does the KMP, or another build of its name, fit KERNEL? */
static bool any_build_fits(const struct check *check, size_t kernel, size_t kmp)
{
	const struct kmp *items = check->kmps.items;

	for (size_t i = 0; i < check->kmps.count; i++)
		if ((i == kmp || same_name(&items[i], &items[kmp])) &&
		    check_verdict(check, kernel, i)->fits)
			return true;
	return false;
}

static bool fits_any_kernel(const struct check *check, size_t kmp)
{
	for (size_t i = 0; i < check->kernel_count; i++)
		if (check_verdict(check, i, kmp)->fits)
			return true;
	return false;
}

bool check_refuses(const struct check *check)
{
	for (size_t i = 0; i < check->kmps.count; i++) {
		if (check->installed && check->kmps.items[i].in_use && !fits_any_kernel(check, i))
			return true;
		for (size_t j = 0; j < check->kernel_count && !check->installed; j++)
			if (!any_build_fits(check, j, i))
				return true;
	}
	return false;
}
