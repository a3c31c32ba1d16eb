/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * catalog - everything on offer: the packages of all sources, and what is installed.
 *
 * Layer: packages. Opaque; with select/solve.c the only user of libsolv.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cache-dir.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/progress.h"
#include "packages/database.h"
#include "packages/driver.h"
#include "packages/ids.h"
#include "packages/metadata.h"
#include "packages/rpm.h"
#include "packages/source.h"

struct catalog;

int catalog_new(struct catalog **ret);
struct catalog *catalog_free(struct catalog *catalog);
/* Show on PROGRESS, borrowed, how far reading is, and whatever else uses the catalog. */
void catalog_show_progress(struct catalog *catalog, struct progress *progress);
struct progress *catalog_progress(const struct catalog *catalog);

/*
 * Make DATABASE, NULL if there is none, the base unless it is empty. It is read only if CACHE,
 * which may be NULL, does not have it as it is; then it is kept there. 1 if it is, 0 if the base is
 * bare, or -errno with *RETERR set.
 */
int catalog_add_base(struct catalog *catalog, struct database *database, struct cache_dir *cache,
		     struct error *reterr);
/*
 * Load of the SOURCES from FIRST on, COUNT ones, that did not fail before what is of INTEREST, and
 * what that requires of drivers, firmware and certificates; counts the packages and drivers of
 * each. A source that cannot be read has its error set and `failed`. 0 or -ENOMEM.
 */
int catalog_add_sources(struct catalog *catalog, struct source *sources, size_t first, size_t count,
			const struct interest *interest, struct cache_dir *cache);

bool catalog_has_base(const struct catalog *catalog);
/* The keys that are installed in the base, as rpm stores them: packets in base64. Borrowed. */
const struct strings *catalog_base_keys(const struct catalog *catalog);
/*
 * The version of the distribution as dnf reads it off the base, for $releasever. Owned; NULL if no
 * installed package says so.
 */
char *catalog_base_release(const struct catalog *catalog);

/* What a kernel package provides: COUNT pairs, a version may be "". */
struct kernel_provides {
	const char **names, **versions; /* the texts are borrowed until the catalog changes */
	size_t count;
};
void kernel_provides_done(struct kernel_provides *provides);
/*
 * What the kernel package that provides `kernel-uname-r = RELEASE` provides, together with its
 * -base, -extra and -optional of the same build: from the rpm database, or with OFFERED from the
 * sources. 1, 0 if there is none, -ENOMEM.
 */
int catalog_kernel_provides(const struct catalog *catalog, const char *release, bool offered,
			    char **ret_nevra, struct kernel_provides *ret);
/*
 * Append the packages whose NEVRA is TEXT, or whose name is it or fits it as a pattern of
 * fnmatch(3); an installed one only if the same is not on offer. 0 or -ENOMEM.
 */
int catalog_find_named(const struct catalog *catalog, const char *text, struct ids *ret);
/* Append the driver packages that provide or hold the kernel module NAME (normalised). */
int catalog_find_module(const struct catalog *catalog, const char *name, struct ids *ret);
/* Append the names of packages that differ least from TEXT, at most MOST, best first. */
int catalog_near_names(const struct catalog *catalog, const char *text, size_t most,
		       struct strings *ret);
/* Append the driver packages that are installed. 0 or -ENOMEM. */
int catalog_find_installed(const struct catalog *catalog, struct ids *ret);
/*
 * Append the paths of the module files of package ID. The metadata of repositories leaves them out.
 * 0 or -ENOMEM.
 */
int catalog_module_files(const struct catalog *catalog, int id, struct strings *ret);
/* The record of package ID, made from its metadata. 0 or -ENOMEM. */
int catalog_driver(struct catalog *catalog, int id, struct driver *ret);
/*
 * The same of an RPM that is in no catalog: it has no source, and its hints are as they stand.
 * 0, -EBADMSG if it is no package, or -ENOMEM.
 */
int catalog_rpm_driver(const struct rpm *rpm, struct driver *ret);

static inline void catalog_release(struct catalog **slot)
{
	catalog_free(*slot);
}
#define auto_catalog __attribute__((cleanup(catalog_release)))
