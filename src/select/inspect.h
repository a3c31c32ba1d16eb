/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect - what the RPM of a package holds: is it the one that the metadata describes, and which
 * modules would be staged from it?
 *
 * Layer: select.
 */
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "packages/source.h"
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

/*
 * Open PACKAGE's RPM in SOURCE, once, as it would be staged for KERNEL_RELEASE, and keep it open
 * as package->rpm_fd: from it alone it is staged. Fills its modules with their facts and SHA-256,
 * its firmware, the room it takes, which ROOM loses, its trust, and its own SHA-256; staging holds
 * it to all of these. The payload of what is not trusted, see plan_is_trusted(), stays closed; of
 * any other every file that would be staged is read, one at a time. An RPM that is not
 * there is no error: it is not at hand.
 * 0, -EBADMSG with *RETERR set if it is damaged or not the package that the metadata describes, or
 * another -errno.
 */
int inspect_package(const struct source *source, const char *kernel_release, bool gpg_checks,
		    struct inspect_room *room, struct plan_package *package, struct error *reterr);
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
