/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/package-signature.h"

#include <endian.h>
#include <errno.h>
#include <rpm/header.h>
#include <rpm/rpmtag.h>
#include <rpm/rpmtd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "trust/packet.h"
#include "trust/signature.h"

#define CHECKING "check the signature of"

/* What stands before the signature header (rpm: lib/rpmlead.c). */
#define LEAD_SIZE 96
/* The start of a header, and with the count of its entries and the size of its data. */
#define MAGIC_SIZE 8
#define INTRO_SIZE 16
#define ENTRY_SIZE 16
/* Bytes of payload that are read at a time. */
#define PIECE 65536

/* Where an RPM keeps signatures (rpm: lib/rpmvs.c, rpmvsitems). */
static const struct {
	rpmTagVal tag;
	bool covers_payload; /* header and payload, else the header alone */
} places[] = {
	{ RPMSIGTAG_RSA, false }, { RPMSIGTAG_DSA, false }, { RPMSIGTAG_PGP, true },
	{ RPMSIGTAG_GPG, true },  { RPMSIGTAG_PGP5, true },
};

struct package {
	int fd; /* borrowed */
	struct bytes signature_header; /* from its magic on */
	struct bytes header;
	uint64_t payload; /* where it starts */
	Header signatures;
	Header main;
	struct signature items[COUNT(places)]; /* those that are there, all zero where not */
	bool present[COUNT(places)];
	struct digest *payload_digest; /* of the kind that the header has of it; NULL: none */
	const char *payload_type;
	char *payload_stated;
};

static void package_done(struct package *package)
{
	for (size_t i = 0; i < COUNT(places); i++)
		signature_done(&package->items[i]);
	digest_free(package->payload_digest);
	free(package->payload_stated);
	headerFree(package->signatures);
	headerFree(package->main);
	bytes_done(&package->signature_header);
	bytes_done(&package->header);
}

/* SIZE bytes at AT, or -EBADMSG if the file is shorter. */
static int read_at(int fd, uint64_t at, void *buffer, size_t size)
{
	uint8_t *to = buffer;

	while (size > 0) {
		ssize_t got = pread(fd, to, size, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EBADMSG;
		to += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

/* The header at AT with its magic. 0, -EBADMSG, -EFBIG. */
static int read_header(int fd, uint64_t at, struct bytes *ret)
{
	static const uint8_t magic[MAGIC_SIZE] = { 0x8e, 0xad, 0xe8, 0x01 };
	uint8_t intro[INTRO_SIZE];
	uint32_t entries, size;
	uint64_t whole;
	auto_bytes struct bytes bytes = { 0 };
	int r = read_at(fd, at, intro, sizeof(intro));

	if (r < 0)
		return r;
	if (memcmp(intro, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	memcpy(&entries, intro + MAGIC_SIZE, sizeof(entries));
	memcpy(&size, intro + MAGIC_SIZE + sizeof(entries), sizeof(size));
	whole = INTRO_SIZE + (uint64_t)be32toh(entries) * ENTRY_SIZE + be32toh(size);
	if (whole > PACKAGE_FRONT_MAX)
		return -EFBIG;
	bytes.data = malloc(whole + 1);
	if (!bytes.data)
		return -ENOMEM;
	bytes.size = whole;
	bytes.data[whole] = '\0';
	r = read_at(fd, at, bytes.data, bytes.size);
	if (r < 0)
		return r;
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}

/* Librpm's view of BYTES, which stay what was read. */
static int import(const struct bytes *bytes, Header *ret)
{
	Header header = headerImport(bytes->data + MAGIC_SIZE,
				     (unsigned int)(bytes->size - MAGIC_SIZE), HEADERIMPORT_COPY);

	if (!header)
		return -EBADMSG;
	*ret = header;
	return 0;
}

static int read_front(struct package *package)
{
	static const uint8_t magic[] = { 0xed, 0xab, 0xee, 0xdb };
	uint8_t lead[LEAD_SIZE];
	uint64_t at = LEAD_SIZE;
	int r = read_at(package->fd, 0, lead, sizeof(lead));

	if (r == 0 && memcmp(lead, magic, sizeof(magic)) != 0)
		r = -EBADMSG;
	if (r == 0)
		r = read_header(package->fd, at, &package->signature_header);
	if (r < 0)
		return r;
	/* It is padded to 8 (rpm: lib/signature.c). */
	at += (package->signature_header.size + 7) / 8 * 8;
	r = read_header(package->fd, at, &package->header);
	package->payload = at + package->header.size;
	if (r == 0)
		r = import(&package->signature_header, &package->signatures);
	return r < 0 ? r : import(&package->header, &package->main);
}

/* The one packet in SIZE bytes at DATA; what is no packet is one without a tag, hence damaged. */
static struct packet only_packet(const uint8_t *data, size_t size)
{
	struct packet packet = { 0 };
	size_t at = 0;

	if (packet_next(data, size, &at, &packet) <= 0 || at != size)
		return (struct packet){ 0 };
	return packet;
}

static int open_signatures(struct package *package)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(places) && r == 0; i++) {
		struct rpmtd_s data;
		struct packet packet;

		if (!headerGet(package->signatures, places[i].tag, &data,
			       HEADERGET_RAW | HEADERGET_MINMEM))
			continue;
		packet = rpmtdType(&data) == RPM_BIN_TYPE ? only_packet(data.data, data.count)
							  : (struct packet){ 0 };
		package->present[i] = true;
		r = signature_open(&packet, &package->items[i]);
		rpmtdFreeData(&data);
	}
	return r;
}

/* The kinds that a header has of its payload (rpm: PGPHASHALGO_*, which are OpenPGP's). */
static int open_payload_digest(struct package *package)
{
	uint64_t kind = headerGetNumber(package->main, RPMTAG_PAYLOADDIGESTALGO);
	struct rpmtd_s data;
	const char *stated;
	int r = 0;

	if (!headerGet(package->main, RPMTAG_PAYLOADDIGEST, &data, HEADERGET_MINMEM))
		return 0;
	stated = rpmtdGetString(&data);
	package->payload_type = kind <= UINT8_MAX ? packet_hash_name((uint8_t)kind) : NULL;
	if (stated && package->payload_type) {
		package->payload_stated = strdup(stated);
		r = package->payload_stated
			    ? digest_new(package->payload_type, &package->payload_digest)
			    : -ENOMEM;
	}
	rpmtdFreeData(&data);
	return r;
}

static bool is_signed(const struct package *package)
{
	for (size_t i = 0; i < COUNT(places); i++)
		if (package->present[i])
			return true;
	return false;
}

static int update_payload(struct package *package, const void *data, size_t size)
{
	int r = package->payload_digest ? digest_update(package->payload_digest, data, size) : 0;

	for (size_t i = 0; i < COUNT(places) && r == 0; i++)
		if (places[i].covers_payload)
			r = signature_update(&package->items[i], data, size);
	return r;
}

static int read_data(struct package *package)
{
	char buffer[PIECE];
	uint64_t at = package->payload;
	int r = 0;

	for (size_t i = 0; i < COUNT(places) && r == 0; i++)
		r = signature_update(&package->items[i], package->header.data,
				     package->header.size);
	while (r == 0) {
		ssize_t got = pread(package->fd, buffer, sizeof(buffer), (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		r = update_payload(package, buffer, (size_t)got);
		at += (uint64_t)got;
	}
	return r;
}

static int replace(struct trust *trust, enum trust_status status, const char *detail)
{
	free(trust->detail);
	trust->status = status;
	trust->detail = strdup(detail);
	return trust->detail ? 0 : -ENOMEM;
}

/* Does the payload agree with what the header says of it? Where that counts for something. */
static int weigh_payload(struct package *package, bool is_covered, struct trust *trust)
{
	auto_free char *found = NULL;
	int r;

	if (package->payload_digest) {
		r = digest_finish(package->payload_digest, &found);
		if (r < 0)
			return r;
		if (!digest_equal(found, package->payload_stated))
			return replace(trust, TRUST_BAD,
				       "the payload has another checksum than the header says");
		is_covered = is_covered || !signature_weak_hash(package->payload_type);
	}
	if (is_covered || !trust_is_good(trust))
		return 0;
	return replace(trust, TRUST_WEAK, "it does not cover the payload");
}

static int weigh(struct package *package, const struct signature_judge *judge, struct trust *best)
{
	bool is_covered = false;
	int r = 0;

	for (size_t i = 0; i < COUNT(places) && r == 0; i++) {
		auto_trust struct trust trust = { 0 };

		if (!package->present[i])
			continue;
		r = signature_weigh(&package->items[i], judge, &trust);
		if (r == 0) {
			is_covered |= places[i].covers_payload && trust_is_good(&trust);
			trust_prefer(best, &trust);
		}
	}
	if (r < 0 || best->status == TRUST_UNSIGNED)
		return r;
	return weigh_payload(package, is_covered, best);
}

static int check(struct package *package, struct signature_judge *judge, struct trust *best)
{
	int r = read_front(package);

	if (r == 0)
		r = open_signatures(package);
	if (r < 0 || !is_signed(package))
		return r;
	judge->made = (int64_t)headerGetNumber(package->main, RPMTAG_BUILDTIME);
	r = open_payload_digest(package);
	if (r == 0)
		r = read_data(package);
	return r < 0 ? r : weigh(package, judge, best);
}

int package_signature_check(int fd, const char *name, const struct keyring *keyring, int64_t now,
			    struct trust *ret, struct error *reterr)
{
	AUTO(package_done) struct package package = { .fd = fd };
	auto_trust struct trust best = { .status = TRUST_UNSIGNED };
	struct signature_judge judge = { .keyring = keyring, .now = now };
	int r = check(&package, &judge, &best);

	if (r == -EBADMSG)
		return error_set(reterr, r, CHECKING, name,
				 "it is no RPM package, or its start is damaged",
				 "get the package again");
	if (r < 0)
		return error_set(reterr, r, CHECKING, name, NULL, NULL);
	*ret = best;
	best = (struct trust){ 0 };
	return 0;
}
