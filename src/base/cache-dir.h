/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache-dir - a folder in which what a run found out is kept for the next one.
 *
 * Layer: base. A cache makes nothing possible: without one, or with one that cannot be read or
 * written, all is found out again. See docs/cache.md.
 */
#pragma once

#include <stdint.h>

#include "base/diagnostic.h"

/* Opaque; NULL is no cache, and every function here and in cachefile.h takes it. */
struct cache_dir;

/*
 * Open the folder PART of the folder PATH, both made with mode 0700 where they are absent; what
 * PATH is in has to be there. Both have to be the caller's own, closed to others' writing, and no
 * symlinks; else *RET is NULL and a diagnostic says why. 0 or -ENOMEM.
 */
int cache_dir_open(const char *path, const char *part, struct cache_dir **ret,
		   struct diagnostics *diagnostics);
/* The folder, for reading; -1 of no cache. Borrowed. */
int cache_dir_fd(const struct cache_dir *dir);
/* Open the file NAME for reading if it is the caller's own, closed to others, of one name. A fd,
 * -EPERM if not, or another -errno. */
int cache_dir_open_file(const struct cache_dir *dir, const char *name, uint64_t *ret_size);
/*
 * Make a new file for writing, of a name of its own, which cache_dir_trim() of other runs spares
 * while it is open. A fd or -errno; *RET_NAME is owned.
 */
int cache_dir_create_file(const struct cache_dir *dir, char **ret_name);
/* Remove what killed runs left, and of too many or too large files those used longest ago. */
void cache_dir_trim(const struct cache_dir *dir);
/* Note that a file could not be kept, as -errno R; the first one is told. */
void cache_dir_note_failure(struct cache_dir *dir, int r);
/* Add a diagnostic if something could not be kept. 0 or -ENOMEM. */
int cache_dir_diagnose(const struct cache_dir *dir, struct diagnostics *diagnostics);
struct cache_dir *cache_dir_close(struct cache_dir *dir);

static inline void cache_dir_release(struct cache_dir **slot)
{
	cache_dir_close(*slot);
}
#define auto_cache_dir __attribute__((cleanup(cache_dir_release)))
