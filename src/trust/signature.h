/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signature - one OpenPGP signature over some data: who made it, and does it count?
 *
 * Layer: trust. package-signature.h says what the data is in an RPM.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/digest.h"
#include "trust/keyring.h"
#include "trust/packet.h"
#include "trust/trust.h"

/** Shortest RSA and DSA keys that count, in bits: NIST disallows shorter ones (SP 800-131A). */
#define SIGNATURE_BITS_MIN 2048U

/* By whom, and when, a signature is looked at. */
struct signature_judge {
	const struct keyring *keyring;
	int64_t now; /* seconds since 1970 */
	/* When what is signed was made, as far as known: a clock that is earlier is wrong. */
	int64_t made;
};

struct signature {
	struct packet packet; /* borrowed */
	struct packet_signature facts;
	struct digest *digest; /* NULL: of a kind that is not known */
	int flaw; /* what is wrong with the packet, as packet_signature() says it */
};

/* The signature in PACKET, which is borrowed until signature_done(). 0 or -ENOMEM. */
int signature_open(const struct packet *packet, struct signature *ret);
/* More of the data that it is over. 0 or -EIO. */
int signature_update(struct signature *signature, const void *data, size_t size);
/* What it is worth, after all data. 0 or -ENOMEM. */
int signature_weigh(const struct signature *signature, const struct signature_judge *judge,
		    struct trust *ret);
void signature_done(struct signature *signature);

/* Is a checksum of TYPE, as digest.h names it, as good as none: MD5 or SHA-1? */
bool signature_weak_hash(const char *type);

/*
 * SIGNATURE, packets or text armor around them, is over DATA: the best of what is in it, or what
 * speaks against it. No bytes at all are no signature. 0 or -ENOMEM.
 */
int signature_check_detached(const struct bytes *data, const struct bytes *signature,
			     const struct signature_judge *judge, struct trust *ret);
