/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * delivery - the chosen packages of a plan into the staging directory, all or nothing.
 *
 * Layer: deliver.
 */
#pragma once

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/progress.h"
#include "packages/source.h"
#include "select/plan.h"

struct delivery {
	const char *stage_dir;
	int made; /* what stage_dir_make() said of it */
	const char *kernel_release;
	const struct source *sources; /* those that PLAN's packages point to */
	bool gpg_checks; /* other builds are kept only if somebody vouches for them */
	struct plan *plan; /* filled in further, as stage_add() says */
	struct progress *progress; /* NULL: nobody wants to know */
	/* Makes the manifest for a generation number; called with `context`. */
	int (*render)(void *context, unsigned int generation, struct bytes *ret);
	void *context;
};

/*
 * Stage what the plan selects, from the RPMs that it has open, and keep other builds of it as RPMs.
 * *RET_GENERATION is the current generation then, a new one or, for the same input, that which was
 * there; 0 if there was nothing to stage. 0, or -errno with *RETERR set and nothing changed.
 * *RET_DAMAGED is 0, or with -EBADMSG the id of the package that is to blame: its RPM is damaged,
 * or was changed since it was chosen, and without it the rest can be staged.
 */
int delivery_run(const struct delivery *delivery, unsigned int *ret_generation, int *ret_damaged,
		 struct error *reterr);
