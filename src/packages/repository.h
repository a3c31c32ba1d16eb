/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repository - one that zypp or dnf is configured to use: where it lies and how it is preferred.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>

#include "packages/repofile.h"
#include "packages/variables.h"

/** What both package managers take where a repository states no priority. */
#define REPOSITORY_PRIORITY 99

enum repository_manager { MANAGER_ZYPP, MANAGER_DNF };

struct repository {
	char *alias; /* the section's name, for dnf the id */
	struct strings urls; /* of baseurl; variables expanded */
	char *mirrors; /* a metalink or mirrorlist, or NULL */
	char *path; /* of the repository below a URL, or NULL */
	struct strings gpgkeys; /* URLs */
	bool enabled;
	int priority; /* smaller is better */
};

/*
 * What SECTION says, its variables replaced. 0, -EINVAL if its name can be no name of a cache,
 * -E2BIG if a value gets too long; then *RET holds the alias at least. -ENOMEM.
 */
int repository_make(const struct repofile_section *section, const struct variables *variables,
		    enum repository_manager manager, struct repository *ret);
/* The local path that URL stands for; owned. NULL for others. */
char *repository_file_path(const char *url);
/* The local path that URL stands for, with the repository's own path; owned. NULL for others. */
char *repository_local_path(const struct repository *repository, const char *url);
/* Where it lies, as it may be shown: without user, password and query. Owned; NULL if out of
 * memory. */
char *repository_shown_url(const struct repository *repository);
/* The name of its cache: zypp's; owned, NULL if out of memory. */
char *repository_zypp_cache(const struct repository *repository);
/* The same as dnf spells it; its last 16 characters stand for the URL. */
char *repository_dnf_cache(const struct repository *repository);
/* For qsort(): by priority, then by alias. */
int repository_compare(const void *left, const void *right);
void repository_done(struct repository *repository);
