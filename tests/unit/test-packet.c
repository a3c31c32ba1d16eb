/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "trust/packet.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

/* RFC 4880, 4.2: old and new headers with each kind of length. */
static const struct {
	const char *label;
	const uint8_t *data;
	size_t size;
	int r;
	unsigned int tag;
	size_t body_at, body_size;
} headers[] = {
	{ "nothing", (const uint8_t *)"", 0, 0, 0, 0, 0 },
	{ "old, one byte", BYTES(0x88, 1, 7), 1, 2, 2, 1 },
	{ "old, two bytes", BYTES(0x99, 0, 2, 7, 8, 9), 1, 6, 3, 2 },
	{ "old, four bytes", BYTES(0x9a, 0, 0, 0, 1, 7), 1, 6, 5, 1 },
	{ "old, without length", BYTES(0x9b, 1, 7), -EBADMSG, 0, 0, 0 },
	{ "new, one byte", BYTES(0xc2, 1, 7), 1, 2, 2, 1 },
	{ "new, empty", BYTES(0xcd, 0), 1, 13, 2, 0 },
	{ "new, two bytes, cut", BYTES(0xc2, 192, 0, 7), -EBADMSG, 0, 0, 0 },
	{ "new, five bytes", BYTES(0xd1, 255, 0, 0, 0, 1, 7), 1, 17, 6, 1 },
	{ "new, partial", BYTES(0xc2, 224, 7, 0), -EBADMSG, 0, 0, 0 },
	{ "no packet", BYTES(0x42, 1, 7), -EBADMSG, 0, 0, 0 },
	{ "only its first byte", BYTES(0xc2), -EBADMSG, 0, 0, 0 },
	{ "cut in its length", BYTES(0x9a, 0, 0), -EBADMSG, 0, 0, 0 },
	{ "cut in its body", BYTES(0xc2, 2, 7), -EBADMSG, 0, 0, 0 },
	{ "as long as can be said", BYTES(0xc2, 255, 255, 255, 255, 255, 7), -EBADMSG, 0, 0, 0 },
};

static void a_header_says_how_long_its_packet_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		struct packet packet = { 0 };
		size_t at = 0;
		int r = packet_next(headers[i].data, headers[i].size, &at, &packet);

		if (r != headers[i].r)
			fail_msg("%s: %d", headers[i].label, r);
		if (r <= 0 && at != 0)
			fail_msg("%s: moved", headers[i].label);
		if (r > 0 && (packet.tag != headers[i].tag || packet.size != headers[i].body_size ||
			      packet.body != headers[i].data + headers[i].body_at ||
			      packet.whole != headers[i].data || packet.whole_size != at ||
			      at != headers[i].body_at + headers[i].body_size))
			fail_msg("%s: tag %u, %zu bytes", headers[i].label, packet.tag,
				 packet.size);
	}
}

static void two_bytes_of_length_count_from_192(void **state)
{
	uint8_t data[3 + 192 + 256 + 5] = { 0xc2, 193, 5 };
	struct packet packet;
	size_t at = 0;

	(void)state;
	assert_int_equal(packet_next(data, sizeof(data), &at, &packet), 1);
	assert_int_equal(packet.size, 192 + 256 + 5);
	assert_int_equal(at, sizeof(data));
	assert_int_equal(packet_next(data, sizeof(data), &at, &packet), 0);
}

static const struct {
	const char *label;
	const uint8_t *body;
	size_t size;
	int r;
	int64_t created;
	uint8_t algorithm;
	unsigned int bits;
} keys[] = {
	{ "RSA", BYTES(4, 0, 0, 1, 2, 1, 8, 0, 0xff), 0, 258, 1, 2048 },
	{ "DSA", BYTES(4, 0, 0, 0, 3, 17, 4, 0, 0xff), 0, 3, 17, 1024 },
	{ "EdDSA", BYTES(4, 0xff, 0, 0, 0, 22, 9), 0, 0xff000000, 22, 0 },
	{ "version 3", BYTES(3, 0, 0, 0, 3, 0, 0, 1, 8, 0), -ENOTSUP, 0, 0, 0 },
	{ "version 6", BYTES(6, 0, 0, 0, 3, 27), -ENOTSUP, 0, 0, 0 },
	{ "empty", (const uint8_t *)"", 0, -EBADMSG, 0, 0, 0 },
	{ "cut in its time", BYTES(4, 0, 0), -EBADMSG, 0, 0, 0 },
	{ "without algorithm", BYTES(4, 0, 0, 0, 3), -EBADMSG, 0, 0, 0 },
	{ "without number", BYTES(4, 0, 0, 0, 3, 1, 8), -EBADMSG, 0, 0, 0 },
};

static void a_key_tells_its_kind_and_age(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct packet packet = { .body = keys[i].body, .size = keys[i].size };
		struct packet_key key = { 0 };
		int r = packet_key(&packet, &key);

		if (r != keys[i].r || key.created != keys[i].created ||
		    key.algorithm != keys[i].algorithm || key.bits != keys[i].bits)
			fail_msg("%s: %d, algorithm %d, %u bits", keys[i].label, r, key.algorithm,
				 key.bits);
	}
}

/* Everything that is looked at, in a signed area, and the issuer in the other. */
static void a_signature_tells_what_it_says_of_a_key(void **state)
{
	static const char body[] =
		"\4\x13\1\10\0\103" /* version, kind, algorithm, hash, size of the signed area */
		"\5\2\0\0\1\0" /* when it was made */
		"\5\3\0\0\0\11" /* its lifetime */
		"\5\x89\0\0\2\0" /* the key's, critical */
		"\27\14\x80\1" /* who may revoke: class and algorithm, the fingerprint */
		"\1\1\1\1\1\1\1\1\1\1\1\1\2\3\4\5\6\7\10\11"
		"\2\31\1" /* main user id */
		"\3\33\3\1" /* flags */
		"\4\40\xaa\xbb\xcc" /* embedded */
		"\3\xc8\1\2" /* unknown */
		"\xff\0\0\0\2\143\1" /* unknown, with the longest length */
		"\1\142" /* unknown, empty */
		"\0\12" /* size of the other area */
		"\11\20\1\2\3\4\5\6\7\10" /* issuer */
		"\xde\xad\0\1\1"; /* start of the hash, a number */
	struct packet packet = { .body = (const uint8_t *)body, .size = sizeof(body) - 1 };
	struct packet_signature signature;

	(void)state;
	assert_int_equal(packet_signature(&packet, &signature), 0);
	assert_int_equal(signature.kind, 0x13);
	assert_int_equal(signature.algorithm, 1);
	assert_int_equal(signature.hash, 8);
	assert_int_equal(signature.created, 256);
	assert_int_equal(signature.lifetime, 9);
	assert_int_equal(signature.key_lifetime, 512);
	assert_true(signature.has_issuer);
	assert_memory_equal(signature.issuer, "\1\2\3\4\5\6\7\10", PACKET_KEY_ID);
	assert_true(signature.has_revoker);
	assert_memory_equal(signature.revoker, "\2\3\4\5\6\7\10\11", PACKET_KEY_ID);
	assert_true(signature.is_primary);
	assert_true(signature.has_flags);
	assert_int_equal(signature.flags, 3);
	assert_int_equal(signature.embedded_size, 3);
	assert_memory_equal(signature.embedded, "\xaa\xbb\xcc", 3);
}

static const struct {
	const char *label;
	const uint8_t *body;
	size_t size;
	int r;
} signatures[] = {
	{ "no subpackets", BYTES(4, 0, 1, 8, 0, 0, 0, 0, 1, 2, 0, 0), 0 },
	{ "version 3", BYTES(3, 5, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 1, 2, 0, 0), 0 },
	{ "version 3, other length",
	  BYTES(3, 6, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 1, 2, 0, 0), -EBADMSG },
	{ "version 3, cut", BYTES(3, 5, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1), -EBADMSG },
	{ "version 2", BYTES(2, 0, 1, 8, 0, 0, 0, 0, 1, 2, 0, 0), -ENOTSUP },
	{ "version 6", BYTES(6, 0, 1, 8, 0, 0, 0, 0, 1, 2, 0, 0), -ENOTSUP },
	{ "empty", (const uint8_t *)"", 0, -EBADMSG },
	{ "signed area too long", BYTES(4, 0, 1, 8, 0xff, 0xff, 0, 0, 1, 2, 0, 0), -EBADMSG },
	{ "other area too long", BYTES(4, 0, 1, 8, 0, 0, 0, 9, 1, 2, 0, 0), -EBADMSG },
	{ "no hash", BYTES(4, 0, 1, 8, 0, 0, 0, 0, 1), -EBADMSG },
	{ "no number", BYTES(4, 0, 1, 8, 0, 0, 0, 0, 1, 2, 0), -EBADMSG },
	{ "empty subpacket", BYTES(4, 0, 1, 8, 0, 1, 0, 0, 0, 1, 2, 0, 0), -EBADMSG },
	{ "subpacket too long", BYTES(4, 0, 1, 8, 0, 2, 9, 2, 0, 0, 1, 2, 0, 0), -EBADMSG },
	{ "time of three bytes", BYTES(4, 0, 1, 8, 0, 5, 4, 2, 0, 0, 1, 0, 0, 1, 2, 0, 0),
	  -EBADMSG },
	{ "short issuer", BYTES(4, 0, 1, 8, 0, 4, 3, 16, 1, 2, 0, 0, 1, 2, 0, 0), -EBADMSG },
};

static void a_malformed_signature_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct packet packet = { .body = signatures[i].body, .size = signatures[i].size };
		struct packet_signature signature;
		int r = packet_signature(&packet, &signature);

		if (r != signatures[i].r)
			fail_msg("%s: %d", signatures[i].label, r);
	}
}

/* 5 is a time, 9 a key's lifetime: neither counts where nobody signed it. */
static void what_is_not_signed_says_nothing(void **state)
{
	static const uint8_t body[] = {
		4, 0x13, 1, 8, 0, 0, 0, 15, 5, 2, 0, 0, 1, 0,
		5, 9,    0, 0, 2, 0, 2, 27, 2, 1, 2, 0, 0,
	};
	struct packet packet = { .body = body, .size = sizeof(body) };
	struct packet_signature signature;

	(void)state;
	assert_int_equal(packet_signature(&packet, &signature), 0);
	assert_int_equal(signature.created, 0);
	assert_int_equal(signature.key_lifetime, 0);
	assert_false(signature.has_flags);
}

static void names_are_those_of_the_standard(void **state)
{
	(void)state;
	assert_string_equal(packet_algorithm_name(1), "rsa");
	assert_string_equal(packet_algorithm_name(22), "eddsa");
	assert_null(packet_algorithm_name(16));
	assert_null(packet_algorithm_name(255));
	assert_string_equal(packet_hash_name(2), "sha1");
	assert_string_equal(packet_hash_name(8), "sha256");
	assert_null(packet_hash_name(3));
	assert_null(packet_hash_name(255));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_says_how_long_its_packet_is),
		cmocka_unit_test(two_bytes_of_length_count_from_192),
		cmocka_unit_test(a_key_tells_its_kind_and_age),
		cmocka_unit_test(a_signature_tells_what_it_says_of_a_key),
		cmocka_unit_test(a_malformed_signature_is_told),
		cmocka_unit_test(what_is_not_signed_says_nothing),
		cmocka_unit_test(names_are_those_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
