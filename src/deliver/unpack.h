/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack - one RPM copied, checked and taken apart below a generation's directory.
 *
 * Layer: deliver. Makes directories and regular files only, each new, none through a symlink.
 */
#pragma once

#include "base/error.h"
#include "base/progress.h"
#include "select/payload.h"
#include "packages/rpm-payload.h"
#include "select/plan.h"

/* Where one package goes; all borrowed. */
struct unpack {
	int dir_fd; /* of the generation */
	const char *kernel_release; /* safe to use as one path component, as all of these */
	const char *nevra; /* for messages */
	const char *name; /* of its directories, made by unpack_name() */
	const char *rpm; /* of its file in rpms/ */
	struct progress_task *progress; /* gets the bytes that are written; NULL: nobody does */
};

/*
 * What the directories of package NEVRA are called: kmod takes the first ':' of a line in
 * modules.dep for the end of the path, so the one behind an epoch becomes '_'. Owned.
 * 0, -EINVAL if it cannot be the name of a directory, -ENOMEM.
 */
int unpack_name(const char *nevra, char **ret);
/*
 * Copy all of FROM_FD to rpms/, no more than package->rpm_size if that is known, and compare it
 * with what the metadata of PACKAGE says of it (size, checksum). *RET_FD is the copy, open for
 * reading, *RET_SHA256 its checksum. 0, -EBADMSG with *RETERR set if it is another file, or another
 * -errno.
 */
int unpack_copy(const struct unpack *unpack, int from_fd, const struct plan_package *package,
		int *ret_fd, char **ret_sha256, struct error *reterr);
/*
 * Write the files of PAYLOAD out of RPM, and list them in RET's modules and firmware; what is left
 * out becomes a diagnostic of it. 0, -EBADMSG with *RETERR set, or another -errno.
 */
int unpack_files(const struct unpack *unpack, struct rpm *rpm, const struct payload *payload,
		 struct plan_package *ret, struct error *reterr);
/* Remove all that the two functions made. 0 or -errno. */
int unpack_undo(const struct unpack *unpack);
