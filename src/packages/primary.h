/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * primary - primary.xml of rpm-md, read a piece at a time: a record a package.
 *
 * Layer: packages. A record is what libsolv's repo_add_rpmmd() would make of the package, but for
 * rich dependencies and hints: these stay the text that they are. Nothing is kept of a package that
 * was handed on, so memory does not grow with the repository.
 */
#pragma once

#include <stddef.h>

struct primary;
struct record;

/* Takes RECORD, which is the reader's and used again; what is negative ends the reading. */
typedef int (*primary_sink)(void *context, struct record *record);

/* 0 or -ENOMEM. */
int primary_new(primary_sink sink, void *context, struct primary **ret);
/*
 * Read the next SIZE bytes, cut anywhere. 0; -EBADMSG with *RETERR_WHY a phrase that says why no
 * metadata looks like this ("it holds a NUL byte"; lives as long as the program); -EFBIG, -ENOMEM,
 * or what the sink said. What comes behind an error is not read: it is the answer again.
 */
int primary_feed(struct primary *primary, const void *data, size_t size, const char **reterr_why);
/* Was that the whole document? 0, or as above. */
int primary_finish(struct primary *primary, const char **reterr_why);
/* NULL. */
struct primary *primary_free(struct primary *primary);

static inline void primary_release(struct primary **primary)
{
	primary_free(*primary);
}
#define auto_primary __attribute__((cleanup(primary_release)))
