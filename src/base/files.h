/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files - reading, writing and walking below a directory fd; no path leaves its root.
 *
 * Layer: base.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/array.h"

/* A block of memory; `data` is malloc'ed and one NUL byte stands behind it, not counted. */
struct bytes {
	uint8_t *data;
	size_t size;
};
void bytes_done(struct bytes *bytes);
#define auto_bytes __attribute__((cleanup(bytes_done)))

/*
 * Open PATH (leading slashes ignored) with FLAGS | O_CLOEXEC, every symlink resolved as if
 * ROOT_FD were "/": a link or ".." never leads out of it. A new fd or -errno.
 */
int file_open_in_root(int root_fd, const char *path, int flags);
bool file_exists_in_root(int root_fd, const char *path);
/* What R, from one of these functions, means: strerror(-R), and -EINVAL is no regular file. */
const char *file_strerror(int r);
/* Only a regular file, opened without blocking on a FIFO or device: -EISDIR, -EINVAL otherwise. */
int file_open_regular(int dir_fd, const char *path);
/* The same below ROOT_FD, as file_open_in_root(); FLAGS may add O_NOFOLLOW. */
int file_open_regular_in_root(int root_fd, const char *path, int flags);
/* Read all of FD, at most MAX bytes: -EFBIG beyond. */
int file_read_fd(int fd, size_t max, struct bytes *ret);
/* file_open_in_root() + file_read_fd(), regular files only. */
int file_read_in_root(int root_fd, const char *path, size_t max, struct bytes *ret);
/* Its first line, without what ends it: of an attribute in sysfs. Owned. 0 or -errno. */
int file_read_line_in_root(int root_fd, const char *path, char **ret);
/* The last component of what the symlink PATH leads to; owned. 0 or -errno: -EINVAL for no link. */
int file_link_name_in_root(int root_fd, const char *path, char **ret);
/* Make the new file PATH of MODE, whatever the umask, open with FLAGS. An fd or -errno. */
int file_create(int dir_fd, const char *path, int flags, mode_t mode);
/* Write all SIZE bytes. 0 or -errno. */
int file_write_fd(int fd, const void *data, size_t size);
/* A stream of the entries of the directory FD, which stays open and unmoved. 0 or -errno. */
int dir_open(int fd, DIR **ret);
/* Sorted names in the directory FD, without "." and "..". FD stays open and usable. */
int dir_names(int fd, struct strings *ret);
/* The same of PATH below ROOT_FD; none where there is no such. 0 or -ENOMEM. */
int dir_names_in_root(int root_fd, const char *path, struct strings *ret);
/* Remove NAME in DIR_FD and all below it, never following a symlink. 0 (also if absent) or -errno.
 */
int file_remove_tree(int dir_fd, const char *name);
/* Make PATH and its parents below DIR_FD with MODE, whatever the umask; no component may be a
 * symlink. 0 or -errno. */
int dir_make_path(int dir_fd, const char *path, mode_t mode);
/*
 * Is PATH (relative) safe to create below a directory: not empty, not absolute, no "." or ".."
 * component, no component over 255 bytes, no control characters?
 */
bool path_is_safe(const char *path);
/* PATH without slashes at its end: "dir/" would follow a link that "dir" is. Owned, or NULL. */
char *path_without_slashes(const char *path);
