/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata - one repository's package metadata: read once, and kept of it what can matter here.
 *
 * Layer: packages. Memory grows with what fits this machine, not with the repository: of all else
 * a few numbers are kept. A package is known by its ordinal, its place in the metadata.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cachefile.h"
#include "base/diagnostic.h"
#include "base/error.h"
#include "base/progress.h"
#include "packages/interest.h"
#include "packages/record.h"

/* Where it is read from, and what vouches for it. */
struct metadata_origin {
	int fd; /* at any place; read from its start */
	const char *repository; /* for messages, as all below */
	const char *name; /* of the file in it */
	const char *checksum, *checksum_type; /* of the file as it lies there, from repomd.xml */
	struct progress_task *progress; /* gets the bytes of it that are read; NULL: nobody does */
};

struct metadata;

/* Takes RECORD, which is borrowed for the call. What is negative ends the reading. */
typedef int (*metadata_sink)(void *context, const struct record *record);

int metadata_new(struct metadata **ret);
/*
 * Have KEY's file in DIR asked, and nothing read: 1, 0 if there is none, or -ENOMEM. What comes
 * later can be -EBADMSG with no error set: it is damaged, and all has to begin again without it.
 */
int metadata_use_cache(struct metadata *metadata, const struct cache_dir *dir,
		       const struct cache_key *key);
/* Has it all that is of INTEREST: no package that was left out is called so? */
bool metadata_cache_suffices(struct metadata *metadata, const struct interest *interest);
/* Keep what metadata_scan() will read for that; that it cannot be is noted in DIR. 0 or -ENOMEM. */
int metadata_begin_cache(struct metadata *metadata, struct cache_dir *dir,
			 const struct cache_key *key);
/* All was read as it should be: put what was kept in its place. */
void metadata_end_cache(struct metadata *metadata);
/*
 * Read all of ORIGIN once and call SINK with each package of INTEREST. Another file than its
 * checksum says is an error: what SINK took is to be forgotten then. 0, or -errno with *RETERR set.
 */
int metadata_scan(struct metadata *metadata, const struct metadata_origin *origin,
		  const struct interest *interest, metadata_sink sink, void *context,
		  struct error *reterr);
/*
 * Mark the driver, firmware and certificate packages that SINK has not had and that provide NAME:
 * true if there are any. Names are compared by hash, so that it may be too many.
 */
bool metadata_mark_providers(struct metadata *metadata, const char *name);
/*
 * May a package provide NAME that is neither a kernel, a driver, firmware nor a certificate, and
 * that SINK may therefore never have had? Too often yes, never wrongly no.
 */
bool metadata_may_provide(struct metadata *metadata, const char *name);
/* The same for -base, -extra and -optional of the kernel package NAME, of version EVR. */
bool metadata_mark_parts(struct metadata *metadata, const char *name, const char *evr);
/* Mark all of which any of that might be said. */
void metadata_mark_all(struct metadata *metadata);
/*
 * Call SINK with each package that was marked: those that were kept are at hand, for others ORIGIN
 * is read again. 0, or -errno with *RETERR set.
 */
int metadata_take_marked(struct metadata *metadata, const struct metadata_origin *origin,
			 metadata_sink sink, void *context, struct error *reterr);

size_t metadata_packages(const struct metadata *metadata); /* that could be installed */
size_t metadata_drivers(const struct metadata *metadata);
/* Of packages that are left out, or of which something is. */
struct diagnostics *metadata_diagnostics(struct metadata *metadata);
struct metadata *metadata_free(struct metadata *metadata);

static inline void metadata_release(struct metadata **slot)
{
	metadata_free(*slot);
}
#define auto_metadata __attribute__((cleanup(metadata_release)))
