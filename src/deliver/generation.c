/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define LINK_PREFIX "generations/"
/** Room for LINK_PREFIX and a number, or a number and a file name. */
#define NAME_SIZE 64

/* Decimal, no sign, no leading zero; 0 if TEXT is no generation's name. */
static unsigned int parse_number(const char *text)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 9 || text[length] != '\0' || text[0] == '0')
		return 0;
	return (unsigned int)strtoul(text, NULL, 10);
}

/* The number of the generation that the link NAME points to, or 0 if there is none. */
static int read_number(int stage_fd, const char *name, unsigned int *ret)
{
	char target[NAME_SIZE] = { 0 };
	ssize_t size = readlinkat(stage_fd, name, target, sizeof(target) - 1);

	if (size < 0 && errno == ENOENT) {
		*ret = 0;
		return 0;
	}
	if (size < 0)
		return -errno;
	/* A target that fills the buffer may be cut, and is none of ours. */
	if (size == sizeof(target) - 1 || !text_starts(target, LINK_PREFIX))
		*ret = 0;
	else
		*ret = parse_number(target + strlen(LINK_PREFIX));
	return 0;
}

int generation_current(int stage_fd, unsigned int *ret)
{
	return read_number(stage_fd, "current", ret);
}

/* A run that ended between its two renames left a generation that nobody was told of. */
static int clear_announced(int stage_fd, int generations_fd)
{
	unsigned int announced = 0, current = 0;
	char name[NAME_SIZE];
	int r = read_number(stage_fd, GENERATION_LINK, &announced);

	if (r == -EINVAL || (r == 0 && announced == 0))
		return 0;
	if (r == 0)
		r = generation_current(stage_fd, &current);
	if (r < 0 || announced == current)
		return r;
	snprintf(name, sizeof(name), "%u", announced);
	return file_remove_tree(generations_fd, name);
}

int generation_clear(int stage_fd, int generations_fd)
{
	int r = clear_announced(stage_fd, generations_fd);

	if (r == 0)
		r = file_remove_tree(generations_fd, GENERATION_NEW);
	return r < 0 ? r : file_remove_tree(stage_fd, GENERATION_LINK);
}

int generation_next(int generations_fd, unsigned int *ret)
{
	auto_strings struct strings names = { 0 };
	unsigned int highest = 0;
	int r = dir_names(generations_fd, &names);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.count; i++) {
		unsigned int number = parse_number(names.items[i]);

		if (number > highest)
			highest = number;
	}
	if (highest >= GENERATION_MAX)
		return -EOVERFLOW;
	*ret = highest + 1;
	return 0;
}

bool generation_has(int generations_fd, unsigned int number, const char *name,
		    const struct bytes *content)
{
	auto_bytes struct bytes found = { 0 };
	char path[NAME_SIZE];

	snprintf(path, sizeof(path), "%u/%s", number, name);
	return file_read_in_root(generations_fd, path, content->size, &found) == 0 &&
	       found.size == content->size && memcmp(found.data, content->data, found.size) == 0;
}

/*
 * All of the generation reaches the disk before it gets its name, and its name before "current"
 * does. One syncfs(2) covers the files and all directories between, which are many and all new.
 */
static int sync_new(int generations_fd)
{
	auto_fd int fd = openat(generations_fd, GENERATION_NEW,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 || syncfs(fd) < 0 ? -errno : 0;
}

/* "current" is replaced by one rename(2): readers see the old target or the new one. */
static int switch_current(int stage_fd, int generations_fd, const char *name)
{
	if (renameat(generations_fd, GENERATION_NEW, generations_fd, name) < 0 ||
	    fsync(generations_fd) < 0 ||
	    renameat(stage_fd, GENERATION_LINK, stage_fd, "current") < 0)
		return -errno;
	return 0;
}

int generation_publish(int stage_fd, int generations_fd, unsigned int number)
{
	char target[NAME_SIZE];
	int r = sync_new(generations_fd);

	if (r < 0)
		return r;
	snprintf(target, sizeof(target), LINK_PREFIX "%u", number);
	if (symlinkat(target, stage_fd, GENERATION_LINK) < 0)
		return -errno;
	r = switch_current(stage_fd, generations_fd, target + strlen(LINK_PREFIX));
	if (r < 0) {
		(void)generation_clear(stage_fd, generations_fd);
		return r;
	}
	return fsync(stage_fd) < 0 ? -errno : 0;
}
