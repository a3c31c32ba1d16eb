/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
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
#include "base/workers.h"

#define MIB (1ULL << 20)

static void a_line_says_how_much_of_what(void **state)
{
	static const struct {
		uint64_t done, total;
		bool counted;
		const char *wanted;
	} cases[] = {
		{ 3 * MIB / 2, 6 * MIB, false, "x: 1.5 of 6.0 MiB (25%)" },
		{ 0, 6 * MIB, false, "x: 0.0 of 6.0 MiB (0%)" },
		{ 6 * MIB, 6 * MIB, false, "x: 6.0 of 6.0 MiB (100%)" },
		{ 2 * MIB, 0, false, "x: 2.0 MiB" },
		{ 2 * MIB, MIB, false, "x: 2.0 MiB" },
		{ 3, 4, true, "x: 3 of 4 (75%)" },
		{ 0, 4, true, "x: 0 of 4 (0%)" },
		{ 3, 0, true, "x: 3" },
		{ 0, 0, true, "x" },
		{ 0, 0, false, "x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char what[] = "x";
		const struct progress_task task = { .what = what,
						    .done = cases[i].done,
						    .total = cases[i].total,
						    .counted = cases[i].counted };
		auto_free char *text = progress_text(&task);

		assert_string_equal(text, cases[i].wanted);
	}
}

/* PROGRESS whose run, and the last line of it, was LATE ms ago. */
static void make_late(struct progress *progress, long late)
{
	clock_gettime(CLOCK_MONOTONIC, &progress->started);
	progress->started.tv_sec -= late / 1000;
	progress->shown = progress->started;
}

static void begin_late(struct progress *progress, const char *what, long late)
{
	auto_progress_task struct progress_task task = { .total = 4 * MIB };

	make_late(progress, late);
	progress_begin(progress, &task, "read", what);
	task.started = progress->started;
	progress_update(&task, MIB);
	progress_update(&task, 2 * MIB);
}

static void nest(struct progress *progress, const char *what, long late)
{
	auto_progress_task struct progress_task outer = { .counted = true, .total = 2 };

	make_late(progress, late);
	progress_begin(progress, &outer, "check", what);
	progress_add(&outer, 1);
	{
		auto_progress_task struct progress_task inner = { 0 };

		progress_begin(progress, &inner, "fetch", "y");
		/* What lies around the innermost is not shown. */
		progress->shown.tv_sec -= 10;
		progress_add(&outer, 1);
	}
	progress->shown.tv_sec -= 10;
	progress_update(&outer, 2);
}

/* What RUN writes to stderr. Owned. */
static char *said(struct progress *progress, void (*run)(struct progress *, const char *, long),
		  const char *what, long late)
{
	auto_file FILE *file = tmpfile();
	auto_fd int before = dup(STDERR_FILENO);
	char *text = calloc(1, 1024);

	assert_true(file && text && before >= 0);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	run(progress, what, late);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	assert_true(pread(fileno(file), text, 1023, 0) >= 0);
	assert_null(progress->task);
	return text;
}

static void a_terminal_gets_a_line_that_is_wiped_out_once_it_takes_long(void **state)
{
	struct progress progress = { .redraw = true, .verbose = true, .width = 26 };
	auto_free char *fast = said(&progress, begin_late, "x", 0);
	auto_free char *slow = said(&progress, begin_late, "x\033y", 2000);

	(void)state;
	assert_string_equal(fast, "");
	/* The second step comes too soon to be drawn. */
	assert_string_equal(slow, "\r\033[Kread: 0.0 of 4.0 MiB (0%)\r\033[K");
}

static void a_file_gets_a_line_every_few_seconds(void **state)
{
	struct progress usual = { .tell = true }, quiet = { 0 };
	auto_free char *soon = said(&usual, begin_late, "x", 2000);
	auto_free char *late = said(&usual, begin_late, "x\033y", 9000);
	auto_free char *never = said(&quiet, begin_late, "x", 9000);

	(void)state;
	assert_string_equal(soon, "");
	assert_string_equal(late, "kmp-match: read x\\x1by: 0.0 of 4.0 MiB (0%)\n");
	assert_string_equal(never, "");
}

static void what_was_large_or_slow_is_told_if_verbose(void **state)
{
	struct progress verbose = { .tell = true, .verbose = true };
	auto_free char *large = said(&verbose, begin_late, "x", 2000);
	auto_free char *small = said(&verbose, nest, "x", 0);

	(void)state;
	assert_string_equal(large, "kmp-match: read x: 2.0 MiB in 2.0 s\n");
	assert_null(strstr(small, " s\n"));
}

static void the_innermost_of_several_is_shown(void **state)
{
	struct progress progress = { .tell = true };
	auto_free char *text = said(&progress, nest, "x", 9000);

	(void)state;
	assert_string_equal(text, "kmp-match: check x: 0 of 2 (0%)\n"
				  "kmp-match: check x: 2 of 2 (100%)\n");
}

static void nobody_has_to_want_to_know(void **state)
{
	auto_progress_task struct progress_task task = { 0 };

	(void)state;
	progress_begin(NULL, &task, "read", "x");
	progress_update(&task, 1);
	progress_add(&task, 1);
	assert_null(task.what);
	assert_int_equal(task.done, 0);
}

static void add_one(void *task, size_t index)
{
	(void)index;
	progress_add(task, 1);
}

static void any_thread_may_say_that_something_is_done(void **state)
{
	struct progress progress = { .tell = true };
	struct progress_task task = { .counted = true, .total = 10000 };

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &progress.shown);
	progress_begin(&progress, &task, "check", "x");
	workers_run(10000, add_one, &task);
	assert_int_equal(task.done, 10000);
	progress_end(&task);
}

static void *begin_elsewhere(void *progress)
{
	struct progress_task task = { 0 };

	progress_begin(progress, &task, "read", "y");
	return task.what;
}

static void what_begins_in_another_thread_is_not_shown(void **state)
{
	struct progress progress = progress_of_stderr(0);
	auto_progress_task struct progress_task task = { 0 };
	pthread_t thread;
	void *what = &task;

	(void)state;
	progress_begin(&progress, &task, "read", "x");
	assert_ptr_equal(progress.task, &task);
	assert_int_equal(pthread_create(&thread, NULL, begin_elsewhere, &progress), 0);
	assert_int_equal(pthread_join(thread, &what), 0);
	assert_null(what);
	assert_ptr_equal(progress.task, &task);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_how_much_of_what),
		cmocka_unit_test(a_terminal_gets_a_line_that_is_wiped_out_once_it_takes_long),
		cmocka_unit_test(a_file_gets_a_line_every_few_seconds),
		cmocka_unit_test(what_was_large_or_slow_is_told_if_verbose),
		cmocka_unit_test(the_innermost_of_several_is_shown),
		cmocka_unit_test(nobody_has_to_want_to_know),
		cmocka_unit_test(any_thread_may_say_that_something_is_done),
		cmocka_unit_test(what_begins_in_another_thread_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
