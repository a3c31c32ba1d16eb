/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/kabi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* What one requirement amounts to. */
enum finding { FOUND, UNVERIFIED, MISSING, ABSENT, DIFFERING };

static enum finding compare_symbol(const struct symbol_need *need, const struct kernel *kernel)
{
	const struct symbol *symbol = symbol_table_find(kernel->symbols, need->symbol);

	if (!symbol)
		return kernel->symbols_complete ? MISSING : UNVERIFIED;
	if (symbol->absent)
		return ABSENT;
	if (need->has_crc && symbol->has_crc && need->crc != symbol->crc)
		return DIFFERING;
	return FOUND;
}

static int note(struct kabi *kabi, enum finding finding, const char *symbol)
{
	switch (finding) {
	case MISSING:
	case ABSENT:
		return strings_add(&kabi->missing, symbol);
	case DIFFERING:
		return strings_add(&kabi->differing, symbol);
	case UNVERIFIED:
		return strings_add(&kabi->unverified, symbol);
	default:
		return 0;
	}
}

static enum kabi_status settle(const struct kabi *kabi, const struct driver *driver,
			       const struct kernel *kernel)
{
	if (kabi->missing.count || kabi->differing.count)
		return KABI_MISMATCH;
	if (kabi->checked)
		return kernel->symbols ? KABI_METADATA : KABI_UNKNOWN;
	/* Symbols of another flavor only: they were not compared. */
	return driver->symbol_count ? KABI_UNKNOWN : KABI_UNPROVEN;
}

int kabi_compare(const struct driver *driver, const struct kernel *kernel,
		 bool (*offers)(void *context, const struct symbol_need *need), void *context,
		 struct kabi *ret, char **ret_culprit, bool *ret_absent)
{
	auto_kabi struct kabi kabi = { 0 };
	auto_free char *culprit = NULL;
	bool absent = false;

	for (size_t i = 0; i < driver->symbol_count; i++) {
		const struct symbol_need *need = &driver->symbols[i];
		enum finding finding = FOUND;

		if (!text_equal(need->flavor, kernel->flavor))
			continue;
		kabi.checked++;
		if (kernel->symbols)
			finding = compare_symbol(need, kernel);
		if (finding >= MISSING && offers(context, need))
			finding = FOUND;
		if (note(&kabi, finding, need->symbol) < 0)
			return -ENOMEM;
		if (finding < MISSING || culprit)
			continue;
		absent = finding == ABSENT;
		culprit = strdup(need->symbol);
		if (!culprit)
			return -ENOMEM;
	}
	kabi.status = settle(&kabi, driver, kernel);
	strings_sort_unique(&kabi.missing);
	strings_sort_unique(&kabi.differing);
	strings_sort_unique(&kabi.unverified);
	*ret = kabi;
	kabi = (struct kabi){ 0 };
	*ret_culprit = take(culprit);
	*ret_absent = absent;
	return 0;
}

static int add_finding(struct kabi *kabi, const struct proof_finding *from, const char *module,
		       const char *cause)
{
	struct kabi_finding *finding;

	if (array_grow(&kabi->findings, kabi->finding_count, sizeof(*finding)) < 0)
		return -ENOMEM;
	finding = &kabi->findings[kabi->finding_count++];
	*finding = (struct kabi_finding){
		.module = strdup(module),
		.fault = from->fault,
		.symbol = from->symbol ? strdup(from->symbol) : NULL,
		.has_wanted = from->has_wanted,
		.has_found = from->has_found,
		.wanted = from->wanted,
		.found = from->found,
		.cause = cause ? strdup(cause) : NULL,
	};
	if (!finding->module || (from->symbol && !finding->symbol) || (cause && !finding->cause))
		return -ENOMEM;
	if (from->fault == FAULT_DIFFERING_SYMBOL)
		return strings_add(&kabi->differing, from->symbol);
	if (from->fault == FAULT_MISSING_SYMBOL || from->fault == FAULT_MISSING_MODULE)
		return strings_add(&kabi->missing, from->symbol);
	return 0;
}

int kabi_of_proof(const struct proof *proof, size_t item, const char *const *modules,
		  const char *const *items, struct kabi *ret)
{
	const struct proof_answer *answer = &proof->answers[item];
	auto_kabi struct kabi kabi = { .status = answer->status, .checked = answer->checked };

	for (size_t i = 0; i < answer->unverified.count; i++)
		if (strings_add(&kabi.unverified, answer->unverified.items[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < proof->count; i++) {
		const struct proof_finding *finding = &proof->findings[i];

		if (finding->item == item &&
		    add_finding(&kabi, finding, modules[finding->module],
				finding->cause == PROOF_KERNEL ? NULL : items[finding->cause]) < 0)
			return -ENOMEM;
	}
	strings_sort_unique(&kabi.missing);
	strings_sort_unique(&kabi.differing);
	*ret = kabi;
	kabi = (struct kabi){ 0 };
	return 0;
}

bool kabi_lacks(const struct proof_finding *finding, const struct kernel *kernel,
		struct symbol_need *ret)
{
	if (finding->cause != PROOF_KERNEL ||
	    (finding->fault != FAULT_MISSING_SYMBOL && finding->fault != FAULT_MISSING_MODULE &&
	     finding->fault != FAULT_DIFFERING_SYMBOL))
		return false;
	*ret = (struct symbol_need){
		.flavor = kernel->flavor,
		.symbol = finding->symbol,
		.crc = finding->wanted,
		.has_crc = finding->has_wanted,
	};
	return true;
}

void kabi_done(struct kabi *kabi)
{
	for (size_t i = 0; i < kabi->finding_count; i++) {
		free(kabi->findings[i].module);
		free(kabi->findings[i].symbol);
		free(kabi->findings[i].cause);
	}
	free(kabi->findings);
	strings_done(&kabi->missing);
	strings_done(&kabi->differing);
	strings_done(&kabi->unverified);
	*kabi = (struct kabi){ 0 };
}
