/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout - where zypp or dnf keeps its configuration and its caches below a root.
 *
 * Layer: packages.
 */
#pragma once

#include "packages/repository.h"

struct layout {
	enum repository_manager manager;
	const char *path; /* of its own configuration file */
	struct repofile configuration; /* what is in it; dnf's may have repositories too */
	struct strings repositories; /* folders of *.repo files, the first one first */
	struct strings variables; /* folders of a file for each variable, the last one wins */
	struct strings caches; /* folders that hold one for each repository */
	char *packages; /* zypp: the same for RPMs that were fetched; else NULL */
	char *solv; /* zypp: the same for .solv files; else NULL */
	const char *refresh; /* what the user runs to fill the caches */
};

/*
 * Read MANAGER's own configuration below ROOT_FD; what cannot be read is a diagnostic, and the
 * defaults stand. 0 or -ENOMEM.
 */
int layout_read(int root_fd, enum repository_manager manager, struct layout *ret,
		struct diagnostics *diagnostics);
/*
 * Read the configuration file PATH below ROOT_FD. 1, 0 if it cannot be read, which is a diagnostic
 * unless it is not there and need not be (LISTED: a folder has it), -ENOMEM.
 */
int layout_read_file(int root_fd, const char *path, bool listed, struct repofile *ret,
		     struct diagnostics *diagnostics);
void layout_done(struct layout *layout);

#define auto_layout __attribute__((cleanup(layout_done)))
