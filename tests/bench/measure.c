/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure FILE COMMAND...: run it, and write to FILE its exit status, the seconds that it took,
 * those of the processor (user, system), and the most memory in KiB that it or one of its children
 * held.
 *
 * A program of its own, since what is run counts as no smaller than what ran it (getrusage(2),
 * RUSAGE_CHILDREN; fs/exec.c, exec_mmap()).
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The status as a shell gives it. */
static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int report(const char *path, int status, double wall, const struct rusage *usage)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	fprintf(file, "%d %.6f %.6f %.6f %ld\n", status, wall, seconds_of(&usage->ru_utime),
		seconds_of(&usage->ru_stime), usage->ru_maxrss);
	return fclose(file) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double start = now();
	pid_t child;
	int status, r;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND...\n");
		return 2;
	}
	r = -posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ);
	if (r == 0 && wait4(child, &status, 0, &usage) < 0)
		r = -errno;
	if (r == 0)
		r = report(argv[1], status_of(status), now() - start, &usage);
	if (r < 0) {
		fprintf(stderr, "measure: cannot run %s: %s\n", argv[2], strerror(-r));
		return 1;
	}
	return 0;
}
