/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "gpg-fixture.h"
#include "trust/key.h"

/* 2020-01-01 and 30 days, as tests/lib/make-key has it. */
#define PAST     1577836800
#define PAST_END (PAST + 30 * 86400)

static char *scratch;

/* The key in SCRATCH/NAME.gpg. */
static struct key read_key(const char *name)
{
	auto_free char *file = text_format("%s.gpg", name);
	auto_bytes struct bytes bytes = fixture_read_in(scratch, file);
	struct key key = { 0 };
	size_t at = 0;

	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
	assert_int_equal(at, bytes.size);
	return key;
}

static const struct {
	const char *name;
	size_t parts;
	int64_t created; /* 0: now */
	int64_t expires;
	bool may_sign, revoked, sub_may_sign, sub_revoked;
} cases[] = {
	{ .name = "rsa2048", .parts = 1, .may_sign = true },
	{ .name = "ed25519", .parts = 1, .may_sign = true },
	{ .name = "dsa2048", .parts = 1, .may_sign = true },
	{ .name = "expired", .parts = 1, .created = PAST, .expires = PAST_END, .may_sign = true },
	{ .name = "extended", .parts = 1, .created = PAST, .may_sign = true },
	{ .name = "revoked", .parts = 1, .may_sign = true, .revoked = true },
	{ .name = "subkey", .parts = 2, .sub_may_sign = true },
	{ .name = "revoked-subkey", .parts = 2, .sub_may_sign = true, .sub_revoked = true },
};

static void a_key_tells_its_owner_its_end_and_its_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = cases[i].name;
		auto_key struct key key = read_key(name);
		auto_free char *owner = text_format("%s <%s@example.com>", name, name);
		const struct key_part *main_key = &key.parts[0], *sub = &key.parts[key.count - 1];

		if (!text_equal(key.owner, owner))
			fail_msg("%s: owner %s", name, key.owner);
		if (key.count != cases[i].parts || main_key->may_sign != cases[i].may_sign ||
		    main_key->revoked != cases[i].revoked || main_key->expires != cases[i].expires)
			fail_msg("%s: %zu parts, sign %d, revoked %d, expires %ld", name, key.count,
				 main_key->may_sign, main_key->revoked, (long)main_key->expires);
		if (cases[i].created && main_key->facts.created != cases[i].created)
			fail_msg("%s: made at %ld", name, (long)main_key->facts.created);
		if (key.count > 1 && (sub->may_sign != cases[i].sub_may_sign ||
				      sub->revoked != cases[i].sub_revoked))
			fail_msg("%s: subkey signs %d, revoked %d", name, sub->may_sign,
				 sub->revoked);
	}
}

/* librpm has no ECDSA (4.18: digest_libgcrypt.c), so what the key says of itself is not known. */
static void a_key_of_a_kind_that_cannot_be_checked_has_no_owner(void **state)
{
	auto_key struct key key = read_key("nistp256");

	(void)state;
	assert_null(key.owner);
	assert_string_equal(packet_algorithm_name(key.parts[0].facts.algorithm), "ecdsa");
	assert_int_equal(key.parts[0].stated, 0);
}

static void its_id_is_the_one_that_gpg_shows(void **state)
{
	auto_key struct key key = read_key("subkey");
	auto_free char *command = text_format("gpg --batch --homedir %s/home --list-keys "
					      "--with-colons subkey@ 2>/dev/null | "
					      "awk -F: '/^(pub|sub)/ { print tolower($5) }'",
					      scratch);
	FILE *pipe = popen(command, "r");
	char line[64];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_free char *id = text_hex(key.parts[i].id, PACKET_KEY_ID);

		assert_non_null(fgets(line, sizeof(line), pipe));
		line[strcspn(line, "\n")] = '\0';
		assert_string_equal(line, id);
	}
	pclose(pipe);
}

/* Where in BYTES the first signature of KIND starts, and how long it is. */
static struct packet find_signature(const struct bytes *bytes, uint8_t kind)
{
	struct packet packet;
	size_t at = 0;

	while (packet_next(bytes->data, bytes->size, &at, &packet) > 0)
		if (packet.tag == PACKET_SIGNATURE && packet.body[1] == kind)
			return packet;
	fail_msg("no signature of kind %x", kind);
	return packet;
}

/* Change one bit of the number at the end of the signature of KIND in FILE, and read the key. */
static struct key read_forged(const char *file, uint8_t kind)
{
	auto_bytes struct bytes bytes = fixture_read_in(scratch, file);
	struct packet packet = find_signature(&bytes, kind);
	struct key key = { 0 };
	size_t at = 0;

	bytes.data[packet.body + packet.size - 1 - bytes.data] ^= 1;
	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
	return key;
}

static void what_the_key_did_not_sign_does_not_count(void **state)
{
	auto_key struct key revoked = read_forged("revoked.gpg", SIGNATURE_REVOKES_KEY);
	auto_key struct key expired = read_forged("expired.gpg", SIGNATURE_CERTIFIES_LAST);
	auto_key struct key subkey = read_forged("subkey.gpg", SIGNATURE_BINDS_SUBKEY);
	auto_key struct key back = read_forged("revoked-subkey.gpg", SIGNATURE_REVOKES_SUBKEY);

	(void)state;
	assert_false(revoked.parts[0].revoked);
	assert_int_equal(expired.parts[0].expires, 0);
	assert_null(expired.owner);
	assert_int_equal(subkey.count, 1);
	assert_false(back.parts[1].revoked);
}

/* The hash of a signature that librpm does not know: nobody can say whether it holds. */
static void what_nobody_can_check_counts_where_it_takes_away(void **state)
{
	static const struct {
		const char *file;
		uint8_t kind;
		bool revoked;
		int64_t expires;
	} rows[] = {
		{ "revoked.gpg", SIGNATURE_REVOKES_KEY, true, 0 },
		{ "expired.gpg", SIGNATURE_CERTIFIES_LAST, false, PAST_END },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes bytes = fixture_read_in(scratch, rows[i].file);
		struct packet packet = find_signature(&bytes, rows[i].kind);
		auto_key struct key key = { 0 };
		size_t at = 0;

		bytes.data[packet.body + 3 - bytes.data] = 110; /* a private hash */
		assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
		if (key.parts[0].revoked != rows[i].revoked ||
		    key.parts[0].expires != rows[i].expires)
			fail_msg("%s: revoked %d, expires %ld", rows[i].file, key.parts[0].revoked,
				 (long)key.parts[0].expires);
	}
}

/* Take the backwards signature out of the subkey's binding: whose subkey it is, is anybody's guess.
 */
static void a_subkey_that_does_not_confirm_signs_nothing(void **state)
{
	auto_bytes struct bytes bytes = fixture_read_in(scratch, "subkey.gpg");
	struct packet packet = find_signature(&bytes, SIGNATURE_BINDS_SUBKEY);
	struct packet_signature signature;
	auto_key struct key key = { 0 };
	size_t at = 0;

	(void)state;
	assert_int_equal(packet_signature(&packet, &signature), 0);
	assert_non_null(signature.embedded);
	bytes.data[signature.embedded + signature.embedded_size - 1 - bytes.data] ^= 1;
	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
	assert_int_equal(key.count, 2);
	assert_false(key.parts[1].may_sign);
}

static void a_copy_adds_what_is_new_and_hides_nothing(void **state)
{
	static const struct {
		const char *name, *copy;
		bool revoked;
		int64_t expires;
	} rows[] = {
		{ "revoked", "revoked-before", true, 0 },
		{ "revoked-before", "revoked", true, 0 },
		{ "extended", "extended-before", false, 0 },
		{ "extended-before", "extended", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_key struct key key = read_key(rows[i].name);
		auto_key struct key copy = read_key(rows[i].copy);

		assert_true(key_same(&key, &copy));
		assert_int_equal(key_merge(&key, &copy), 0);
		if (key.count != 1 || key.parts[0].revoked != rows[i].revoked ||
		    key.parts[0].expires != rows[i].expires)
			fail_msg("%s and %s: revoked %d, expires %ld", rows[i].name, rows[i].copy,
				 key.parts[0].revoked, (long)key.parts[0].expires);
	}
}

static void a_damaged_key_is_told_and_the_next_one_read(void **state)
{
	auto_bytes struct bytes bytes = fixture_read_in(scratch, "two.gpg");
	auto_key struct key key = { 0 };
	size_t at = 0;

	(void)state;
	bytes.data[3] = 3; /* the version of the first one */
	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), -ENOTSUP);
	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
	assert_string_equal(key.owner, "ed25519 <ed25519@example.com>");
	key_done(&key);
	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 0);
}

static void a_key_cut_anywhere_is_no_crash(void **state)
{
	auto_bytes struct bytes bytes = fixture_read_in(scratch, "revoked-subkey.gpg");

	(void)state;
	for (size_t size = 0; size < bytes.size; size++) {
		auto_key struct key key = { 0 };
		auto_free uint8_t *cut = malloc(size + 1);
		size_t at = 0;
		int r;

		memcpy(cut, bytes.data, size);
		r = key_read(cut, size, &at, &key);
		if ((r != -EBADMSG && r != 0 && r != 1) || at > size)
			fail_msg("%zu bytes: %d", size, r);
	}
}

static int make_keys(void **state)
{
	(void)state;
	scratch = fixture_scratch();
	for (size_t i = 0; i < COUNT(cases); i++)
		fixture_key(scratch, cases[i].name, cases[i].name);
	fixture_key(scratch, "nistp256", "nistp256");
	fixture_call(text_format("cd %s && cat rsa2048.gpg ed25519.gpg >two.gpg", scratch));
	return 0;
}

static int remove_keys(void **state)
{
	(void)state;
	fixture_remove(scratch);
	free(scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_tells_its_owner_its_end_and_its_use),
		cmocka_unit_test(a_key_of_a_kind_that_cannot_be_checked_has_no_owner),
		cmocka_unit_test(its_id_is_the_one_that_gpg_shows),
		cmocka_unit_test(what_the_key_did_not_sign_does_not_count),
		cmocka_unit_test(what_nobody_can_check_counts_where_it_takes_away),
		cmocka_unit_test(a_subkey_that_does_not_confirm_signs_nothing),
		cmocka_unit_test(a_copy_adds_what_is_new_and_hides_nothing),
		cmocka_unit_test(a_damaged_key_is_told_and_the_next_one_read),
		cmocka_unit_test(a_key_cut_anywhere_is_no_crash),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
