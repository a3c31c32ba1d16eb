/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/lock.h"

/* Read SIZE bytes of TEXT from a block of just that size, so that who reads on is caught. */
static void parse(const char *text, size_t size, struct locks *ret)
{
	auto_free char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, text, size);
	assert_int_equal(locks_parse(copy, size, "locks", ret), 0);
}

#define GLOB  "type: package\nmatch_type: glob\ncase_sensitive: on\n"
#define EXACT "match_type: exact\ncase_sensitive: on\n"

static void locks_fit_as_zypp_has_it(void **state)
{
	static const struct {
		const char *label, *text, *name, *wanted;
	} rows[] = {
		{ "a glob", "\n" GLOB "solvable_name: foo-*\n\n", "foo-kmp", "foo-*" },
		{ "not this one", "\n" GLOB "solvable_name: foo-*\n\n", "bar-kmp", NULL },
		{ "a second one", GLOB "solvable_name: a\n\n\n" GLOB "solvable_name: b", "b", "b" },
		{ "any of several", GLOB "solvable_name: a\nsolvable_name: b\n", "b", "b" },
		{ "case counts", GLOB "solvable_name: Foo\n", "foo", NULL },
		{ "or not", "match_type: glob\nsolvable_name: Foo\n", "foo", "Foo" },
		{ "off", "match_type: exact\ncase_sensitive: off\nsolvable_name: F\n", "f", "F" },
		{ "exact", EXACT "solvable_name: foo\n", "foo-kmp", NULL },
		{ "the default is a part", "solvable_name: OO\n", "foo", "OO" },
		{ "a regex", "match_type: regex\nsolvable_name: ^fo+$\n", "fooo", "^fo+$" },
		{ "a word", "match_type: word\nsolvable_name: kmp\n", "foo-kmp-x", "kmp" },
		{ "no word", "match_type: word\nsolvable_name: kmp\n", "fookmp", NULL },
		{ "of an architecture", EXACT "solvable_arch: x86_64\n", "foo", "x86_64" },
		{ "of patches", "type: patch\nsolvable_name: foo\n", "foo", NULL },
		{ "of both", "type: patch\ntype: package\nsolvable_name: foo\n", "foo", "foo" },
		{ "a comment", "# x\n" EXACT "#y: z\nsolvable_name: foo\n", "foo", "foo" },
		{ "of a repository", "repo: r\nsolvable_name: foo\n", "foo", "foo" },
		{ "of another one", "repo: s\nsolvable_name: foo\n", "foo", NULL },
		{ "nothing", "", "foo", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_locks struct locks locks = { 0 };
		const char *got = NULL;

		parse(rows[i].text, strlen(rows[i].text), &locks);
		for (size_t j = 0; j < locks.count && !got; j++)
			got = lock_fits(&locks.items[j], rows[i].name, "x86_64", "r");
		if (!text_equal(got, rows[i].wanted))
			fail_msg("%s: wanted %s, got %s", rows[i].label, rows[i].wanted, got);
		if (locks.diagnostics.count)
			fail_msg("%s: %s", rows[i].label, locks.diagnostics.items[0].text);
	}
}

static void versions_are_compared(void **state)
{
	static const struct {
		const char *text, *version, *fits; /* for -1, 0, 1 */
	} rows[] = {
		{ "version: > 1.0", "1.0", "001" }, { "version: >= 1.0", "1.0", "011" },
		{ "version: < 1-2", "1-2", "100" }, { "version: <= 1-2", "1-2", "110" },
		{ "version: == 1", "1", "010" },    { "version: = 1", "1", "010" },
		{ "version: != 1", "1", "101" },    { "version: 1", "1", "010" },
		{ "repo: r", NULL, "111" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *text = text_format("solvable_name: foo\n%s\n", rows[i].text);
		auto_locks struct locks locks = { 0 };

		assert_non_null(text);
		parse(text, strlen(text), &locks);
		assert_int_equal(locks.count, 1);
		if (!text_equal(locks.items[0].version, rows[i].version))
			fail_msg("%s: version %s", rows[i].text, locks.items[0].version);
		for (int order = -1; order <= 1; order++)
			if (lock_fits_order(&locks.items[0], order) !=
			    (rows[i].fits[order + 1] == '1'))
				fail_msg("%s: order %d", rows[i].text, order);
	}
}

static void what_is_not_understood_is_said_and_ignored(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "type: package\n", "line 1 names no package" },
		{ "\n\ntype: package\nsolvable_name:\n", "line 3 has a name that no package" },
		{ "solvable_name: foo > 1\n", "line 1 has a name that no package" },
		{ "solvable_name: a\ncolor: red\n", "line 1 has a key that is unknown" },
		{ "solvable_name: a\nmatch_type: x\n", "line 1 has an unknown match_type" },
		{ "solvable_name: a\ncase_sensitive: x\n", "line 1 has case_sensitive neither" },
		{ "solvable_name: a\nversion: >\n", "line 1 has a version that is none" },
		{ "solvable_name: a\nversion: >>> 1 2\n", "line 1 has a version that is none" },
		{ "match_type: regex\nsolvable_name: (\n", "line 1 has a name that is no regular" },
		{ "match_type: regex\nsolvable_name: (a{9}){9}\n", "or a costly one" },
		{ "match_type: regex\nsolvable_name: (a*)\\1\n", "or a costly one" },
		{ "match_type: glob\nsolvable_name: *a*a*a*a*a*a*a*a*\n", "too many '*'" },
		{ "\ngarbage\n", "line 2 is no key: value" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_locks struct locks locks = { 0 };

		parse(rows[i].text, strlen(rows[i].text), &locks);
		if (locks.count || locks.diagnostics.count != 1)
			fail_msg("%s: %zu locks, %zu diagnostics", rows[i].text, locks.count,
				 locks.diagnostics.count);
		if (!strstr(locks.diagnostics.items[0].text, rows[i].wanted))
			fail_msg("%s: %s", rows[i].text, locks.diagnostics.items[0].text);
	}
}

static void hostile_files_are_bounded(void **state)
{
	auto_free char *many = malloc(60000);
	auto_locks struct locks locks = { 0 }, noise = { 0 };
	size_t size = 0;

	(void)state;
	assert_non_null(many);
	while (size < 60000 - 20)
		size += (size_t)sprintf(many + size, "solvable_name: x\n\n");
	parse(many, size, &locks);
	assert_int_equal(locks.count, LOCKS_MAX);
	assert_in_range(locks.diagnostics.count, 1, 6);
	for (unsigned int i = 0, seed = 1; i < 60000; i++, seed = seed * 1103515245 + 12345)
		many[i] = ":\n#\0 typesolvable_name*[\\("[(seed >> 16) % 26];
	parse(many, 60000, &noise);
	assert_in_range(noise.diagnostics.count, 1, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_fit_as_zypp_has_it),
		cmocka_unit_test(versions_are_compared),
		cmocka_unit_test(what_is_not_understood_is_said_and_ignored),
		cmocka_unit_test(hostile_files_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
