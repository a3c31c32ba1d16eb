/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

/* Where programs are if PATH does not say; an initrd may have none. */
#define STANDARD_PATH "/usr/sbin:/usr/bin:/sbin:/bin"
/* The user without rights, whatever it is called here. */
#define NOBODY 65534
/* How often a program is looked at that has closed its output and goes on, in nanoseconds. */
#define LOOK_AGAIN 10000000L
/* What a shell says of a program that cannot be run. */
#define STATUS_NOT_RUN 127

/* What the child needs, all made before it is forked. */
struct child {
	const struct process *process;
	const char *path;
	char **environment;
	int in_fd, out_fd, error_fd;
	int told_fd; /* closed by a successful exec, else it gets the errno */
	pid_t parent;
};

static const char *search_path(void)
{
	const char *path = getenv("PATH");

	return path && *path ? path : STANDARD_PATH;
}

/* The program NAME; folders of PATH that are not absolute do not count. */
static int find_program(const char *name, char **ret)
{
	const char *end;

	if (strchr(name, '/'))
		return (*ret = strdup(name)) ? 0 : -ENOMEM;
	for (const char *folder = search_path();; folder = end + 1) {
		auto_free char *path = NULL;

		end = folder + strcspn(folder, ":");
		path = text_format("%.*s/%s", (int)(end - folder), folder, name);
		if (!path)
			return -ENOMEM;
		if (*folder == '/' && access(path, X_OK) == 0) {
			*ret = take(path);
			return 0;
		}
		if (!*end)
			return -ENOENT;
	}
}

/* What it sees of our environment, a list that NULL ends. */
static int make_environment(const char *const *keep, struct strings *ret)
{
	int r = strings_addf(ret, "PATH=%s", search_path());

	if (r == 0)
		r = strings_add(ret, "LC_ALL=C");
	for (; r == 0 && keep && *keep; keep++)
		if (getenv(*keep))
			r = strings_addf(ret, "%s=%s", *keep, getenv(*keep));
	return r == 0 ? array_grow(&ret->items, ret->count, sizeof(*ret->items)) : r;
}

/* A file without a name that holds the input. */
static int make_input(const struct process *process)
{
	auto_fd int fd = -1;
	int r;

	if (!process->input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	r = file_write_fd(fd, process->input, process->input_size);
	if (r < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		errno = r < 0 ? -r : errno;
		return -1;
	}
	return take_fd(&fd);
}

/* Where the kernel knows no such user it stays who it is, with no new rights. */
static void give_up_rights(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() != 0 || setgroups(0, NULL) < 0)
		return;
	if (setresgid(NOBODY, NOBODY, NOBODY) == 0)
		(void)!setresuid(NOBODY, NOBODY, NOBODY);
}

static int bound_files(uint64_t most)
{
	const struct rlimit limit = { most, most };

	/* Ignored, so that the program can tell that it wrote too much. */
	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit);
}

static int set_up(const struct child *child)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	if (dup2(child->in_fd, STDIN_FILENO) < 0 || dup2(child->out_fd, STDOUT_FILENO) < 0 ||
	    dup2(child->error_fd, STDERR_FILENO) < 0)
		return -errno;
	/* All are made to close by themselves: this is for what a library has opened. */
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (child->process->file_size_max && bound_files(child->process->file_size_max) < 0)
		return -errno;
	if (child->process->unprivileged)
		give_up_rights();
	/* Becoming another user forgets it, so it comes last. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return getppid() == child->parent ? 0 : -ESRCH;
}

_Noreturn static void run_child(const struct child *child)
{
	int r = set_up(child);

	if (r == 0) {
		execve(child->path, (char *const *)(uintptr_t)child->process->argv,
		       child->environment);
		r = -errno;
	}
	(void)file_write_fd(child->told_fd, &r, sizeof(r));
	_exit(STATUS_NOT_RUN);
}

static long milliseconds_left(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
}

/* Keep what comes from FD until it is closed: 0, or -ETIME at END. */
static int read_output(int fd, const struct timespec *end, struct bytes *ret)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char piece[4096];

	for (;;) {
		long left = milliseconds_left(end);
		size_t room = PROCESS_OUTPUT_MAX - ret->size;
		ssize_t got;

		if (left <= 0)
			return -ETIME;
		if (poll(&wait, 1, left > INT_MAX ? INT_MAX : (int)left) <= 0)
			continue;
		got = read(fd, piece, sizeof(piece));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		/* What is too much is read too: a full pipe would make the program wait. */
		room = room < (size_t)got ? room : (size_t)got;
		memcpy(ret->data + ret->size, piece, room);
		ret->size += room;
	}
}

static int decode_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Wait until PID has ended, at END at the latest. */
static int wait_until(pid_t pid, const struct timespec *end, int *ret)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN };
	pid_t ended;
	int status = 0;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
		if (milliseconds_left(end) <= 0)
			return -ETIME;
		nanosleep(&pause, NULL);
	}
	*ret = decode_status(status);
	return ended < 0 ? -errno : 0;
}

static int watch(pid_t pid, int fd, unsigned int seconds, struct process_end *ret)
{
	struct timespec end;
	int status = 0;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	r = read_output(fd, &end, &ret->output);
	if (r == 0)
		r = wait_until(pid, &end, &ret->status);
	if (r == 0)
		return 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ret->status = decode_status(status);
	ret->late = r == -ETIME;
	return ret->late ? 0 : r;
}

/* Fork CHILD; 0 and its number once the program runs. */
static int start(struct child *child, pid_t *ret)
{
	int told[2];
	int why = 0;
	pid_t pid;

	if (pipe2(told, O_CLOEXEC) < 0)
		return -errno;
	child->told_fd = told[1];
	child->parent = getpid();
	pid = fork();
	if (pid == 0)
		run_child(child);
	why = pid < 0 ? -errno : 0;
	close(told[1]);
	if (pid > 0 && read(told[0], &why, sizeof(why)) > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	close(told[0]);
	*ret = pid;
	return why;
}

int process_run(const struct process *process, struct process_end *ret)
{
	auto_process_end struct process_end end = { 0 };
	auto_strings struct strings environment = { 0 };
	auto_free char *path = NULL;
	auto_fd int in_fd = make_input(process);
	auto_fd int read_fd = -1, write_fd = -1;
	struct child child = { .process = process };
	pid_t pid;
	int ends[2];
	int r = in_fd < 0 ? -errno : find_program(process->argv[0], &path);

	if (r == 0)
		r = make_environment(process->keep, &environment);
	if (r == 0 && pipe2(ends, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		return r;
	read_fd = ends[0];
	write_fd = ends[1];
	end.output.data = calloc(1, PROCESS_OUTPUT_MAX + 1);
	if (!end.output.data)
		return -ENOMEM;
	child.path = path;
	child.environment = environment.items;
	child.in_fd = in_fd;
	child.out_fd = process->to_file ? process->out_fd : write_fd;
	child.error_fd = write_fd;
	r = start(&child, &pid);
	release_fd(&write_fd);
	write_fd = -1;
	if (r == 0)
		r = watch(pid, read_fd, process->seconds, &end);
	if (r < 0)
		return r;
	*ret = end;
	end = (struct process_end){ 0 };
	return 0;
}

void process_end_done(struct process_end *end)
{
	bytes_done(&end->output);
	*end = (struct process_end){ 0 };
}
