/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-tree - staged modules where the running kernel's tools look for them.
 *
 * Layer: deliver. They become links in updates/kmp-match of /lib/modules/RELEASE. Where that would
 * outlive the staging directory (a link that leads nowhere hides the kernel's own module), and
 * where it cannot be written to, an overlay is mounted on it first.
 */
#pragma once

#include "base/error.h"
#include "deliver/manifest.h"
#include "deliver/stage-dir.h"
#include "kernel/decompressors.h"

enum module_tree_way { MODULE_TREE_NONE, MODULE_TREE_LINK, MODULE_TREE_OVERLAY };

struct module_tree {
	int fd; /* of /lib/modules/RELEASE as it is seen now */
	char *path; /* the same, from the root directory; no symlink in it */
	enum module_tree_way way; /* how it is done, or would be */
	bool mounted; /* the overlay is there already */
	struct decompressors decompressors;
};

/* "none", "link" or "overlay". */
const char *module_tree_way_id(enum module_tree_way way);
/*
 * Find that of RELEASE, the kernel that runs, below ROOT_FD. 0, or -errno with *RETERR set; RET is
 * to be released either way.
 */
int module_tree_open(int root_fd, const char *release, struct module_tree *ret,
		     struct error *reterr);
/* Make it ready to be written to: mount the overlay, whose layer is in STAGE, where one is needed.
 */
int module_tree_prepare(struct module_tree *tree, const struct stage_dir *stage,
			struct error *reterr);
/* Are there links of ours? */
bool module_tree_has(const struct module_tree *tree);
/* Remove the links of before. 0 or -errno. */
int module_tree_clear(const struct module_tree *tree);
/*
 * Link the modules of PACKAGE, in GENERATION of STAGE; what kmod cannot unpack is put there
 * unpacked. 0, or -errno with *RETERR set.
 */
int module_tree_add(const struct module_tree *tree, const struct stage_dir *stage,
		    unsigned int generation, const char *release,
		    const struct manifest_package *package, struct error *reterr);
/* Take everything back, and the overlay off. 0, or -errno with *RETERR set. */
int module_tree_undo(struct module_tree *tree, const struct stage_dir *stage, struct error *reterr);
void module_tree_done(struct module_tree *tree);

#define auto_module_tree __attribute__((cleanup(module_tree_done)))
