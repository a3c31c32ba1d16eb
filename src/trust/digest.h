/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest - checksums as package metadata spells them: a type's name and lower-case hexadecimal.
 *
 * Layer: trust. Computed by librpm's crypto, so that no further library is needed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** The type by which a package is identified. */
#define DIGEST_SHA256 "sha256"

struct digest;

/*
 * Start a checksum of TYPE: "md5", "sha" (which is SHA-1), "sha1", "sha224", "sha256", "sha384" or
 * "sha512" (rpm-md: createrepo_c's names). 0, -ENOTSUP for another type, -ENOMEM.
 */
int digest_new(const char *type, struct digest **ret);
/* Add SIZE bytes. 0 or -EIO. */
int digest_update(struct digest *digest, const void *data, size_t size);
/* The checksum of all that was added; only once. Owned text in *RET. 0, -EINVAL, -ENOMEM. */
int digest_finish(struct digest *digest, char **ret);
struct digest *digest_free(struct digest *digest);
/* Librpm's own state of it, for trust/openpgp.c; borrowed. */
void *digest_handle(const struct digest *digest);

/* All in one. 0, -ENOTSUP for an unknown type, -ENOMEM. */
int digest_hex(const char *type, const void *data, size_t size, char **ret);
/* The same checksum, whatever the case of its hexadecimal digits? */
bool digest_equal(const char *left, const char *right);

static inline void digest_release(struct digest **slot)
{
	digest_free(*slot);
}
#define auto_digest __attribute__((cleanup(digest_release)))
