/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote - a repository that is fetched: its metadata, and of its RPMs those that are asked for.
 *
 * Layer: packages. What was fetched is kept open, without a name, until the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files.h"
#include "packages/fetch.h"

struct remote;

/* The INDEXth URL of FETCH, which is borrowed. 0 or -ENOMEM. */
int remote_new(struct fetch *fetch, size_t index, struct remote **ret);
/* From here on RPMs may be fetched, or not; at first not. */
void remote_allow_rpms(struct remote *remote, bool allowed);
/*
 * The bytes of the file at LOCATION: at most MAX, and exactly SIZE unless that is 0 for unknown.
 * 0, -ENOENT if there is none, -EFBIG, or another -errno, with *RETERR set.
 */
int remote_read(struct remote *remote, const char *location, uint64_t max, uint64_t size,
		struct bytes *ret, struct error *reterr);
/* A new fd of that file, at its start; errors as above. */
int remote_open(struct remote *remote, const char *location, uint64_t max, uint64_t size,
		struct error *reterr);
/*
 * Have the RPM at LOCATION, of SIZE bytes unless that is 0 for unknown. 0 if it is there;
 * -ENOENT if it may not be fetched, or nothing can be fetched any more: remote_failure() says why;
 * -EBADMSG with *RETERR set if the server has another file than the metadata says, or none;
 * -ENOMEM.
 */
int remote_fetch_rpm(struct remote *remote, const char *location, uint64_t size,
		     struct error *reterr);
/* A new fd of that RPM, at its start; -ENOENT if it was not fetched. */
int remote_open_rpm(const struct remote *remote, const char *location);
/* Why RPMs cannot be fetched; borrowed, NULL while they can. */
struct error *remote_failure(struct remote *remote);
struct remote *remote_free(struct remote *remote);
