/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/signers.h"

#define KEY "12b5a2c1 I------     1 perm 1f030000     0     0 asymmetri "

static void keys_go_by_the_id_behind_their_subject(void **state)
{
	static const struct {
		const char *label, *text, *expected; /* NULL: none */
	} cases[] = {
		{ "a key", KEY "Debian Secure Boot CA: 6ccece7e4c6c0d1f: X509.rsa 419ea1 []\n",
		  "6ccece7e4c6c0d1f" },
		{ "a colon in the subject", KEY "SUSE: Signing: X509. CA: 00ab: X509.rsa b2 []\n",
		  "00ab" },
		{ "no newline", KEY "a: 12: X509.ecdsa 12 []", "12" },
		{ "no id", KEY "a: X509.rsa 12 []\n", NULL },
		{ "no hexadecimal", KEY "a: 12XY: X509.rsa 12 []\n", NULL },
		{ "another description", KEY "a: 12: pkcs7 12 []\n", NULL },
		{ "another type",
		  "0a3b8f10 I--Q---     1 perm 3f010000     0     0 user      a: 12: X509.rsa 12\n",
		  NULL },
		{ "cut", "12b5a2c1 I------", NULL },
		{ "an empty description", KEY, NULL },
		{ "empty", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_strings struct strings list = { 0 };

		assert_int_equal(signers_add_keys(cases[i].text, &list), 0);
		if (list.count > 1 ||
		    !text_equal(list.count ? list.items[0] : NULL, cases[i].expected))
			fail_msg("%s: %s", cases[i].label, list.count ? list.items[0] : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_go_by_the_id_behind_their_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
