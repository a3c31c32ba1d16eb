/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "gpg-fixture.h"
#include "trust/keyring.h"

static char *scratch;

/* The id of the first part of the key in SCRATCH/FILE. */
static void read_id(const char *file, uint8_t *ret)
{
	auto_bytes struct bytes bytes = fixture_read_in(scratch, file);
	auto_key struct key key = { 0 };
	size_t at = 0;

	assert_int_equal(key_read(bytes.data, bytes.size, &at, &key), 1);
	memcpy(ret, key.parts[0].id, PACKET_KEY_ID);
}

static const char *owner_of(const struct keyring *keyring, const uint8_t *id, size_t nth)
{
	const struct key *key;

	return keyring_find(keyring, id, nth, &key) ? key->owner : NULL;
}

static void keys_of_a_repository_stand_above_those_of_the_system(void **state)
{
	static const char *const system_files[] = { "first.asc", NULL };
	auto_keyring struct keyring *system_keys = fixture_keyring(scratch, system_files);
	auto_keyring struct keyring *keyring = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_bytes struct bytes second = fixture_read_in(scratch, "second.gpg");
	uint8_t first_id[PACKET_KEY_ID], second_id[PACKET_KEY_ID];

	(void)state;
	read_id("first.gpg", first_id);
	read_id("second.gpg", second_id);
	assert_int_equal(keyring_new(system_keys, &keyring), 0);
	assert_int_equal(keyring_add(keyring, &second, "second.gpg", &diagnostics), 0);
	assert_int_equal(diagnostics.count, 0);
	assert_int_equal(keyring_count(keyring), 2);
	assert_int_equal(keyring_count(system_keys), 1);
	assert_string_equal(owner_of(keyring, first_id, 0), "first <first@example.com>");
	assert_string_equal(owner_of(keyring, second_id, 0), "second <second@example.com>");
	assert_null(owner_of(keyring, second_id, 1));
	assert_null(owner_of(system_keys, second_id, 0));
}

static void one_key_twice_is_one_key_that_knows_more(void **state)
{
	static const char *const files[] = { "revoked-before.gpg", "revoked.asc",
					     "revoked-before.gpg", NULL };
	auto_keyring struct keyring *keyring = fixture_keyring(scratch, files);
	uint8_t id[PACKET_KEY_ID];
	const struct key *key;

	(void)state;
	read_id("revoked.gpg", id);
	assert_int_equal(keyring_count(keyring), 1);
	assert_non_null(keyring_find(keyring, id, 0, &key));
	assert_true(key->parts[0].revoked);
}

static void what_the_system_knows_of_a_key_counts_for_a_repository_too(void **state)
{
	static const char *const system_files[] = { "revoked.asc", NULL };
	auto_keyring struct keyring *system_keys = fixture_keyring(scratch, system_files);
	auto_keyring struct keyring *keyring = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_bytes struct bytes before = fixture_read_in(scratch, "revoked-before.gpg");
	uint8_t id[PACKET_KEY_ID];
	const struct key *key;

	(void)state;
	read_id("revoked.gpg", id);
	assert_int_equal(keyring_new(system_keys, &keyring), 0);
	assert_int_equal(keyring_add(keyring, &before, "before", &diagnostics), 0);
	assert_non_null(keyring_find(keyring, id, 0, &key));
	assert_true(key->parts[0].revoked);
}

static void a_revocation_by_itself_counts_before_its_key_and_after_it(void **state)
{
	static const char *const orders[][4] = {
		{ "revoked-before.gpg", "revoked.rev", "first.asc", NULL },
		{ "revoked.rev", "first.asc", "revoked-before.gpg", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		auto_keyring struct keyring *keyring = fixture_keyring(scratch, orders[i]);
		uint8_t id[PACKET_KEY_ID], other[PACKET_KEY_ID];
		const struct key *key;

		read_id("revoked.gpg", id);
		read_id("first.gpg", other);
		assert_int_equal(keyring_count(keyring), 2);
		assert_non_null(keyring_find(keyring, id, 0, &key));
		if (!key->parts[0].revoked)
			fail_msg("%s first: not revoked", orders[i][0]);
		assert_non_null(keyring_find(keyring, other, 0, &key));
		assert_false(key->parts[0].revoked);
	}
}

static void a_file_may_hold_several_keys_in_one_block_or_in_many(void **state)
{
	static const char *const files[] = { "both.asc", "both.gpg" };

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		const char *const list[] = { files[i], NULL };
		auto_keyring struct keyring *keyring = fixture_keyring(scratch, list);

		assert_int_equal(keyring_count(keyring), 2);
	}
}

static void a_folder_gives_the_keys_of_all_its_files(void **state)
{
	auto_keyring struct keyring *keyring = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_free char *path = fixture_path(scratch, "keys");
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(keyring_new(NULL, &keyring), 0);
	assert_int_equal(keyring_add_folder(keyring, fd, "keys", &diagnostics), 0);
	assert_int_equal(keyring_count(keyring), 2);
	/* Text, an empty file, a link to nothing, a secret key; each is told. */
	assert_int_equal(diagnostics.count, 4);
	for (size_t i = 0; i < diagnostics.count; i++) {
		assert_string_equal(diagnostics.items[i].id, "unusable-key");
		assert_true(text_starts(diagnostics.items[i].culprit, "keys/"));
	}
}

static void the_rpm_database_has_keys_in_base64(void **state)
{
	auto_free char *path = fixture_path(scratch, "first.base64");
	auto_keyring struct keyring *keyring = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_bytes struct bytes text = { 0 };

	(void)state;
	fixture_call(text_format("base64 <%s/first.gpg >%s", scratch, path));
	text = fixture_read(path);
	assert_int_equal(keyring_new(NULL, &keyring), 0);
	assert_int_equal(
		keyring_add_base64(keyring, (const char *)text.data, "first", &diagnostics), 0);
	assert_int_equal(keyring_count(keyring), 1);
	assert_int_equal(keyring_add_base64(keyring, "mQENB", "cut", &diagnostics), 0);
	assert_int_equal(diagnostics.count, 1);
	assert_int_equal(keyring_count(keyring), 1);
}

static int make_keys(void **state)
{
	(void)state;
	scratch = fixture_scratch();
	fixture_key(scratch, "first", "ed25519");
	fixture_key(scratch, "second", "rsa2048");
	fixture_key(scratch, "revoked", "revoked");
	fixture_call(text_format(
		"cd %s && cat first.asc second.asc >both.asc && cat first.gpg second.gpg >both.gpg "
		"&& "
		"mkdir -p keys/folder && cp first.asc second.gpg revoked.gpg keys/folder && "
		"cp first.asc keys && ln -s ../second.gpg keys && echo text >keys/text && : "
		">keys/empty && "
		"ln -s nowhere keys/link && cp second.gpg keys/.hidden && "
		"gpg --batch --quiet --homedir home --pinentry-mode loopback --passphrase '' "
		"--export-secret-keys first@ >keys/secret; gpgconf --homedir home --kill all",
		scratch));
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
		cmocka_unit_test(keys_of_a_repository_stand_above_those_of_the_system),
		cmocka_unit_test(one_key_twice_is_one_key_that_knows_more),
		cmocka_unit_test(what_the_system_knows_of_a_key_counts_for_a_repository_too),
		cmocka_unit_test(a_revocation_by_itself_counts_before_its_key_and_after_it),
		cmocka_unit_test(a_file_may_hold_several_keys_in_one_block_or_in_many),
		cmocka_unit_test(a_folder_gives_the_keys_of_all_its_files),
		cmocka_unit_test(the_rpm_database_has_keys_in_base64),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
