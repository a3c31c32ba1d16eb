/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/repofile.h"

/* Read TEXT from a block of just its size, so that who reads on is caught. */
static void parse(const char *text, struct repofile *ret)
{
	size_t size = strlen(text);
	auto_free char *copy = strdup(text);

	assert_non_null(copy);
	assert_int_equal(repofile_parse(copy, size, "x.repo", ret), 0);
}

static void values_are_read_as_zypp_and_dnf_do(void **state)
{
	static const struct {
		const char *label, *text, *section, *key, *wanted;
	} rows[] = {
		{ "plain", "[a]\nname=N\n", "a", "name", "N" },
		{ "no newline at the end", "[a]\nname=N", "a", "name", "N" },
		{ "spaces", "  [a]  \n name \t=  N M \r\n", "a", "name", "N M" },
		{ "an empty value", "[a]\nname=\n", "a", "name", "" },
		{ "= in a value", "[a]\nbaseurl=http://h/?x=y\n", "a", "baseurl", "http://h/?x=y" },
		{ "comments", "#x=1\n[a]\n;name=X\n# [b]\nname=N\n", "a", "name", "N" },
		{ "the last one counts", "[a]\nname=1\nname=2\n", "a", "name", "2" },
		{ "any alias", "[a b/c:d]e]\nname=N\n", "a b/c:d]e", "name", "N" },
		{ "a section that goes on", "[a]\nx=1\n[b]\n[a]\ny=2\n", "a", "y", "2" },
		{ "lists", "[a]\nbaseurl=http://1\n  http://2?a=b\nbaseurl=http://3\n", "a",
		  "baseurl", "http://1\nhttp://2?a=b\nhttp://3" },
		{ "a list without indent", "[a]\ngpgkey=http://1\nhttp://2\n", "a", "gpgkey",
		  "http://1\nhttp://2" },
		{ "a list below its key", "[a]\ngpgkey=\n http://1\n", "a", "gpgkey", "http://1" },
		{ "a value of two lines", "[a]\nexclude=x\n  y\n", "a", "exclude", "x\ny" },
		{ "no such key", "[a]\nname=N\n", "a", "nam", NULL },
		{ "no such section", "[a]\nname=N\n", "b", "name", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_repofile struct repofile file = { 0 };
		const char *got;

		parse(rows[i].text, &file);
		got = repofile_get(repofile_find(&file, rows[i].section), rows[i].key);
		if (!text_equal(got, rows[i].wanted))
			fail_msg("%s: wanted %s, got %s", rows[i].label, rows[i].wanted, got);
		if (file.diagnostics.count)
			fail_msg("%s: %s", rows[i].label, file.diagnostics.items[0].text);
	}
}

static void lines_that_mean_nothing_are_said_and_ignored(void **state)
{
	static const struct {
		const char *label, *text, *wanted;
	} rows[] = {
		{ "outside", "name=N\n", "x.repo: line 1 stands in no section" },
		{ "no name", "\n[]\n", "x.repo: line 2 names no section" },
		{ "no end", "[a\n", "x.repo: line 1 names no section" },
		{ "no value", "[a]\nname=N\ngarbage\n", "x.repo: line 3 is no key=value" },
		{ "no key", "[a]\n=N\n", "x.repo: line 2 is no key=value" },
		{ "a URL alone", "[a]\nname=N\nhttp://h/?x=y\n", "x.repo: line 3 is no key=value" },
		{ "nothing to go on", "[a]\n  more\n", "x.repo: line 2 is no key=value" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_repofile struct repofile file = { 0 };

		parse(rows[i].text, &file);
		if (file.diagnostics.count != 1 ||
		    !text_starts(file.diagnostics.items[0].text, rows[i].wanted))
			fail_msg("%s: %s", rows[i].label,
				 file.diagnostics.count ? file.diagnostics.items[0].text
							: "nothing was said");
	}
}

/* TEXT, TIMES times, each "%zu" being the number. */
static char *numbered(const char *before, const char *after, size_t times)
{
	char *all = calloc(times, strlen(before) + strlen(after) + 12);
	char *end = all;

	assert_non_null(all);
	for (size_t i = 0; i < times; i++)
		end += sprintf(end, "%s%zu%s", before, i, after);
	return all;
}

static void sizes_are_bounded(void **state)
{
	auto_free char *sections = numbered("[", "]\n", REPOFILE_SECTIONS_MAX + 7);
	auto_free char *keys = numbered("k", "=v\n", REPOFILE_KEYS_MAX + 7);
	auto_free char *keyed = text_format("[a]\n%s", keys);
	auto_free char *lines = numbered(" http://", "/\n", REPOFILE_VALUE_MAX);
	auto_free char *long_list = text_format("[a]\nbaseurl=\n%s", lines);
	auto_repofile struct repofile many = { 0 }, wide = { 0 }, tall = { 0 };

	(void)state;
	parse(sections, &many);
	assert_int_equal(many.count, REPOFILE_SECTIONS_MAX);
	assert_int_equal(many.diagnostics.count, 6);
	assert_non_null(strstr(many.diagnostics.items[5].text, "2 more lines"));
	parse(keyed, &wide);
	assert_int_equal(wide.sections[0].keys.count, REPOFILE_KEYS_MAX);
	assert_int_equal(wide.diagnostics.count, 6);
	parse(long_list, &tall);
	assert_true(strlen(tall.sections[0].values.items[0]) <= REPOFILE_VALUE_MAX + 1);
	assert_int_equal(tall.diagnostics.count, 6);
}

/* Whatever the bytes, NUL bytes among them: as many values as keys, and no more than lines. */
static void any_bytes_are_read(void **state)
{
	static const char alphabet[] = "[[]]==\n\n\n \t#;ab:/\\\r\377";
	unsigned int seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t size, lines = 1;
		auto_free char *text = NULL;
		auto_repofile struct repofile file = { 0 };

		seed = seed * 1103515245 + 12345;
		size = (seed >> 16) % 80;
		text = calloc(size + 1, 1);
		assert_non_null(text);
		for (size_t j = 0; j < size; j++) {
			seed = seed * 1103515245 + 12345;
			text[j] = alphabet[(seed >> 16) % sizeof(alphabet)];
			lines += text[j] == '\n';
		}
		assert_int_equal(repofile_parse(text, size, "x.repo", &file), 0);
		assert_true(file.count <= lines);
		for (size_t j = 0; j < file.count; j++)
			assert_int_equal(file.sections[j].keys.count,
					 file.sections[j].values.count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_zypp_and_dnf_do),
		cmocka_unit_test(lines_that_mean_nothing_are_said_and_ignored),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(any_bytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
