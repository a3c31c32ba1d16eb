/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain-calls - preloaded, so that a program runs below a valgrind that knows no newer system
 * calls: openat2() becomes openat(), and the others are not to be had, as in an older kernel.
 *
 * Paths are then resolved without their root: only for a program and files of our own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>

/* The first that has one number on all architectures, pidfd_send_signal(), is older than these. */
#define NEWER 425

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long words[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		words[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2) {
		const struct open_how *how = (const struct open_how *)words[2];

		return openat((int)words[0], (const char *)words[1], (int)how->flags,
			      (mode_t)how->mode);
	}
	if (number >= NEWER) {
		errno = ENOSYS;
		return -1;
	}
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
