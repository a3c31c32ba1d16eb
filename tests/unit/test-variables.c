/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/variables.h"

static void fill(struct variables *variables)
{
	assert_int_equal(variables_set(variables, "releasever", "15.5"), 0);
	assert_int_equal(variables_set(variables, "releasever", "15.6"), 0);
	assert_int_equal(variables_set(variables, "arch", "x86_64"), 0);
	assert_int_equal(variables_set(variables, "empty", ""), 0);
	assert_int_equal(variables_set(variables, "self", "$self"), 0);
	assert_int_equal(variables_set(variables, "ping", "${pong}"), 0);
	assert_int_equal(variables_set(variables, "pong", "${ping}"), 0);
}

static void references_are_replaced_as_libzypp_does(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "", "" },
		{ "http://h/plain", "http://h/plain" },
		{ "$releasever", "15.6" },
		{ "a/${releasever}/$arch/b", "a/15.6/x86_64/b" },
		{ "$arch.$arch", "x86_64.x86_64" },
		{ "$archive", "$archive" },
		{ "${arch}ive", "x86_64ive" },
		{ "$unknown/${unknown}", "$unknown/${unknown}" },
		{ "[$empty]", "[]" },
		/* Words. */
		{ "${unknown:-word}", "word" },
		{ "${empty:-word}", "word" },
		{ "${arch:-word}", "x86_64" },
		{ "${arch:+word}", "word" },
		{ "${unknown:+word}", "" },
		{ "${unknown:-}", "" },
		{ "${unknown:-${arch}}", "x86_64" },
		{ "${unknown:-${other:-$releasever}}", "15.6" },
		{ "${unknown:-a\\}b}", "a}b" },
		{ "${unknown:-\\$arch}", "$arch" },
		{ "${unknown:-a\\\\b}", "a\\b" },
		{ "${unknown:-w${arch}\\}}", "wx86_64}" },
		/* What is no reference. */
		{ "\\$arch", "\\x86_64" },
		{ "$", "$" },
		{ "$$arch", "$x86_64" },
		{ "${", "${" },
		{ "${}", "${}" },
		{ "${arch", "${arch" },
		{ "${arch:-word", "${arch:-word" },
		{ "${arch:=word}", "${arch:=word}" },
		{ "${arch:}", "${arch:}" },
		{ "${unknown:-a\\", "${unknown:-a\\" },
		{ "$/$-", "$/$-" },
		/* A value is never read again. */
		{ "$self", "$self" },
		{ "$ping$pong", "${pong}${ping}" },
	};
	auto_variables struct variables variables = { 0 };

	(void)state;
	fill(&variables);
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *got = NULL;

		assert_int_equal(variables_expand(&variables, rows[i].text, &got), 0);
		if (strcmp(got, rows[i].wanted) != 0)
			fail_msg("%s: wanted %s, got %s", rows[i].text, rows[i].wanted, got);
	}
}

static char *repeated(const char *text, size_t times)
{
	size_t length = strlen(text);
	char *all = malloc(length * times + 1);

	assert_non_null(all);
	for (size_t i = 0; i < times; i++)
		memcpy(all + i * length, text, length);
	all[length * times] = '\0';
	return all;
}

static void what_grows_too_long_is_refused(void **state)
{
	auto_variables struct variables variables = { 0 };
	auto_free char *value = repeated("v", 1000);
	auto_free char *fits = repeated("$v", VARIABLES_TEXT_MAX / 1000);
	auto_free char *grows = repeated("$v", VARIABLES_TEXT_MAX / 1000 + 1);
	auto_free char *got = NULL;

	(void)state;
	assert_int_equal(variables_set(&variables, "v", value), 0);
	assert_int_equal(variables_expand(&variables, grows, &got), -E2BIG);
	assert_null(got);
	assert_int_equal(variables_expand(&variables, fits, &got), 0);
	assert_int_equal(strlen(got), VARIABLES_TEXT_MAX / 1000 * 1000);
}

static void nesting_is_bounded(void **state)
{
	auto_variables struct variables variables = { 0 };
	auto_free char *open = repeated("${a:-", 5000);
	auto_free char *close = repeated("}", 5000);
	auto_free char *text = malloc(strlen(open) + strlen(close) + 1);
	auto_free char *got = NULL;

	(void)state;
	strcpy(text, open);
	strcat(text, close);
	assert_int_equal(variables_expand(&variables, text, &got), 0);
	/* The innermost ones are within the bound and vanish, the outer ones are no references. */
	assert_true(strlen(got) < strlen(text));
	assert_int_equal(strncmp(got, "${a:-${a:-", 10), 0);
}

/* Whatever the bytes: an answer within bounds, no matter which. */
static void any_text_ends(void **state)
{
	static const char alphabet[] = "$${{}}:-+\\aab _/";
	auto_variables struct variables variables = { 0 };
	unsigned int seed = 1;

	(void)state;
	assert_int_equal(variables_set(&variables, "a", "$b}"), 0);
	for (int i = 0; i < 20000; i++) {
		char text[64];
		size_t length;
		auto_free char *got = NULL;

		seed = seed * 1103515245 + 12345;
		length = (seed >> 16) % sizeof(text);
		for (size_t j = 0; j < length; j++) {
			seed = seed * 1103515245 + 12345;
			text[j] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		text[length] = '\0';
		assert_int_equal(variables_expand(&variables, text, &got), 0);
		assert_true(strlen(got) <= 3 * length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_replaced_as_libzypp_does),
		cmocka_unit_test(what_grows_too_long_is_refused),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(any_text_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
