/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch-fixture - files in a scratch directory, for tests. What fails here aborts.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

/* "DIR/NAME"; owned, never NULL. */
static inline char *fixture_path(const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name);

	if (!path)
		abort();
	return path;
}

static inline char *fixture_scratch(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = fixture_path(tmp ? tmp : "/tmp", "kmp-match-unit-XXXXXX");

	return mkdtemp(dir);
}

static inline int fixture_remove_entry(const char *path, const struct stat *st, int type,
				       struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_remove(const char *dir)
{
	nftw(dir, fixture_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void fixture_write(const char *path, const void *data, size_t size)
{
	auto_file FILE *file = fopen(path, "w");

	if (!file || fwrite(data, 1, size, file) != size)
		abort();
}

/* All of the file at PATH; an empty one if it cannot be read. */
static inline struct bytes fixture_read(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bytes bytes = { 0 };

	if (fd >= 0)
		(void)file_read_fd(fd, 64U << 20, &bytes);
	return bytes;
}

static inline void fixture_make_parents(const char *path)
{
	auto_free char *copy = strdup(path);

	for (char *slash = copy; slash && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
}
