/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

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
		AUTO(signers_done) struct signers signers = { 0 };
		const struct strings *list = &signers.keys;

		assert_int_equal(signers_add_keys(cases[i].text, &signers), 0);
		if (list->count > 1 ||
		    !text_equal(list->count ? list->items[0] : NULL, cases[i].expected))
			fail_msg("%s: %s", cases[i].label, list->count ? list->items[0] : "none");
	}
}

#define RING "12b5a2c2 I------     1 perm 1f0b0000     0     0 keyring   "
#define ONE  KEY "A: aa01: X509.rsa aa01 []\n"
#define TWO  KEY "B: bb02: X509.rsa bb02 []\n"

static void keys_are_all_there_if_their_keyrings_and_as_many_keys_are_seen(void **state)
{
	static const struct {
		const char *label, *text;
		bool known;
	} cases[] = {
		{ "as many as promised", RING ".builtin_trusted_keys: 2\n" ONE TWO, true },
		{ "fewer than promised", RING ".builtin_trusted_keys: 2\n" ONE, false },
		{ "enrolled ones are promised too",
		  RING ".builtin_trusted_keys: 1\n" RING ".machine: 2\n" ONE TWO, false },
		{ "no keyring", ONE TWO, false },
		{ "another keyring", RING ".blacklist: 1\n" ONE, false },
		{ "an empty one", RING ".builtin_trusted_keys: empty\n" ONE, false },
		{ "more keys", RING ".builtin_trusted_keys: 1\n" ONE TWO, true },
		{ "a number beyond all",
		  RING ".builtin_trusted_keys: 99999999999999999999999\n" ONE, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(signers_done) struct signers signers = { 0 };

		assert_int_equal(signers_add_keys(cases[i].text, &signers), 0);
		if (signers.keys_known != cases[i].known)
			fail_msg("%s", cases[i].label);
	}
}

/* A certificate, as far as it is compared. */
static void add_certificate(struct signers *signers, enum certificate_place place,
			    const char *issued_id, const char *key_id)
{
	struct certificates *list = &signers->certificates;

	assert_int_equal(array_grow(&list->items, list->count, sizeof(*list->items)), 0);
	list->items[list->count++] = (struct certificate){
		.place = place,
		.issued_id = strdup(issued_id),
		.key_id = key_id ? strdup(key_id) : NULL,
	};
}

static void keys_are_compared_with_ids_of_their_kind(void **state)
{
	static char by_key[] = "aa01", number[] = "77", issued[] = "77 of 3000", lost[] = "cc03";
	static const struct {
		const char *label;
		char *key_id, *issued_id;
		bool listed, complete, certificate;
		enum certificate_place place;
		enum key_standing expected;
		bool owner_counts;
	} cases[] = {
		{ "listed", by_key, NULL, true, true, false, 0, KEY_KNOWN, false },
		{ "not listed", lost, NULL, true, true, false, 0, KEY_UNKNOWN, false },
		{ "not listed among some", lost, NULL, true, false, false, 0, KEY_UNDETERMINED,
		  false },
		{ "nothing is listed", by_key, NULL, false, false, false, 0, KEY_UNDETERMINED,
		  false },
		{ "a number, listed as a key", by_key, issued, true, true, false, 0,
		  KEY_UNDETERMINED, false },
		{ "a number and its certificate", number, issued, true, true, true,
		  CERTIFICATE_OFFERED, KEY_KNOWN, false },
		{ "a certificate that is offered alone", number, issued, false, false, true,
		  CERTIFICATE_OFFERED, KEY_UNDETERMINED, false },
		{ "one that is enrolled", number, issued, false, false, true, CERTIFICATE_ENROLLED,
		  KEY_KNOWN, true },
		{ "one that is enrolled for other uses", number, issued, false, false, true,
		  CERTIFICATE_ENROLLED, KEY_UNDETERMINED, false },
		{ "one that is offered, where enrolled ones count", number, issued, false, false,
		  true, CERTIFICATE_OFFERED, KEY_UNDETERMINED, true },
		{ "the kernel's own", number, issued, false, false, true, CERTIFICATE_OF_BUILD,
		  KEY_KNOWN, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(signers_done) struct signers signers = { 0 };
		const struct module_signature signature = {
			.present = true,
			.key_id = cases[i].key_id,
			.issued_id = cases[i].issued_id,
		};

		if (cases[i].listed)
			assert_int_equal(strings_add(&signers.keys, by_key), 0);
		signers.keys_known = cases[i].complete;
		signers.owner_counts = cases[i].owner_counts;
		if (cases[i].certificate)
			add_certificate(&signers, cases[i].place, issued, by_key);
		if (signers_ask(&signers, &signature) != cases[i].expected)
			fail_msg("%s: %s", cases[i].label,
				 key_standing_id(signers_ask(&signers, &signature)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_all_there_if_their_keyrings_and_as_many_keys_are_seen),
		cmocka_unit_test(keys_are_compared_with_ids_of_their_kind),
		cmocka_unit_test(keys_go_by_the_id_behind_their_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
