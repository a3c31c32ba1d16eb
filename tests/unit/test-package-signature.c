/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "gpg-fixture.h"
#include "rpm-damage-fixture.h"
#include "trust/package-signature.h"

#define THEN_GPG "--faked-system-time 20200105T000000!"

static char *scratch;
static char *package; /* path of an unsigned RPM */
static struct keyring *keyring;

static const char *const trusted[] = {
	"rsa2048.asc", "ed25519.asc", "dsa2048.asc", "rsa1024.asc",
	"expired.asc", "revoked.asc", "subkey.asc",  NULL,
};

static struct trust check(const struct bytes *rpm, int64_t now)
{
	auto_free char *path = fixture_path(scratch, "checked.rpm");
	auto_error struct error error = { 0 };
	struct trust trust = { 0 };
	auto_fd int fd = -1;

	fixture_write(path, rpm->data, rpm->size);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
	assert_int_equal(
		package_signature_check(fd, path, keyring, now ? now : time(NULL), &trust, &error),
		0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 7);
	assert_int_equal(trust.way, TRUST_BY_PACKAGE);
	return trust;
}

/* The package signed with KEY, and again by OPTIONS of tests/lib/sign if SECOND is one. */
static struct bytes sign(const char *key, const char *options)
{
	auto_free char *path = fixture_path(scratch, "signed.rpm");

	fixture_call(text_format("cp %s %s", package, path));
	fixture_sign(scratch, key, path, options);
	return fixture_read(path);
}

static const struct {
	const char *label, *key, *options;
	int64_t now;
	enum trust_status status;
	const char *hash;
} cases[] = {
	{ "RSA", "rsa2048", "", 0, TRUST_GOOD, NULL },
	{ "RSA over all", "rsa2048", "--v3", 0, TRUST_GOOD, NULL },
	{ "EdDSA", "ed25519", "", 0, TRUST_GOOD, NULL },
	{ "EdDSA over all", "ed25519", "--v3", 0, TRUST_GOOD, NULL },
	{ "DSA", "dsa2048", "--v3", 0, TRUST_GOOD, NULL },
	{ "subkey", "subkey", "", 0, TRUST_GOOD, NULL },
	{ "stranger", "stranger", "--v3", 0, TRUST_UNKNOWN_KEY, NULL },
	{ "SHA-1", "rsa2048", "--digest-algo SHA1", 0, TRUST_WEAK, "sha1" },
	{ "SHA-1 over all", "rsa2048", "--v3 --digest-algo SHA1", 0, TRUST_WEAK, "sha1" },
	{ "MD5", "rsa2048", "--digest-algo MD5", 0, TRUST_WEAK, "md5" },
	{ "1,024 bits", "rsa1024", "", 0, TRUST_WEAK, NULL },
	{ "revoked", "revoked", "", 0, TRUST_REVOKED, NULL },
	{ "expired", "expired", THEN_GPG, 0, TRUST_EXPIRED, NULL },
	/* The package is younger than the key's end, and says so. */
	{ "made too late", "expired", THEN_GPG, 1, TRUST_EXPIRED, NULL },
	{ "clock at 1970", "rsa2048", "", 1, TRUST_GOOD, NULL },
};

static void a_package_is_worth_what_its_signature_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes rpm = sign(cases[i].key, cases[i].options);
		auto_trust struct trust trust = check(&rpm, cases[i].now);

		if (trust.status != cases[i].status ||
		    (cases[i].hash && !text_equal(trust.hash, cases[i].hash)))
			fail_msg("%s: %s, %s (%s)", cases[i].label, trust_status_id(trust.status),
				 trust.hash, trust.detail);
		if (trust.status == TRUST_GOOD && !text_starts(trust.owner, cases[i].key))
			fail_msg("%s: owner %s", cases[i].label, trust.owner);
	}
}

static void without_signature_it_is_unsigned(void **state)
{
	auto_bytes struct bytes rpm = fixture_read(package);
	auto_trust struct trust trust = check(&rpm, 0);

	(void)state;
	assert_int_equal(trust.status, TRUST_UNSIGNED);
	assert_null(trust.key);
}

/* Flip a bit there: at the header's data, its end, the payload's start and end. */
static void what_was_changed_is_bad(void **state)
{
	static const struct {
		const char *key, *options;
	} rows[] = {
		{ "rsa2048", "" },
		{ "rsa2048", "--v3" },
		{ "ed25519", "" },
		{ "stranger", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes rpm = sign(rows[i].key, rows[i].options);
		size_t header = fixture_header_at(&rpm);
		size_t payload = header + fixture_header_size(&rpm, header);
		const size_t places[] = { payload - 60, payload + 1, rpm.size - 9 };

		for (size_t j = 0; j < COUNT(places); j++) {
			auto_trust struct trust trust = { 0 };

			rpm.data[places[j]] ^= 1;
			trust = check(&rpm, 0);
			rpm.data[places[j]] ^= 1;
			if (trust.status != TRUST_BAD)
				fail_msg("%s%s: place %zu is %s", rows[i].key, rows[i].options, j,
					 trust_status_id(trust.status));
		}
	}
}

/* All checksums are true again: only the signature tells. */
static void checksums_that_were_made_to_fit_help_nothing(void **state)
{
	auto_bytes struct bytes before = sign("rsa2048", "--v3");
	auto_bytes struct bytes rpm = sign("rsa2048", "--v3");
	auto_trust struct trust trust = { 0 };

	(void)state;
	memcpy(rpm.data, before.data, rpm.size);
	assert_true(fixture_replace(&rpm, "kernel module package", "kernel module pAckage") > 0);
	fixture_resum(&before, &rpm);
	trust = check(&rpm, 0);
	assert_int_equal(trust.status, TRUST_BAD);
	assert_non_null(strstr(trust.detail, "changed"));
}

/* Where the signature header of RPM has what TAG stands for; its size in *RET_SIZE. */
static uint8_t *find_tag(const struct bytes *rpm, uint32_t tag, size_t *ret_size)
{
	size_t entries = fixture_be32(rpm, 96 + 8);

	for (size_t at = 112; at < 112 + 16 * entries; at += 16) {
		if (fixture_be32(rpm, at) != tag)
			continue;
		*ret_size = fixture_be32(rpm, at + 12);
		return rpm->data + 112 + 16 * entries + fixture_be32(rpm, at + 8);
	}
	return NULL;
}

static void an_empty_or_foreign_signature_is_bad(void **state)
{
	static const struct {
		const char *key;
		uint32_t tag;
		size_t at;
		uint8_t byte;
	} rows[] = {
		{ "rsa2048", 268, 0, 0x42 }, /* no packet */
		{ "rsa2048", 268, 0, 0x99 }, /* a key instead */
		{ "ed25519", 267, 1, 0x01 }, /* shorter than it says */
		{ "rsa2048", 268, 4, 0x10 }, /* it certifies a user id */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes rpm = sign(rows[i].key, "");
		size_t size = 0;
		uint8_t *packet = find_tag(&rpm, rows[i].tag, &size);
		auto_trust struct trust trust = { 0 };

		assert_non_null(packet);
		packet[rows[i].at] = rows[i].byte;
		trust = check(&rpm, 0);
		if (trust.status != TRUST_BAD)
			fail_msg("row %zu: %s", i, trust_status_id(trust.status));
	}
}

/*
 * Replace the signature at TAG by one of the same key, over what stands between START and END.
 * False if it is shorter or longer, as one in 256 is.
 */
static bool sign_again(struct bytes *rpm, uint32_t tag, size_t start, size_t end)
{
	auto_free char *path = fixture_path(scratch, "range");
	auto_bytes struct bytes signature = { 0 };
	size_t size = 0;
	uint8_t *place = find_tag(rpm, tag, &size);

	fixture_write(path, rpm->data + start, end - start);
	fixture_sign(scratch, "rsa2048", path, "--no-armor");
	signature = fixture_read_in(scratch, "range.asc");
	if (signature.size != size)
		return false;
	memcpy(place, signature.data, size);
	return true;
}

/*
 * A package of the time before rpm 4.14: nothing that the header says speaks of the payload.
 * rpmsign signs no such package any more.
 */
static struct bytes make_old(const char *options)
{
	static const uint8_t payload_digest[] = { 0, 0, 0x13, 0xe4, 0, 0, 0, 8 };

	for (int tries = 0; tries < 5; tries++) {
		auto_bytes struct bytes rpm = sign("rsa2048", options);
		size_t header = fixture_header_at(&rpm);
		size_t payload = header + fixture_header_size(&rpm, header);
		uint8_t *entry = memmem(rpm.data, rpm.size, payload_digest, sizeof(payload_digest));
		struct bytes old = rpm;

		assert_non_null(entry);
		entry[3] = 0xff; /* a tag that means nothing */
		if (sign_again(&rpm, 268, header, payload) &&
		    (!*options || sign_again(&rpm, 1002, header, rpm.size))) {
			rpm = (struct bytes){ 0 };
			return old;
		}
	}
	fail_msg("no signature has the length of the one before it");
	return (struct bytes){ 0 };
}

static void a_signature_that_leaves_the_payload_out_is_weak(void **state)
{
	static const struct {
		const char *options;
		enum trust_status status;
	} rows[] = { { "", TRUST_WEAK }, { "--v3", TRUST_GOOD } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes rpm = make_old(rows[i].options);
		auto_trust struct trust trust = check(&rpm, 0);

		if (trust.status != rows[i].status)
			fail_msg("%s: %s (%s)", rows[i].options, trust_status_id(trust.status),
				 trust.detail);
	}
}

static int check_cut(const struct bytes *rpm, size_t size, struct trust *ret)
{
	auto_free char *path = fixture_path(scratch, "cut.rpm");
	auto_error struct error error = { 0 };
	auto_fd int fd = -1;
	int r;

	fixture_write(path, rpm->data, size);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = package_signature_check(fd, path, keyring, 1, ret, &error);
	if (r < 0)
		assert_non_null(error.why);
	return r;
}

static void what_is_cut_is_never_good(void **state)
{
	auto_bytes struct bytes rpm = sign("ed25519", "");

	(void)state;
	for (size_t size = 0; size < rpm.size; size += size < 512 ? 1 : 61) {
		auto_trust struct trust trust = { 0 };
		int r = check_cut(&rpm, size, &trust);

		if (r != -EBADMSG && (r != 0 || trust.status != TRUST_BAD))
			fail_msg("%zu bytes: %d, %s", size, r, trust_status_id(trust.status));
	}
}

static void a_header_too_large_is_refused_before_it_is_read(void **state)
{
	auto_bytes struct bytes rpm = fixture_read(package);
	auto_trust struct trust trust = { 0 };

	(void)state;
	memset(rpm.data + 96 + 8, 0xff, 8);
	assert_int_equal(check_cut(&rpm, rpm.size, &trust), -EFBIG);
}

static int make_all(void **state)
{
	static const char *const kinds[] = {
		"rsa2048", "ed25519", "dsa2048", "rsa1024", "expired", "revoked", "subkey",
	};
	const struct fixture_file files[] = {
		{ .path = "/lib/modules/6.4.0-1-default/updates/a.ko", .content = "module" },
		{ 0 },
	};
	const struct fixture_package made = {
		.name = "a-kmp-default",
		.version = "1",
		.release = "1",
		.payload = "w9.gzdio",
		.tags = "Group: kernel module package\n",
		.files = files,
	};

	(void)state;
	scratch = fixture_scratch();
	package = fixture_build(scratch, &made);
	assert_non_null(package);
	for (size_t i = 0; i < COUNT(kinds); i++)
		fixture_key(scratch, kinds[i], kinds[i]);
	fixture_key(scratch, "stranger", "rsa2048");
	keyring = fixture_keyring(scratch, trusted);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	keyring = keyring_free(keyring);
	free(package);
	fixture_remove(scratch);
	free(scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_is_worth_what_its_signature_is),
		cmocka_unit_test(without_signature_it_is_unsigned),
		cmocka_unit_test(what_was_changed_is_bad),
		cmocka_unit_test(checksums_that_were_made_to_fit_help_nothing),
		cmocka_unit_test(an_empty_or_foreign_signature_is_bad),
		cmocka_unit_test(a_signature_that_leaves_the_payload_out_is_weak),
		cmocka_unit_test(what_is_cut_is_never_good),
		cmocka_unit_test(a_header_too_large_is_refused_before_it_is_read),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
