/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "gpg-fixture.h"
#include "trust/signature.h"

#define TEXT "<repomd>kmp</repomd>\n"

/* 2020-01-05, when the expired key was valid until 2020-01-31. */
#define THEN     1578182400
#define THEN_GPG "--faked-system-time 20200105T000000!"

static char *scratch;
static struct keyring *keyring;

static const char *const trusted[] = {
	"rsa2048.asc", "ed25519.asc",        "dsa2048.gpg",  "nistp256.asc",
	"rsa1024.asc", "expired.asc",        "extended.asc", "revoked.asc",
	"subkey.asc",  "revoked-subkey.asc", NULL,
};

/* Sign TEXT with the key KEY, OPTIONS for gpg, and return the signature. */
static struct bytes sign(const char *key, const char *options)
{
	auto_free char *path = fixture_path(scratch, "data");

	fixture_write(path, TEXT, strlen(TEXT));
	fixture_sign(scratch, key, path, options);
	return fixture_read_in(scratch, "data.asc");
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (uint8_t *)strdup(text), strlen(text) };
}

static struct trust check(const char *text, const struct bytes *signature, int64_t now)
{
	auto_bytes struct bytes data = bytes_of(text);
	struct signature_judge judge = { .keyring = keyring, .now = now ? now : time(NULL) };
	struct trust trust = { 0 };

	assert_int_equal(signature_check_detached(&data, signature, &judge, &trust), 0);
	assert_int_equal(trust.way, TRUST_BY_REPOMD);
	return trust;
}

static const struct {
	const char *label, *key, *options;
	int64_t now; /* 0: the clock's */
	enum trust_status status;
	const char *hash, *detail;
} cases[] = {
	{ "RSA", "rsa2048", "", 0, TRUST_GOOD, NULL, NULL },
	{ "SHA-512", "rsa2048", "--digest-algo SHA512", 0, TRUST_GOOD, "sha512", NULL },
	{ "SHA-224", "rsa2048", "--digest-algo SHA224", 0, TRUST_GOOD, "sha224", NULL },
	{ "EdDSA", "ed25519", "", 0, TRUST_GOOD, NULL, NULL },
	{ "DSA", "dsa2048", "", 0, TRUST_GOOD, NULL, NULL },
	{ "subkey", "subkey", "", 0, TRUST_GOOD, NULL, NULL },
	{ "ECDSA", "nistp256", "", 0, TRUST_UNSUPPORTED, NULL, "cannot be checked" },
	{ "stranger", "stranger", "", 0, TRUST_UNKNOWN_KEY, NULL, "not among the trusted" },
	{ "SHA-1", "rsa2048", "--digest-algo SHA1", 0, TRUST_WEAK, "sha1", "rests on sha1" },
	{ "MD5", "rsa2048", "--digest-algo MD5", 0, TRUST_WEAK, "md5", "rests on md5" },
	{ "RIPEMD-160", "rsa2048", "--digest-algo RIPEMD160", 0, TRUST_UNSUPPORTED, NULL,
	  "unknown kind" },
	{ "1,024 bits", "rsa1024", "", 0, TRUST_WEAK, NULL, "1024 bits" },
	{ "text", "rsa2048", "--textmode", 0, TRUST_BAD, NULL, "no signature of data" },
	{ "revoked", "revoked", "", 0, TRUST_REVOKED, NULL, "revoked" },
	{ "revoked subkey", "revoked-subkey", "", 0, TRUST_REVOKED, NULL, "revoked" },
	{ "expired key", "expired", THEN_GPG, 0, TRUST_EXPIRED, NULL, "expired on 2020-01-31" },
	{ "when it was valid", "expired", THEN_GPG, THEN + 9, TRUST_GOOD, NULL, NULL },
	{ "clock at 1970", "expired", THEN_GPG, 1, TRUST_CLOCK_UNSET, NULL, "2020-01-05" },
	{ "clock at 1970, no end", "rsa2048", "", 1, TRUST_GOOD, NULL, NULL },
	{ "extended key", "extended", "", 0, TRUST_GOOD, NULL, NULL },
	/* GnuPG makes that end critical, and librpm does not know it (4.18: pgpPrtSubType). */
	{ "signature with an end", "rsa2048", "--default-sig-expire 9d", 0, TRUST_UNSUPPORTED, NULL,
	  "cannot be checked" },
};

static void a_signature_is_worth_what_its_key_and_hash_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes signature = sign(cases[i].key, cases[i].options);
		auto_trust struct trust trust = check(TEXT, &signature, cases[i].now);

		if (trust.status != cases[i].status)
			fail_msg("%s: %s (%s)", cases[i].label, trust_status_id(trust.status),
				 trust.detail);
		if (cases[i].hash && !text_equal(trust.hash, cases[i].hash))
			fail_msg("%s: hash %s", cases[i].label, trust.hash);
		if (!trust.detail != !cases[i].detail ||
		    (trust.detail && !strstr(trust.detail, cases[i].detail)))
			fail_msg("%s: %s", cases[i].label, trust.detail);
		if (!trust.key || strlen(trust.key) != 2 * PACKET_KEY_ID)
			fail_msg("%s: key %s", cases[i].label, trust.key);
		if (trust.status == TRUST_GOOD && !text_starts(trust.owner, cases[i].key))
			fail_msg("%s: owner %s", cases[i].label, trust.owner);
	}
}

static void what_was_changed_is_bad_whoever_signed_it(void **state)
{
	static const char *const keys[] = { "rsa2048", "ed25519", "dsa2048", "subkey", "stranger" };

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		auto_bytes struct bytes signature = sign(keys[i], "");
		auto_trust struct trust trust = check("<repomd>kMp</repomd>\n", &signature, 0);

		if (trust.status != TRUST_BAD || !strstr(trust.detail, "changed"))
			fail_msg("%s: %s", keys[i], trust_status_id(trust.status));
	}
}

static void no_signature_is_unsigned_and_no_proper_one_is_bad(void **state)
{
	static const struct {
		const char *signature;
		enum trust_status status;
	} rows[] = {
		{ "", TRUST_UNSIGNED },
		{ "good", TRUST_BAD },
		{ "-----BEGIN PGP SIGNATURE-----\n", TRUST_BAD },
		{ "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", TRUST_BAD },
		{ "-----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n",
		  TRUST_BAD },
		{ "\xc2\x01", TRUST_BAD },
		{ "\xcb\x02xx", TRUST_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes signature = bytes_of(rows[i].signature);
		auto_trust struct trust trust = check(TEXT, &signature, 0);

		if (trust.status != rows[i].status)
			fail_msg("row %zu: %s", i, trust_status_id(trust.status));
	}
}

static void of_several_signatures_a_good_one_is_enough_and_a_bad_one_too_much(void **state)
{
	auto_bytes struct bytes good = sign("rsa2048", "--no-armor");
	auto_bytes struct bytes unknown = sign("stranger", "--no-armor");
	auto_free uint8_t *data = calloc(1, good.size + unknown.size + 1);
	struct bytes both = { data, good.size + unknown.size };
	auto_trust struct trust trust = { 0 };

	(void)state;
	memcpy(data, unknown.data, unknown.size);
	memcpy(data + unknown.size, good.data, good.size);
	trust = check(TEXT, &both, 0);
	assert_int_equal(trust.status, TRUST_GOOD);
	assert_string_equal(trust.owner, "rsa2048 <rsa2048@example.com>");
	trust_done(&trust);
	data[unknown.size - 60] ^= 1; /* in the middle of its number: nobody can tell */
	trust = check(TEXT, &both, 0);
	assert_int_equal(trust.status, TRUST_GOOD);
	trust_done(&trust);
	data[both.size - 60] ^= 1;
	trust = check(TEXT, &both, 0);
	assert_int_equal(trust.status, TRUST_BAD);
}

static void a_signature_cut_or_changed_is_never_good(void **state)
{
	auto_bytes struct bytes signature = sign("ed25519", "--no-armor");
	/* Behind two bytes of header and six of its own stands what is signed of it. */
	const size_t unsigned_at = 8 + (size_t)signature.data[6] * 256 + signature.data[7];

	(void)state;
	for (size_t size = 1; size < signature.size; size++) {
		auto_free uint8_t *data = malloc(size + 1);
		struct bytes cut = { data, size };
		auto_trust struct trust trust = { 0 };

		memcpy(data, signature.data, size);
		data[size] = '\0';
		trust = check(TEXT, &cut, 0);
		if (trust.status != TRUST_BAD)
			fail_msg("%zu bytes: %s", size, trust_status_id(trust.status));
	}
	for (size_t at = 0; at < unsigned_at * 8; at++) {
		auto_trust struct trust trust = { 0 };

		signature.data[at / 8] ^= (uint8_t)(1 << at % 8);
		trust = check(TEXT, &signature, 0);
		signature.data[at / 8] ^= (uint8_t)(1 << at % 8);
		if (trust_is_good(&trust))
			fail_msg("bit %zu of byte %zu", at % 8, at / 8);
	}
}

static int make_keys(void **state)
{
	static const char *const kinds[] = {
		"rsa2048", "ed25519",  "dsa2048", "nistp256", "rsa1024",
		"expired", "extended", "revoked", "subkey",   "revoked-subkey",
	};

	(void)state;
	scratch = fixture_scratch();
	for (size_t i = 0; i < COUNT(kinds); i++)
		fixture_key(scratch, kinds[i], kinds[i]);
	fixture_key(scratch, "stranger", "rsa2048");
	keyring = fixture_keyring(scratch, trusted);
	return 0;
}

static int remove_keys(void **state)
{
	(void)state;
	keyring = keyring_free(keyring);
	fixture_remove(scratch);
	free(scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_worth_what_its_key_and_hash_are),
		cmocka_unit_test(what_was_changed_is_bad_whoever_signed_it),
		cmocka_unit_test(no_signature_is_unsigned_and_no_proper_one_is_bad),
		cmocka_unit_test(of_several_signatures_a_good_one_is_enough_and_a_bad_one_too_much),
		cmocka_unit_test(a_signature_cut_or_changed_is_never_good),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
