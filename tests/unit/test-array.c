/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

/* A sanitizer would end the program where malloc() has nothing to give. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* No power of two, so that a wrong offset cannot fall on an element. */
struct odd {
	uint8_t bytes[7];
};

static void an_array_grows_by_zeroed_elements_and_keeps_the_others(void **state)
{
	auto_free struct odd *items = NULL;

	(void)state;
	for (size_t count = 0; count < 1000; count++) {
		assert_int_equal(array_grow(&items, count, sizeof(*items)), 0);
		for (size_t i = 0; i < sizeof(items->bytes); i++)
			assert_int_equal(items[count].bytes[i], 0);
		memset(&items[count], (int)(count % 255 + 1), sizeof(*items));
	}
	for (size_t i = 0; i < 1000; i++)
		for (size_t j = 0; j < sizeof(items->bytes); j++)
			assert_int_equal(items[i].bytes[j], i % 255 + 1);
}

static void an_array_that_lost_elements_grows_again(void **state)
{
	(void)state;
	for (size_t full = 1; full <= 33; full++)
		for (size_t kept = 0; kept <= full; kept++) {
			auto_free struct odd *items = NULL;

			for (size_t i = 0; i < full; i++) {
				assert_int_equal(array_grow(&items, i, sizeof(*items)), 0);
				memset(&items[i], 0xa5, sizeof(*items));
			}
			for (size_t i = kept; i < 2 * full; i++) {
				assert_int_equal(array_grow(&items, i, sizeof(*items)), 0);
				assert_int_equal(items[i].bytes[0], 0);
				assert_int_equal(items[i].bytes[6], 0);
				memset(&items[i], 0xa5, sizeof(*items));
			}
			for (size_t i = 0; i < 2 * full; i++)
				assert_int_equal(items[i].bytes[3], 0xa5);
		}
}

static void an_array_that_cannot_grow_stays_as_it_is(void **state)
{
	auto_free char *items = NULL;
	char *before;

	(void)state;
	assert_int_equal(array_grow(&items, 0, 1), 0);
	items[0] = 'x';
	before = items;
	/* Two elements of that size are more than a size_t can say. */
	assert_int_equal(array_grow(&items, 1, SIZE_MAX / 2 + 1), -ENOMEM);
	assert_ptr_equal(items, before);
	assert_int_equal(items[0], 'x');
}

static void an_empty_list_answers_every_question(void **state)
{
	auto_strings struct strings empty = { 0 };

	(void)state;
	assert_false(strings_contain(&empty, ""));
	assert_false(strings_contain_sorted(&empty, ""));
	strings_sort_unique(&empty);
	assert_int_equal(empty.count, 0);
	strings_done(&empty);
	assert_null(empty.items);
	strings_done(&empty);
}

static void a_list_owns_copies_of_what_is_added(void **state)
{
	auto_strings struct strings list = { 0 };
	char text[] = "qla2xxx";

	(void)state;
	assert_int_equal(strings_add(&list, text), 0);
	assert_int_equal(strings_add_length(&list, text, 3), 0);
	assert_int_equal(strings_add_length(&list, text, 0), 0);
	assert_int_equal(strings_add_length(&list, text, 100), 0);
	assert_int_equal(strings_addf(&list, "%s-%d", text, 7), 0);
	assert_int_equal(strings_addf(&list, "%s", ""), 0);
	memset(text, '!', sizeof(text) - 1);
	assert_int_equal(list.count, 6);
	assert_string_equal(list.items[0], "qla2xxx");
	assert_string_equal(list.items[1], "qla");
	assert_string_equal(list.items[2], "");
	assert_string_equal(list.items[3], "qla2xxx");
	assert_string_equal(list.items[4], "qla2xxx-7");
	assert_string_equal(list.items[5], "");
}

static void the_first_texts_are_enumerated_and_the_others_counted(void **state)
{
	static const char *const wanted[] = { " and 3 more", "a and 2 more", "a, b and 1 more",
					      "a, b, c", "a, b, c" };
	auto_strings struct strings list = { 0 }, empty = { 0 };
	auto_free char *nothing = strings_enumerate(&empty, 2);

	(void)state;
	assert_string_equal(nothing, "");
	assert_int_equal(strings_add(&list, "a"), 0);
	assert_int_equal(strings_add(&list, "b"), 0);
	assert_int_equal(strings_add(&list, "c"), 0);
	for (size_t most = 0; most < COUNT(wanted); most++) {
		auto_free char *text = strings_enumerate(&list, most);

		assert_string_equal(text, wanted[most]);
	}
}

static void a_text_is_added_once_and_found_whole_only(void **state)
{
	auto_strings struct strings list = { 0 };

	(void)state;
	assert_int_equal(strings_add_once(&list, "foo"), 0);
	assert_int_equal(strings_add_once(&list, "foo"), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(strings_add_once(&list, "fo"), 0);
	assert_int_equal(strings_add_once(&list, ""), 0);
	assert_int_equal(strings_add_once(&list, ""), 0);
	assert_int_equal(list.count, 3);
	assert_true(strings_contain(&list, "foo"));
	assert_true(strings_contain(&list, ""));
	assert_false(strings_contain(&list, "f"));
	assert_false(strings_contain(&list, "fooo"));
	assert_false(strings_contain(&list, "FOO"));
}

static void sorting_is_by_byte_and_drops_doubles(void **state)
{
	static const struct {
		const char *label, *texts[6], *sorted[6];
	} cases[] = {
		{ "one", { "a" }, { "a" } },
		{ "all the same", { "a", "a", "a", "a", "a" }, { "a" } },
		{ "reversed", { "c", "b", "a" }, { "a", "b", "c" } },
		{ "capitals first", { "a", "B", "b", "A" }, { "A", "B", "a", "b" } },
		{ "high bytes last", { "\xc3\xa4", "z", "\x01" }, { "\x01", "z", "\xc3\xa4" } },
		{ "a prefix first", { "aa", "", "a", "" }, { "", "a", "aa" } },
		{ "numbers as text", { "10", "9", "010" }, { "010", "10", "9" } },
		{ "doubles apart", { "b", "a", "b", "c", "a" }, { "a", "b", "c" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_strings struct strings list = { 0 };
		size_t wanted = 0;

		for (const char *const *text = cases[i].texts; *text; text++)
			assert_int_equal(strings_add(&list, *text), 0);
		strings_sort_unique(&list);
		for (; cases[i].sorted[wanted]; wanted++)
			if (wanted >= list.count ||
			    strcmp(list.items[wanted], cases[i].sorted[wanted]) != 0)
				fail_msg("%s: element %zu is not '%s'", cases[i].label, wanted,
					 cases[i].sorted[wanted]);
		if (list.count != wanted)
			fail_msg("%s: %zu elements, not %zu", cases[i].label, list.count, wanted);
		for (const char *const *text = cases[i].texts; *text; text++)
			if (!strings_contain_sorted(&list, *text))
				fail_msg("%s: '%s' is not found", cases[i].label, *text);
		if (strings_contain_sorted(&list, "no such"))
			fail_msg("%s: 'no such' is found", cases[i].label);
	}
}

static void a_sorted_list_takes_more(void **state)
{
	(void)state;
	for (size_t distinct = 1; distinct <= 17; distinct++) {
		auto_strings struct strings list = { 0 };

		for (size_t i = 0; i < 33; i++)
			assert_int_equal(strings_addf(&list, "%03zu", i % distinct), 0);
		strings_sort_unique(&list);
		assert_int_equal(list.count, distinct);
		for (size_t i = distinct; i < 40; i++)
			assert_int_equal(strings_addf(&list, "%03zu", i), 0);
		strings_sort_unique(&list);
		assert_int_equal(list.count, 40);
		assert_string_equal(list.items[0], "000");
		assert_string_equal(list.items[39], "039");
	}
}

static void a_list_is_joined_by_its_separator(void **state)
{
	static const struct {
		const char *label, *texts[4], *joined;
	} rows[] = {
		{ "no text", { NULL }, "" },
		{ "one", { "printk" }, "printk" },
		{ "three", { "a", "", "c" }, "a, , c" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_strings struct strings list = { 0 };
		auto_free char *joined = NULL;

		for (size_t j = 0; rows[i].texts[j]; j++)
			assert_int_equal(strings_add(&list, rows[i].texts[j]), 0);
		joined = strings_join(&list, ", ");
		if (!joined || strcmp(joined, rows[i].joined) != 0)
			fail_msg("%s: joined to '%s'", rows[i].label, joined);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_array_grows_by_zeroed_elements_and_keeps_the_others),
		cmocka_unit_test(an_array_that_lost_elements_grows_again),
		cmocka_unit_test(an_array_that_cannot_grow_stays_as_it_is),
		cmocka_unit_test(an_empty_list_answers_every_question),
		cmocka_unit_test(a_list_owns_copies_of_what_is_added),
		cmocka_unit_test(the_first_texts_are_enumerated_and_the_others_counted),
		cmocka_unit_test(a_text_is_added_once_and_found_whole_only),
		cmocka_unit_test(sorting_is_by_byte_and_drops_doubles),
		cmocka_unit_test(a_sorted_list_takes_more),
		cmocka_unit_test(a_list_is_joined_by_its_separator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
