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
#include "base/pack.h"
#include "scratch.h"

#define MANY 5000

static const struct cache_key usual = { "thing", 1, "/some/place", "as it is now" };

static struct pack reading(const struct pack *written)
{
	return (struct pack){ .reads = true, .data = written->data, .size = written->size };
}

static void what_was_written_is_read(void **state)
{
	auto_pack struct pack out = { 0 };
	char text[] = "text", empty[] = "";
	char *texts[] = { text, empty, NULL };
	struct strings list = { texts, 2 };
	auto_strings struct strings got = { 0 };
	struct pack in;
	uint32_t number = 0xfffffffe;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		pack_text(&out, &texts[i]);
	pack_number(&out, &number);
	assert_true(pack_flag(&out, true));
	assert_int_equal(pack_choice(&out, 7, 7), 7);
	pack_strings(&out, &list);
	in = reading(&out);
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_free char *read = NULL;

		pack_text(&in, &read);
		if (texts[i])
			assert_string_equal(read, texts[i]);
		else
			assert_null(read);
	}
	number = 0;
	pack_number(&in, &number);
	assert_int_equal(number, 0xfffffffe);
	assert_true(pack_flag(&in, false));
	assert_int_equal(pack_choice(&in, 0, 7), 7);
	pack_strings(&in, &got);
	assert_int_equal(got.count, 2);
	assert_string_equal(got.items[1], "");
	assert_int_equal(pack_end(&in), 0);
}

static void what_makes_no_sense_is_told_in_the_end(void **state)
{
	static const struct {
		const char *label;
		uint8_t bytes[8];
		size_t size;
	} cases[] = {
		{ "a text that ends early", { 3, 0, 0, 0, 'a', 0, 0 }, 7 },
		{ "a text without an end", { 2, 0, 0, 0, 'a', 'b' }, 6 },
		{ "a text that is longer than all", { 9, 0, 0, 0, 'a', 0 }, 6 },
		{ "a text of 4 GiB", { 255, 255, 255, 255, 'a', 0 }, 6 },
		{ "half a number", { 1, 0 }, 2 },
		{ "something behind it", { 2, 0, 0, 0, 'a', 0, 0 }, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free uint8_t *bytes = malloc(cases[i].size);
		auto_free char *text = NULL;
		struct pack in = { .reads = true, .data = bytes, .size = cases[i].size };

		print_message("%s\n", cases[i].label);
		memcpy(bytes, cases[i].bytes, cases[i].size);
		pack_text(&in, &text);
		assert_int_equal(pack_end(&in), -EBADMSG);
	}
}

static void a_choice_that_there_is_not_is_refused(void **state)
{
	uint8_t bytes[] = { 2, 0, 0, 0 };
	struct pack flag = { .reads = true, .data = bytes, .size = sizeof(bytes) };
	struct pack choice = flag, count = flag;
	size_t counted = 0;

	(void)state;
	assert_false(pack_flag(&flag, false));
	assert_int_equal(pack_end(&flag), -EBADMSG);
	assert_int_equal(pack_choice(&choice, 0, 2), 2);
	assert_int_equal(pack_end(&choice), 0);
	pack_count(&count, &counted);
	assert_int_equal(counted, 0);
	assert_int_equal(pack_end(&count), -EBADMSG);
}

static void what_is_kept_is_found_again(void **state)
{
	struct scratch scratch;
	struct diagnostics diagnostics = { 0 };
	auto_cache_dir struct cache_dir *cache = NULL;
	auto_free char *path = NULL;
	auto_pack struct pack out = { 0 }, in = { 0 };

	(void)state;
	scratch_make(&scratch);
	path = scratch_path(&scratch, "cache");
	assert_int_equal(cache_dir_open(path, "part", &cache, &diagnostics), 0);
	for (uint32_t i = 0; i < MANY; i++)
		pack_number(&out, &i);
	assert_int_equal(pack_open(cache, &usual, &in), -ENOENT);
	pack_keep(&out, cache, &usual);
	assert_int_equal(pack_open(cache, &usual, &in), 0);
	for (uint32_t i = 0, got = 0; i < MANY; i++) {
		pack_number(&in, &got);
		assert_int_equal(got, i);
	}
	assert_int_equal(pack_end(&in), 0);
	scratch_remove(&scratch);
}

static void what_failed_is_not_kept(void **state)
{
	struct scratch scratch;
	struct diagnostics diagnostics = { 0 };
	auto_cache_dir struct cache_dir *cache = NULL;
	auto_free char *path = NULL;
	auto_pack struct pack out = { .failure = -ENOMEM }, in = { 0 };

	(void)state;
	scratch_make(&scratch);
	path = scratch_path(&scratch, "cache");
	assert_int_equal(cache_dir_open(path, "part", &cache, &diagnostics), 0);
	pack_keep(&out, cache, &usual);
	assert_int_equal(pack_open(cache, &usual, &in), -ENOENT);
	pack_keep(&in, NULL, &usual);
	assert_int_equal(pack_open(NULL, &usual, &in), -ENOENT);
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(what_makes_no_sense_is_told_in_the_end),
		cmocka_unit_test(a_choice_that_there_is_not_is_refused),
		cmocka_unit_test(what_is_kept_is_found_again),
		cmocka_unit_test(what_failed_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
