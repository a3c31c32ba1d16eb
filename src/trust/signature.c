/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/signature.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "trust/armor.h"
#include "trust/openpgp.h"

int signature_open(const struct packet *packet, struct signature *ret)
{
	struct signature signature = { .packet = *packet };
	const char *type;
	int r = 0;

	signature.flaw = packet->tag == PACKET_SIGNATURE
				 ? packet_signature(packet, &signature.facts)
				 : -EBADMSG;
	type = signature.flaw == 0 ? packet_hash_name(signature.facts.hash) : NULL;
	if (type)
		r = digest_new(type, &signature.digest);
	if (r < 0)
		return r;
	*ret = signature;
	return 0;
}

int signature_update(struct signature *signature, const void *data, size_t size)
{
	return signature->digest ? digest_update(signature->digest, data, size) : 0;
}

void signature_done(struct signature *signature)
{
	digest_free(signature->digest);
	*signature = (struct signature){ 0 };
}

bool signature_weak_hash(const char *type)
{
	return !type || text_equal(type, "md5") || text_starts(type, "sha1") ||
	       text_equal(type, "sha");
}

/* Set STATUS and why. 0 or -ENOMEM. */
__attribute__((format(printf, 3, 4))) static int set(struct trust *trust, enum trust_status status,
						     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	trust->status = status;
	trust->detail = text_vformat(format, args);
	va_end(args);
	return trust->detail ? 0 : -ENOMEM;
}

static int set_day(struct trust *trust, enum trust_status status, const char *what, int64_t when)
{
	char day[32] = "";
	time_t seconds = (time_t)when;
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	return set(trust, status, "%s %s", what, day);
}

/* The part of KEY that made it; NULL, and *RET_R is -ENOTSUP if one of them cannot be asked. */
static const struct key_part *find_signer(const struct signature *signature,
					  const struct keyring *keyring, const struct key **ret_key,
					  int *ret_r)
{
	const struct key_part *part;

	for (size_t n = 0; (part = keyring_find(keyring, signature->facts.issuer, n, ret_key));
	     n++) {
		int r = openpgp_verify(signature->digest, &part->packet, &signature->packet);

		if (r > 0)
			return part;
		if (r < 0)
			*ret_r = r;
	}
	return NULL;
}

static bool is_known(const struct signature *signature, const struct keyring *keyring)
{
	const struct key *key;

	return keyring_find(keyring, signature->facts.issuer, 0, &key);
}

/* Nobody here can tell who made it; but what it does not fit was changed. */
static int weigh_unknown(const struct signature *signature, struct trust *trust)
{
	int r = openpgp_verify(signature->digest, NULL, &signature->packet);

	if (r == 0)
		return set(trust, TRUST_BAD, "what it signs was changed");
	return set(trust, TRUST_UNKNOWN_KEY, "its key is not among the trusted ones");
}

static int weigh_end(int64_t end, const char *what, const struct signature *signature,
		     const struct signature_judge *judge, struct trust *trust)
{
	int64_t signed_at = signature->facts.created;
	int64_t earliest = signed_at > judge->made ? signed_at : judge->made;

	if (end == 0)
		return 0;
	/* Whatever the clock says, what comes after the end comes after it. */
	if (judge->now >= end || earliest >= end)
		return set_day(trust, TRUST_EXPIRED, what, end);
	if (judge->now >= earliest || trust->status == TRUST_CLOCK_UNSET)
		return 0;
	return set_day(trust, TRUST_CLOCK_UNSET,
		       "the clock is too early to tell whether it expired; it was made on",
		       earliest);
}

static int weigh_ends(const struct signature *signature, const struct key *key,
		      const struct key_part *part, const struct signature_judge *judge,
		      struct trust *trust)
{
	const struct packet_signature *facts = &signature->facts;
	const struct {
		int64_t end;
		const char *what;
	} ends[] = {
		{ key->parts[0].expires, "its key expired on" },
		{ part->expires, "its key expired on" },
		{ facts->lifetime ? facts->created + facts->lifetime : 0, "it expired on" },
	};
	int r = 0;

	for (size_t i = 0; i < COUNT(ends) && r == 0 && trust->status != TRUST_EXPIRED; i++) {
		auto_free char *before = take(trust->detail);

		r = weigh_end(ends[i].end, ends[i].what, signature, judge, trust);
		if (r == 0 && !trust->detail)
			trust->detail = take(before);
	}
	return r;
}

/* It holds, and PART of KEY made it. */
static int weigh_holding(const struct signature *signature, const struct key *key,
			 const struct key_part *part, const struct signature_judge *judge,
			 struct trust *trust)
{
	unsigned int bits = part->facts.bits;

	trust->owner = key->owner ? strdup(key->owner) : NULL;
	if (key->owner && !trust->owner)
		return -ENOMEM;
	if (key->parts[0].revoked || part->revoked)
		return set(trust, TRUST_REVOKED, "its key was revoked");
	if (!part->may_sign)
		return set(trust, TRUST_BAD, "its key is not for signing");
	if (signature_weak_hash(trust->hash))
		return set(trust, TRUST_WEAK, "it rests on %s", trust->hash);
	if (bits > 0 && bits < SIGNATURE_BITS_MIN)
		return set(trust, TRUST_WEAK, "its key has %u bits, too few", bits);
	trust->status = TRUST_GOOD;
	return weigh_ends(signature, key, part, judge, trust);
}

static int weigh(const struct signature *signature, const struct signature_judge *judge,
		 struct trust *trust)
{
	const struct packet_signature *facts = &signature->facts;
	const struct key_part *part;
	const struct key *key;
	int r = 0;

	if (signature->flaw == -EBADMSG)
		return set(trust, TRUST_BAD, "it is damaged");
	if (signature->flaw < 0)
		return set(trust, TRUST_UNSUPPORTED, "it is of an unknown version");
	if (!facts->has_issuer)
		return set(trust, TRUST_UNSUPPORTED, "it does not say which key made it");
	trust->key = text_hex(facts->issuer, PACKET_KEY_ID);
	trust->hash = packet_hash_name(facts->hash);
	if (!trust->key)
		return -ENOMEM;
	if (facts->kind != SIGNATURE_BINARY)
		return set(trust, TRUST_BAD, "it is no signature of data");
	if (!signature->digest)
		return set(trust, TRUST_UNSUPPORTED, "it rests on an unknown kind of checksum");
	if (!is_known(signature, judge->keyring))
		return weigh_unknown(signature, trust);
	part = find_signer(signature, judge->keyring, &key, &r);
	if (part)
		return weigh_holding(signature, key, part, judge, trust);
	if (r == -ENOTSUP)
		return set(trust, TRUST_UNSUPPORTED, "it is of a kind that cannot be checked here");
	return set(trust, TRUST_BAD, "what it signs was changed");
}

int signature_weigh(const struct signature *signature, const struct signature_judge *judge,
		    struct trust *ret)
{
	auto_trust struct trust trust = { 0 };
	int r = weigh(signature, judge, &trust);

	if (r < 0)
		return r;
	*ret = trust;
	trust = (struct trust){ 0 };
	return 0;
}

/* Weigh what is in PACKET over DATA; the more telling of that and BEST stays in BEST. */
static int weigh_packet(const struct packet *packet, const struct bytes *data,
			const struct signature_judge *judge, struct trust *best)
{
	AUTO(signature_done) struct signature signature = { 0 };
	auto_trust struct trust trust = { 0 };
	int r = signature_open(packet, &signature);

	if (r == 0)
		r = signature_update(&signature, data->data, data->size);
	if (r == 0)
		r = signature_weigh(&signature, judge, &trust);
	if (r == 0)
		trust_prefer(best, &trust);
	return r;
}

int signature_check_detached(const struct bytes *data, const struct bytes *signature,
			     const struct signature_judge *judge, struct trust *ret)
{
	auto_trust struct trust best = { .status = TRUST_UNSIGNED };
	auto_bytes struct bytes packets = { 0 };
	struct packet packet;
	size_t at = 0;
	int got = 0, r = signature->size ? armor_decode(signature, ARMOR_SIGNATURE, &packets) : 0;

	if (r == -ENOMEM)
		return r;
	while (r == 0 && (got = packet_next(packets.data, packets.size, &at, &packet)) > 0)
		r = weigh_packet(&packet, data, judge, &best);
	if (r == -ENOMEM || r == -EIO)
		return r;
	if (r < 0 || got < 0) {
		trust_done(&best);
		r = set(&best, TRUST_BAD, "it is damaged, or no signature");
	}
	if (r < 0)
		return r;
	best.way = TRUST_BY_REPOMD;
	*ret = best;
	best = (struct trust){ 0 };
	return 0;
}
