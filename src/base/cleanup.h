/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup - every owned local releases itself when it leaves its scope.
 *
 * Layer: base.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTO(release) __attribute__((cleanup(release)))

static inline void release_memory(void *slot)
{
	free(*(void **)slot);
}

static inline void release_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void release_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void release_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define auto_free AUTO(release_memory)
#define auto_fd   AUTO(release_fd)
#define auto_file AUTO(release_file)
#define auto_dir  AUTO(release_dir)

/* Hand an owned pointer to the caller; the local becomes NULL, so its cleanup is a no-op. */
#define take(ptr)                                                                                  \
	__extension__({                                                                            \
		__typeof__(ptr) taken_ = (ptr);                                                    \
		(ptr) = NULL;                                                                      \
		taken_;                                                                            \
	})

/* The same for a file descriptor; the local becomes -1. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
