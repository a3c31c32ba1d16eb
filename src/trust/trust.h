/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trust - who vouches for a package or for a repository's metadata, and whether that is enough.
 *
 * Layer: trust. A plain record; what a signature says comes from signature.h.
 */
#pragma once

#include <stdbool.h>

/* Of several signatures the one whose status comes last here tells how it stands. */
enum trust_status {
	TRUST_UNCHECKED, /* nobody looked yet */
	TRUST_UNSIGNED,
	TRUST_UNKNOWN_KEY, /* signed by a key that is not trusted */
	TRUST_UNSUPPORTED, /* signed in a way that librpm cannot check */
	TRUST_EXPIRED, /* the key, or the signature, was valid until some day that is past */
	TRUST_WEAK, /* by MD5 or SHA-1 alone, by a short key, or over a part only */
	TRUST_CLOCK_UNSET, /* good, and the clock is too early to tell whether it expired */
	TRUST_GOOD,
	TRUST_REVOKED,
	TRUST_BAD, /* what is signed was changed, or the signature is damaged */
};
const char *trust_status_id(enum trust_status status); /* "unknown-key" */

/* What carries the signature. */
enum trust_way { TRUST_BY_PACKAGE, TRUST_BY_REPOMD };
const char *trust_way_id(enum trust_way way); /* "package", "repomd" */

struct trust {
	enum trust_status status;
	enum trust_way way;
	char *key; /* id of the key that signed, 16 hexadecimal digits; NULL: unsigned */
	char *owner; /* user id of that key, printable; NULL: unknown, or it has none */
	const char *hash; /* as trust/digest.h names it; static; NULL: unsigned, or unknown */
	char *detail; /* what is the matter, e.g. "its key expired on 2024-05-01"; NULL: nothing */
};

/* Its signature held, and no more is known against it? */
bool trust_is_good(const struct trust *trust);
/* Is it rejected even where nobody asks for signatures: bad, revoked, weak? */
bool trust_is_bad(const struct trust *trust);
/* May a package be taken for it? GPG_CHECKS: somebody who is trusted has to vouch for it. */
bool trust_is_enough(const struct trust *trust, bool gpg_checks);
/*
 * What decides about a package: its own signature; where that is missing or of an unknown key, a
 * good one of the repository; and a bad one of the repository in any case. CHAIN is that of the
 * repository, NULL where no chain of checksums leads from it to the package. Borrowed.
 */
const struct trust *trust_choose(const struct trust *package, const struct trust *chain);

/* Who vouches for it, or why nobody does: "it is signed by ..."; owned, NULL if out of memory. */
char *trust_text(const struct trust *trust);

/* Of the two, the one whose status comes last is moved into BEST, the other into OTHER. */
void trust_prefer(struct trust *best, struct trust *other);
/* 0 or -ENOMEM. */
int trust_copy(const struct trust *from, struct trust *ret);
void trust_done(struct trust *trust);

#define auto_trust __attribute__((cleanup(trust_done)))
