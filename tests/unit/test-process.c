/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/process.h"

/* Run SCRIPT by a shell; what it says is compared with SAID unless that is NULL. */
static void run(const char *script, struct process process, int status, const char *said)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	auto_process_end struct process_end end = { 0 };

	process.argv = argv;
	process.seconds = process.seconds ? process.seconds : 20;
	assert_int_equal(process_run(&process, &end), 0);
	if (end.status != status || (said && strcmp((char *)end.output.data, said) != 0))
		fail_msg("%s: status %d, said: %s", script, end.status, (char *)end.output.data);
	assert_false(end.late);
}

static void it_tells_how_a_program_ended_and_what_it_said(void **state)
{
	static const struct {
		const char *script;
		int status;
		const char *said;
	} cases[] = {
		{ "echo out; echo error >&2", 0, "out\nerror\n" },
		{ "exit 7", 7, "" },
		{ "kill -TERM $$", 128 + 15, "" },
		{ "cat", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		run(cases[i].script, (struct process){ 0 }, cases[i].status, cases[i].said);
}

static void it_gets_its_input_and_nothing_of_our_environment_but_what_is_named(void **state)
{
	static const char *const keep[] = { "KEPT", "ABSENT", NULL };

	(void)state;
	setenv("KEPT", "yes", 1);
	setenv("SECRET", "no", 1);
	setenv("LD_LIBRARY_PATH", "/nowhere", 1);
	run("cat; echo \"$KEPT $SECRET$LD_LIBRARY_PATH$ABSENT$LC_ALL\"",
	    (struct process){ .keep = keep, .input = "said", .input_size = 4 }, 0, "saidyes C\n");
	unsetenv("LD_LIBRARY_PATH");
}

static void it_gets_no_open_file_but_the_first_three(void **state)
{
	int leaked = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(leaked > 2);
	run("ls /proc/self/fd | wc -l", (struct process){ 0 }, 0, "4\n");
	close(leaked);
}

static void its_output_goes_to_a_file_that_cannot_grow_beyond_its_bound(void **state)
{
	auto_file FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	run("head -c 5000 /dev/zero || echo too much >&2",
	    (struct process){ .to_file = true, .out_fd = fileno(file), .file_size_max = 1000 }, 0,
	    NULL);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 1000);
}

static void what_it_says_too_much_is_passed_over(void **state)
{
	const char *const argv[] = { "sh", "-c", "head -c 1000000 /dev/zero", NULL };
	const struct process process = { .argv = argv, .seconds = 20 };
	auto_process_end struct process_end end = { 0 };

	(void)state;
	assert_int_equal(process_run(&process, &end), 0);
	assert_int_equal(end.status, 0);
	assert_int_equal(end.output.size, PROCESS_OUTPUT_MAX);
}

static void it_is_killed_when_its_time_is_over(void **state)
{
	static const char *const scripts[] = { "exec sleep 60", "exec >&- 2>&-; exec sleep 60" };

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		const char *const argv[] = { "sh", "-c", scripts[i], NULL };
		const struct process process = { .argv = argv, .seconds = 1 };
		auto_process_end struct process_end end = { 0 };

		assert_int_equal(process_run(&process, &end), 0);
		assert_true(end.late);
		assert_int_equal(end.status, 128 + 9);
	}
}

static void a_program_that_is_not_there_is_told_apart(void **state)
{
	static const struct {
		const char *name;
		int wanted;
	} cases[] = {
		{ "no-such-program", -ENOENT },
		{ "/nowhere/program", -ENOENT },
		{ "/etc/passwd", -EACCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const argv[] = { cases[i].name, NULL };
		const struct process process = { .argv = argv, .seconds = 1 };
		auto_process_end struct process_end end = { 0 };

		assert_int_equal(process_run(&process, &end), cases[i].wanted);
	}
}

static void it_has_the_rights_of_nobody_if_so_wished(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("only root has rights to give up\n");
		skip();
	}
	run("id -u; id -G", (struct process){ .unprivileged = true }, 0, "65534\n65534\n");
}

static void it_dies_when_we_do(void **state)
{
	int ends[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		const char *const argv[] = { "sh", "-c", "echo x; exec sleep 60", NULL };
		const struct process process = {
			.argv = argv, .seconds = 60, .to_file = true, .out_fd = ends[1]
		};
		struct process_end end;

		(void)process_run(&process, &end);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The newline, and then the end: nobody is left who holds the pipe. */
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_tells_how_a_program_ended_and_what_it_said),
		cmocka_unit_test(
			it_gets_its_input_and_nothing_of_our_environment_but_what_is_named),
		cmocka_unit_test(it_gets_no_open_file_but_the_first_three),
		cmocka_unit_test(its_output_goes_to_a_file_that_cannot_grow_beyond_its_bound),
		cmocka_unit_test(what_it_says_too_much_is_passed_over),
		cmocka_unit_test(it_is_killed_when_its_time_is_over),
		cmocka_unit_test(a_program_that_is_not_there_is_told_apart),
		cmocka_unit_test(it_has_the_rights_of_nobody_if_so_wished),
		cmocka_unit_test(it_dies_when_we_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
