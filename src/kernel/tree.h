/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree - the modules of one kernel, below "lib/modules/RELEASE" of some root.
 *
 * Layer: kernel. Only what is below kernel/ belongs to the kernel itself: KMPs install to updates/,
 * extra/ and weak-updates/. No symlink below kernel/ is followed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cache-dir.h"
#include "base/diagnostic.h"
#include "base/error.h"
#include "base/file-state.h"
#include "kernel/symbols.h"

struct module_aliases;

struct tree {
	int fd;
	int root_fd; /* of the system that it belongs to */
	char *root; /* as shown, without a final '/': "" for "/" */
	char *path; /* as shown */
	char *release; /* name of its directory; NULL if that is no release */
	bool alone; /* it stands nowhere below "lib/modules/": it is its own root */
	struct strings files; /* module files, relative to `fd`, sorted */
	struct module_aliases *aliases; /* its alias index */
	struct strings modules; /* names of those and of the built-in ones, normalised, sorted */
	struct strings builtins; /* names of the built-in ones alone */
};

/*
 * The tree of RELEASE below ROOT_FD, shown as ROOT. 0, -ENOENT if there is none (*RETERR is not
 * set), or another -errno. CACHE, which may be NULL, may know its files.
 */
int tree_find(int root_fd, const char *root, const char *release, struct cache_dir *cache,
	      struct tree **ret, struct error *reterr);
/*
 * The tree in directory PATH of this machine. Its root is what stands before "lib/modules/" or
 * "usr/lib/modules/", else the tree itself, so that an absolute link in it never leads to another
 * system. 0, or -errno with *RETERR set; -EBADMSG if no module is in it.
 */
int tree_open(const char *path, struct cache_dir *cache, struct tree **ret, struct error *reterr);
struct tree *tree_free(struct tree *tree);
/*
 * Is the directory open at FD a module tree? One with updates/ or weak-updates/ alone is what a
 * removed kernel leaves behind.
 */
bool tree_is_one(int fd);

/* What all modules of a kernel have in common; NULL or empty if they do not say. */
struct tree_sample {
	const char *arch; /* as uname -m prints it; static */
	char *vermagic;
	struct strings signers; /* ids of the keys that signed them */
};

/* Look at some of its modules. 0 or -ENOMEM. */
int tree_sample(const struct tree *tree, struct tree_sample *ret);
void tree_sample_done(struct tree_sample *sample);
/* Does one of its first modules say whether it is supported, as SLE's build notes it? */
bool tree_tells_supported(const struct tree *tree);
/*
 * What differs after every change of its modules: a file that is exchanged, written to, added or
 * removed. 0 or -errno.
 */
int tree_state(const struct tree *tree, struct file_state *ret);
/*
 * What its modules export, and the other symbols that they were built against: never complete, as
 * nothing says what else the kernel exports. What cannot be read is a diagnostic. CACHE may know it
 * of the modules as they are. 0 or -errno.
 */
int tree_symbols(const struct tree *tree, struct cache_dir *cache, struct symbol_table **ret,
		 struct diagnostics *diagnostics);

/* The releases that have a tree below ROOT_FD, sorted as text. 0 or -errno. */
int tree_releases(int root_fd, struct strings *ret);

static inline void tree_release(struct tree **slot)
{
	tree_free(*slot);
}
#define auto_tree __attribute__((cleanup(tree_release)))
