/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "packages/name-filter.h"

#define NAMES 20000

static void name_of(unsigned int number, char ret[32])
{
	snprintf(ret, 32, "libfiller%u.so.1()(64bit)", number);
}

static void fill(struct name_filter *filter)
{
	char name[32];

	for (unsigned int i = 0; i < NAMES; i++) {
		name_of(i, name);
		assert_int_equal(name_filter_add(filter, name), 0);
	}
}

/* How many of as many names that were not added it says to have. */
static unsigned int count_wrong(const struct name_filter *filter)
{
	unsigned int wrong = 0;
	char name[32];

	for (unsigned int i = NAMES; i < 2 * NAMES; i++) {
		name_of(i, name);
		wrong += name_filter_has(filter, name);
	}
	return wrong;
}

static void check_all_are_there(const struct name_filter *filter)
{
	char name[32];

	for (unsigned int i = 0; i < NAMES; i++) {
		name_of(i, name);
		assert_true(name_filter_has(filter, name));
	}
}

static void what_was_added_is_there(void **state)
{
	struct name_filter filter = { 0 };

	(void)state;
	fill(&filter);
	check_all_are_there(&filter);
	assert_in_range(count_wrong(&filter), 0, NAMES / 1000);
	name_filter_done(&filter);
}

static void it_needs_little_room_and_still_knows_all(void **state)
{
	struct name_filter filter = { 0 };

	(void)state;
	fill(&filter);
	name_filter_fold(&filter);
	assert_in_range(filter.size, NAMES * 2 / 8, NAME_FILTER_SIZE / 4);
	check_all_are_there(&filter);
	assert_in_range(count_wrong(&filter), 0, NAMES / 20);
	name_filter_done(&filter);
}

static void an_empty_one_has_nothing(void **state)
{
	struct name_filter filter = { 0 };

	(void)state;
	name_filter_fold(&filter);
	assert_false(name_filter_has(&filter, ""));
	assert_false(name_filter_has(&filter, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_there),
		cmocka_unit_test(it_needs_little_room_and_still_knows_all),
		cmocka_unit_test(an_empty_one_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
