/* SPDX-License-Identifier: GPL-2.0-or-later */
/* To be preloaded: a clock on which HASTY_CLOCK milliseconds pass with each look at it. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *ret)
{
	static atomic_long looks;
	const char *step = getenv("HASTY_CLOCK");
	int r = (int)syscall(SYS_clock_gettime, id, ret);

	if (r == 0 && id == CLOCK_MONOTONIC && step) {
		long more = ++looks * atol(step);

		ret->tv_sec += more / 1000;
		ret->tv_nsec += more % 1000 * 1000000;
		ret->tv_sec += ret->tv_nsec / 1000000000;
		ret->tv_nsec %= 1000000000;
	}
	return r;
}
