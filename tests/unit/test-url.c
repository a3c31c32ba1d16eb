/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/url.h"

static void expect(const char *label, const char *what, const char *wanted, const char *got)
{
	if (!text_equal(wanted, got))
		fail_msg("%s: %s is %s, not %s", label, what, got ? got : "none",
			 wanted ? wanted : "none");
}

static void a_repository_has_a_folder_a_query_and_a_user(void **state)
{
	static const struct {
		const char *text, *folder, *query, *user;
	} cases[] = {
		{ "http://h", "http://h/", NULL, NULL },
		{ "HTTPS://h:8443/a", "https://h:8443/a/", NULL, NULL },
		{ "http://[::1]:80/a//", "http://[::1]:80/a//", NULL, NULL },
		{ "http://h/a?t=1&u=2#x", "http://h/a/", "t=1&u=2", NULL },
		{ "http://h?t", "http://h/", "t", NULL },
		{ "http://u:p%40s@h/a", "http://h/a/", NULL, "u:p@s" },
		{ "http://u:p@s@h/a@b", "http://h/a@b/", NULL, "u:p@s" },
		{ "http://token@h/a", "http://h/a/", NULL, "token:" },
		{ "http://h/a b/%20", "http://h/a%20b/%20/", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_url struct url url = { 0 };
		const char *why = NULL;

		if (url_parse(cases[i].text, &url, &why) < 0)
			fail_msg("%s: %s", cases[i].text, why);
		expect(cases[i].text, "folder", cases[i].folder, url.folder);
		expect(cases[i].text, "query", cases[i].query, url.query);
		expect(cases[i].text, "user", cases[i].user, url.user);
	}
}

static void what_is_no_url_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"ftp://h/",
		"http:/h",
		"http://",
		"http:///a",
		"http://u@/a",
		"http://h\n/a",
		"http://h h/",
		"http://h/a\x01",
		"http://u%0a:p@h/",
		"http://h/?a b",
		"http://h%41/",
		"http://h\"/",
	};
	char longest[URL_MAX + 32] = "http://h/";

	(void)state;
	memset(longest + strlen(longest), 'a', URL_MAX);
	for (size_t i = 0; i <= COUNT(cases); i++) {
		const char *text = i < COUNT(cases) ? cases[i] : longest;
		auto_url struct url url = { 0 };
		const char *why = NULL;

		if (url_parse(text, &url, &why) != -EINVAL || !why)
			fail_msg("%.20s was taken", text);
	}
}

static void a_file_lies_below_its_repository_or_at_a_plain_url(void **state)
{
	static const struct {
		const char *location, *wanted; /* NULL: refused */
	} cases[] = {
		{ "a.rpm", "https://h/r/a.rpm?t" },
		{ "x86_64/a-1:2~3^4+5.rpm", "https://h/r/x86_64/a-1:2~3%5E4+5.rpm?t" },
		{ "a%20b.rpm", "https://h/r/a%20b.rpm?t" },
		{ "a b#c?d%zz.rpm", "https://h/r/a%20b%23c%3Fd%25zz.rpm?t" },
		{ "\xc3\xa4.rpm", "https://h/r/%C3%A4.rpm?t" },
		{ "..a/b..", "https://h/r/..a/b..?t" },
		{ "https://other/a.rpm?x", "https://other/a.rpm?x" },
		{ "http://other/a.rpm", NULL },
		{ "https://u:p@other/a.rpm", NULL },
		{ "https://other/a b.rpm", NULL },
		{ "https:///a.rpm", NULL },
		{ "", NULL },
		{ "/a.rpm", NULL },
		{ "//other/a.rpm", NULL },
		{ "..", NULL },
		{ "a/../../b", NULL },
		{ "a/./b", NULL },
		{ "a//b", NULL },
		{ "%2e%2e/b", NULL },
		{ "%252E%252E/b", NULL },
		{ "a%2f..%2f..%2fb", NULL },
		{ "a\\..\\b", NULL },
		{ "a%00b", NULL },
		{ "a\nb", NULL },
		{ "a%0d%0aX:y", NULL },
		{ "file:///etc/passwd", NULL },
		{ "ftp://other/a.rpm", NULL },
		{ "a/ftp://b", NULL },
	};
	struct url base = { .folder = (char[]){ "https://h/r/" }, .query = (char[]){ "t" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *got = NULL;
		const char *why = NULL;
		int r = url_of_file(&base, cases[i].location, &got, &why);

		expect(cases[i].location, "the URL", cases[i].wanted, got);
		assert_int_equal(r, cases[i].wanted ? 0 : -EINVAL);
		assert_true(!why == !!cases[i].wanted);
	}
}

static void a_repository_without_tls_may_lead_to_both(void **state)
{
	struct url base = { .folder = (char[]){ "http://h/r/" } };
	static const char *const cases[] = { "http://other/a", "https://other/a" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *got = NULL;
		const char *why = NULL;

		assert_int_equal(url_of_file(&base, cases[i], &got, &why), 0);
		assert_string_equal(got, cases[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repository_has_a_folder_a_query_and_a_user),
		cmocka_unit_test(what_is_no_url_is_refused),
		cmocka_unit_test(a_file_lies_below_its_repository_or_at_a_plain_url),
		cmocka_unit_test(a_repository_without_tls_may_lead_to_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
