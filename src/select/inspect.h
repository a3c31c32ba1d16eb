/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect - what the RPM of a package holds: is it the one that the metadata describes, and which
 * modules would be staged from it?
 *
 * Layer: select.
 */
#pragma once

#include "base/cache-dir.h"
#include "base/error.h"
#include "base/file-state.h"
#include "base/limits.h"
#include "base/progress.h"
#include "packages/source.h"
#include "select/payload.h"
#include "select/plan.h"

/* What all packages of a run may still hold together, unpacked: a run starts with the whole. */
struct inspect_room {
	uint64_t bytes;
	size_t files;
};
#define INSPECT_ROOM                                                                               \
	{                                                                                          \
		PLAN_UNPACKED_MAX, PLAN_FILES_MAX                                                  \
	}

/* By what packages are looked at; all borrowed. */
struct inspect_terms {
	const struct source *sources;
	const char *kernel_release;
	bool gpg_checks;
	struct inspect_room *room;
	struct progress_task *progress; /* counts packages; or NULL */
	struct cache_dir *cache; /* gets what payloads hold; or NULL */
	bool ask_cache; /* what it has is believed: nothing will be staged */
};

/* A package that is looked at: all zero but its first member before. */
struct inspection {
	struct plan_package *package; /* borrowed; of one of the sources */
	int result; /* 0, -EBADMSG if it is damaged or not what the metadata says, or another -errno
		     */
	struct error error; /* set if the result is no success; the caller's to release */
	/* While it is looked at: */
	int fd;
	struct rpm *rpm; /* NULL: it is not at hand */
	struct payload payload;
	bool walks; /* its payload is still to be read */
	bool keeps; /* what is found in it is to be kept */
	struct file_state state; /* of the RPM, before it was read */
	size_t diagnostic_count; /* before its payload was read */
};

/*
 * Open the RPM of each of the COUNT packages in its source, once, as it would be staged, and keep
 * it open as package->rpm_fd: from it alone it is staged. Fills its modules with their facts and
 * SHA-256, its firmware, the room it takes, which the terms' room loses, its trust, and its own
 * SHA-256; staging holds it to all of these. The payload of what is not trusted, see
 * plan_is_trusted(), stays closed; of any other every file that would be staged is read. An RPM
 * that is not there is no error: it is not at hand. Payloads are read on all processors at once;
 * the results are those of looking at one package after the other.
 */
void inspect_packages(const struct inspect_terms *terms, struct inspection *items, size_t count);
/*
 * Has the RPM open at FD the checksum that DRIVER states, if it states one? What *RET_SHA256 is
 * gives way to its SHA-256. 0, -EBADMSG with *RETERR set if not, or another -errno.
 */
int inspect_content(int fd, const struct driver *driver, char **ret_sha256, struct error *reterr);
/*
 * Who vouches for the RPM open at FD, which has the checksum that DRIVER states: itself, or where
 * checksums lead to it from a signature, SOURCE. *RET stays as it is if nobody asks.
 */
int inspect_trust(int fd, const struct source *source, const struct driver *driver,
		  struct trust *ret, struct error *reterr);
