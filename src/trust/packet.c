/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/packet.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

/* Subpackets of signatures that are looked at (RFC 4880, 5.2.3.1; the fingerprint is RFC 9580's).
 */
enum {
	SUBPACKET_CREATED = 2,
	SUBPACKET_LIFETIME = 3,
	SUBPACKET_KEY_LIFETIME = 9,
	SUBPACKET_REVOKER = 12,
	SUBPACKET_ISSUER = 16,
	SUBPACKET_PRIMARY = 25,
	SUBPACKET_FLAGS = 27,
	SUBPACKET_EMBEDDED = 32,
	SUBPACKET_FINGERPRINT = 33,
};
/** The bit of a subpacket's type that says: who does not understand it refuses the signature. */
#define SUBPACKET_CRITICAL 0x80

/** Bytes of a version 4 fingerprint. */
#define FINGERPRINT 20

static uint32_t big_endian(const uint8_t *at, size_t bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

/* What is left to read; every step checks that it is there. */
struct reader {
	const uint8_t *at;
	size_t left;
};

static bool read_number(struct reader *reader, size_t bytes, uint32_t *ret)
{
	if (reader->left < bytes)
		return false;
	*ret = big_endian(reader->at, bytes);
	reader->at += bytes;
	reader->left -= bytes;
	return true;
}

static bool read_byte(struct reader *reader, uint8_t *ret)
{
	uint32_t value;

	if (!read_number(reader, 1, &value))
		return false;
	*ret = (uint8_t)value;
	return true;
}

/* The next SIZE bytes as a reader of their own. */
static bool read_part(struct reader *reader, size_t size, struct reader *ret)
{
	if (reader->left < size)
		return false;
	*ret = (struct reader){ reader->at, size };
	reader->at += size;
	reader->left -= size;
	return true;
}

/* A length of one, two or five bytes (4.2.2); two-byte ones start below TWO_END. */
static bool read_length(struct reader *reader, uint8_t two_end, uint32_t *ret)
{
	uint8_t first, second;

	if (!read_byte(reader, &first))
		return false;
	if (first < 192) {
		*ret = first;
		return true;
	}
	if (first == 255)
		return read_number(reader, 4, ret);
	if (first >= two_end || !read_byte(reader, &second))
		return false;
	*ret = (((uint32_t)first - 192) << 8) + second + 192;
	return true;
}

int packet_next(const uint8_t *data, size_t size, size_t *at, struct packet *ret)
{
	/* Of old packets, by the last two bits; the fourth kind has no length (4.2.1). */
	static const size_t old_lengths[] = { 1, 2, 4 };
	struct reader reader, body;
	uint32_t length;
	uint8_t head;
	bool is_new;

	if (*at >= size)
		return 0;
	reader = (struct reader){ data + *at, size - *at };
	if (!read_byte(&reader, &head) || !(head & 0x80))
		return -EBADMSG;
	is_new = head & 0x40;
	if (!is_new && (head & 3) >= COUNT(old_lengths))
		return -EBADMSG;
	if (is_new ? !read_length(&reader, 224, &length)
		   : !read_number(&reader, old_lengths[head & 3], &length))
		return -EBADMSG;
	if (!read_part(&reader, length, &body))
		return -EBADMSG;
	*ret = (struct packet){
		.tag = is_new ? head & 0x3f : (head & 0x3f) >> 2,
		.whole = data + *at,
		.whole_size = (size_t)(reader.at - (data + *at)),
		.body = body.at,
		.size = body.left,
	};
	*at += ret->whole_size;
	return 1;
}

/* RFC 4880, 9.1; EdDSA is of its draft for version 5. */
const char *packet_algorithm_name(uint8_t algorithm)
{
	switch (algorithm) {
	case 1:
	case 3:
		return "rsa";
	case 17:
		return "dsa";
	case 19:
		return "ecdsa";
	case 22:
		return "eddsa";
	default:
		return NULL;
	}
}

/* RFC 4880, 9.4. */
const char *packet_hash_name(uint8_t hash)
{
	static const char *const names[] = {
		[1] = "md5",    [2] = "sha1",    [8] = "sha256",
		[9] = "sha384", [10] = "sha512", [11] = "sha224",
	};

	return hash < COUNT(names) ? names[hash] : NULL;
}

int packet_key(const struct packet *packet, struct packet_key *ret)
{
	struct reader reader = { packet->body, packet->size };
	uint8_t version, algorithm;
	uint32_t created, bits = 0;

	if (!read_byte(&reader, &version))
		return -EBADMSG;
	if (version != 4)
		return -ENOTSUP;
	if (!read_number(&reader, 4, &created) || !read_byte(&reader, &algorithm))
		return -EBADMSG;
	/* Its first number is RSA's modulus or DSA's prime, with its length in bits before it. */
	if ((algorithm <= 3 || algorithm == 17) && !read_number(&reader, 2, &bits))
		return -EBADMSG;
	*ret = (struct packet_key){ .algorithm = algorithm, .created = created, .bits = bits };
	return 0;
}

/* The key id that a version 4 fingerprint ends in. */
static bool take_fingerprint(struct reader reader, uint8_t *ret)
{
	if (reader.left != FINGERPRINT)
		return false;
	memcpy(ret, reader.at + FINGERPRINT - PACKET_KEY_ID, PACKET_KEY_ID);
	return true;
}

static bool take_seconds(struct reader reader, int64_t *ret)
{
	uint32_t seconds;

	if (reader.left != 4 || !read_number(&reader, 4, &seconds))
		return false;
	*ret = seconds;
	return true;
}

/* Who made it need not be signed: it only says which key to try. */
static bool take_issuer(uint8_t type, struct reader data, struct packet_signature *signature)
{
	uint8_t version;

	if (type == SUBPACKET_ISSUER) {
		if (data.left != PACKET_KEY_ID)
			return false;
		memcpy(signature->issuer, data.at, PACKET_KEY_ID);
		signature->has_issuer = true;
	} else if (type == SUBPACKET_FINGERPRINT && !signature->has_issuer) {
		if (!read_byte(&data, &version))
			return false;
		signature->has_issuer = version == 4 && take_fingerprint(data, signature->issuer);
	} else if (type == SUBPACKET_EMBEDDED) {
		/* It is signed itself. */
		signature->embedded = data.at;
		signature->embedded_size = data.left;
	}
	return true;
}

static bool take_signed(uint8_t type, struct reader data, struct packet_signature *signature)
{
	switch (type) {
	case SUBPACKET_CREATED:
		return take_seconds(data, &signature->created);
	case SUBPACKET_LIFETIME:
		return take_seconds(data, &signature->lifetime);
	case SUBPACKET_KEY_LIFETIME:
		return take_seconds(data, &signature->key_lifetime);
	case SUBPACKET_PRIMARY:
		signature->is_primary = data.left > 0 && data.at[0];
		return data.left == 1;
	case SUBPACKET_FLAGS:
		signature->has_flags = true;
		signature->flags = data.left > 0 ? data.at[0] : 0;
		return true;
	case SUBPACKET_REVOKER:
		if (data.left != 2 + FINGERPRINT)
			return false;
		data = (struct reader){ data.at + 2, FINGERPRINT };
		signature->has_revoker = take_fingerprint(data, signature->revoker);
		return true;
	default:
		return true;
	}
}

static bool take_subpackets(struct reader area, bool is_signed, struct packet_signature *signature)
{
	while (area.left > 0) {
		struct reader subpacket;
		uint32_t length;
		uint8_t type;

		if (!read_length(&area, 255, &length) || !read_part(&area, length, &subpacket) ||
		    !read_byte(&subpacket, &type))
			return false;
		type &= (uint8_t)~SUBPACKET_CRITICAL;
		if (!take_issuer(type, subpacket, signature) ||
		    (is_signed && !take_signed(type, subpacket, signature)))
			return false;
	}
	return true;
}

static bool read_v4(struct reader *reader, struct packet_signature *signature)
{
	struct reader hashed, unhashed;
	uint32_t length;

	return read_byte(reader, &signature->kind) && read_byte(reader, &signature->algorithm) &&
	       read_byte(reader, &signature->hash) && read_number(reader, 2, &length) &&
	       read_part(reader, length, &hashed) && read_number(reader, 2, &length) &&
	       read_part(reader, length, &unhashed) && take_subpackets(hashed, true, signature) &&
	       take_subpackets(unhashed, false, signature);
}

/* What is hashed with the data, its kind and time, is five bytes long (5.2.2). */
static bool read_v3(struct reader *reader, struct packet_signature *signature)
{
	uint8_t hashed_length;
	struct reader issuer;
	uint32_t created;

	if (!read_byte(reader, &hashed_length) || hashed_length != 5 ||
	    !read_byte(reader, &signature->kind) || !read_number(reader, 4, &created) ||
	    !read_part(reader, PACKET_KEY_ID, &issuer) ||
	    !read_byte(reader, &signature->algorithm) || !read_byte(reader, &signature->hash))
		return false;
	signature->created = created;
	memcpy(signature->issuer, issuer.at, PACKET_KEY_ID);
	signature->has_issuer = true;
	return true;
}

int packet_signature(const struct packet *packet, struct packet_signature *ret)
{
	struct reader reader = { packet->body, packet->size };
	struct packet_signature signature = { 0 };
	uint8_t version;
	uint32_t start;

	if (!read_byte(&reader, &version))
		return -EBADMSG;
	if (version != 3 && version != 4)
		return -ENOTSUP;
	if (!(version == 3 ? read_v3 : read_v4)(&reader, &signature))
		return -EBADMSG;
	/* The start of the hashed value, and at least one number. */
	if (!read_number(&reader, 2, &start) || reader.left < 2)
		return -EBADMSG;
	*ret = signature;
	return 0;
}
