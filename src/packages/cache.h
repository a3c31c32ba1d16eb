/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache - the source that a repository of the system is: its own files where they are at hand,
 * else what zypp or dnf has cached of it.
 *
 * Layer: packages.
 */
#pragma once

#include "packages/layout.h"
#include "packages/source.h"

/* The system whose caches are read. */
struct cache_system {
	int root_fd;
	const char *root; /* its path, for people; "" for the running system */
	const struct layout *layout;
};

/*
 * Open REPOSITORY, the INDEXth, without fetching anything. 0, -ENOMEM; what is neither at hand nor
 * cached is 0 as well, with ret->failed true and ret->error set.
 */
int cache_open(const struct cache_system *system, const struct repository *repository, size_t index,
	       struct source *ret);
