/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sums - two checksums in one go: the SHA-256 that identifies a file, and the one that is stated.
 *
 * Layer: trust.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trust/digest.h"

struct sums {
	struct digest *sha256;
	struct digest *stated; /* NULL: it is a SHA-256 too, or none is stated */
};

/* TYPE is that of the stated checksum, NULL for none. 0, -ENOTSUP for an unknown one, -ENOMEM. */
int sums_start(struct sums *sums, const char *type);
/* Add SIZE bytes. 0 or -EIO. */
int sums_update(struct sums *sums, const void *data, size_t size);
/* *RET_SAME: is STATED, if any, what came out? *RET_SHA256 is owned. 0, -EINVAL, -ENOMEM. */
int sums_finish(struct sums *sums, const char *stated, char **ret_sha256, bool *ret_same);
void sums_done(struct sums *sums);

#define auto_sums __attribute__((cleanup(sums_done)))
