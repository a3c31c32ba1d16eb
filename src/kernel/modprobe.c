/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/modprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/* In order of precedence: a file masks those of the same name further down (kmod: modprobe.d(5)).
 */
static const char *const folders[] = {
	"etc/modprobe.d",     "run/modprobe.d", "usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d", "lib/modprobe.d",
};

static int add_names(int root_fd, const char *folder, struct strings *list)
{
	auto_fd int fd = file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int r = 0;

	if (fd < 0 || dir_names(fd, &names) < 0)
		return 0;
	for (size_t i = 0; i < names.count && r == 0; i++)
		if (names.items[i][0] != '.' && text_ends(names.items[i], ".conf"))
			r = strings_add(list, names.items[i]);
	return r;
}

/* The first one counts, even one that leads nowhere. */
static int read_first(int root_fd, const char *name, struct bytes *ret)
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		auto_fd int fd = file_open_in_root(root_fd, folders[i], O_RDONLY | O_DIRECTORY);
		auto_free char *path = text_format("%s/%s", folders[i], name);
		struct stat st;

		if (!path)
			return -ENOMEM;
		if (fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return file_read_in_root(root_fd, path, MODPROBE_FILE_SIZE_MAX, ret);
	}
	return -ENOENT;
}

int modprobe_each_line(int root_fd, int (*take_line)(void *context, const char *line),
		       void *context)
{
	auto_strings struct strings names = { 0 };
	int r = 0;

	for (size_t i = 0; i < COUNT(folders) && r == 0; i++)
		r = add_names(root_fd, folders[i], &names);
	strings_sort_unique(&names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		auto_bytes struct bytes text = { 0 };
		auto_free char *line = NULL;

		if (read_first(root_fd, names.items[i], &text) < 0)
			continue;
		line = malloc(text.size + 1);
		r = line ? 0 : -ENOMEM;
		for (size_t at = 0; at < text.size && r >= 0;) {
			at += text_join_line((const char *)text.data + at, text.size - at, line);
			r = take_line(context, line);
		}
	}
	return r;
}
