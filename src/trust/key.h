/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key - an OpenPGP key: whose it is, what it may sign, until when, and whether it was revoked.
 *
 * Layer: trust. librpm asks none of that (as of 4.18), so it is read from the key's own packets; a
 * statement counts if the key itself signed it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/files.h"
#include "base/limits.h"
#include "trust/packet.h"

/* The main key, or a subkey. */
struct key_part {
	uint8_t id[PACKET_KEY_ID];
	struct packet_key facts;
	int64_t stated; /* when the newest statement about it was made; 0: there is none */
	int64_t expires; /* seconds since 1970; 0: never */
	bool may_sign;
	bool revoked;
	struct bytes packet; /* it alone, with a tag of PACKET_KEY */
};

struct key {
	char *owner; /* its main user id, printable; NULL if it has none */
	struct key_part *parts; /* the main key first, then its own subkeys */
	size_t count;
};

/*
 * The key at *AT in DATA, which is packets; *AT moves to the next key in any case.
 * 1, 0 if there is no further one, -EBADMSG if it is damaged or cut, -ENOTSUP if it is of another
 * version than 4 or a secret key, -ENOMEM.
 *
 * What cannot be checked, because librpm does not know the kind of signature, counts where it takes
 * something away: an end of its life, a revocation. It counts no more than that.
 */
int key_read(const uint8_t *data, size_t size, size_t *at, struct key *ret);
/* Take what COPY, of the same main key, says in addition. 0 or -ENOMEM. */
int key_merge(struct key *key, const struct key *copy);
/* KEY is revoked if PACKET, which may be anything, is its own signature that says so. The same. */
int key_revoke(struct key *key, const struct packet *packet);
bool key_same(const struct key *left, const struct key *right);
void key_done(struct key *key);

#define auto_key __attribute__((cleanup(key_done)))
