/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/text.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

/* Are all hints of PACKAGE that fit a device tied to kernels that are not the target? */
static bool is_for_other_kernels(struct selection *selection, const struct plan_package *package)
{
	static const struct ids none = { 0 };

	for (size_t i = 0; i < package->driver.hint_count; i++) {
		const struct hint *hint = &package->driver.hints[i];

		if (!hint->match_all && selection_hint_fits(selection, hint) &&
		    (!hint->prefix || !text_starts(hint->prefix, "kernel-") ||
		     solve_is_there(selection->solve, hint->prefix, &none)))
			return false;
	}
	return true;
}

int selection_is_fit(struct selection *selection, struct plan_package *package)
{
	bool judged = false;
	int r;

	if (!package->hint_count || package->kabi.status == KABI_MISMATCH ||
	    solve_is_kernel(selection->solve, package->driver.id) ||
	    !solve_fits_arch(selection->solve, package->driver.id) ||
	    is_for_other_kernels(selection, package))
		return 0;
	r = verdict_by_flavor(package, selection->context.kernel, &judged);
	return r < 0 ? r : !judged;
}

int selection_lock(struct selection *selection, const struct locks *locks)
{
	solve_lock(selection->solve, locks, selection->context.sources);
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];
		const char *lock = solve_lock_of(selection->solve, package->driver.id);
		/* What does not fit has a reason that says more. */
		int r = lock ? selection_is_fit(selection, package) : 0;

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		if (verdict_refuse(package, REASON_LOCKED, lock, "'%s' is locked in %s", lock,
				   LOCKS_PATH) < 0 ||
		    ids_add(&selection->rejected, package->driver.id) < 0)
			return -ENOMEM;
	}
	return 0;
}
