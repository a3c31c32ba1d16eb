/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/* Into a pipe, a terminal or /dev/null: renaming a file onto one would put it out of the way. */
static int write_device(const char *file, const void *data, size_t size)
{
	auto_fd int fd = open(file, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : file_write_fd(fd, data, size);
}

/*
 * Write beside FILE first: what is there stays whole until the new one is. What lies in the way
 * there is not written to: in a folder for all it may be a pipe, or stay somebody else's.
 */
static int save_file(const char *file, const void *data, size_t size)
{
	auto_free char *beside = text_format("%s.new", file);
	auto_fd int fd = -1;
	int r;

	if (!beside)
		return -ENOMEM;
	(void)unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = file_write_fd(fd, data, size);
	if (r == 0 && (fsync(fd) < 0 || rename(beside, file) < 0))
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r;
}

static int write_file(const char *file, const void *data, size_t size)
{
	struct stat st;
	bool device = stat(file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);

	return device ? write_device(file, data, size) : save_file(file, data, size);
}

/* The second process. All or nothing is said by the number of bytes, which goes first. */
static void serve(int fd, const char *file)
{
	auto_bytes struct bytes bytes = { 0 };
	uint64_t size = 0;
	int r = 0;

	if (read(fd, &size, sizeof(size)) != sizeof(size))
		return;
	r = file_read_fd(fd, MEMORY_MAX, &bytes);
	if (r == 0 && bytes.size != size)
		return;
	if (r == 0)
		r = write_file(file, bytes.data, bytes.size);
	(void)file_write_fd(fd, &r, sizeof(r));
}

int save_begin(const char *file, struct save *ret, struct error *reterr)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set(reterr, -errno, "prepare to save", file, NULL, NULL);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		serve(fds[1], file);
		_exit(0);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return error_set(reterr, -errno, "prepare to save", file, NULL, NULL);
	}
	*ret = (struct save){ file, fds[0], pid };
	return 0;
}

int save_finish(struct save *save, const char *what, const void *data, size_t size,
		struct error *reterr)
{
	uint64_t announced = size;
	int answer = -EPIPE;
	int r = file_write_fd(save->fd, &announced, sizeof(announced));

	if (r == 0)
		r = file_write_fd(save->fd, data, size);
	if (r == 0 && shutdown(save->fd, SHUT_WR) < 0)
		r = -errno;
	if (r == 0 && read(save->fd, &answer, sizeof(answer)) == sizeof(answer))
		r = answer;
	else if (r == 0)
		r = -EPIPE;
	return r < 0 ? error_set(reterr, r, what, save->file, NULL, NULL) : 0;
}

void save_end(struct save *save)
{
	if (save->fd < 0)
		return;
	/* Others may have the descriptor too: closing ours alone would not end the second one. */
	(void)shutdown(save->fd, SHUT_RDWR);
	release_fd(&save->fd);
	save->fd = -1;
	(void)waitpid(save->pid, NULL, 0);
}
