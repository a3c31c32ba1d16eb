/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/markup.h"
#include "repeat-fixture.h"

/* What comes out of the stream of SIZE bytes of TEXT, read PIECE at a time; owned. */
static char *pass(const char *text, size_t size, size_t piece, struct markup *markup, int *ret)
{
	auto_file FILE *file = NULL;
	char *got = calloc(1, size + 1);
	FILE *from = fmemopen((char *)(uintptr_t)text, size, "r");
	size_t used = 0, step;

	assert_true(got && from);
	setvbuf(from, NULL, _IOFBF, piece);
	assert_int_equal(markup_stream(markup, from, &file), 0);
	setvbuf(file, NULL, _IOFBF, piece);
	while (used < size && (step = fread(got + used, 1, size - used, file)) > 0)
		used += step;
	*ret = ferror(file) ? errno : 0;
	return got;
}

static void metadata_passes_unchanged(void **state)
{
	static const char *const cases[] = {
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a><b c='>' d=\"/>\"/>text</a>",
		"<?xml version='1.0' encoding='us-ascii'?><a/>",
		"<a><!-- <b> \"( -- ]]> --><![CDATA[ <!DOCTYPE --> ]] > ]]></a>",
		"<a><b/><b/></a><?other encoding=\"UTF-8\"?>",
		"no markup at all",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 40; piece += 6) {
			struct markup markup = { "never" };
			int r;
			auto_free char *got = pass(cases[i], strlen(cases[i]), piece, &markup, &r);

			if (r != 0 || markup.why || strcmp(got, cases[i]) != 0)
				fail_msg("%s: %d %s '%s'", cases[i], r, markup.why, got);
		}
}

static void what_no_metadata_has_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "<!DOCTYPE a><a/>", "document type" },
		{ "<a/><!ENTITY b 'c'>", "document type" },
		{ "<!><a/>", "document type" },
		{ "<?xml version='1.0' encoding='utf-16'?><a/>", "encoding" },
		{ "<?xml version='1.0' encoding=\"utf-8-odd\"?><a/>", "encoding" },
		{ "<?xml version='1.0' encoding=utf-8?><a/>", "encoding" },
		{ "<?xml version='1.0' encoding", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct markup markup = { NULL };
		int r;
		auto_free char *got = pass(cases[i].text, strlen(cases[i].text), 7, &markup, &r);

		if (!*cases[i].why && !markup.why && r == 0)
			continue;
		if (r != EBADMSG || !markup.why || !strstr(markup.why, cases[i].why))
			fail_msg("%s: %d %s '%s'", cases[i].text, r, markup.why, got);
	}
}

static void each_bound_is_as_said_and_no_nearer(void **state)
{
	static const struct {
		const char *start, *middle, *end, *why;
		size_t most;
	} cases[] = {
		{ "<a b='", "(", "'/>", "parentheses", MARKUP_PARENTHESES_MAX },
		{ "<a b='x' c=\"", "&#40;", "'\"/>", "parentheses", MARKUP_PARENTHESES_MAX },
		{ "", "<a>", "", "nested", MARKUP_DEPTH_MAX },
		{ "<m><p>", "<a/>", "</p></m>", "dependencies", MARKUP_PACKAGE_MAX },
		{ "<a", "x", "/>", "an element", MARKUP_ELEMENT_MAX - 3 },
		{ "<a>", "x", "</a>", "the text", MARKUP_ELEMENT_MAX - 1 },
		{ "<a><!--", "x", "--></a>", "an element", MARKUP_ELEMENT_MAX - 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t more = 0; more < 2; more++) {
			auto_free char *text = repeat(cases[i].start, cases[i].most + more,
						      cases[i].middle, cases[i].end);
			struct markup markup = { NULL };
			int r;
			auto_free char *got = pass(text, strlen(text), 4096, &markup, &r);

			if (more ? r != EBADMSG || !strstr(markup.why, cases[i].why)
				 : r != 0 || strcmp(got, text) != 0)
				fail_msg("%s%s...: %zu more: %d %s", cases[i].start,
					 cases[i].middle, more, r, markup.why);
		}
}

static void bounds_start_anew_with_each_element_and_package(void **state)
{
	auto_free char *package = repeat("<p>", MARKUP_PACKAGE_MAX - 1, "<a/>", "</p>");
	auto_free char *metadata = repeat("<m>", 3, package, "</m>");
	auto_free char *texts = repeat("<m>", 3 * MARKUP_ELEMENT_MAX / 100,
				       "<a b='(((('>0123456789012345678901234567890123456789</a>"
				       "01234567890123456789012345678901234567890123456789",
				       "</m>");
	struct markup markup = { NULL };
	int r;
	auto_free char *got = pass(metadata, strlen(metadata), 4096, &markup, &r);
	auto_free char *other = NULL;

	(void)state;
	assert_int_equal(r, 0);
	assert_string_equal(got, metadata);
	/* They stand in no package of <m><p>, so each is a package of its own. */
	other = pass(texts, strlen(texts), 4096, &markup, &r);
	assert_int_equal(r, 0);
	assert_string_equal(other, texts);
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state)
{
	static const char text[] = "<a b='c'>d</a>";

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		char spoiled[sizeof(text)];
		struct markup markup = { NULL };
		int r;
		char *got;

		memcpy(spoiled, text, sizeof(text));
		spoiled[at] = '\0';
		got = pass(spoiled, sizeof(text) - 1, 5, &markup, &r);
		free(got);
		assert_int_equal(r, EBADMSG);
		assert_string_equal(markup.why, "it holds a NUL byte");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_passes_unchanged),
		cmocka_unit_test(what_no_metadata_has_is_refused),
		cmocka_unit_test(each_bound_is_as_said_and_no_nearer),
		cmocka_unit_test(bounds_start_anew_with_each_element_and_package),
		cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
