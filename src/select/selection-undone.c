/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/selection-internal.h"

static int leave_out(struct selection *selection, const struct plan_package *package,
		     const char *detail)
{
	auto_free char *sentence = text_format("it was loaded in this boot: %s", detail);

	if (!sentence)
		return -ENOMEM;
	return selection_reject(selection, package->driver.id, REASON_DID_NOT_BIND, sentence, NULL);
}

int selection_leave_out_undone(struct selection *selection, const struct strings *nevras,
			       const struct strings *details)
{
	for (size_t i = 0; i < selection->plan.count; i++) {
		struct plan_package *package = &selection->plan.packages[i];

		for (size_t j = 0; j < nevras->count; j++) {
			int r;

			if (!text_equal(nevras->items[j], package->driver.nevra))
				continue;
			/* What does not fit has a reason that says more. */
			r = selection_is_fit(selection, package);
			if (r > 0)
				r = leave_out(selection, package, details->items[j]);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
