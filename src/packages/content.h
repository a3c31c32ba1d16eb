/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * content - what a file in an RPM holds, as its header says.
 *
 * Layer: packages.
 */
#pragma once

#include "base/files.h"
#include "packages/rpm-payload.h"

/* Takes the next piece of content: 0 to go on, anything else to stop with that. */
typedef int (*content_sink)(void *context, const void *data, size_t size);

/*
 * Hand the content of ENTRY to SINK (NULL: nobody wants it), and hold it against the digest that
 * the header has of it. *RET_SHA256, unless it is NULL, is its SHA-256, owned.
 * 0, what SINK returned, -ENOMEM, or -EBADMSG with *RETERR_WHY, static, to stand behind its path.
 */
int content_pass(const struct rpm_entry *entry, content_sink sink, void *context, char **ret_sha256,
		 const char **reterr_why);
/* The same, all of it in memory; -EFBIG over MAX bytes, which leaves it unread. */
int content_read(const struct rpm_entry *entry, uint64_t max, struct bytes *ret, char **ret_sha256,
		 const char **reterr_why);
