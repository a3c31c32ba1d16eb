/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree-cache - the list of a tree's module files in the cache, as long as no folder of it changed.
 *
 * Layer: kernel. A folder's times change with every name in it; what the files hold is not asked.
 */
#pragma once

#include <time.h>

#include "base/array.h"
#include "base/cache-dir.h"

/* What lies below kernel/ of a tree, as paths in the tree. All zero is nothing. */
struct tree_listing {
	struct strings folders; /* in the order in which they were found */
	struct strings files; /* modules, sorted */
	struct timespec begun; /* when they were looked for (CLOCK_REALTIME) */
};
void tree_listing_done(struct tree_listing *listing);
#define auto_tree_listing __attribute__((cleanup(tree_listing_done)))

/*
 * What was kept of the tree open at FD, shown as PATH: 0, or a negative number if there is none to
 * be had; -ENOMEM too.
 */
int tree_cache_find(const struct cache_dir *cache, const char *path, int fd,
		    struct tree_listing *ret);
/* Keep LISTING, unless a folder changed shortly before it was begun, or since. */
void tree_cache_keep(struct cache_dir *cache, const char *path, int fd,
		     const struct tree_listing *listing);
