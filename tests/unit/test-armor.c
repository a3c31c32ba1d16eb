/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "trust/armor.h"

#define BEGIN "-----BEGIN PGP SIGNATURE-----\n"
#define END   "-----END PGP SIGNATURE-----\n"

static const struct {
	const char *label, *text;
	int r;
	const char *packets;
} cases[] = {
	{ "bare packets", "\x88\x01x", 0, "\x88\x01x" },
	{ "one block", BEGIN "\nYWJj\n" END, 0, "abc" },
	{ "with its checksum", BEGIN "\nYWJj\n=abcd\n" END, 0, "abc" },
	{ "what it is about", BEGIN "Version: 1\nComment: x\n\nYWJj\n" END, 0, "abc" },
	{ "line ends of Windows", "-----BEGIN PGP SIGNATURE-----\r\n\r\nYWJj\r\n" END, 0, "abc" },
	{ "lines", BEGIN "\nYWJj\nZGVm\n" END, 0, "abcdef" },
	{ "text around it", "x\n" BEGIN "\nYWJj\n" END "y\n", 0, "abc" },
	{ "two blocks", BEGIN "\nYWJj\n" END "\n" BEGIN "\nZGVm\n" END, 0, "abcdef" },
	{ "nothing", "", -ENODATA, NULL },
	{ "some text", "abc\n", -ENODATA, NULL },
	{ "a key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nYWJj\n-----END", -ENODATA, NULL },
	{ "no end", BEGIN "\nYWJj\n", -EBADMSG, NULL },
	{ "no empty line", BEGIN "YWJj\n" END, -EBADMSG, NULL },
	{ "no data", BEGIN "\n" END, -EBADMSG, NULL },
	{ "only its start", BEGIN, -EBADMSG, NULL },
	{ "no base64", BEGIN "\nYW!j\n" END, -EBADMSG, NULL },
	{ "a letter short", BEGIN "\nYWJ\n" END, -EBADMSG, NULL },
	{ "the second one damaged", BEGIN "\nYWJj\n" END BEGIN "\n?\n" END, -EBADMSG, NULL },
};

static void the_packets_of_all_blocks_come_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes from = { (uint8_t *)strdup(cases[i].text),
						 strlen(cases[i].text) };
		auto_bytes struct bytes packets = { 0 };
		int r = armor_decode(&from, ARMOR_SIGNATURE, &packets);

		if (r != cases[i].r)
			fail_msg("%s: %d", cases[i].label, r);
		if (r == 0 && (packets.size != strlen(cases[i].packets) ||
			       memcmp(packets.data, cases[i].packets, packets.size) != 0))
			fail_msg("%s: %s", cases[i].label, packets.data);
	}
}

static void bare_base64_may_have_lines(void **state)
{
	auto_bytes struct bytes packets = { 0 };

	(void)state;
	assert_int_equal(armor_decode_base64("YW\nJj\n", &packets), 0);
	assert_int_equal(packets.size, 3);
	assert_memory_equal(packets.data, "abc", 3);
	assert_int_equal(armor_decode_base64("", &packets), -EBADMSG);
	assert_int_equal(armor_decode_base64("=", &packets), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packets_of_all_blocks_come_out),
		cmocka_unit_test(bare_base64_may_have_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
