/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/stage-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

/* Room for the number of a process, in the lock too. */
#define PID_SIZE 16

int stage_dir_fail(const struct stage_dir *dir, int r, const char *why, struct error *reterr)
{
	bool full = r == -ENOSPC || r == -EDQUOT || r == -EFBIG;

	return error_set(reterr, r, STAGE_DIR_USING, dir->path, why,
			 full ? "make room, or stage elsewhere with --stage-dir"
			      : "name another one with --stage-dir");
}

/* Only the caller may be able to put links or files in there while it is used. */
static int check_ours(const struct stage_dir *dir, int fd, struct error *reterr)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return stage_dir_fail(dir, -errno, NULL, reterr);
	if (st.st_uid != geteuid())
		return stage_dir_fail(dir, -EPERM, "it belongs to another user", reterr);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return stage_dir_fail(dir, -EPERM, "others than its owner may write to it", reterr);
	return 0;
}

static int open_directory(const struct stage_dir *dir, int parent_fd, const char *name, int *ret,
			  struct error *reterr)
{
	auto_fd int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0) {
		r = -errno;
		if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
			return stage_dir_fail(dir, -ELOOP, "it is a symbolic link", reterr);
		return stage_dir_fail(dir, r, NULL, reterr);
	}
	r = check_ours(dir, fd, reterr);
	if (r == 0)
		*ret = take_fd(&fd);
	return r;
}

int stage_dir_enter(const struct stage_dir *dir, int parent_fd, const char *name, int *ret,
		    struct error *reterr)
{
	if (mkdirat(parent_fd, name, 0700) < 0 && errno != EEXIST)
		return stage_dir_fail(dir, -errno, NULL, reterr);
	return open_directory(dir, parent_fd, name, ret, reterr);
}

/* Who holds the lock, as the lock file says; for a message only. */
static int tell_busy(const struct stage_dir *dir, struct error *reterr)
{
	char pid[PID_SIZE] = { 0 };
	ssize_t got = pread(dir->lock_fd, pid, sizeof(pid) - 1, 0);

	pid[got > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	return error_setf(reterr, -EBUSY, STAGE_DIR_USING, dir->path, "wait for it to end",
			  *pid ? "process %s is using it" : "another process is using it%s", pid);
}

/* It is emptied and written to: what has another name too, or other content, is none of ours. */
static bool is_lock(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	       st.st_uid == geteuid() && st.st_size < PID_SIZE;
}

static int take_lock(struct stage_dir *dir, struct error *reterr)
{
	char pid[PID_SIZE];
	int size;

	dir->lock_fd = openat(dir->fd, "lock",
			      O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (dir->lock_fd < 0)
		return stage_dir_fail(dir, -errno, NULL, reterr);
	if (!is_lock(dir->lock_fd))
		return stage_dir_fail(dir, -EEXIST, "its file 'lock' is not kmp-match's", reterr);
	if (flock(dir->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? tell_busy(dir, reterr)
					    : stage_dir_fail(dir, -errno, NULL, reterr);
	dir->locked = true;
	size = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(dir->lock_fd, 0) < 0 || pwrite(dir->lock_fd, pid, (size_t)size, 0) != size)
		return stage_dir_fail(dir, errno ? -errno : -EIO, NULL, reterr);
	return 0;
}

int stage_dir_make(const char *path, int *ret_fd)
{
	auto_free char *bare = path_without_slashes(path);

	*ret_fd = -1;
	if (!bare)
		return -ENOMEM;
	if (mkdir(bare, 0700) < 0 && errno != EEXIST)
		return -errno;
	*ret_fd = open(bare, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return 0;
}

int stage_dir_open(const char *path, bool make, struct stage_dir *ret, struct error *reterr)
{
	int r;

	ret->path = path_without_slashes(path);
	if (!ret->path)
		return error_set(reterr, -ENOMEM, STAGE_DIR_USING, path, NULL, NULL);
	r = make ? stage_dir_enter(ret, AT_FDCWD, ret->path, &ret->fd, reterr)
		 : open_directory(ret, AT_FDCWD, ret->path, &ret->fd, reterr);
	return r < 0 ? r : take_lock(ret, reterr);
}

void stage_dir_done(struct stage_dir *dir)
{
	release_fd(&dir->lock_fd);
	release_fd(&dir->fd);
	free(dir->path);
	*dir = STAGE_DIR_NONE;
}
