/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cache-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/* A file that is being written is called so; see cachefile.c for the others. */
#define NEW_PREFIX ".new-"
/* Names that are tried: they have the number of the process in them, which few share. */
#define NAME_TRIES 16
/* What a name of ours ends in: digits of a checksum. */
#define SUM_DIGITS 16

struct cache_dir {
	char *path;
	int fd;
	uid_t owner;
	int failure; /* -errno of what could not be kept first */
};

/* A file that may have to go. */
struct aged {
	const char *name;
	uint64_t size;
	struct timespec used;
};

static const char *why_not_ours(int fd, uid_t owner)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (st.st_uid != owner)
		return "it belongs to another user";
	return st.st_mode & (S_IWGRP | S_IWOTH) ? "others than its owner may write to it" : NULL;
}

/* Make NAME where it is absent, and open it: a fd, or -1 with *RET_WHY set. */
static int enter(int parent_fd, const char *name, const char **ret_why)
{
	auto_fd int fd = -1;

	if (mkdirat(parent_fd, name, 0700) < 0 && errno != EEXIST) {
		*ret_why = strerror(errno);
		return -1;
	}
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*ret_why = fd < 0 ? strerror(errno) : why_not_ours(fd, geteuid());
	return *ret_why ? -1 : take_fd(&fd);
}

int cache_dir_open(const char *path, const char *part, struct cache_dir **ret,
		   struct diagnostics *diagnostics)
{
	auto_cache_dir struct cache_dir *dir = calloc(1, sizeof(*dir));
	const char *why = NULL;
	auto_fd int fd = -1;

	*ret = NULL;
	if (!dir)
		return -ENOMEM;
	dir->fd = -1;
	dir->owner = geteuid();
	dir->path = path_without_slashes(path);
	if (!dir->path)
		return -ENOMEM;
	fd = enter(AT_FDCWD, dir->path, &why);
	if (!why)
		dir->fd = enter(fd, part, &why);
	if (why)
		return diagnostics_add(diagnostics, "cache-unused", path,
				       "nothing is kept for the next run in %s: %s; make it "
				       "yours alone, or name another one with --cache-dir",
				       path, why);
	*ret = take(dir);
	return 0;
}

int cache_dir_fd(const struct cache_dir *dir)
{
	return dir ? dir->fd : -1;
}

int cache_dir_open_file(const struct cache_dir *dir, const char *name, uint64_t *ret_size)
{
	auto_fd int fd = openat(cache_dir_fd(dir), name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (!dir)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || why_not_ours(fd, dir->owner))
		return -EPERM;
	*ret_size = (uint64_t)st.st_size;
	return take_fd(&fd);
}

int cache_dir_create_file(const struct cache_dir *dir, char **ret_name)
{
	for (unsigned int i = 0; dir && i < NAME_TRIES; i++) {
		auto_free char *name = text_format(NEW_PREFIX "%ld-%u", (long)getpid(), i);
		auto_fd int fd = name ? file_create(dir->fd, name, O_RDWR, 0600) : -ENOMEM;

		if (fd == -EEXIST)
			continue;
		if (fd < 0)
			return fd;
		/* Another run may have taken it for an abandoned one; then the rename fails. */
		(void)flock(fd, LOCK_EX | LOCK_NB);
		*ret_name = take(name);
		return take_fd(&fd);
	}
	return dir ? -EEXIST : -ENOENT;
}

static void remove_abandoned(const struct cache_dir *dir, const char *name)
{
	auto_fd int fd =
		openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir->fd, name, 0);
}

/* Is NAME a word, a dash and a checksum? Whatever else lies there is nobody's business. */
static bool is_ours(const char *name)
{
	size_t kind = strspn(name, "abcdefghijklmnopqrstuvwxyz");
	const char *sum = name + kind + 1;

	return kind > 0 && name[kind] == '-' && strlen(sum) == SUM_DIGITS &&
	       strspn(sum, "0123456789abcdef") == SUM_DIGITS;
}

static bool is_before(const struct timespec *left, const struct timespec *right)
{
	return left->tv_sec != right->tv_sec ? left->tv_sec < right->tv_sec
					     : left->tv_nsec < right->tv_nsec;
}

/* The one used last comes first. */
static int compare_aged(const void *left, const void *right)
{
	const struct aged *a = left, *b = right;

	if (is_before(&a->used, &b->used))
		return 1;
	return is_before(&b->used, &a->used) ? -1 : strcmp(a->name, b->name);
}

/* When it was used: written, or read as far as the file system keeps note of it. */
static bool look_at(const struct cache_dir *dir, const char *name, struct aged *ret)
{
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	*ret = (struct aged){
		.name = name,
		.size = (uint64_t)st.st_size,
		.used = is_before(&st.st_atim, &st.st_mtim) ? st.st_mtim : st.st_atim,
	};
	return true;
}

void cache_dir_trim(const struct cache_dir *dir)
{
	auto_strings struct strings names = { 0 };
	auto_free struct aged *files = NULL;
	size_t count = 0;
	uint64_t size = 0;

	if (!dir || dir_names(dir->fd, &names) < 0)
		return;
	files = calloc(names.count + 1, sizeof(*files));
	for (size_t i = 0; files && i < names.count; i++) {
		if (text_starts(names.items[i], NEW_PREFIX))
			remove_abandoned(dir, names.items[i]);
		else if (is_ours(names.items[i]) && look_at(dir, names.items[i], &files[count]))
			count++;
	}
	if (count > 0)
		qsort(files, count, sizeof(*files), compare_aged);
	for (size_t i = 0; i < count; i++) {
		size += files[i].size;
		if (i >= CACHE_FILES_MAX || size > CACHE_SIZE_MAX)
			(void)unlinkat(dir->fd, files[i].name, 0);
	}
}

void cache_dir_note_failure(struct cache_dir *dir, int r)
{
	/* Who became another user for want of a sandbox gave it up. */
	if (dir && !dir->failure && dir->owner == geteuid())
		dir->failure = r;
}

int cache_dir_diagnose(const struct cache_dir *dir, struct diagnostics *diagnostics)
{
	if (!dir || !dir->failure)
		return 0;
	return diagnostics_add(diagnostics, "cache-not-written", dir->path,
			       "what the next run could use is not kept in %s: %s; it will be "
			       "found out again",
			       dir->path, strerror(-dir->failure));
}

struct cache_dir *cache_dir_close(struct cache_dir *dir)
{
	if (!dir)
		return NULL;
	release_fd(&dir->fd);
	free(dir->path);
	free(dir);
	return NULL;
}
