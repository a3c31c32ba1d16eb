/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source - one --repo or repository of the system: where packages come from, and in which form.
 *
 * Layer: packages. What it is, is sniffed from content, never from the name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/diagnostic.h"
#include "base/error.h"
#include "base/files.h"
#include "packages/remote.h"
#include "trust/keyring.h"
#include "trust/trust.h"

enum source_kind { SOURCE_RPM_MD, SOURCE_DIRECTORY, SOURCE_RPM, SOURCE_SOLV };
const char *source_kind_id(enum source_kind kind); /* "rpm-md", "directory", "rpm", "solv" */

/** The name that zypp gives a .solv file, each in a directory of its own. */
#define SOURCE_SOLV_NAME "solv"

/* The metadata of a repository that repomd.xml names: all owned but the type. */
struct source_primary {
	char *location; /* NULL: none */
	char *checksum;
	const char *checksum_type;
	uint64_t size; /* in bytes, 0 if unknown */
	bool read; /* its packages are from the metadata itself, of that checksum: not from the
		      cache or a .solv file, which vouch for nothing */
};

struct source {
	char *id; /* short and unique: "1", "2" in order of --repo */
	char *location; /* as the user typed it; a URL without secrets */
	enum source_kind kind;
	char *file; /* SOURCE_RPM, SOURCE_SOLV: its name below fd; else NULL */
	struct remote *remote; /* it is fetched; NULL if it is on this machine. Owned */
	int fd; /* the directory that locations are relative to; -1 if it could not be read, or is
		   fetched */
	int priority; /* as zypp counts: smaller is better */
	size_t packages;
	size_t drivers;
	struct error error; /* set if it could not be read */
	bool failed;
	struct diagnostics diagnostics;

	bool system; /* configured below --root: that it cannot be read stops nothing */
	char *alias; /* the package manager's name for it; NULL for a --repo */
	struct strings gpgkeys; /* URLs that its configuration names */
	struct keyring *keyring; /* whom it may be signed by; NULL: nobody asks. Owned */
	struct trust trust; /* of its repodata/repomd.xml, and all that checksums link to it */
	char *folder; /* the path of what holds its RPMs, NULL: location; of the system alone */

	bool cached; /* fd is a package manager's cache of the metadata, RPMs lie elsewhere: */
	int rpm_fd; /* the directory of RPMs that were fetched, -1 if there is none */
	bool rpm_flat; /* they lie in it by their file names alone */
	int solv_fd; /* the directory of a .solv file of the same metadata, -1 if there is none */
	struct source_primary primary; /* a .solv file may have been read instead */
	int64_t refreshed; /* when the metadata was last found current, seconds since 1970 */
};

/*
 * Open and sniff LOCATION, the INDEXth; FETCH is what fetches it if it is http(s). 0, or -errno
 * with ret->error set and ret->failed true: such a source is reported, and the plan is made from
 * the others.
 */
int source_open(const char *location, size_t index, struct fetch *fetch, struct source *ret);
/* Make the directory FD, which is taken over, what SOURCE is read from, and sniff its kind. */
void source_take(struct source *source, int fd);
/* Is the file NAME, open at FD, an RPM or meant to be one? */
bool source_is_rpm(int fd, const char *name);
/*
 * The bytes of the file at LOCATION: at most MAX, and exactly SIZE if it is fetched and SIZE is not
 * 0 for unknown. 0 or -errno; only of what is fetched *RETERR says more than file_strerror().
 */
int source_read(const struct source *source, const char *location, uint64_t max, uint64_t size,
		struct bytes *ret, struct error *reterr);
/* Open the file at LOCATION for reading once from its start. A new fd, or as above. */
int source_open_file(const struct source *source, const char *location, uint64_t max, uint64_t size,
		     struct error *reterr);
/*
 * Have the RPM at LOCATION, of SIZE bytes unless that is 0, on this machine: remote_fetch_rpm() if
 * the source is fetched. 0, -ENOENT, -EBADMSG with *RETERR set, -ENOMEM.
 */
int source_fetch_rpm(const struct source *source, const char *location, uint64_t size,
		     struct error *reterr);
/*
 * Open the RPM at LOCATION of this source, never out of it and never anything but a file.
 * -ENOENT for a cache, which has no RPMs beside it, and for what was not fetched.
 */
int source_open_rpm(const struct source *source, const char *location);
/* The path of that RPM, for people; owned, NULL if out of memory. */
char *source_rpm_path(const struct source *source, const char *location);
void source_done(struct source *source);
