/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/key.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "trust/digest.h"
#include "trust/openpgp.h"

/* What the signatures on one user id, or on one key, say; the newest one counts. */
struct claim {
	int64_t made; /* 0: nothing was claimed */
	int64_t lifetime; /* of the key, in seconds; 0: no end */
	int64_t ends; /* of the claim itself, since 1970; 0: never */
	bool may_sign;
	bool is_primary;
	bool revoked;
};

struct reader {
	struct key key;
	struct packet target; /* what the next signatures are about */
	struct claim claim;
	uint8_t revoker[PACKET_KEY_ID]; /* the key that may revoke this one, if there is one */
	bool has_revoker;
	int64_t limit; /* end of the main key that could not be checked; 0: none */
	int64_t owner_made;
	bool owner_is_primary;
};

static void part_done(struct key_part *part)
{
	bytes_done(&part->packet);
}

void key_done(struct key *key)
{
	for (size_t i = 0; i < key->count; i++)
		part_done(&key->parts[i]);
	free(key->parts);
	free(key->owner);
	*key = (struct key){ 0 };
}

static void reader_done(struct reader *reader)
{
	key_done(&reader->key);
}

/* The form in which a key is hashed (RFC 4880, 5.2.4), which is an old packet with two bytes of
 * length. */
static int copy_packet(const struct packet *packet, struct bytes *ret)
{
	uint8_t *data = malloc(3 + packet->size);

	if (!data)
		return -ENOMEM;
	data[0] = 0x80 | PACKET_KEY << 2 | 1;
	data[1] = (uint8_t)(packet->size >> 8);
	data[2] = (uint8_t)packet->size;
	memcpy(data + 3, packet->body, packet->size);
	*ret = (struct bytes){ data, 3 + packet->size };
	return 0;
}

/* The last bytes of its fingerprint (RFC 4880, 12.2). */
static int find_id(struct key_part *part)
{
	auto_free char *fingerprint = NULL;
	const char *tail;
	int r = digest_hex("sha1", part->packet.data, part->packet.size, &fingerprint);

	if (r < 0)
		return r;
	tail = fingerprint + strlen(fingerprint) - 2 * PACKET_KEY_ID;
	for (size_t i = 0; i < PACKET_KEY_ID; i++)
		part->id[i] = (uint8_t)(text_hex_digit(tail[2 * i]) * 16 +
					text_hex_digit(tail[2 * i + 1]));
	return 0;
}

static int add_part(struct key *key, const struct packet *packet)
{
	struct key_part part = { 0 };
	int r = packet_key(packet, &part.facts);

	if (r < 0)
		return r;
	if (packet->size > KEY_PACKET_MAX)
		return -ENOTSUP;
	if (array_grow(&key->parts, key->count, sizeof(*key->parts)) < 0)
		return -ENOMEM;
	r = copy_packet(packet, &part.packet);
	if (r == 0)
		r = find_id(&part);
	/* What nobody limits makes any signature that its kind can. */
	part.may_sign = packet_algorithm_name(part.facts.algorithm);
	if (r < 0)
		part_done(&part);
	else
		key->parts[key->count++] = part;
	return r;
}

/* Add what a signature about TARGET is over, besides the main key. */
static int hash_target(const struct reader *reader, struct digest *digest)
{
	const struct packet *target = &reader->target;
	const struct bytes *subkey = &reader->key.parts[reader->key.count - 1].packet;
	uint32_t size = htobe32((uint32_t)target->size);
	int r;

	if (target->tag == PACKET_SUBKEY)
		return digest_update(digest, subkey->data, subkey->size);
	r = digest_update(digest, "\xb4", 1);
	if (r == 0)
		r = digest_update(digest, &size, sizeof(size));
	return r < 0 ? r : digest_update(digest, target->body, target->size);
}

/* Did BY make SIGNATURE over the main key, and the target if WITH_TARGET? As openpgp_verify(). */
static int verify(const struct reader *reader, const struct key_part *by, bool with_target,
		  const struct packet *packet, const struct packet_signature *signature)
{
	const struct bytes *main_key = &reader->key.parts[0].packet;
	const char *type = packet_hash_name(signature->hash);
	auto_digest struct digest *digest = NULL;
	int r = type ? digest_new(type, &digest) : -ENOTSUP;

	if (r == 0)
		r = digest_update(digest, main_key->data, main_key->size);
	if (r == 0 && with_target)
		r = hash_target(reader, digest);
	return r < 0 ? r : openpgp_verify(digest, &by->packet, packet);
}

/*
 * A subkey that signs says itself that it belongs to the main key, or it could be anybody's (RFC
 * 4880, 5.2.1, 0x19). True only if that holds.
 */
static bool is_cross_signed(const struct reader *reader, const struct packet_signature *binding)
{
	const struct key_part *subkey = &reader->key.parts[reader->key.count - 1];
	struct packet_signature embedded;
	struct packet packet;
	auto_free uint8_t *whole = NULL;
	uint32_t size = htobe32((uint32_t)binding->embedded_size);

	if (!binding->embedded)
		return false;
	whole = malloc(6 + binding->embedded_size);
	if (!whole)
		return false;
	whole[0] = 0xc0 | PACKET_SIGNATURE;
	whole[1] = 0xff;
	memcpy(whole + 2, &size, sizeof(size));
	memcpy(whole + 6, binding->embedded, binding->embedded_size);
	packet = (struct packet){ PACKET_SIGNATURE, whole, 6 + binding->embedded_size, whole + 6,
				  binding->embedded_size };
	return packet_signature(&packet, &embedded) == 0 &&
	       embedded.kind == SIGNATURE_BINDS_PRIMARY &&
	       verify(reader, subkey, true, &packet, &embedded) == 1;
}

static int64_t earlier_end(int64_t left, int64_t right)
{
	if (left == 0 || right == 0)
		return left + right;
	return left < right ? left : right;
}

/* The newest claim counts; of two that are as old, the one that takes more away. */
static void note_claim(struct reader *reader, const struct packet_signature *signature)
{
	struct claim *claim = &reader->claim;
	bool may_sign = !signature->has_flags || signature->flags & PACKET_MAY_SIGN;
	struct claim new = {
		.made = signature->created,
		.lifetime = signature->key_lifetime,
		.ends = signature->lifetime ? signature->created + signature->lifetime : 0,
		.is_primary = signature->is_primary,
		.may_sign = may_sign,
		.revoked = claim->revoked,
	};

	if (signature->kind == SIGNATURE_BINDS_SUBKEY)
		new.may_sign = may_sign &&is_cross_signed(reader, signature);
	if (new.made < claim->made)
		return;
	if (new.made == claim->made) {
		new.lifetime = earlier_end(new.lifetime, claim->lifetime);
		new.ends = earlier_end(new.ends, claim->ends);
		new.may_sign = new.may_sign && claim->may_sign;
	}
	*claim = new;
}

static bool certifies(uint8_t kind)
{
	return kind >= SIGNATURE_CERTIFIES && kind <= SIGNATURE_CERTIFIES_LAST;
}

/* Can a signature of KIND be about a packet of TAG? */
static bool is_about(uint8_t kind, unsigned int tag)
{
	switch (tag) {
	case PACKET_KEY:
		return kind == SIGNATURE_DIRECT;
	case PACKET_USER_ID:
		return certifies(kind) || kind == SIGNATURE_REVOKES_USER_ID;
	case PACKET_SUBKEY:
		return kind == SIGNATURE_BINDS_SUBKEY || kind == SIGNATURE_REVOKES_SUBKEY;
	default:
		return false;
	}
}

/* One that holds, or with UNCHECKED one of which nobody can say. */
static void apply(struct reader *reader, const struct packet_signature *signature, bool unchecked)
{
	struct key_part *main_key = &reader->key.parts[0];
	int64_t end = signature->key_lifetime;

	if (signature->kind == SIGNATURE_REVOKES_KEY)
		main_key->revoked = true;
	else if (signature->kind == SIGNATURE_REVOKES_SUBKEY ||
		 signature->kind == SIGNATURE_REVOKES_USER_ID)
		reader->claim.revoked = true;
	else if (!unchecked)
		note_claim(reader, signature);
	else if (end && signature->kind != SIGNATURE_BINDS_SUBKEY)
		reader->limit = earlier_end(reader->limit, main_key->facts.created + end);
	if (!unchecked && signature->has_revoker && signature->kind == SIGNATURE_DIRECT) {
		memcpy(reader->revoker, signature->revoker, PACKET_KEY_ID);
		reader->has_revoker = true;
	}
}

static bool same_id(const uint8_t *left, const uint8_t *right)
{
	return memcmp(left, right, PACKET_KEY_ID) == 0;
}

/* What others sign is of no interest, but for a revocation by whom the key names for that. */
static int take_signature(struct reader *reader, const struct packet *packet)
{
	const struct key_part *main_key = &reader->key.parts[0];
	struct packet_signature signature;
	bool revokes_key;
	int r;

	if (packet_signature(packet, &signature) < 0)
		return 0;
	revokes_key = signature.kind == SIGNATURE_REVOKES_KEY;
	if (!revokes_key && !is_about(signature.kind, reader->target.tag))
		return 0;
	if (signature.has_issuer && !same_id(signature.issuer, main_key->id)) {
		if (revokes_key && reader->has_revoker &&
		    same_id(signature.issuer, reader->revoker))
			apply(reader, &signature, true);
		return 0;
	}
	r = verify(reader, main_key, reader->target.tag != PACKET_KEY && !revokes_key, packet,
		   &signature);
	if (r == 1 || r == -ENOTSUP)
		apply(reader, &signature, r == -ENOTSUP);
	return r == -ENOTSUP ? 0 : r < 0 ? r : 0;
}

static void settle(struct key_part *part, const struct claim *claim)
{
	int64_t end = claim->lifetime ? part->facts.created + claim->lifetime : 0;
	bool may_sign = claim->may_sign && packet_algorithm_name(part->facts.algorithm);

	if (claim->made < part->stated)
		return;
	end = earlier_end(end, claim->ends);
	if (claim->made == part->stated) {
		end = earlier_end(end, part->expires);
		may_sign = may_sign && part->may_sign;
	}
	part->expires = end;
	part->may_sign = may_sign;
	part->stated = claim->made;
}

static int settle_user_id(struct reader *reader)
{
	const struct claim *claim = &reader->claim;
	auto_free char *text = NULL;
	char *printable;

	if (claim->revoked || claim->made == 0)
		return 0;
	settle(&reader->key.parts[0], claim);
	if (reader->key.owner &&
	    (reader->owner_is_primary > claim->is_primary ||
	     (reader->owner_is_primary == claim->is_primary && reader->owner_made >= claim->made)))
		return 0;
	text = strndup((const char *)reader->target.body, reader->target.size);
	printable = text ? text_printable(text) : NULL;
	if (!printable)
		return -ENOMEM;
	free(reader->key.owner);
	reader->key.owner = printable;
	reader->owner_made = claim->made;
	reader->owner_is_primary = claim->is_primary;
	return 0;
}

/* All signatures about the target were seen. */
static int finish_target(struct reader *reader)
{
	struct key *key = &reader->key;
	const struct claim *claim = &reader->claim;
	struct key_part *last = &key->parts[key->count - 1];
	int r = 0;

	if (reader->target.tag == PACKET_USER_ID) {
		r = settle_user_id(reader);
	} else if (reader->target.tag == PACKET_KEY && claim->made) {
		settle(&key->parts[0], claim);
	} else if (reader->target.tag == PACKET_SUBKEY && claim->made) {
		settle(last, claim);
		last->revoked = claim->revoked;
	} else if (reader->target.tag == PACKET_SUBKEY) {
		/* Whoever put it there was not the owner. */
		part_done(last);
		key->count--;
	}
	reader->claim = (struct claim){ .may_sign = true };
	reader->target = (struct packet){ 0 };
	return r;
}

static int take_packet(struct reader *reader, const struct packet *packet)
{
	int r;

	if (packet->tag == PACKET_SIGNATURE)
		return take_signature(reader, packet);
	r = finish_target(reader);
	if (r < 0)
		return r;
	if (packet->tag == PACKET_USER_ID && packet->size <= KEY_USER_ID_MAX)
		reader->target = *packet;
	if (packet->tag == PACKET_SUBKEY) {
		r = add_part(&reader->key, packet);
		if (r == 0)
			reader->target = *packet;
	}
	/* A subkey that nobody here can use does not spoil the others. */
	return r == -ENOMEM ? r : 0;
}

/* Packets up to the next main key, whatever is wrong with this one: *AT is behind them. */
static int read_packets(struct reader *reader, const uint8_t *data, size_t size, size_t *at)
{
	struct packet packet;
	size_t next = *at;
	int r = 0, got;

	while ((got = packet_next(data, size, &next, &packet)) > 0 && packet.tag != PACKET_KEY &&
	       packet.tag != PACKET_SECRET_KEY) {
		*at = next;
		if (r == 0 && reader->key.count > 0)
			r = take_packet(reader, &packet);
	}
	if (got < 0)
		*at = size;
	return r < 0 ? r : got < 0 ? got : 0;
}

int key_read(const uint8_t *data, size_t size, size_t *at, struct key *ret)
{
	AUTO(reader_done) struct reader reader = { .claim = { .may_sign = true } };
	struct packet packet;
	int r = packet_next(data, size, at, &packet);
	int rest;

	if (r <= 0) {
		*at = size;
		return r;
	}
	if (packet.tag == PACKET_KEY)
		r = add_part(&reader.key, &packet);
	else
		r = packet.tag == PACKET_SECRET_KEY ? -ENOTSUP : -EBADMSG;
	reader.target = packet;
	rest = read_packets(&reader, data, size, at);
	if (r == 0)
		r = rest;
	if (r == 0)
		r = finish_target(&reader);
	if (r < 0)
		return r;
	reader.key.parts[0].expires = earlier_end(reader.key.parts[0].expires, reader.limit);
	*ret = reader.key;
	reader.key = (struct key){ 0 };
	return 1;
}

bool key_same(const struct key *left, const struct key *right)
{
	const struct bytes *l = &left->parts[0].packet, *r = &right->parts[0].packet;

	return l->size == r->size && memcmp(l->data, r->data, l->size) == 0;
}

static struct key_part *find_part(const struct key *key, const struct key_part *like)
{
	for (size_t i = 0; i < key->count; i++)
		if (key->parts[i].packet.size == like->packet.size &&
		    memcmp(key->parts[i].packet.data, like->packet.data, like->packet.size) == 0)
			return &key->parts[i];
	return NULL;
}

static void merge_part(struct key_part *part, const struct key_part *copy)
{
	part->revoked = part->revoked || copy->revoked;
	if (copy->stated <= part->stated)
		return;
	part->stated = copy->stated;
	part->expires = copy->expires;
	part->may_sign = copy->may_sign;
}

static int copy_part(struct key *key, const struct key_part *from)
{
	struct key_part part = *from;

	part.packet.data = malloc(from->packet.size);
	if (!part.packet.data)
		return -ENOMEM;
	memcpy(part.packet.data, from->packet.data, from->packet.size);
	if (array_grow(&key->parts, key->count, sizeof(*key->parts)) < 0) {
		part_done(&part);
		return -ENOMEM;
	}
	key->parts[key->count++] = part;
	return 0;
}

int key_merge(struct key *key, const struct key *copy)
{
	int r = 0;

	for (size_t i = 0; i < copy->count && r == 0; i++) {
		struct key_part *part = find_part(key, &copy->parts[i]);

		if (part)
			merge_part(part, &copy->parts[i]);
		else
			r = copy_part(key, &copy->parts[i]);
	}
	if (r == 0 && !key->owner && copy->owner)
		r = (key->owner = strdup(copy->owner)) ? 0 : -ENOMEM;
	return r;
}

int key_revoke(struct key *key, const struct packet *packet)
{
	const struct reader reader = { .key = *key };
	struct packet_signature signature;
	int r = packet_signature(packet, &signature);

	if (r < 0 || signature.kind != SIGNATURE_REVOKES_KEY ||
	    (signature.has_issuer && !same_id(signature.issuer, key->parts[0].id)))
		return 0;
	r = verify(&reader, &key->parts[0], false, packet, &signature);
	if (r == 1 || r == -ENOTSUP)
		key->parts[0].revoked = true;
	return r == -ENOMEM ? r : 0;
}
