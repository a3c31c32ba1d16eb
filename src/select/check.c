/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/kabi.h"
#include "select/payload.h"
#include "select/proof.h"
#include "select/verdict.h"

static void verdict_done(struct check_verdict *verdict)
{
	free(verdict->detail);
	free(verdict->culprit);
	kabi_done(&verdict->kabi);
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

/* Of the builds of one name, which one is it? */
static size_t build_number(const struct check *check, size_t kmp)
{
	size_t number = 0;

	for (size_t i = 0; i < kmp && check->kmps.items[kmp].name; i++)
		number += text_equal(check->kmps.items[i].name, check->kmps.items[kmp].name);
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
	    (from->nevra && choose_modules(from, kernel, &payload) < 0))
		return -ENOMEM;
	item->modules = member->modules;
	for (size_t i = 0; i < from->module_count; i++) {
		const struct kmp_file *file = &from->files[from->modules[i].file];

		if (from->nevra && !payload_find(&payload, from->modules[i].path))
			continue;
		member->names[item->count] = from->modules[i].name;
		member->modules[item->count++] = file->readable ? &file->facts : NULL;
	}
	return 0;
}

/* The set of ROUND: of each name that has more builds one, the ROUNDth or the last. */
static int make_set(const struct check *check, const struct kernel *kernel, size_t round,
		    struct set *ret)
{
	int r = set_new(check->kmps.count, ret);

	for (size_t i = 0; i < check->kmps.count && r == 0; i++) {
		size_t number = build_number(check, i), builds = 0;

		for (size_t j = 0; j < check->kmps.count && check->kmps.items[i].name; j++)
			builds += text_equal(check->kmps.items[j].name, check->kmps.items[i].name);
		if (builds < 2 || number == (round < builds ? round : builds - 1))
			r = add_member(ret, check, i, kernel);
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
	verdict->fits = fits;
	if (!fits)
		r = refuse(&check->kmps.items[member->kmp], &set->items[index],
			   &check->kernels[kernel], package);
	verdict->reason = package->reason;
	verdict->detail = take(package->detail);
	verdict->culprit = take(package->culprit);
	verdict->kabi = package->kabi;
	package->kabi = (struct kabi){ 0 };
	return r;
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

static int run_round(struct check *check, size_t kernel, size_t round)
{
	AUTO(set_done) struct set set = { 0 };
	int r = make_set(check, &check->kernels[kernel], round, &set), again = 1;

	while (r == 0 && again) {
		auto_proof struct proof proof = { 0 };

		r = proof_run(&check->kernels[kernel], set.items, set.count, &proof);
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

int check_run(struct check *check)
{
	size_t rounds = 1;
	int r = 0;

	check->verdicts =
		calloc(check->kernel_count * check->kmps.count + 1, sizeof(*check->verdicts));
	if (!check->verdicts)
		return -ENOMEM;
	for (size_t i = 0; i < check->kmps.count; i++)
		if (build_number(check, i) >= rounds)
			rounds = build_number(check, i) + 1;
	for (size_t i = 0; i < check->kernel_count; i++)
		for (size_t round = 0; round < rounds && r == 0; round++)
			r = run_round(check, i, round);
	return r;
}

/* Does the KMP, or another build of its name, fit KERNEL? */
static bool any_build_fits(const struct check *check, size_t kernel, size_t kmp)
{
	const char *name = check->kmps.items[kmp].name;

	for (size_t i = 0; i < check->kmps.count; i++)
		if ((i == kmp || (name && text_equal(check->kmps.items[i].name, name))) &&
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
