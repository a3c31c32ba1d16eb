/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/candidate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/kabi.h"
#include "select/rank.h"
#include "select/verdict.h"

static int compare_hints(const void *left, const void *right)
{
	const struct plan_hint *a = left, *b = right;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return strcmp(a->pattern, b->pattern);
}

static int add_fit(struct plan_package *package, const char *pattern, const struct match *match)
{
	struct plan_hint *hint;

	if (array_grow(&package->hints, package->hint_count, sizeof(*package->hints)) < 0)
		return -ENOMEM;
	hint = &package->hints[package->hint_count++];
	hint->pattern = strdup(pattern);
	hint->modalias = strdup(match->modalias);
	hint->device = match->device;
	return hint->pattern && hint->modalias ? 0 : -ENOMEM;
}

/* Fill in which devices the hints of PACKAGE fit, and how specific the best one is. */
static int add_fits(const struct candidate_context *context, struct plan_package *package)
{
	for (size_t i = 0; i < package->driver.hint_count; i++) {
		const struct hint *hint = &package->driver.hints[i];

		for (size_t j = 0; j < hint->patterns.count && !hint->match_all; j++) {
			const char *pattern = hint->patterns.items[j];
			auto_matches struct matches matches = { 0 };
			int specificity;

			if (match_index_find(context->index, pattern, &matches) < 0)
				return -ENOMEM;
			for (size_t k = 0; k < matches.count; k++)
				if (add_fit(package, pattern, &matches.items[k]) < 0)
					return -ENOMEM;
			specificity = matches.count ? rank_specificity(pattern) : 0;
			if (specificity > package->rank.specificity)
				package->rank.specificity = specificity;
		}
	}
	if (package->hint_count)
		qsort(package->hints, package->hint_count, sizeof(*package->hints), compare_hints);
	return 0;
}

static int add_kabi_diagnostics(struct plan_package *package)
{
	static const char *const ids[] = { "kabi-unproven", "kabi-unknown", "symbols-unverified" };
	const struct kabi *kabi = &package->kabi;
	int r = 0;

	for (size_t i = 0; i < COUNT(ids); i++)
		diagnostics_drop(&package->diagnostics, ids[i]);
	if (package->driver.role != ROLE_DRIVER)
		return 0;
	if (kabi->status == KABI_UNPROVEN && !kabi->checked)
		r = diagnostics_add(
			&package->diagnostics, "kabi-unproven", NULL,
			"it does not say which kernel symbols it needs, so nothing shows "
			"that its modules fit");
	else if (kabi->status == KABI_UNKNOWN && !package->driver.symbol_count == !kabi->checked)
		r = diagnostics_add(
			&package->diagnostics, "kabi-unknown", NULL,
			"nothing says which symbols the kernel has; give its symvers file or "
			"package with --kernel");
	if (r == 0 && kabi->unverified.count)
		r = diagnostics_add(
			&package->diagnostics, "symbols-unverified", kabi->unverified.items[0],
			"%zu of its %zu symbols could not be compared, as nothing says their CRCs; "
			"give a symvers file with --kernel",
			kabi->unverified.count, kabi->checked);
	return r;
}

static int closeness(const struct candidate_context *context, const struct plan_package *package)
{
	if (package->kabi.status == KABI_EXACT)
		return 3;
	if (package->kabi.status == KABI_PROVEN)
		return 2;
	if (package->inspected && package->kabi.status == KABI_UNPROVEN)
		return 1;
	if (text_equal(package->driver.build_release, context->kernel->release))
		return 2;
	return package->kabi.status == KABI_METADATA;
}

static int fill_metadata(const struct candidate_context *context, int id,
			 struct plan_package *package)
{
	size_t source;
	const struct source *from;

	if (catalog_driver(context->catalog, id, &package->driver) < 0 ||
	    add_fits(context, package) < 0)
		return -ENOMEM;
	source = package->driver.source;
	from = source == SIZE_MAX ? NULL : &context->sources[source];
	package->rank.priority = from ? from->priority : 0;
	if (from && from->remote && !package->driver.location)
		package->driver.location = take(package->driver.elsewhere);
	package->rpm_at_hand = from && package->driver.location;
	if (text_equal(package->driver.checksum_type, "sha256")) {
		package->rpm_sha256 = strdup(package->driver.checksum);
		if (!package->rpm_sha256)
			return -ENOMEM;
	}
	return 0;
}

static bool offers(void *context, const struct symbol_need *need)
{
	return solve_offers_symbol(context, need, NULL, NULL);
}

/* What kabi_compare() finds goes into PACKAGE; a mismatch is its verdict until something is worse.
 */
static int compare_kabi(const struct candidate_context *context, struct plan_package *package)
{
	struct kabi *kabi = &package->kabi;
	auto_free char *culprit = NULL;
	bool absent = false;

	if (kabi_compare(&package->driver, context->kernel, offers, context->solve, kabi, &culprit,
			 &absent) < 0)
		return -ENOMEM;
	if (kabi->status == KABI_UNPROVEN &&
	    solve_needs_symbol_sets(context->solve, package->driver.id))
		kabi->status =
			solve_kernel_has_symbol_sets(context->solve) ? KABI_METADATA : KABI_UNKNOWN;
	package->rank.closeness = closeness(context, package);
	if (package->kabi.status != KABI_MISMATCH)
		return add_kabi_diagnostics(package);
	return verdict_kabi(package, context->kernel, culprit, absent);
}

int candidate_fill(const struct candidate_context *context, int id, struct plan_package *ret)
{
	int r = fill_metadata(context, id, ret);

	return r < 0 ? r : compare_kabi(context, ret);
}

int candidate_prove(const struct candidate_context *context, struct plan_package *package,
		    struct kabi *kabi)
{
	kabi_done(&package->kabi);
	package->kabi = *kabi;
	*kabi = (struct kabi){ 0 };
	package->rank.closeness = closeness(context, package);
	return add_kabi_diagnostics(package);
}
