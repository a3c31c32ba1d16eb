/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "shuffle-fixture.h"

static void patterns_fit_as_fnmatch_says(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "ab", "ab", true },
		{ "ab", "abc", false },
		{ "abc", "ab", false },
		{ "*", "", true },
		{ "**", "", true },
		{ "*", ".a/b", true },
		{ "a*", "a", true },
		{ "a*a", "a", false },
		{ "a*a", "aa", true },
		{ "*aab", "aaaab", true },
		{ "*aab*", "aaaab", true },
		{ "*ab*ab", "ab", false },
		{ "*ab*ab", "abab", true },
		{ "*ab*b", "ab", false },
		{ "*ab*b", "abb", true },
		{ "a*b*c", "abcbc", true },
		{ "a*b*c", "abcb", false },
		{ "*0123456789abcdefg*", "..0123456789abcdef0123456789abcdefg", true },
		{ "*0123456789abcdefg*", "..0123456789abcdef0123456789abcdef", false },
		{ "pci:v*d*sv*sd*bc0Csc03i30*", "pci:v00008086d1sv0sd0bc0Csc03i30", true },
		{ "pci:v*d*sv*sd*bc0Csc03i30*", "pci:v00008086d1sv0sd0bc0Csc03i20", false },
		{ "a?c", "abc", true },
		{ "a[b-d]*", "ac", true },
		{ "a[", "a[", true },
		{ "a\\*", "a*", true },
		{ "a\\*", "ab", false },
		{ "a\\", "a\\", false },
		{ "*]", "a]", true },
		{ "\xff*\x80", "\xff\xc3\xa9\x80", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool fits = glob_fits(cases[i].pattern, cases[i].text);

		if (fits != cases[i].fits ||
		    fits != (fnmatch(cases[i].pattern, cases[i].text, 0) == 0))
			fail_msg("'%s' and '%s': %d", cases[i].pattern, cases[i].text, fits);
	}
}

static void a_literal_beginning_ends_at_a_special_character(void **state)
{
	static const struct {
		const char *pattern;
		size_t literal;
	} cases[] = {
		{ "", 0 },   { "abc", 3 },  { "a*", 1 }, { "a?", 1 },
		{ "a[", 1 }, { "a\\b", 1 }, { "*", 0 },  { "a]b!-^", 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (glob_literal(cases[i].pattern) != cases[i].literal)
			fail_msg("'%s'", cases[i].pattern);
	}
}

/* Of LENGTH characters that SEED draws from LETTERS. */
static void fill(char *text, size_t length, const char *letters, unsigned int *seed)
{
	size_t count = strlen(letters);

	for (size_t i = 0; i < length; i++)
		text[i] = letters[draw(seed, (unsigned int)count)];
	text[length] = '\0';
}

static void random_pairs_fit_as_fnmatch_says(void **state)
{
	static const char *const letters[] = { "ab*", "ab*?", "ab*?[]!\\-", "abcd***" };
	unsigned int seed = 3, fitted = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000000; i++) {
		char pattern[16], text[16];
		bool fits;

		fill(pattern, draw(&seed, 9), letters[i % COUNT(letters)], &seed);
		fill(text, draw(&seed, 9), "abab]-*", &seed);
		fits = glob_fits(pattern, text);
		fitted += fits;
		if (fits != (fnmatch(pattern, text, 0) == 0))
			fail_msg("'%s' and '%s': %d", pattern, text, fits);
	}
	assert_true(fitted > 50000);
}

/* As long as a modalias may be: what grows with the square of it would take minutes. */
static void a_long_pattern_costs_little(void **state)
{
	const size_t length = 65000;
	auto_free char *text = malloc(length + 1), *pattern = malloc(length + 3);
	clock_t start = clock();

	(void)state;
	assert_true(text && pattern);
	memset(text, 'a', length);
	text[length] = '\0';
	pattern[0] = '*';
	memset(pattern + 1, 'a', length / 2);
	strcpy(pattern + 1 + length / 2, "b*");
	assert_false(glob_fits(pattern, text));
	for (size_t i = 0; i < length; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	strcpy(pattern + length, "b*");
	assert_false(glob_fits(pattern, text));
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_fit_as_fnmatch_says),
		cmocka_unit_test(a_literal_beginning_ends_at_a_special_character),
		cmocka_unit_test(random_pairs_fit_as_fnmatch_says),
		cmocka_unit_test(a_long_pattern_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
