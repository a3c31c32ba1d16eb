/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/modprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

#define FOLDER    "run/modprobe.d"
#define PREFIX    "kmp-match-"
#define BLACKLIST PREFIX "replaced.conf"

static int write_new(int root_fd, const char *name, const void *text, size_t size)
{
	auto_free char *path = text_format(FOLDER "/%s", name);
	auto_fd int fd = -1;
	int r = path ? dir_make_path(root_fd, FOLDER, 0755) : -ENOMEM;

	if (r < 0)
		return r;
	fd = file_create(root_fd, path, O_WRONLY, 0644);
	return fd < 0 ? fd : file_write_fd(fd, text, size);
}

/* Copies: who may not look into the staging directory reads the configuration too. */
static int add_file(int root_fd, int fd, const char *file, const char *package, size_t number)
{
	/* The name of a package and that of a file are too long for one. */
	auto_free char *name = text_format(PREFIX "%.200s-%zu.conf", package, number);
	auto_bytes struct bytes text = { 0 };
	int r = name ? file_read_in_root(fd, file, MODPROBE_FILE_SIZE_MAX, &text) : -ENOMEM;

	return r < 0 ? r : write_new(root_fd, name, text.data, text.size);
}

int modprobe_add(int root_fd, int fd, const char *package)
{
	auto_free char *path = text_format("config/%s/modprobe.d", package);
	auto_fd int folder = path ? file_open_in_root(fd, path, O_RDONLY | O_DIRECTORY) : -ENOMEM;
	auto_strings struct strings names = { 0 };
	int r;

	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	r = dir_names(folder, &names);
	for (size_t i = 0; i < names.count && r == 0; i++)
		r = add_file(root_fd, folder, names.items[i], package, i);
	return r;
}

int modprobe_blacklist(int root_fd, const struct strings *modules)
{
	auto_strings struct strings lines = { 0 };
	auto_free char *text = NULL;

	if (unlinkat(root_fd, FOLDER "/" BLACKLIST, 0) < 0 && errno != ENOENT)
		return -errno;
	if (modules->count == 0)
		return 0;
	for (size_t i = 0; i < modules->count; i++)
		if (strings_addf(&lines, "blacklist %s\n", modules->items[i]) < 0)
			return -ENOMEM;
	text = strings_join(&lines, "");
	return text ? write_new(root_fd, BLACKLIST, text, strlen(text)) : -ENOMEM;
}

int modprobe_clear(int root_fd)
{
	auto_fd int fd = file_open_in_root(root_fd, FOLDER, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = dir_names(fd, &names);
	for (size_t i = 0; i < names.count && r == 0; i++)
		if (text_starts(names.items[i], PREFIX))
			r = file_remove_tree(fd, names.items[i]);
	return r;
}
