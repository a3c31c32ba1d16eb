/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/sandbox.h"
#include "base/text.h"

#include "scratch-fixture.h"

/* What a child found out: a sandbox cannot be left, so each test has one of its own. */
struct finding {
	struct sandbox sandbox;
	int inside, outside, copied, removed; /* errno of the attempt, 0: it went well */
	int executed, connected;
};

static int attempt(bool done)
{
	return done ? 0 : errno;
}

static int make_file(const char *folder, const char *name)
{
	auto_free char *path = text_format("%s/%s", folder, name);
	auto_fd int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;

	return attempt(fd >= 0);
}

static int run_program(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : errno;
}

struct world {
	const char *stage, *copy, *top;
};

static void look(const struct world *world, bool tightened, struct finding *ret)
{
	auto_fd int stage_fd = open(world->stage, O_PATH | O_CLOEXEC);
	auto_fd int copy_fd = open(world->copy, O_PATH | O_CLOEXEC);
	auto_fd int top_fd = open(world->top, O_PATH | O_CLOEXEC);
	auto_free char *empty = text_format("%s/empty", world->top);
	const struct landlock_place places[] = {
		{ .fd = stage_fd },
		{ .fd = copy_fd },
		{ .fd = top_fd, .empty_only = true },
		{ .fd = -1 },
	};

	sandbox_enter(places, COUNT(places), &ret->sandbox);
	if (tightened)
		sandbox_tighten(places, 1, &ret->sandbox);
	ret->inside = make_file(world->stage, "inside");
	ret->copied = make_file(world->copy, "copied");
	ret->outside = make_file(world->top, "outside");
	ret->removed = attempt(rmdir(empty) == 0);
	ret->executed = run_program();
	ret->connected = attempt(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static struct finding find(const char *top, bool tightened)
{
	auto_free char *stage = text_format("%s/stage", top);
	auto_free char *copy = text_format("%s/copy", top);
	auto_free char *empty = text_format("%s/empty", top);
	const struct world world = { stage, copy, top };
	struct finding finding = { 0 };
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(mkdir(stage, 0700), 0);
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_int_equal(mkdir(empty, 0700), 0);
	pid = fork();
	if (pid == 0) {
		look(&world, tightened, &finding);
		_exit(write(fds[1], &finding, sizeof(finding)) != sizeof(finding));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(fds[0], &finding, sizeof(finding)), sizeof(finding));
	close(fds[0]);
	close(fds[1]);
	return finding;
}

static void the_first_step_leaves_the_places_that_it_is_given(void **state)
{
	struct finding finding = find(*state, false);

	assert_int_equal(finding.inside, 0);
	assert_int_equal(finding.copied, 0);
	assert_int_equal(finding.removed, 0);
	if (!finding.sandbox.landlock) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(finding.outside, EACCES);
}

static void the_second_step_leaves_the_staging_directory_alone(void **state)
{
	struct finding finding = find(*state, true);

	assert_int_equal(finding.inside, 0);
	assert_int_equal(finding.sandbox.capabilities & ~(UINT64_C(1) << 2), 0);
	if (!finding.sandbox.landlock) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(finding.copied, EACCES);
	assert_int_equal(finding.outside, EACCES);
	assert_int_equal(finding.removed, EACCES);
}

static void programs_and_connections_are_refused(void **state)
{
	struct finding finding = find(*state, false);

	if (!finding.sandbox.syscalls) {
		print_message("no system calls can be refused here\n");
		skip();
	}
	assert_int_equal(finding.executed, EPERM);
	assert_int_equal(finding.connected, EPERM);
}

static void what_is_in_force_is_said(void **state)
{
	static const struct {
		struct sandbox sandbox;
		const char *sentence;
		size_t names;
	} rows[] = {
		{ { 7, true, 4, 0 },
		  "input is read behind Landlock 7, with refused system calls, as user 0, who may "
		  "read "
		  "everything",
		  1 },
		{ { 0, false, 0, 1000 },
		  "input is read without Landlock, which is not to be had here, without refused "
		  "system "
		  "calls, as user 1000",
		  0 },
		{ { 2, true, 6, 0 },
		  "input is read behind Landlock 2, with refused system calls, as user 0, who may "
		  "read "
		  "everything",
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *sentence = sandbox_sentence(&rows[i].sandbox);
		auto_strings struct strings names = { 0 };

		assert_string_equal(sentence, rows[i].sentence);
		assert_int_equal(sandbox_capabilities(&rows[i].sandbox, &names), 0);
		assert_int_equal(names.count, rows[i].names);
	}
}

static int setup(void **state)
{
	*state = fixture_scratch();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	fixture_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_step_leaves_the_places_that_it_is_given,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_second_step_leaves_the_staging_directory_alone,
						setup, teardown),
		cmocka_unit_test_setup_teardown(programs_and_connections_are_refused, setup,
						teardown),
		cmocka_unit_test(what_is_in_force_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
