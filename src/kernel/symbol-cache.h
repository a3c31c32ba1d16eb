/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol-cache - symbol tables in the cache, so that what they were made of need not be read again.
 *
 * Layer: kernel. Unlike a symbol table file (kernel/table.h) it has the names, in the order of
 * addition: the table is the same as the one that was kept.
 */
#pragma once

#include "base/cache-dir.h"
#include "base/file-state.h"
#include "kernel/symbols.h"

/*
 * The table that was kept of SUBJECT, a path, when what it depends on was in STATE. 0, or a
 * negative number if there is none to be had; -ENOMEM too.
 */
int symbol_cache_find(const struct cache_dir *cache, const char *subject,
		      const struct file_state *state, struct symbol_table **ret);
/* Keep TABLE, unless STATE is too new. */
void symbol_cache_keep(struct cache_dir *cache, const char *subject, const struct file_state *state,
		       const struct symbol_table *table);
