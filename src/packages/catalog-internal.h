/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * catalog-internal - the catalog as libsolv sees it, for catalog*.c and select/solve*.c alone.
 *
 * Layer: packages.
 */
#pragma once

#include <stdbool.h>
#include <solv/bitmap.h>
#include <solv/pool.h>
#include <solv/queue.h>
#include <solv/repo.h>

#include "packages/catalog.h"
#include "packages/record.h"
#include "packages/symbol-list.h"

/* What was found out of packages, by id; see catalog-kind.c. */
struct catalog_kinds {
	uint8_t *items;
	size_t count;
};

struct kernel_symbols;

struct catalog {
	Pool *pool;
	struct catalog_kinds *kinds; /* never NULL */
	struct kernel_symbols *symbols; /* of kernels, beside the pool; see catalog-symbols.c */
	size_t symbols_count;
	bool has_base;
	Map provided; /* packages whose hints were read from what they provide */
	struct strings keys; /* that are installed, in base64 */
	void *rpm_state; /* libsolv's, for headers that librpm read */
	struct progress_task *reading; /* of RPMs; NULL while none is read */
	struct progress *progress; /* of what is read; NULL: nobody wants to know. Borrowed */
};

/* Add the package of HEADER, librpm's, to REPO. *RET is 0 if it is none. 0 or -ENOMEM. */
int catalog_add_header(struct catalog *catalog, Repo *repo, void *header, Id *ret);
/*
 * Add the package of RECORD to REPO; its attributes need repo_internalize(). With SYMBOLS, those of
 * a kernel go there. 0 or -ENOMEM.
 */
int catalog_add_record(Repo *repo, const struct record *record, Id *ret);
int catalog_add_record_but_symbols(Repo *repo, const struct record *record,
				   struct symbol_list *symbols, Id *ret);
/* The symbols of kernel ID are those of LIST, which becomes empty, and not in the pool. */
int catalog_keep_symbols(struct catalog *catalog, Id id, struct symbol_list *list);
/* Take the symbols of ID out of the pool, if it is a kernel. 0 or -ENOMEM. */
int catalog_take_symbols(struct catalog *catalog, Id id);
/* Those that were kept of ID, as long as nothing else becomes of it; borrowed, never NULL. */
const struct symbol_list *catalog_symbols(const struct catalog *catalog, Id id);
void catalog_forget_symbols(struct catalog *catalog, Id id);
void catalog_symbols_done(struct catalog *catalog);
/*
 * Check repodata/repomd.xml of SOURCE and set source->primary, and source->trust to what vouches
 * for it. 0, or -errno with source->error set.
 */
int catalog_find_primary(struct catalog *catalog, struct source *source);
/* Add all packages of SOURCE, which is no SOURCE_RPM_MD. 0, or -errno with source->error set. */
int catalog_load_whole(struct catalog *catalog, struct source *source, Repo *repo);
/* Count and mend the packages of REPO, which libsolv has read itself. */
void catalog_finish_whole(struct catalog *catalog, struct source *source, Repo *repo);
/* Make the hints of package ID what they were meant to be. */
void catalog_repair_hints(struct catalog *catalog, Id id);
/* Is a hint of it so long that it was left unread? */
bool catalog_has_unread(const struct catalog *catalog, Id id);
/* Add the packages of SOURCE, a SOURCE_SOLV, to REPO. 0, or -errno with source->error set. */
int catalog_load_solv(struct catalog *catalog, struct source *source, Repo *repo);
/*
 * The same from the .solv file that stands for the metadata of SOURCE, which becomes a SOURCE_SOLV.
 * False, with REPO empty, if there is none that will do.
 */
bool catalog_load_twin(struct catalog *catalog, struct source *source, Repo *repo);

/*
 * Has everything that INTEREST names a package, or the module? If not, which names are like it is
 * told then.
 */
bool catalog_has_named(const struct catalog *catalog, const struct interest *interest);

/* A dependency with two operands that libsolv descends into when it evaluates supplements? */
bool catalog_is_boolean(int flags);
/* Is DEP `namespace:modalias(...)`, what libsolv makes of a hint? */
bool catalog_is_modalias(const Pool *pool, Id dep);

/* The pool; its installed repo is the base, real or (while bare) empty. Borrowed. */
Pool *catalog_pool(const struct catalog *catalog);
/* The source that package ID comes from, or SIZE_MAX for the base and what solve made up. */
size_t catalog_source_of(const struct catalog *catalog, Id id);

/* ID stands for another package now. */
void catalog_forget_kind(struct catalog *catalog, Id id);
/* Is it a kernel, or a part of one (-base, -extra, -optional)? By what it provides and its name. */
bool catalog_is_kernel(const struct catalog *catalog, Id id);
/* Does it carry kernel modules: `kmod(`, `ksym(` provides or a name with "-kmp-"? No kernels. */
bool catalog_is_driver(const struct catalog *catalog, Id id);
enum driver_role catalog_role(const struct catalog *catalog, Id id);
/* Is it told by the solver what requires it, whatever the base? No userspace, or of a kernel. */
bool catalog_is_solved(const struct catalog *catalog, Id id);

/* The kernel package that provides `kernel-uname-r = RELEASE`, installed or OFFERED; 0 if none. */
Id catalog_find_kernel(const struct catalog *catalog, const char *release, bool offered);
/*
 * Append the ids of all `modalias` patterns in what package ID supplements to PATTERNS and, in
 * step, the capability that each is tied to (0 if none) to PREFIXES.
 */
void catalog_hints(const struct catalog *catalog, Id id, Queue *patterns, Queue *prefixes);
/* Append the leaves (names, versioned names) of dependency DEP to LEAVES. */
void catalog_leaves(const struct catalog *catalog, Id dep, Queue *leaves);
/* The name of a leaf, without its version. Borrowed. */
const char *catalog_leaf_name(const struct catalog *catalog, Id leaf);
