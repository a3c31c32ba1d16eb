/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symvers - the file that lists what a kernel exports: where it is kept, in which compression.
 *
 * Layer: kernel.
 */
#pragma once

#include "base/cache-dir.h"
#include "base/error.h"
#include "base/file-state.h"
#include "base/files.h"
#include "base/limits.h"
#include "kernel/symbols.h"

/*
 * Add the rows of a Module.symvers (uncompressed): TAB-separated "0x<crc>", symbol, exporter,
 * kind of export[, namespace]; the namespace column exists since Linux 5.4.
 * 0, -EBADMSG with *RETERR_LINE (1-based) if a row is none, -ENOMEM.
 */
int symvers_parse(struct symbol_table *table, const struct bytes *text, size_t *reterr_line);
/*
 * The symbols of the symvers file open at FD, if CACHE has them and it did not change: true.
 * *RET_STATE is its state as it is now, for symvers_keep().
 */
bool symvers_is_kept(int fd, const struct cache_dir *cache, struct file_state *ret_state,
		     struct symbol_table **ret);
/* Keep TABLE, which was read of it in that state. */
void symvers_keep(int fd, struct cache_dir *cache, const struct file_state *state,
		  const struct symbol_table *table);
/* What the file open at FD holds, decompressed; PATH is for messages. 0, or -errno with *RETERR. */
int symvers_load(int fd, const char *path, struct bytes *ret, struct error *reterr);
/* Add the rows of TEXT, from PATH. 0, or -errno with *RETERR set. */
int symvers_read(const struct bytes *text, const char *path, struct symbol_table *table,
		 struct error *reterr);
/*
 * Read the symvers file of RELEASE from where distributions keep it below ROOT_FD, shown as ROOT
 * ("" for "/"). *RET_PATH is where it was. 0, -ENOENT if there is none (*RETERR is not set), or
 * another -errno with *RETERR set. No link leads out of ROOT_FD. CACHE may have what is in it.
 */
int symvers_find(int root_fd, const char *root, const char *release, struct cache_dir *cache,
		 struct symbol_table **ret, char **ret_path, struct error *reterr);
/* The same for a module tree that stands by itself: in it, or in its `build`. */
int symvers_find_in_tree(int tree_fd, const char *path, struct cache_dir *cache,
			 struct symbol_table **ret, char **ret_path, struct error *reterr);
