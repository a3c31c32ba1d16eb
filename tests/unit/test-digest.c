/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "trust/digest.h"

/* Sums of "abc": RFC 1321 A.5, FIPS 180 examples. */
static const struct {
	const char *type, *sum;
} abc[] = {
	{ "md5", "900150983cd24fb0d6963f7d28e17f72" },
	{ "sha", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		    "8086072ba1e7cc2358baeca134c825a7" },
	{ "sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

static void the_published_examples_come_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(abc); i++) {
		auto_free char *sum = NULL;

		if (digest_hex(abc[i].type, "abc", 3, &sum) != 0 || strcmp(sum, abc[i].sum) != 0)
			fail_msg("%s: got %s", abc[i].type, sum ? sum : "nothing");
	}
}

static void pieces_give_the_same_as_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(abc); i++) {
		auto_digest struct digest *digest = NULL;
		auto_free char *sum = NULL;

		assert_int_equal(digest_new(abc[i].type, &digest), 0);
		assert_int_equal(digest_update(digest, "a", 1), 0);
		assert_int_equal(digest_update(digest, "", 0), 0);
		assert_int_equal(digest_update(digest, "bc", 2), 0);
		assert_int_equal(digest_finish(digest, &sum), 0);
		assert_string_equal(sum, abc[i].sum);
		assert_int_equal(digest_finish(digest, &sum), -EINVAL);
	}
}

static void an_unknown_type_is_refused_and_nothing_written(void **state)
{
	static const char *const unknown[] = { "", "SHA256", "crc32", "sha2561", "sha3-256" };
	char *sum = (char *)0x1;

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++)
		if (digest_hex(unknown[i], "abc", 3, &sum) != -ENOTSUP || sum != (char *)0x1)
			fail_msg("%s was taken", unknown[i]);
}

static void sums_compare_without_regard_to_case(void **state)
{
	(void)state;
	assert_true(digest_equal("ab01", "AB01"));
	assert_false(digest_equal("ab01", "ab0"));
	assert_false(digest_equal("ab01", "ab02"));
	assert_false(digest_equal(NULL, "ab02"));
	assert_false(digest_equal(NULL, NULL));
}

static void an_abandoned_digest_is_released(void **state)
{
	auto_digest struct digest *digest = NULL;

	(void)state;
	assert_int_equal(digest_new("sha256", &digest), 0);
	assert_null(digest_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_examples_come_out),
		cmocka_unit_test(pieces_give_the_same_as_the_whole),
		cmocka_unit_test(an_unknown_type_is_refused_and_nothing_written),
		cmocka_unit_test(sums_compare_without_regard_to_case),
		cmocka_unit_test(an_abandoned_digest_is_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
