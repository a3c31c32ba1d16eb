/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/kabi.h"
#include "select/payload.h"
#include "select/proof.h"

void check_done(struct check *check)
{
	for (size_t i = 0; check->verdicts && i < check->kernel_count * check->kmps.count; i++) {
		free(check->verdicts[i].detail);
		free(check->verdicts[i].culprit);
		kabi_done(&check->verdicts[i].kabi);
	}
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

/* One proof: the KMPs that are there, in their order, with those of their modules that count. */
struct set {
	size_t *members; /* indices of KMPs */
	struct proof_item *items;
	const struct module ***modules; /* owned arrays, which the items borrow */
	size_t count;
};

static void set_done(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->modules[i]);
	free(set->members);
	free(set->items);
	free(set->modules);
}

static int set_new(size_t most, struct set *ret)
{
	ret->members = calloc(most + 1, sizeof(*ret->members));
	ret->items = calloc(most + 1, sizeof(*ret->items));
	ret->modules = calloc(most + 1, sizeof(*ret->modules));
	return ret->members && ret->items && ret->modules ? 0 : -ENOMEM;
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
	auto_payload struct payload payload = { 0 };
	const struct module **modules = calloc(from->module_count + 1, sizeof(*modules));
	size_t count = 0;

	set->members[set->count] = kmp;
	set->modules[set->count] = modules;
	set->count++;
	if (!modules || (from->nevra && choose_modules(from, kernel, &payload) < 0))
		return -ENOMEM;
	for (size_t i = 0; i < from->module_count; i++)
		if (!from->nevra || payload_find(&payload, from->modules[i].path))
			modules[count++] = &from->files[from->modules[i].file];
	set->items[set->count - 1] = (struct proof_item){ modules, count };
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

__attribute__((format(printf, 4, 5))) static int refuse(struct check_verdict *verdict,
							enum reason reason, const char *culprit,
							const char *format, ...)
{
	auto_free char *text = NULL;
	va_list args;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	verdict->reason = reason;
	verdict->detail = text ? text_printable(text) : NULL;
	verdict->culprit = culprit ? text_printable(culprit) : NULL;
	return verdict->detail && (verdict->culprit || !culprit) ? 0 : -ENOMEM;
}

static int take_findings(struct kabi *kabi, const struct proof *proof, size_t item)
{
	int r = 0;

	for (size_t i = 0; i < proof->count && r == 0; i++) {
		const struct proof_finding *finding = &proof->findings[i];

		if (finding->item != item || !finding->symbol)
			continue;
		if (finding->fault == FAULT_MISSING_SYMBOL ||
		    finding->fault == FAULT_MISSING_MODULE)
			r = strings_add(&kabi->missing, finding->symbol);
		else if (finding->fault == FAULT_DIFFERING_SYMBOL)
			r = strings_add(&kabi->differing, finding->symbol);
	}
	strings_sort_unique(&kabi->missing);
	strings_sort_unique(&kabi->differing);
	return r;
}

static int take_answer(struct kabi *kabi, const struct proof *proof, size_t item)
{
	const struct proof_answer *answer = &proof->answers[item];
	int r = take_findings(kabi, proof, item);

	kabi->status = answer->status;
	kabi->checked = answer->checked;
	for (size_t i = 0; i < answer->unverified.count && r == 0; i++)
		r = strings_add(&kabi->unverified, answer->unverified.items[i]);
	return r;
}

static const struct proof_finding *first_finding(const struct proof *proof, size_t item)
{
	for (size_t i = 0; i < proof->count; i++)
		if (proof->findings[i].item == item)
			return &proof->findings[i];
	return NULL;
}

/* What is said of the first finding: its symbol stands between the two texts. */
static const struct {
	enum reason reason;
	const char *before, *behind;
} faults[] = {
	[FAULT_UNREADABLE] = { REASON_CORRUPT, "one of its modules cannot be read", "" },
	[FAULT_ARCH] = { REASON_OTHER_ARCH, "its modules are for ", "" },
	[FAULT_VERMAGIC] = { REASON_KABI_MISMATCH,
			     "it was built for a kernel with other options: ", "" },
	[FAULT_BUILTIN] = { REASON_KABI_MISMATCH, "the kernel has ",
			    " built in and so never loads it" },
	[FAULT_MISSING_SYMBOL] = { REASON_KABI_MISMATCH, "the kernel has no ", "" },
	[FAULT_MISSING_MODULE] = { REASON_MISSING_MODULE, "",
				   " is exported by a module that this kernel's tree does not "
				   "have" },
	[FAULT_DIFFERING_SYMBOL] = { REASON_KABI_MISMATCH, "", " has another CRC" },
	[FAULT_GPL_ONLY] = { REASON_KABI_MISMATCH, "", " is for modules under the GPL alone" },
	[FAULT_NAMESPACE] = { REASON_KABI_MISMATCH, "it does not import the namespace of ", "" },
	[FAULT_DUPLICATE_SYMBOL] = { REASON_KABI_MISMATCH, "it exports ",
				     ", which is there already" },
	[FAULT_CYCLE] = { REASON_KABI_MISMATCH, "it and ",
			  " need each other, so none can be loaded" },
};

static int refuse_symbols(const char *culprit, struct check_verdict *verdict)
{
	const struct kabi *kabi = &verdict->kabi;
	size_t missing = kabi->missing.count, differing = kabi->differing.count;

	if (missing && differing)
		return refuse(verdict, REASON_KABI_MISMATCH, culprit,
			      "of the %zu kernel symbols that it needs, %zu differ%s in their CRC "
			      "and %zu %s missing",
			      kabi->checked, differing, differing == 1 ? "s" : "", missing,
			      missing == 1 ? "is" : "are");
	return refuse(verdict, REASON_KABI_MISMATCH, culprit,
		      "%zu of the %zu kernel symbols that it needs %s", missing + differing,
		      kabi->checked, missing ? "are missing" : "have other CRCs");
}

/* FINDING is the first; of several wrong symbols the numbers say more than one name. */
static int refuse_for(const struct proof_finding *finding, struct check_verdict *verdict)
{
	bool missing = finding->fault == FAULT_MISSING_SYMBOL;

	if ((missing || finding->fault == FAULT_DIFFERING_SYMBOL) &&
	    verdict->kabi.missing.count + verdict->kabi.differing.count > 1)
		return refuse_symbols(finding->symbol, verdict);
	return refuse(verdict, faults[finding->fault].reason, finding->symbol, "%s%s%s",
		      faults[finding->fault].before, finding->symbol ? finding->symbol : "",
		      faults[finding->fault].behind);
}

static int judge_unproven(const struct kernel *kernel, struct check_verdict *verdict)
{
	if (verdict->kabi.unverified.count)
		return refuse(verdict, REASON_KABI_UNKNOWN, verdict->kabi.unverified.items[0],
			      "about %zu of the %zu symbols that it needs nothing is known",
			      verdict->kabi.unverified.count, verdict->kabi.checked);
	return refuse(verdict, REASON_KABI_UNKNOWN, kernel->release,
		      "nothing says which symbols the kernel has");
}

static int judge(const struct check *check, const struct kernel *kernel, const struct set *set,
		 size_t item, const struct proof *proof, struct check_verdict *verdict)
{
	const struct kmp *kmp = &check->kmps.items[set->members[item]];
	const struct proof_finding *first = first_finding(proof, item);
	int r = take_answer(&verdict->kabi, proof, item);

	if (r < 0)
		return r;
	/* Where no module is, none was compared. */
	if (set->items[item].count == 0)
		verdict->kabi.status = KABI_UNKNOWN;
	if (kmp->trouble)
		return refuse(verdict, REASON_CORRUPT, NULL, "%s", kmp->trouble);
	if (set->items[item].count == 0)
		return refuse(verdict, REASON_KABI_UNKNOWN, kmp->modules[0].path,
			      "its modules lie where none is loaded from");
	if (first)
		return refuse_for(first, verdict);
	verdict->fits = verdict->kabi.status == KABI_EXACT || verdict->kabi.status == KABI_PROVEN;
	return verdict->fits ? 0 : judge_unproven(kernel, verdict);
}

static int run_round(struct check *check, size_t kernel, size_t round)
{
	AUTO(set_done) struct set set = { 0 };
	auto_proof struct proof proof = { 0 };
	int r = make_set(check, &check->kernels[kernel], round, &set);

	if (r == 0)
		r = proof_run(&check->kernels[kernel], set.items, set.count, &proof);
	for (size_t i = 0; i < set.count && r == 0; i++) {
		struct check_verdict *verdict = verdict_at(check, kernel, set.members[i]);

		if (!verdict->fits && !verdict->detail)
			r = judge(check, &check->kernels[kernel], &set, i, &proof, verdict);
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
