/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "select/exports.h"

static char default_flavor[] = "default", rt_flavor[] = "rt";
static char queue[] = "queue", ring[] = "ring", add[] = "add", bare[] = "bare";
static char first_name[] = "aaa", last_name[] = "zzz";

static void symbols_are_found_by_flavor_name_and_crc(void **state)
{
	struct symbol_need one[] = {
		{ default_flavor, queue, 0x22, true },
		{ default_flavor, bare, 0, false },
		{ rt_flavor, ring, 0x33, true },
	};
	struct symbol_need two[] = {
		{ default_flavor, queue, 0x44, true },
		{ default_flavor, add, 0x11, true },
	};
	const struct driver drivers[] = {
		{ .exports = one, .export_count = COUNT(one) },
		{ .exports = two, .export_count = COUNT(two) },
	};
	const struct {
		const char *label;
		struct symbol_need need;
		bool found;
	} rows[] = {
		{ "of the first", { default_flavor, queue, 0x22, true }, true },
		{ "of the second", { default_flavor, queue, 0x44, true }, true },
		{ "another CRC", { default_flavor, queue, 0x33, true }, false },
		{ "any CRC", { default_flavor, queue, 0, false }, true },
		{ "another flavor", { default_flavor, ring, 0x33, true }, false },
		{ "its flavor", { rt_flavor, ring, 0x33, true }, true },
		{ "before all", { default_flavor, first_name, 0, false }, false },
		{ "behind all", { default_flavor, last_name, 0, false }, false },
		{ "provided without a CRC", { default_flavor, bare, 0, false }, false },
	};
	struct exports exports = { 0 };

	(void)state;
	assert_false(exports_have(&exports, &rows[0].need));
	for (size_t i = 0; i < COUNT(drivers); i++)
		assert_int_equal(exports_add(&exports, &drivers[i]), 0);
	exports_sort(&exports);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (exports_have(&exports, &rows[i].need) != rows[i].found)
			fail_msg("%s", rows[i].label);
	exports_done(&exports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_are_found_by_flavor_name_and_crc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
