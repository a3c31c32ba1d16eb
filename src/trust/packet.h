/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet - the packets that OpenPGP keys and signatures are made of (RFC 4880, sections 4 and 5).
 *
 * Layer: trust. Pure: memory in, memory out; what it returns points into what it was given. It
 * reads and computes nothing: whether a signature holds is asked of openpgp.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Those that are looked at (RFC 4880, 4.3). */
enum packet_tag {
	PACKET_SIGNATURE = 2,
	PACKET_SECRET_KEY = 5,
	PACKET_KEY = 6,
	PACKET_USER_ID = 13,
	PACKET_SUBKEY = 14,
	PACKET_USER_ATTRIBUTE = 17,
};

struct packet {
	unsigned int tag;
	const uint8_t *whole; /* with its header */
	size_t whole_size;
	const uint8_t *body;
	size_t size;
};

/*
 * The packet at *AT in DATA; *AT moves behind it. 1, 0 at the end of DATA, -EBADMSG if there is
 * none, it is cut, or of partial or unknown length, which neither keys nor signatures are.
 */
int packet_next(const uint8_t *data, size_t size, size_t *at, struct packet *ret);

/** Bytes of a key's id (RFC 4880, 12.2). */
#define PACKET_KEY_ID 8

/* What a key packet says of the key (5.5.2). */
struct packet_key {
	uint8_t algorithm; /* see packet_algorithm_name() */
	int64_t created; /* seconds since 1970 */
	unsigned int bits; /* of an RSA or DSA key; 0 for others */
};

/* 0, -EBADMSG if it is malformed, -ENOTSUP if it is of another version than 4. */
int packet_key(const struct packet *packet, struct packet_key *ret);
/* "rsa", "dsa", "ecdsa", "eddsa"; NULL for what makes no signatures, or is unknown. */
const char *packet_algorithm_name(uint8_t algorithm);
/* As trust/digest.h names it; NULL if unknown there. */
const char *packet_hash_name(uint8_t hash);

/* Kinds of signatures (5.2.1); of certifications there are four. */
enum packet_signature_kind {
	SIGNATURE_BINARY = 0x00,
	SIGNATURE_CERTIFIES = 0x10,
	SIGNATURE_CERTIFIES_LAST = 0x13,
	SIGNATURE_BINDS_SUBKEY = 0x18,
	SIGNATURE_BINDS_PRIMARY = 0x19,
	SIGNATURE_DIRECT = 0x1f,
	SIGNATURE_REVOKES_KEY = 0x20,
	SIGNATURE_REVOKES_SUBKEY = 0x28,
	SIGNATURE_REVOKES_USER_ID = 0x30,
};

/** Flag of a key that may sign data (5.2.3.21). */
#define PACKET_MAY_SIGN 0x02

/* What a signature packet says (5.2). Only the signed part of it is taken, but for the issuer. */
struct packet_signature {
	uint8_t kind, algorithm, hash;
	int64_t created; /* seconds since 1970 */
	int64_t lifetime; /* of the signature, in seconds; 0: no end */
	int64_t key_lifetime; /* of the key that it is about, from the key's creation; 0: no end */
	bool has_issuer;
	uint8_t issuer[PACKET_KEY_ID];
	bool has_flags;
	uint8_t flags;
	bool is_primary; /* the user id that it certifies is the main one */
	bool has_revoker; /* names a key that may revoke this one: */
	uint8_t revoker[PACKET_KEY_ID];
	const uint8_t *embedded; /* the body of a signature by the subkey; NULL if none */
	size_t embedded_size;
};

/* 0, -EBADMSG if it is malformed, -ENOTSUP if it is of another version than 3 or 4. */
int packet_signature(const struct packet *packet, struct packet_signature *ret);
