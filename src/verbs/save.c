/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "verbs/verb.h"

/* Into a pipe, a terminal or /dev/null: renaming a file onto one would put it out of the way. */
static int write_device(const char *file, const void *data, size_t size)
{
	auto_fd int fd = open(file, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : file_write_fd(fd, data, size);
}

/* Write beside FILE first: what is there stays whole until the new one is. */
static int save_file(const char *file, const void *data, size_t size)
{
	auto_free char *beside = text_format("%s.new", file);
	auto_fd int fd = -1;
	int r;

	if (!beside)
		return -ENOMEM;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = file_write_fd(fd, data, size);
	if (r == 0 && (fsync(fd) < 0 || rename(beside, file) < 0))
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r;
}

int verb_save(const char *what, const char *file, const void *data, size_t size,
	      struct error *reterr)
{
	struct stat st;
	bool device = stat(file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
	int r = device ? write_device(file, data, size) : save_file(file, data, size);

	return r < 0 ? error_set(reterr, r, what, file, NULL, NULL) : 0;
}
