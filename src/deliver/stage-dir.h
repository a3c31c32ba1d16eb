/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage-dir - the staging directory itself: ours alone, and locked while a run works in it.
 *
 * Layer: deliver. Layout and promises: docs/staging.md.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* What was tried, in messages of whatever goes wrong with it. */
#define STAGE_DIR_USING "use the staging directory"

/* Owned; begin with STAGE_DIR_NONE. */
struct stage_dir {
	char *path; /* without slashes at its end */
	int fd;
	int lock_fd;
	bool locked;
};
#define STAGE_DIR_NONE ((struct stage_dir){ .fd = -1, .lock_fd = -1 })

/*
 * Make the staging directory PATH, if it is not there, before a sandbox leaves no other place to
 * write to. 0 or -errno; *RET_FD is the directory (O_PATH), or -1 where stage_begin() will say why.
 */
int stage_dir_make(const char *path, int *ret_fd);
/*
 * Open the staging directory PATH, with MAKE made (mode 0700) if it is absent, and take its lock,
 * waiting for nobody: -EBUSY says who holds it. 0, or -errno with *RETERR set; RET is to be
 * released either way.
 */
int stage_dir_open(const char *path, bool make, struct stage_dir *ret, struct error *reterr);
/*
 * Make and open the directory NAME in it, or below its subdirectory PARENT_FD; a symlink is never
 * followed, nor is one taken that others could write to. 0, or -errno with *RETERR set.
 */
int stage_dir_enter(const struct stage_dir *dir, int parent_fd, const char *name, int *ret,
		    struct error *reterr);
/* Set *RETERR for R; WHY replaces what errno says, unless it is NULL. Returns R. */
int stage_dir_fail(const struct stage_dir *dir, int r, const char *why, struct error *reterr);
/* Release the lock too. */
void stage_dir_done(struct stage_dir *dir);

#define auto_stage_dir __attribute__((cleanup(stage_dir_done)))
