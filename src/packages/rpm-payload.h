/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm-payload - the files in an RPM: their content, and the digests that the header has of it.
 *
 * Layer: packages. Reads from the file that rpm_open() was given; writes nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "packages/rpm.h"

/* One entry of the payload while rpm_payload() visits it; all borrowed. */
struct rpm_entry {
	const char *path; /* absolute, as in the package */
	mode_t mode; /* type and permissions */
	uint64_t size; /* bytes of content; 0 for all but the one hard link that carries them */
	const char *target; /* of a symlink; else NULL */
	const char *link; /* path of the entry visited before that carries its content, or NULL */
	const char *digest_type; /* of the content, as trust/digest.h names it; NULL if none */
	const char *digest; /* of the content, hexadecimal; NULL if the header has none */
	void *stream; /* for rpm_entry_read() */
};

/*
 * Compare the payload as it is stored with the digest that the header has of it (since rpm 4.14).
 * 1 if they agree, 0 if the header has none, -EBADMSG with *RETERR set if not, or another -errno.
 */
int rpm_verify_payload(const struct rpm *rpm, struct error *reterr);
/*
 * Visit each payload entry in order: VISIT returns 0 to go on, anything else to stop with that.
 * Of hard links the one that carries the content comes first. Reads from the file that rpm_open()
 * was given.
 * 0, what VISIT returned, or with *RETERR set -EBADMSG if the payload is damaged or cut, -EIO if
 * it could not be read to its end and then could, or another -errno.
 */
int rpm_payload(struct rpm *rpm, int (*visit)(void *context, const struct rpm_entry *entry),
		void *context, struct error *reterr);
/* Up to SIZE bytes of ENTRY's content; 0 at its end, -EBADMSG if the payload is damaged. */
long rpm_entry_read(const struct rpm_entry *entry, void *buffer, size_t size);
