/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/proof-internal.h"

const char *kabi_status_id(enum kabi_status status)
{
	static const char *const ids[] = {
		[KABI_EXACT] = "exact",       [KABI_PROVEN] = "proven",
		[KABI_METADATA] = "metadata", [KABI_UNPROVEN] = "unproven",
		[KABI_UNKNOWN] = "unknown",   [KABI_MISMATCH] = "mismatch",
	};

	return ids[status];
}

const char *proof_fault_id(enum proof_fault fault)
{
	static const char *const ids[] = {
		[FAULT_UNREADABLE] = "unreadable",
		[FAULT_ARCH] = "arch",
		[FAULT_VERMAGIC] = "vermagic",
		[FAULT_BUILTIN] = "built-in",
		[FAULT_MISSING_SYMBOL] = "missing-symbol",
		[FAULT_MISSING_MODULE] = "missing-module",
		[FAULT_DIFFERING_SYMBOL] = "differing-symbol",
		[FAULT_GPL_ONLY] = "gpl-only",
		[FAULT_NAMESPACE] = "namespace",
		[FAULT_DUPLICATE_SYMBOL] = "duplicate-symbol",
		[FAULT_CYCLE] = "cycle",
	};

	return ids[fault];
}

struct proving {
	struct planned planned;
	struct edge *edges; /* who needs a symbol of whom, by member */
	size_t edge_count;
	struct proof proof;
};

static void release_proving(struct proving *proving)
{
	planned_done(&proving->planned);
	free(proving->edges);
	proof_done(&proving->proof);
}

void proof_done(struct proof *proof)
{
	for (size_t i = 0; i < proof->count; i++)
		free(proof->findings[i].symbol);
	free(proof->findings);
	for (size_t i = 0; i < proof->item_count; i++)
		strings_done(&proof->answers[i].unverified);
	free(proof->answers);
	*proof = (struct proof){ 0 };
}

bool proof_is_broken(const struct proof *proof, size_t item)
{
	for (size_t i = 0; i < proof->count; i++)
		if (proof->findings[i].item == item && proof->findings[i].cause == PROOF_KERNEL)
			return true;
	return false;
}

/* NULL if out of memory. */
static struct proof_finding *add_finding(struct proof *proof, const struct member *member,
					 enum proof_fault fault, const char *symbol)
{
	struct proof_finding *finding;

	if (array_grow(&proof->findings, proof->count, sizeof(*proof->findings)) < 0)
		return NULL;
	finding = &proof->findings[proof->count++];
	finding->item = member->item;
	finding->module = member->index;
	finding->fault = fault;
	finding->symbol = symbol ? strdup(symbol) : NULL;
	finding->by = finding->cause = PROOF_KERNEL;
	return finding->symbol || !symbol ? finding : NULL;
}

static int add_ruling(struct proving *proving, const struct member *member,
		      const struct module_import *import, const struct ruling *ruling)
{
	struct proof_finding *finding =
		add_finding(&proving->proof, member, ruling->fault, import->name);

	if (!finding)
		return -ENOMEM;
	finding->by = ruling->by ? ruling->by->item : PROOF_KERNEL;
	finding->cause = ruling_cause(&proving->planned, member, import, ruling);
	finding->has_wanted = import->has_crc;
	finding->wanted = import->crc;
	finding->has_found = ruling->provider && ruling->provider->has_crc;
	finding->found = finding->has_found ? ruling->provider->crc : 0;
	return 0;
}

static int add_edge(struct proving *proving, const struct member *from, const struct member *to)
{
	const struct member *members = proving->planned.members;
	const struct edge edge = { (size_t)(from - members), (size_t)(to - members) };
	size_t count = proving->edge_count;

	if (count && proving->edges[count - 1].from == edge.from &&
	    proving->edges[count - 1].to == edge.to)
		return 0;
	if (array_grow(&proving->edges, count, sizeof(edge)) < 0)
		return -ENOMEM;
	proving->edges[proving->edge_count++] = edge;
	return 0;
}

/* Made by whoever loads the module (kmod: tools/depmod.c, depmod_add_fake_syms()). */
static bool is_made_by_loader(const char *symbol)
{
	return text_equal(symbol, "__this_module") || text_equal(symbol, "TOC.") ||
	       text_equal(symbol, "_GLOBAL_OFFSET_TABLE_");
}

/* What became of the symbols of one module. */
struct tally {
	size_t proven, unknown;
};

static int prove_import(struct proving *proving, const struct member *member,
			const struct module_import *import, struct tally *tally)
{
	struct proof_answer *answer = &proving->proof.answers[member->item];
	struct ruling ruling = rule_in(&proving->planned, member, import, ALL_ITEMS);

	if (ruling.outcome == FAULTY)
		return add_ruling(proving, member, import, &ruling);
	if (ruling.outcome == UNKNOWN) {
		tally->unknown++;
		if (strings_add(&answer->unverified, import->name) < 0)
			return -ENOMEM;
	} else if (!import->weak) {
		tally->proven++;
	}
	return ruling.by ? add_edge(proving, member, ruling.by) : 0;
}

static bool same_arch(const char *left, const char *right)
{
	if (text_equal(left, right))
		return true;
	/* "i586" and "i686", "armv7l" and "armv7hl" are one machine each. */
	if (text_starts(left, "arm") && text_starts(right, "arm"))
		return true;
	return left[0] == 'i' && right[0] == 'i' && text_ends(left, "86") && text_ends(right, "86");
}

/* What is wrong with a module whatever symbols it needs. */
static int prove_identity(struct proving *proving, const struct member *member,
			  enum likeness likeness)
{
	const struct kernel *kernel = proving->planned.kernel;
	const struct module *module = member->module;
	struct proof *proof = &proving->proof;

	if (kernel->arch && module->arch && !same_arch(kernel->arch, module->arch) &&
	    !add_finding(proof, member, FAULT_ARCH, module->arch))
		return -ENOMEM;
	if (likeness == DIFFERENT && !add_finding(proof, member, FAULT_VERMAGIC, module->vermagic))
		return -ENOMEM;
	if (strings_contain_sorted(&kernel->builtins, module->name) &&
	    !add_finding(proof, member, FAULT_BUILTIN, module->name))
		return -ENOMEM;
	return 0;
}

static enum kabi_status settle(const struct kernel *kernel, const struct module *module,
			       enum likeness likeness, const struct tally *tally)
{
	if (!tally->proven && likeness != WHOLE)
		return KABI_UNKNOWN;
	if (tally->unknown)
		return KABI_UNPROVEN;
	return vermagic_is_for_release(kernel, module) ? KABI_EXACT : KABI_PROVEN;
}

static int prove_member(struct proving *proving, const struct member *member)
{
	const struct kernel *kernel = proving->planned.kernel;
	const struct module *module = member->module;
	struct proof_answer *answer = &proving->proof.answers[member->item];
	struct tally tally = { 0 };
	enum kabi_status status;
	enum likeness likeness;
	int r;

	if (!module)
		return add_finding(&proving->proof, member, FAULT_UNREADABLE, NULL) ? 0 : -ENOMEM;
	likeness = vermagic_compare(kernel, module);
	r = prove_identity(proving, member, likeness);
	for (size_t i = 0; r == 0 && i < module->import_count; i++)
		if (!is_made_by_loader(module->imports[i].name))
			r = prove_import(proving, member, &module->imports[i], &tally);
	status = settle(kernel, module, likeness, &tally);
	if (status > answer->otherwise)
		answer->otherwise = status;
	return r;
}

/* Whoever of FIRST and LAST, which export the same, is another package's, and no rival of it. */
static const struct member *find_double(const struct member *member, const struct member *first,
					const struct member *last)
{
	if (first->item != member->item && !text_equal(first->module->name, member->module->name))
		return first;
	if (last->item != member->item && !text_equal(last->module->name, member->module->name))
		return last;
	return NULL;
}

/* The kernel refuses a module that exports what is exported already. */
static int prove_offer(struct proving *proving, const struct offer *offer, size_t first,
		       size_t last)
{
	const struct planned *planned = &proving->planned;
	const struct member *members = planned->members, *other;
	const struct symbol *row = planned_kernel_row(planned, offer->symbol->name);
	struct proof_finding *finding;
	bool builtin = row && !row->absent && text_equal(row->exporter, "vmlinux");

	other = find_double(&members[offer->member], &members[planned->offers[first].member],
			    &members[planned->offers[last].member]);
	if (!builtin && !other)
		return 0;
	finding = add_finding(&proving->proof, &members[offer->member], FAULT_DUPLICATE_SYMBOL,
			      offer->symbol->name);
	if (!finding)
		return -ENOMEM;
	if (!builtin)
		finding->cause = other->item;
	return 0;
}

static int prove_exports(struct proving *proving)
{
	const struct offer *offers = proving->planned.offers;
	size_t count = proving->planned.offer_count, next;

	for (size_t first = 0; first < count; first = next) {
		for (next = first + 1; next < count; next++)
			if (strcmp(offers[next].symbol->name, offers[first].symbol->name) != 0)
				break;
		for (size_t i = first; i < next; i++)
			if (prove_offer(proving, &offers[i], first, next - 1) < 0)
				return -ENOMEM;
	}
	return 0;
}

/* The cycles, and the members that are on them. */
struct cycles {
	const struct planned *planned;
	size_t *of; /* by member */
};

static bool are_on_one(const struct cycles *cycles, const struct member *left,
		       const struct member *right)
{
	const struct member *members = cycles->planned->members;

	return cycles->of[left - members] == cycles->of[right - members];
}

/*
 * What MEMBER needs of modules of other items on its cycle: *RET_CAUSE is their item if the kernel
 * would serve it too. False if it would not.
 */
static bool stands_alone(const struct cycles *cycles, const struct member *member,
			 size_t *ret_cause)
{
	for (size_t i = 0; i < member->module->import_count; i++) {
		const struct module_import *import = &member->module->imports[i];
		struct ruling ruling = rule_in(cycles->planned, member, import, ALL_ITEMS);

		if (!ruling.by || ruling.by->item == member->item ||
		    !are_on_one(cycles, member, ruling.by))
			continue;
		if (rule_in(cycles->planned, member, import, member->item).outcome == FAULTY)
			return false;
		if (*ret_cause == PROOF_KERNEL)
			*ret_cause = ruling.by->item;
	}
	return true;
}

/* The item whose modules close the cycle of MEMBER, and that its item could do without. */
static size_t cycle_cause(const struct cycles *cycles, const struct member *member)
{
	const struct planned *planned = cycles->planned;
	size_t cause = PROOF_KERNEL;

	for (size_t i = 0; i < planned->member_count; i++) {
		const struct member *other = &planned->members[i];

		if (other->item == member->item && other->module &&
		    are_on_one(cycles, other, member) && !stands_alone(cycles, other, &cause))
			return PROOF_KERNEL;
	}
	return cause;
}

static int prove_order(struct proving *proving)
{
	const struct planned *planned = &proving->planned;
	auto_free size_t *of = calloc(planned->member_count + 1, sizeof(*of));
	const struct cycles cycles = { planned, of };
	int r = of ? cycle_find(proving->edges, proving->edge_count, planned->member_count, of)
		   : -ENOMEM;

	/* The edges are sorted now: the first one that stays on the cycle names the next module. */
	for (size_t i = 0, done = CYCLE_NONE; r == 0 && i < proving->edge_count; i++) {
		const struct member *from = &planned->members[proving->edges[i].from];
		const struct member *to = &planned->members[proving->edges[i].to];
		struct proof_finding *finding;

		if (proving->edges[i].from == done || of[proving->edges[i].from] == CYCLE_NONE ||
		    !are_on_one(&cycles, from, to))
			continue;
		done = proving->edges[i].from;
		finding = add_finding(&proving->proof, from, FAULT_CYCLE, to->module->name);
		if (!finding)
			return -ENOMEM;
		finding->cause = cycle_cause(&cycles, from);
	}
	return r;
}

/* Whatever uses a module that is not under the GPL counts as such (inherit_taint()). */
static void spread_taint(const struct proving *proving, bool *tainted)
{
	const struct planned *planned = &proving->planned;
	bool again = true;

	for (size_t i = 0; i < planned->member_count; i++)
		tainted[i] =
			planned->members[i].module && !planned->members[i].module->gpl_compatible;
	while (again) {
		again = false;
		for (size_t i = 0; i < proving->edge_count; i++) {
			const struct edge *edge = &proving->edges[i];

			again |= tainted[edge->to] && !tainted[edge->from];
			tainted[edge->from] |= tainted[edge->to];
		}
	}
}

static int prove_taint(struct proving *proving)
{
	const struct planned *planned = &proving->planned;
	auto_free bool *tainted = calloc(planned->member_count + 1, sizeof(*tainted));

	if (!tainted)
		return -ENOMEM;
	spread_taint(proving, tainted);
	for (size_t i = 0; i < planned->member_count; i++) {
		const struct member *member = &planned->members[i];
		const struct module *module = member->module;
		bool spread = tainted[i] && module->gpl_compatible;

		for (size_t j = 0; spread && j < module->import_count; j++) {
			struct ruling ruling =
				rule_in(planned, member, &module->imports[j], ALL_ITEMS);

			if (ruling.outcome != FAULTY && ruling.provider &&
			    ruling.provider->gpl_only &&
			    !add_finding(&proving->proof, member, FAULT_GPL_ONLY,
					 module->imports[j].name))
				return -ENOMEM;
		}
	}
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* How many symbols the modules of ITEM need, each once. */
static int count_symbols(const struct proof_item *item, size_t *ret)
{
	auto_free const char **names = NULL;
	size_t count = 0, distinct = 0;

	for (size_t i = 0; i < item->count; i++) {
		const struct module *module = item->modules[i];

		for (size_t j = 0; module && j < module->import_count; j++) {
			if (array_grow(&names, count, sizeof(*names)) < 0)
				return -ENOMEM;
			names[count++] = module->imports[j].name;
		}
	}
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || strcmp(names[i], names[i - 1]) != 0;
	*ret = distinct;
	return 0;
}

static int compare_findings(const void *left, const void *right)
{
	const struct proof_finding *l = left, *r = right;

	if (l->item != r->item)
		return l->item < r->item ? -1 : 1;
	if (l->module != r->module)
		return l->module < r->module ? -1 : 1;
	if (l->fault != r->fault)
		return l->fault < r->fault ? -1 : 1;
	return strcmp(l->symbol ? l->symbol : "", r->symbol ? r->symbol : "");
}

static void settle_answers(struct proof *proof)
{
	for (size_t i = 0; i < proof->item_count; i++)
		proof->answers[i].status = proof->answers[i].otherwise;
	for (size_t i = 0; i < proof->count; i++)
		proof->answers[proof->findings[i].item].status = KABI_MISMATCH;
}

void proof_filter(struct proof *proof,
		  bool (*keep)(void *context, const struct proof_finding *finding), void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < proof->count; i++) {
		if (keep(context, &proof->findings[i]))
			proof->findings[kept++] = proof->findings[i];
		else
			free(proof->findings[i].symbol);
	}
	proof->count = kept;
	settle_answers(proof);
}

static void finish(struct proof *proof)
{
	if (proof->count)
		qsort(proof->findings, proof->count, sizeof(*proof->findings), compare_findings);
	for (size_t i = 0; i < proof->item_count; i++)
		strings_sort_unique(&proof->answers[i].unverified);
	settle_answers(proof);
}

int proof_run(const struct kernel *kernel, const struct proof_item *items, size_t count,
	      struct proof *ret)
{
	AUTO(release_proving) struct proving proving = { .planned = { .kernel = kernel } };
	struct planned *planned = &proving.planned;
	struct proof *proof = &proving.proof;
	int r;

	proof->answers = calloc(count + 1, sizeof(*proof->answers));
	if (!proof->answers)
		return -ENOMEM;
	proof->item_count = count;
	r = planned_index(planned, items, count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = count_symbols(&items[i], &proof->answers[i].checked);
	for (size_t i = 0; r == 0 && i < planned->member_count; i++)
		r = prove_member(&proving, &planned->members[i]);
	if (r == 0)
		r = prove_exports(&proving);
	if (r == 0)
		r = prove_order(&proving);
	if (r == 0)
		r = prove_taint(&proving);
	if (r < 0)
		return r;
	finish(proof);
	*ret = *proof;
	*proof = (struct proof){ 0 };
	return 0;
}
