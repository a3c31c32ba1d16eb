/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "base/file-state.h"
#include "scratch.h"

static struct file_state look(const struct scratch *scratch, const char *name)
{
	struct file_state state = { 0 };
	struct stat st;

	assert_int_equal(fstatat(scratch->fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	file_state_add(&state, &st);
	return state;
}

static void nothing(const struct scratch *scratch)
{
	auto_fd int fd = openat(scratch->fd, "file", O_RDONLY | O_CLOEXEC);
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
}

static void another_byte(const struct scratch *scratch)
{
	auto_fd int fd = openat(scratch->fd, "file", O_WRONLY | O_CLOEXEC);

	assert_int_equal(write(fd, "T", 1), 1);
}

static void another_byte_of_the_same_time(const struct scratch *scratch)
{
	struct timespec times[2];
	struct stat st;

	assert_int_equal(fstatat(scratch->fd, "file", &st, 0), 0);
	another_byte(scratch);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(utimensat(scratch->fd, "file", times, 0), 0);
}

static void another_file_of_the_same_time(const struct scratch *scratch)
{
	struct timespec times[2];
	struct stat st;

	assert_int_equal(fstatat(scratch->fd, "file", &st, 0), 0);
	scratch_write(scratch, "other", "test");
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(utimensat(scratch->fd, "other", times, 0), 0);
	assert_int_equal(renameat(scratch->fd, "other", scratch->fd, "file"), 0);
}

static void more(const struct scratch *scratch)
{
	auto_fd int fd = openat(scratch->fd, "file", O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write(fd, "!", 1), 1);
}

static void every_change_of_a_file_shows(void **state)
{
	static const struct {
		const char *label;
		void (*change)(const struct scratch *scratch);
		bool differs;
	} cases[] = {
		{ "read", nothing, false },
		{ "written to", another_byte, true },
		{ "written to, with its time put back", another_byte_of_the_same_time, true },
		{ "exchanged, with its time put back", another_file_of_the_same_time, true },
		{ "appended to", more, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch scratch;
		struct file_state before, after;

		print_message("%s\n", cases[i].label);
		scratch_make(&scratch);
		scratch_write(&scratch, "file", "test");
		before = look(&scratch, "file");
		/* Longer than any tick of its clock. */
		assert_int_equal(usleep(20000), 0);
		cases[i].change(&scratch);
		after = look(&scratch, "file");
		assert_int_equal(!file_state_equal(&before, &after), cases[i].differs);
		scratch_remove(&scratch);
	}
}

static void files_count_in_their_order(void **state)
{
	struct file_state left = { 0 }, right = { 0 }, one = { 0 };
	struct stat a = { .st_ino = 1, .st_size = 10 }, b = { .st_ino = 2, .st_size = 20 };
	auto_free char *left_text = NULL, *right_text = NULL;

	(void)state;
	file_state_add(&left, &a);
	file_state_add(&left, &b);
	file_state_add(&right, &b);
	file_state_add(&right, &a);
	file_state_add(&one, &a);
	assert_false(file_state_equal(&left, &right));
	assert_false(file_state_equal(&left, &one));
	assert_true(file_state_equal(&left, &left));
	left_text = file_state_text(&left);
	right_text = file_state_text(&right);
	assert_string_not_equal(left_text, right_text);
	assert_int_equal(left.size, 30);
	assert_int_equal(left.count, 2);
}

static void what_changed_just_now_is_not_settled(void **state)
{
	static const struct {
		const char *label;
		time_t age;
		bool settled;
	} cases[] = {
		{ "now", 0, false },
		{ "a second ago", 1, false },
		{ "a minute ago", 60, true },
		{ "in an hour, by its clock", -3600, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct file_state now = { 0 };
		struct stat old = { .st_ctim.tv_sec = time(NULL) - 100000 };
		struct stat st = { .st_ctim.tv_sec = time(NULL) - cases[i].age };

		print_message("%s\n", cases[i].label);
		file_state_add(&now, &st);
		file_state_add(&now, &old);
		assert_int_equal(file_state_is_settled(&now), cases[i].settled);
	}
}

static void the_path_is_that_of_what_is_open(void **state)
{
	struct scratch scratch;
	auto_free char *wanted = NULL, *real = NULL, *got = NULL;

	(void)state;
	scratch_make(&scratch);
	wanted = scratch_path(&scratch, "");
	real = realpath(wanted, NULL);
	got = file_state_path(scratch.fd);
	assert_string_equal(got, real);
	assert_null(file_state_path(-1));
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_of_a_file_shows),
		cmocka_unit_test(files_count_in_their_order),
		cmocka_unit_test(what_changed_just_now_is_not_settled),
		cmocka_unit_test(the_path_is_that_of_what_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
