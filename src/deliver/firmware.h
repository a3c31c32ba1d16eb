/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firmware - staged firmware where the kernel looks for it.
 *
 * Layer: deliver. All of it is linked into one folder of the staging directory, which becomes the
 * kernel's own choice of a folder (firmware_class.path) if that is free.
 */
#pragma once

#include "base/error.h"
#include "deliver/manifest.h"
#include "deliver/stage-dir.h"

/* Forget what was linked. 0 or -errno. */
int firmware_clear(const struct stage_dir *stage);
/* Link that of PACKAGE in GENERATION. 0 or -errno. */
int firmware_add(const struct stage_dir *stage, unsigned int generation,
		 const struct manifest_package *package);
/*
 * Have the kernel look there, if something is. *RET_FOLDER is the folder then, owned, or NULL.
 * 0, or -errno with *RETERR set: -EEXIST if it is told to look elsewhere already.
 */
int firmware_enable(int root_fd, const struct stage_dir *stage, char **ret_folder,
		    struct error *reterr);
/* The kernel looks there no more, and nothing is linked. 0 or -errno. */
int firmware_undo(int root_fd, const struct stage_dir *stage);
