/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"

/*
 * EAGAIN is a rename that passed a ".." by (openat2(2)), or a file leased to another process, which
 * may stay so for long: enough for the first, too few to be noticed for the second.
 */
#define OPEN_TRIES 64

void bytes_done(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ 0 };
}

static const char *skip_slashes(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

int file_open_in_root(int root_fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int tries = OPEN_TRIES;
	long fd;

	do
		fd = syscall(SYS_openat2, root_fd, skip_slashes(path), &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && --tries > 0)));
	return fd < 0 ? -errno : (int)fd;
}

bool file_exists_in_root(int root_fd, const char *path)
{
	auto_fd int fd = file_open_in_root(root_fd, path, O_PATH);

	return fd >= 0;
}

const char *file_strerror(int r)
{
	return r == -EINVAL ? "it is no regular file" : strerror(-r);
}

static int check_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

int file_open_regular(int dir_fd, const char *path)
{
	auto_fd int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0)
		return -errno;
	r = check_regular(fd);
	return r < 0 ? r : take_fd(&fd);
}

int file_read_fd(int fd, size_t max, struct bytes *ret)
{
	auto_bytes struct bytes bytes = { 0 };
	size_t capacity = 0;
	struct stat st;

	/* A hint only: sysfs and procfs files lie about their size. */
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size < max)
		capacity = (size_t)st.st_size + 1;
	for (;;) {
		ssize_t got;

		if (bytes.size >= capacity || !bytes.data) {
			uint8_t *grown;

			if (bytes.size >= capacity)
				capacity = capacity ? capacity * 2 : 4096;
			grown = realloc(bytes.data, capacity + 1);
			if (!grown)
				return -ENOMEM;
			bytes.data = grown;
		}
		got = read(fd, bytes.data + bytes.size, capacity - bytes.size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		bytes.size += (size_t)got;
		if (bytes.size > max)
			return -EFBIG;
		if (got == 0)
			break;
	}
	bytes.data[bytes.size] = '\0';
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}

int file_open_regular_in_root(int root_fd, const char *path, int flags)
{
	auto_fd int fd = file_open_in_root(root_fd, path, flags | O_RDONLY | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0)
		return fd;
	r = check_regular(fd);
	return r < 0 ? r : take_fd(&fd);
}

int file_read_in_root(int root_fd, const char *path, size_t max, struct bytes *ret)
{
	auto_fd int fd = file_open_regular_in_root(root_fd, path, 0);

	return fd < 0 ? fd : file_read_fd(fd, max, ret);
}

int file_read_line_in_root(int root_fd, const char *path, char **ret)
{
	auto_bytes struct bytes text = { 0 };
	char *line;
	int r = file_read_in_root(root_fd, path, LINE_SIZE_MAX, &text);

	if (r < 0)
		return r;
	line = strndup((char *)text.data, strcspn((char *)text.data, "\n"));
	if (!line)
		return -ENOMEM;
	*ret = line;
	return 0;
}

int file_link_name_in_root(int root_fd, const char *path, char **ret)
{
	auto_fd int fd = file_open_in_root(root_fd, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX] = "";
	ssize_t size;
	const char *base;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISLNK(st.st_mode))
		return -EINVAL;
	size = readlinkat(fd, "", target, sizeof(target) - 1);
	if (size < 0)
		return -errno;
	base = strrchr(target, '/');
	*ret = strdup(base ? base + 1 : target);
	return *ret ? 0 : -ENOMEM;
}

int file_create(int dir_fd, const char *path, int flags, mode_t mode)
{
	mode_t mask = umask(0);
	int fd = openat(dir_fd, path, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	umask(mask);
	return fd < 0 ? -errno : fd;
}

int file_write_fd(int fd, const void *data, size_t size)
{
	const char *from = data;

	while (size > 0) {
		ssize_t put = write(fd, from, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		from += put;
		size -= (size_t)put;
	}
	return 0;
}

int dir_open(int fd, DIR **ret)
{
	auto_fd int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (own < 0)
		return -errno;
	dir = fdopendir(own);
	if (!dir)
		return -errno;
	take_fd(&own); /* owned by dir from here on */
	*ret = dir;
	return 0;
}

int dir_names(int fd, struct strings *ret)
{
	auto_strings struct strings names = { 0 };
	auto_dir DIR *dir = NULL;
	struct dirent *entry;
	int r = dir_open(fd, &dir);

	if (r < 0)
		return r;
	while (errno = 0, entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (strings_add(&names, entry->d_name) < 0)
			return -ENOMEM;
	}
	if (errno)
		return -errno;
	strings_sort_unique(&names);
	*ret = names;
	names = (struct strings){ 0 };
	return 0;
}

int dir_names_in_root(int root_fd, const char *path, struct strings *ret)
{
	auto_fd int fd = file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY);

	return fd < 0 || dir_names(fd, ret) != -ENOMEM ? 0 : -ENOMEM;
}

/* Depth is bounded by the fd limit: each level keeps one open. */
static int empty_directory(int fd)
{
	auto_strings struct strings names = { 0 };
	int r = dir_names(fd, &names);

	for (size_t i = 0; i < names.count && r == 0; i++)
		r = file_remove_tree(fd, names.items[i]);
	return r;
}

int file_remove_tree(int dir_fd, const char *name)
{
	auto_fd int fd = -1;
	int r;

	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = empty_directory(fd);
	if (r < 0)
		return r;
	return unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

bool path_is_safe(const char *path)
{
	if (*path == '\0' || *path == '/')
		return false;
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, "/");

		if (length == 0 || length > NAME_MAX || (length == 1 && part[0] == '.') ||
		    (length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		part += length;
		if (*part == '\0')
			return true;
	}
}

static int make_directory(int dir_fd, const char *name, mode_t mode)
{
	mode_t mask = umask(0);
	int r = mkdirat(dir_fd, name, mode);

	umask(mask);
	return r < 0 && errno != EEXIST ? -errno : 0;
}

int dir_make_path(int dir_fd, const char *path, mode_t mode)
{
	auto_fd int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *copy = NULL;
	char *rest, *part;

	if (fd < 0)
		return -errno;
	if (!path_is_safe(path))
		return -EINVAL;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	for (part = strtok_r(copy, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
		int r = make_directory(fd, part, mode);
		int next;

		if (r < 0)
			return r;
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		close(fd);
		fd = next;
	}
	return 0;
}

char *path_without_slashes(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}
