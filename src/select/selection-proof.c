/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/loading.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

/* The modules of a package as the proof takes them; all borrowed. */
struct bundle {
	const struct module **modules;
	const char **names;
	size_t count;
};

static void release_bundle(struct bundle *bundle)
{
	free(bundle->modules);
	free(bundle->names);
}

static int make_bundle(const struct plan_package *package, struct bundle *ret)
{
	ret->modules = calloc(package->module_count + 1, sizeof(*ret->modules));
	ret->names = calloc(package->module_count + 1, sizeof(*ret->names));
	if (!ret->modules || !ret->names)
		return -ENOMEM;
	for (size_t i = 0; i < package->module_count; i++) {
		const struct plan_module *module = &package->modules[i];

		if (!module->facts && !module->unreadable)
			continue;
		ret->names[ret->count] = module->name;
		ret->modules[ret->count++] = module->facts;
	}
	return 0;
}

static bool has_facts(const struct plan_package *package)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (package->modules[i].facts || package->modules[i].unreadable)
			return true;
	return false;
}

/* Who else may bring what PACKAGE lacks. */
struct lenders {
	struct selection *selection;
	const struct plan_package *package;
	bool planned; /* only what will be there; else whatever may come along */
};

/* Metadata of a package that was looked at says nothing that its modules do not. */
static bool may_lend(void *context, int id)
{
	const struct lenders *lenders = context;
	const struct plan_package *other = selection_find(lenders->selection, id);

	if (other && (other == lenders->package || has_facts(other)))
		return false;
	return lenders->planned ? selection_is_there(lenders->selection, id)
				: solve_may_come(lenders->selection->solve, id);
}

static int compare_exports(const void *left, const void *right)
{
	const struct symbol *l = left, *r = right;

	return strcmp(l->name, r->name);
}

static bool exports(const struct module *module, const struct proof_finding *finding)
{
	const struct symbol key = { .name = finding->symbol };
	const struct symbol *symbol = module->export_count
					      ? bsearch(&key, module->exports, module->export_count,
							sizeof(key), compare_exports)
					      : NULL;

	return symbol &&
	       (!finding->has_wanted || !symbol->has_crc || symbol->crc == finding->wanted);
}

/* What is planned and was looked at had its part in the proof already. */
static bool is_lent(const struct lenders *lenders, const struct proof_finding *finding)
{
	const struct plan *plan = &lenders->selection->plan;

	for (size_t i = 0; !lenders->planned && i < plan->count; i++) {
		const struct plan_package *other = &plan->packages[i];

		if (other == lenders->package ||
		    selection_is_rejected(lenders->selection, other->driver.id))
			continue;
		for (size_t j = 0; j < other->module_count; j++)
			if (other->modules[j].facts && exports(other->modules[j].facts, finding))
				return true;
	}
	return false;
}

/* Does the finding stand, whoever else comes along? */
static bool stands(void *context, const struct proof_finding *finding)
{
	struct lenders *lenders = context;
	struct symbol_need need;

	if (!kabi_lacks(finding, lenders->selection->context.kernel, &need))
		return true;
	return !is_lent(lenders, finding) &&
	       !solve_offers_symbol(lenders->selection->solve, &need, may_lend, lenders);
}

static int reject_by_proof(struct selection *selection, struct plan_package *package)
{
	if (verdict_proof(package, selection->context.kernel) < 0 ||
	    selection_exclude(selection, package->driver.id) < 0)
		return -ENOMEM;
	return 1;
}

/* What is wrong with PACKAGE whoever stands beside it? 0, or -errno. */
static int prove_alone(struct selection *selection, struct plan_package *package)
{
	const struct kernel *kernel = selection->context.kernel;
	const char *const name[] = { package->driver.nevra };
	struct lenders lenders = { selection, package, false };
	AUTO(release_bundle) struct bundle bundle = { 0 };
	auto_proof struct proof proof = { 0 };
	auto_kabi struct kabi kabi = { 0 };
	size_t findings = 0;
	int r = make_bundle(package, &bundle);

	if (r == 0)
		r = proof_run(kernel, &(struct proof_item){ bundle.modules, bundle.count }, 1,
			      &proof);
	if (r == 0) {
		findings = proof.count;
		for (size_t i = 0; findings && i < selection->plan.count; i++)
			solve_look_ahead(selection->solve, selection->plan.packages[i].driver.id);
		proof_filter(&proof, stands, &lenders);
		r = kabi_of_proof(&proof, 0, bundle.names, name, &kabi);
	}
	if (r == 0)
		r = candidate_prove(&selection->context, package, &kabi);
	if (r < 0)
		return r;
	package->alone = package->kabi.status;
	package->stands_alone = findings == 0;
	return 0;
}

/*
 * What a dry run tolerates and staging does not: symbols that nothing knows. 1 if PACKAGE was
 * rejected for it, 0 if not, -ENOMEM.
 */
static int refuse_unknown(struct selection *selection, struct plan_package *package)
{
	bool unknown = package->driver.role == ROLE_DRIVER && package->kabi.status == KABI_UNKNOWN;

	return selection->staging && unknown ? reject_by_proof(selection, package) : 0;
}

static int examine(struct selection *selection, struct plan_package *package)
{
	return has_facts(package) && !package->stands_alone ? prove_alone(selection, package) : 0;
}

/* 1 if PACKAGE was rejected for a module that fits and would not be taken, 0 if not, -ENOMEM. */
static int refuse_unloadable(struct selection *selection, struct plan_package *package)
{
	const struct kernel *kernel = selection->context.kernel;

	if (selection_is_rejected(selection, package->driver.id))
		return 0;
	for (size_t i = 0; i < package->module_count; i++) {
		const struct plan_module *module = &package->modules[i];
		auto_free char *detail = NULL;

		if (!module->facts)
			continue;
		if (loading_refusal(kernel, module->facts, &detail) < 0)
			return -ENOMEM;
		if (!detail)
			continue;
		if (verdict_refuse(package, REASON_WOULD_BE_REFUSED, module->name, "%s", detail) <
			    0 ||
		    selection_exclude(selection, package->driver.id) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

static int refuse_unfit(struct selection *selection, struct plan_package *package)
{
	int r;

	if (has_facts(package) && !selection_is_rejected(selection, package->driver.id) &&
	    (package->alone == KABI_MISMATCH || package->alone == KABI_UNKNOWN))
		return reject_by_proof(selection, package);
	r = refuse_unloadable(selection, package);
	return r != 0 ? r : refuse_unknown(selection, package);
}

/* 1 if STEP, called for each package of IDS, rejected one; 0 if none, -errno. */
static int for_each(struct selection *selection, const struct ids *ids,
		    int (*step)(struct selection *selection, struct plan_package *package))
{
	int again = 0;

	for (size_t i = 0; i < ids->count; i++) {
		struct plan_package *package = selection_find(selection, ids->items[i]);
		int r = package ? step(selection, package) : 0;

		if (r < 0)
			return r;
		again |= r;
	}
	return again;
}

/*
 * All are looked at before the first is judged: one may bring what another one needs. All are
 * judged before the first is rejected: another build of it may bring that too.
 */
int selection_examine(struct selection *selection, const struct ids *ids)
{
	int r = selection_inspect(selection, ids);

	if (r == 0)
		r = for_each(selection, ids, examine);
	return r == 0 ? for_each(selection, ids, refuse_unfit) : r;
}

int selection_examine_picked(struct selection *selection)
{
	return selection_examine(selection, &selection->picked);
}

/* The modules of all picked packages that are known. */
struct set {
	struct bundle *bundles;
	struct proof_item *items;
	const char **names;
	size_t count;
};

static void release_set(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		release_bundle(&set->bundles[i]);
	free(set->bundles);
	free(set->items);
	free(set->names);
}

static int make_set(struct selection *selection, struct set *ret)
{
	ids_done(&selection->proved);
	for (size_t i = 0; i < selection->picked.count; i++) {
		const struct plan_package *package = selection_picked(selection, i);

		if (!has_facts(package))
			continue;
		if (array_grow(&ret->bundles, ret->count, sizeof(*ret->bundles)) < 0 ||
		    array_grow(&ret->items, ret->count, sizeof(*ret->items)) < 0 ||
		    array_grow(&ret->names, ret->count, sizeof(*ret->names)) < 0 ||
		    ids_add(&selection->proved, package->driver.id) < 0)
			return -ENOMEM;
		ret->names[ret->count] = package->driver.nevra;
		ret->count++;
		if (make_bundle(package, &ret->bundles[ret->count - 1]) < 0)
			return -ENOMEM;
		ret->items[ret->count - 1] = (struct proof_item){
			ret->bundles[ret->count - 1].modules,
			ret->bundles[ret->count - 1].count,
		};
	}
	return 0;
}

/* The package whose modules the INDEXth item of the last proof are. */
static struct plan_package *proved(struct selection *selection, size_t index)
{
	return selection_find(selection, selection->proved.items[index]);
}

static bool stands_together(void *context, const struct proof_finding *finding)
{
	struct selection *selection = context;
	struct lenders lenders = { selection, proved(selection, finding->item), true };

	return stands(&lenders, finding);
}

static int prove_together(struct selection *selection)
{
	AUTO(release_set) struct set set = { 0 };
	int r = make_set(selection, &set);

	proof_done(&selection->proof);
	if (r == 0)
		r = proof_run(selection->context.kernel, set.items, set.count, &selection->proof);
	if (r == 0)
		proof_filter(&selection->proof, stands_together, selection);
	return r;
}

/* What the proof found of its INDEXth item becomes that package's. */
static int take_proof(struct selection *selection, size_t index)
{
	struct plan_package *package = proved(selection, index);
	auto_free const char **names = calloc(selection->proved.count + 1, sizeof(*names));
	AUTO(release_bundle) struct bundle bundle = { 0 };
	auto_kabi struct kabi kabi = { 0 };
	int r = names ? make_bundle(package, &bundle) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < selection->proved.count; i++)
		names[i] = proved(selection, i)->driver.nevra;
	if (r == 0)
		r = kabi_of_proof(&selection->proof, index, bundle.names, names, &kabi);
	return r == 0 ? candidate_prove(&selection->context, package, &kabi) : r;
}

int selection_take_proof(struct selection *selection)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < selection->proved.count; i++)
		r = take_proof(selection, i);
	return r;
}

/* Does it lean on another one that is broken, in whose place a build may come that will do? */
static bool waits(const struct proof *proof, size_t item)
{
	for (size_t i = 0; i < proof->count; i++) {
		size_t by = proof->findings[i].by;

		if (proof->findings[i].item == item && by != PROOF_KERNEL && by != item &&
		    proof_is_broken(proof, by))
			return true;
	}
	return false;
}

/* Reject what is broken and, unless WAITING, leans on nothing that is. As selection_prove(). */
static int reject_broken(struct selection *selection, bool waiting)
{
	const struct proof *proof = &selection->proof;
	int again = 0;

	for (size_t i = 0; i < proof->item_count; i++) {
		int r;

		if (!proof_is_broken(proof, i) || (!waiting && waits(proof, i)))
			continue;
		r = take_proof(selection, i);
		if (r == 0)
			r = reject_by_proof(selection, proved(selection, i));
		if (r < 0)
			return r;
		again = 1;
	}
	return again;
}

int selection_prove(struct selection *selection)
{
	int r = prove_together(selection);

	if (r == 0)
		r = reject_broken(selection, false);
	return r == 0 ? reject_broken(selection, true) : r;
}

/* What one of two items of the last proof does to the other, or NULL. */
static const struct proof_finding *find_break(const struct proof *proof, size_t left, size_t right)
{
	for (size_t i = 0; i < proof->count; i++) {
		const struct proof_finding *finding = &proof->findings[i];

		if ((finding->item == left && finding->cause == right) ||
		    (finding->item == right && finding->cause == left))
			return finding;
	}
	return NULL;
}

/* The best ranking item of the last proof that is not in DONE; there is one. */
static size_t next_item(struct selection *selection, const bool *done)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < selection->proof.item_count; i++)
		if (!done[i] &&
		    (best == SIZE_MAX || selection_compare(selection, proved(selection, i),
							   proved(selection, best)) < 0))
			best = i;
	return best;
}

/* 1 if the item had to give way to one of those that STAY, 0 if it may stay, -ENOMEM. */
static int give_way(struct selection *selection, size_t item, const bool *stay)
{
	struct plan_package *package = proved(selection, item);

	for (size_t i = 0; i < selection->proof.item_count; i++) {
		const struct proof_finding *finding =
			stay[i] ? find_break(&selection->proof, item, i) : NULL;

		if (!finding)
			continue;
		if (take_proof(selection, item) < 0 ||
		    verdict_breaks(package, proved(selection, i), finding->symbol) < 0 ||
		    selection_exclude(selection, package->driver.id) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

int selection_part_breakers(struct selection *selection)
{
	size_t count = selection->proof.item_count;
	auto_free bool *done = calloc(count + 1, sizeof(*done));
	auto_free bool *stay = calloc(count + 1, sizeof(*stay));
	int again = 0;

	if (!done || !stay)
		return -ENOMEM;
	for (size_t i = 0; i < count && selection->proof.count > 0; i++) {
		size_t item = next_item(selection, done);
		int r = give_way(selection, item, stay);

		if (r < 0)
			return r;
		done[item] = true;
		stay[item] = r == 0;
		again |= r;
	}
	return again;
}
