/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

/* What stands at the end of a page that no readable one follows: who reads on crashes. */
struct edge {
	char *pages;
	size_t size;
};

static void edge_make(struct edge *edge)
{
	edge->size = (size_t)sysconf(_SC_PAGESIZE);
	edge->pages = mmap(NULL, 2 * edge->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(edge->pages, MAP_FAILED);
	assert_int_equal(mprotect(edge->pages + edge->size, edge->size, PROT_NONE), 0);
}

static const char *edge_put(const struct edge *edge, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(edge->pages + edge->size - size, text, size);
}

static void edge_done(struct edge *edge)
{
	munmap(edge->pages, 2 * edge->size);
}

static void what_is_no_printable_utf8_is_spelled_out(void **state)
{
	static const struct {
		const char *label, *text, *printable;
	} cases[] = {
		{ "nothing", "", "" },
		{ "plain", "pci:v00008086d*", "pci:v00008086d*" },
		{ "line ends and tabs", "a\r\n\tb", "a\\x0d\\x0a\\x09b" },
		{ "escape", "\x1b[31m", "\\x1b[31m" },
		{ "first and last control", "\x01\x1f ", "\\x01\\x1f " },
		{ "delete", "~\x7f", "~\\x7f" },
		{ "a backslash stays", "\\x41", "\\x41" },
		{ "lone continuation", "\x80\xbf", "\\x80\\xbf" },
		{ "first and last C1", "\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f" },
		{ "after C1", "\xc2\xa0", "\xc2\xa0" },
		{ "right-to-left override", "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "isolates", "\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9" },
		{ "line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		{ "Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c" },
		{ "dashes and quotes stay", "\xe2\x80\x93\xe2\x80\x9c\xe2\x84\xa2",
		  "\xe2\x80\x93\xe2\x80\x9c\xe2\x84\xa2" },
		{ "two bytes", "\xc3\xa4\xdf\xbf", "\xc3\xa4\xdf\xbf" },
		{ "two bytes overlong", "\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf" },
		{ "lowest of three", "\xe0\xa0\x80", "\xe0\xa0\x80" },
		{ "three overlong", "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
		{ "below surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf" },
		{ "first surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "last surrogate", "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
		{ "above surrogates", "\xee\x80\x80", "\xee\x80\x80" },
		{ "lowest of four", "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" },
		{ "four overlong", "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
		{ "the last of all", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "beyond the last", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "lead beyond the last", "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
		{ "five byte lead", "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
		{ "no lead at all", "\xfe\xff\xf5", "\\xfe\\xff\\xf5" },
		{ "cut two", "a\xc3", "a\\xc3" },
		{ "cut three after one", "a\xe2", "a\\xe2" },
		{ "cut three after two", "a\xe2\x82", "a\\xe2\\x82" },
		{ "cut four after one", "\xf0", "\\xf0" },
		{ "cut four after two", "\xf0\x9f", "\\xf0\\x9f" },
		{ "cut four after three", "\xf0\x9f\x98", "\\xf0\\x9f\\x98" },
		{ "broken off by a letter", "\xe2\x82z\xc3z", "\\xe2\\x82z\\xc3z" },
		{ "broken off by a lead", "\xe2\xc3\xa4", "\\xe2\xc3\xa4" },
		{ "third byte broken", "\xf0\x9f\x98z", "\\xf0\\x9f\\x98z" },
	};
	struct edge edge;

	(void)state;
	edge_make(&edge);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *printable = text_printable(edge_put(&edge, cases[i].text));
		auto_free char *again = NULL;

		assert_non_null(printable);
		if (strcmp(printable, cases[i].printable) != 0)
			fail_msg("%s: got '%s'", cases[i].label, printable);
		again = text_printable(printable);
		assert_string_equal(again, printable);
	}
	edge_done(&edge);
}

static void every_byte_alone_stays_or_is_spelled_out(void **state)
{
	static const char hex[] = "0123456789abcdef";

	(void)state;
	for (unsigned int byte = 1; byte < 256; byte++) {
		const char text[] = { (char)byte, '\0' };
		const char spelled[] = { '\\', 'x', hex[byte / 16], hex[byte % 16], '\0' };
		auto_free char *printable = text_printable(text);

		assert_string_equal(printable, byte >= 0x20 && byte < 0x7f ? text : spelled);
	}
}

static void a_module_has_the_name_that_the_kernel_gives_it(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{ "/lib/modules/6.4.0-1-default/kernel/drivers/nvme/nvme-core.ko.zst",
		  "nvme_core" },
		{ "e1000e.ko", "e1000e" },
		{ "e1000e", "e1000e" },
		{ "snd-hda-intel.ko.xz", "snd_hda_intel" },
		{ "a.b/c", "c" },
		{ "some-dir/x_y.ko", "x_y" },
		{ "a.b.c.ko", "a" },
		{ "--.ko", "__" },
		{ ".ko", "" },
		{ "folder/", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *name = text_module_name(cases[i].path);

		if (!text_equal(name, cases[i].name))
			fail_msg("'%s': got '%s'", cases[i].path, name ? name : "NULL");
	}
}

static void a_module_file_is_known_by_its_suffix(void **state)
{
	static const struct {
		const char *path;
		bool module;
	} cases[] = {
		{ "a.ko", true },         { "a/b.ko.gz", true },
		{ "b.ko.xz", true },      { "b.ko.zst", true },
		{ "x.y.ko", true },       { "b.ko.bz2", false },
		{ "b.ko.zstd", false },   { "b.ko.", false },
		{ "b.KO", false },        { "bko", false },
		{ "b.ko.gz.sig", false }, { "b.o", false },
		{ "ko", false },          { "", false },
		{ "b.ko/c", false },      { "b.gz", false },
		{ "b.ko ", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_is_module_file(cases[i].path) != cases[i].module)
			fail_msg("'%s': got %d", cases[i].path, !cases[i].module);
}

static void starts_and_ends_are_compared_whole(void **state)
{
	static const struct {
		const char *text, *part;
		bool starts, ends;
	} cases[] = {
		{ "", "", true, true },
		{ "a", "", true, true },
		{ "", "a", false, false },
		{ "abc", "abc", true, true },
		{ "abc", "ab", true, false },
		{ "abc", "bc", false, true },
		{ "abc", "xabc", false, false },
		{ "abc", "abcx", false, false },
		{ "abab", "ab", true, true },
		{ "ABC", "bc", false, false },
		{ "\xc3\xa4", "\xa4", false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (text_starts(cases[i].text, cases[i].part) != cases[i].starts)
			fail_msg("'%s' starts with '%s'?", cases[i].text, cases[i].part);
		if (text_ends(cases[i].text, cases[i].part) != cases[i].ends)
			fail_msg("'%s' ends with '%s'?", cases[i].text, cases[i].part);
	}
}

static void texts_that_are_absent_equal_only_each_other(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("", ""));
	assert_true(text_equal("ab", (const char[]){ 'a', 'b', '\0' }));
	assert_false(text_equal("ab", "aB"));
}

static void hexadecimal_digits_have_both_cases_and_no_neighbours(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		const char *lower = "0123456789abcdef", *upper = "0123456789ABCDEF";
		const char *found = byte ? strchr(lower, byte) : NULL;
		int wanted = found ? (int)(found - lower) : -1;

		found = byte ? strchr(upper, byte) : NULL;
		if (found)
			wanted = (int)(found - upper);
		assert_int_equal(text_hex_digit((char)byte), wanted);
	}
}

static void a_format_of_any_length_comes_out_whole(void **state)
{
	auto_free char *empty = text_format("%s", "");
	auto_free char *wide = text_format("%*d", 100000, 7);

	(void)state;
	assert_string_equal(empty, "");
	assert_int_equal(strlen(wide), 100000);
	assert_int_equal(wide[99999], '7');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_printable_utf8_is_spelled_out),
		cmocka_unit_test(every_byte_alone_stays_or_is_spelled_out),
		cmocka_unit_test(a_module_has_the_name_that_the_kernel_gives_it),
		cmocka_unit_test(a_module_file_is_known_by_its_suffix),
		cmocka_unit_test(starts_and_ends_are_compared_whole),
		cmocka_unit_test(texts_that_are_absent_equal_only_each_other),
		cmocka_unit_test(hexadecimal_digits_have_both_cases_and_no_neighbours),
		cmocka_unit_test(a_format_of_any_length_comes_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
