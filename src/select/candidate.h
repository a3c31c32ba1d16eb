/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * candidate - a package of the plan as far as metadata describes it: fits, rank, kernel ABI.
 *
 * Layer: select.
 */
#pragma once

#include "kernel/kernel.h"
#include "packages/catalog.h"
#include "packages/source.h"
#include "select/match.h"
#include "select/plan.h"
#include "select/solve.h"

/* What a candidate is held against; all borrowed. */
struct candidate_context {
	struct catalog *catalog;
	const struct source *sources;
	const struct kernel *kernel;
	const struct match_index *index;
	struct solve *solve;
};

/*
 * Fill *RET, an empty package, with what the metadata of package ID says. One whose symbols do not
 * fit has its verdict already. 0, or -ENOMEM with *RET half filled.
 */
int candidate_fill(const struct candidate_context *context, int id, struct plan_package *ret);
/* KABI, which is taken over, is what the modules of PACKAGE turned out to need. 0 or -ENOMEM. */
int candidate_prove(const struct candidate_context *context, struct plan_package *package,
		    struct kabi *kabi);
