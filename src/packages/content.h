/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * content - what a file in an RPM holds, whole and as its header says.
 *
 * Layer: packages.
 */
#pragma once

#include "base/files.h"
#include "packages/rpm.h"

/*
 * All of the content of ENTRY, held against the digest that the header has of it.
 * 0, -EFBIG over MAX bytes, -ENOMEM, or -EBADMSG with *RETERR_WHY, static, to stand behind its
 * path.
 */
int content_read(const struct rpm_entry *entry, uint64_t max, struct bytes *ret,
		 const char **reterr_why);
