/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy - the copy of an RPM in rpms/: is it what was looked at, and whole?
 *
 * Layer: deliver. Nobody else can write to it, so what is found of it stays true. All return 0,
 * -EBADMSG with *RETERR set if it is not, or another -errno.
 */
#pragma once

#include "deliver/stage.h"
#include "packages/rpm-payload.h"

/* Open the copy at FD: it is whole, and the package that was planned. */
int copy_open(int fd, const struct plan_package *package, struct rpm **ret, struct error *reterr);
/*
 * What was looked at is what is in the copy at FD, with checksum SHA256. The file may have been
 * written to between one look and the next, so its checksum alone does not tell.
 */
int copy_check(const struct stage_rpm *rpm, int fd, const struct plan_package *package,
	       const char *sha256, struct error *reterr);
/* The modules of PACKAGE, which were proven, are those of FRESH, which were unpacked. */
int copy_check_modules(const struct plan_package *package, const struct plan_package *fresh,
		       struct error *reterr);
/*
 * The same of a build that was not chosen: it may never have been looked at, and its copy is all
 * that counts. -EPERM if nobody vouches for it.
 */
int copy_check_other(const struct stage_rpm *from, int fd, const struct plan_package *package,
		     const char *sha256, struct error *reterr);
