/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/progress.h"

#define MIB (1ULL << 20)

static void a_line_says_how_much_of_what(void **state)
{
	static const struct {
		uint64_t done, total;
		const char *wanted;
	} cases[] = {
		{ 3 * MIB / 2, 6 * MIB, "x: 1.5 of 6.0 MiB (25%)" },
		{ 0, 6 * MIB, "x: 0.0 of 6.0 MiB (0%)" },
		{ 6 * MIB, 6 * MIB, "x: 6.0 of 6.0 MiB (100%)" },
		{ 2 * MIB, 0, "x: 2.0 MiB" },
		{ 2 * MIB, MIB, "x: 2.0 MiB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *text = progress_text("x", cases[i].done, cases[i].total);

		assert_string_equal(text, cases[i].wanted);
	}
}

/* What is written to stderr while PROGRESS runs, LATE ms after its start and to its end. */
static char *said(struct progress *progress, const char *what, long late, uint64_t done)
{
	auto_file FILE *file = tmpfile();
	auto_fd int before = dup(STDERR_FILENO);
	char *text = calloc(1, 1024);

	assert_true(file && text && before >= 0);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	progress_begin(progress, what, 4 * MIB);
	progress->started.tv_sec -= late / 1000;
	progress_update(progress, MIB);
	progress_end(progress, done);
	dup2(before, STDERR_FILENO);
	assert_true(pread(fileno(file), text, 1023, 0) >= 0);
	return text;
}

static void a_terminal_gets_a_line_that_is_wiped_out_once_it_takes_long(void **state)
{
	struct progress progress = { .redraw = true, .tell = true, .width = 26 };
	auto_free char *fast = said(&progress, "x", 0, 4 * MIB);
	auto_free char *slow = said(&progress, "x\033y", 2000, 4 * MIB);

	(void)state;
	assert_string_equal(fast, "");
	assert_string_equal(slow, "\r\033[Kx\\x: 1.0 of 4.0 MiB (25%)\r\033[K");
}

static void elsewhere_only_what_was_large_is_told_if_verbose(void **state)
{
	struct progress verbose = { .tell = true }, usual = { 0 };
	auto_free char *large = said(&verbose, "x", 2000, 4 * MIB);
	auto_free char *small = said(&verbose, "x", 2000, MIB - 1);
	auto_free char *untold = said(&usual, "x", 2000, 4 * MIB);

	(void)state;
	assert_non_null(strstr(large, "kmp-match: x: 4.0 MiB in 2."));
	assert_string_equal(small, "");
	assert_string_equal(untold, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_how_much_of_what),
		cmocka_unit_test(a_terminal_gets_a_line_that_is_wiped_out_once_it_takes_long),
		cmocka_unit_test(elsewhere_only_what_was_large_is_told_if_verbose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
