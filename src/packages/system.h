/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * system - the enabled repositories of the package manager below a root, as sources.
 *
 * Layer: packages. zypp's are taken if it has an enabled one, else dnf's.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/error.h"
#include "base/limits.h"
#include "packages/lock.h"
#include "packages/source.h"

struct system_request {
	int root_fd;
	const char *root; /* its path, for people; NULL for the running system */
	const char *arch; /* what $arch stands for; NULL: that of the running kernel */
	const char *release; /* what the rpm database says of $releasever; NULL: nothing */
};

/*
 * The sources, by priority and alias; those that cannot be read have `failed` set. What is odd in
 * the configuration goes to DIAGNOSTICS. 0; -ENOENT with *RETERR set if no repository is enabled;
 * -ENOMEM. *RET and its COUNT elements are the caller's in any case: source_done(), free().
 */
int system_sources(const struct system_request *request, struct source **ret, size_t *ret_count,
		   struct diagnostics *diagnostics, struct error *reterr);
/* The locks of zypp below ROOT_FD, and what is odd in them as above. 0 or -ENOMEM. */
int system_locks(int root_fd, struct locks *ret, struct diagnostics *diagnostics);
