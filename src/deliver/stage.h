/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage - the staging directory: generations of unpacked KMPs, switched atomically.
 *
 * Layer: deliver. Layout and promises: docs/staging.md. A generation is built beside the others,
 * synced, and becomes the current one by one rename(2); nothing that exists is ever changed.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "packages/source.h"
#include "select/plan.h"

/* What was tried, in messages of whatever goes wrong with one. */
#define STAGE_PACKAGE "stage the package"

/** Room that a generation needs beside its packages, in bytes: manifest, links, directories. */
#define STAGE_OVERHEAD (1U << 20)

struct stage;

/*
 * Open (make, mode 0700) the staging directory PATH, take its lock (waiting for nobody: -EBUSY says
 * who holds it), clear what an interrupted run left, and start an empty generation.
 * NEEDED is how many bytes it will take: -ENOSPC before anything is written if there is less room.
 * 0 or -errno with *RETERR set.
 */
int stage_begin(const char *path, const char *kernel_release, uint64_t needed, struct stage **ret,
		struct error *reterr);
/* Where a package comes from; all borrowed. */
struct stage_rpm {
	int fd; /* its RPM, open */
	const struct source *source; /* whose keys vouch for it; NULL: nobody asks */
	bool gpg_checks; /* somebody has to */
	struct progress_task *progress; /* gets the bytes that are written; NULL: nobody does */
};

/*
 * Take PACKAGE apart from the RPM FROM: a verbatim copy into rpms/, its modules, firmware and
 * configuration. Whatever others do to the RPM meanwhile, the copy is what is checked (against the
 * checksum that the metadata gives, the payload's own digest and its signature) and what is
 * unpacked. Where select/inspect.c has looked at the package, copy and modules have to be what it
 * saw. Fills package->rpm_sha256, modules, firmware and diagnostics.
 * 0, -EBADMSG with *RETERR set if the RPM is damaged, not the one described, or changed since, or
 * another -errno. On failure nothing of the package is left.
 */
int stage_add(struct stage *stage, const struct stage_rpm *from, struct plan_package *package,
	      struct error *reterr);
/*
 * Keep PACKAGE, a build that was not chosen, as an RPM only: `install` may need it for another
 * kernel. It is copied and checked as stage_add() does; fills package->rpm_sha256 and rpm_staged.
 * 0, -EBADMSG with *RETERR set if the RPM is damaged or not the one described, -EPERM if nobody
 * vouches for it, -ENOSPC before anything is written if there is no room, or another -errno.
 */
int stage_keep(struct stage *stage, const struct stage_rpm *from, struct plan_package *package,
	       struct error *reterr);
/*
 * Write manifest.json (RENDER makes its text for a generation number) and `packages`, sync, and
 * move `current`. If the current generation has the same manifest, nothing new is made.
 * *RET_GENERATION is the number that is current now. 0 or -errno with *RETERR set.
 */
int stage_commit(struct stage *stage,
		 int (*render)(void *context, unsigned int generation, struct bytes *ret),
		 void *context, unsigned int *ret_generation, struct error *reterr);
/* Release the lock; a generation that was not committed is removed. */
struct stage *stage_end(struct stage *stage);

static inline void stage_release(struct stage **slot)
{
	stage_end(*slot);
}
#define auto_stage __attribute__((cleanup(stage_release)))
