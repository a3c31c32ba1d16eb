/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch - a temporary directory that a test fills with files; everything fails the test.
 */
#pragma once

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

struct scratch {
	char path[PATH_MAX];
	int fd;
};

static inline void scratch_make(struct scratch *scratch)
{
	const char *base = getenv("TMPDIR");

	snprintf(scratch->path, sizeof(scratch->path), "%s/kmp-match-test.XXXXXX",
		 base && *base ? base : "/tmp");
	assert_non_null(mkdtemp(scratch->path));
	scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(scratch->fd >= 0);
}

static inline void scratch_remove(struct scratch *scratch)
{
	auto_free char *copy = strdup(scratch->path);
	char *slash = strrchr(copy, '/');
	auto_fd int parent = -1;

	*slash = '\0';
	parent = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(scratch->fd);
	assert_int_equal(file_remove_tree(parent, slash + 1), 0);
}

static inline void scratch_folder(const struct scratch *scratch, const char *path)
{
	assert_int_equal(dir_make_path(scratch->fd, path, 0755), 0);
}

/* Make the folder that PATH is in. */
static inline void scratch_parent(const struct scratch *scratch, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *parent = slash ? strndup(path, (size_t)(slash - path)) : NULL;

	if (parent)
		scratch_folder(scratch, parent);
}

static inline void scratch_write_bytes(const struct scratch *scratch, const char *path,
				       const void *data, size_t size)
{
	auto_fd int fd = -1;

	scratch_parent(scratch, path);
	fd = openat(scratch->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(file_write_fd(fd, data, size), 0);
}

static inline void scratch_write(const struct scratch *scratch, const char *path, const char *text)
{
	scratch_write_bytes(scratch, path, text, strlen(text));
}

static inline void scratch_link(const struct scratch *scratch, const char *path, const char *target)
{
	scratch_parent(scratch, path);
	assert_int_equal(symlinkat(target, scratch->fd, path), 0);
}

/* Absolute path of what is at PATH in the scratch directory; owned. */
static inline char *scratch_path(const struct scratch *scratch, const char *path)
{
	char *whole = text_format("%s/%s", scratch->path, path);

	assert_non_null(whole);
	return whole;
}
