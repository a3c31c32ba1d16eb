/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

struct holder {
	int root_fd;
	char *mounts, *swaps, *routes, *addresses; /* tables of procfs; NULL where there is none */
	char *why;
};

static void release_holder(struct holder *holder)
{
	free(holder->mounts);
	free(holder->swaps);
	free(holder->routes);
	free(holder->addresses);
	free(holder->why);
}

/* A kernel without swap or networks has no such table. */
static int read_table(int root_fd, const char *path, char **ret)
{
	auto_bytes struct bytes text = { 0 };
	int r = file_read_in_root(root_fd, path, MOUNTS_SIZE_MAX, &text);

	*ret = NULL;
	if (r == 0)
		*ret = (char *)take(text.data);
	return r == -ENOENT ? 0 : r;
}

/* The field NUMBER, from 0, of LINE; *RET_LENGTH is 0 if there are fewer. */
static const char *field_of(const char *line, unsigned int number, size_t *ret_length)
{
	static const char ends[] = " \t\n";

	line += strspn(line, " \t");
	while (number-- > 0) {
		line += strcspn(line, ends);
		line += strspn(line, " \t");
	}
	*ret_length = strcspn(line, ends);
	return line;
}

static bool field_is(const char *line, unsigned int number, const char *text)
{
	size_t length;
	const char *field = field_of(line, number, &length);

	return strlen(text) == length && strncmp(field, text, length) == 0;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : NULL;
}

/* Does the block device behind the LENGTH bytes of PATH have the number NUMBER ("8:1")? */
static bool is_device_file(const struct holder *holder, const char *path, size_t length,
			   const char *number)
{
	auto_free char *copy = strndup(path, length);
	auto_fd int fd =
		copy && *copy == '/' ? file_open_in_root(holder->root_fd, copy, O_PATH) : -1;
	auto_free char *found = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	found = text_format("%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return text_equal(found, number);
}

static bool is_named(const char *path, size_t length, const char *name)
{
	size_t tail = strlen(name);

	return length > tail && path[length - tail - 1] == '/' &&
	       strncmp(path + length - tail, name, tail) == 0;
}

/*
 * Lines of mountinfo: "36 35 98:0 /mnt1 /mnt2 rw - ext3 /dev/root rw"; a file system with several
 * disks has a number of its own, and names one of them as its source.
 */
static bool is_mounted(const struct holder *holder, const char *name, const char *number)
{
	for (const char *line = holder->mounts; line && *line; line = next_line(line)) {
		const char *source = strstr(line, " - ");
		const char *end = line + strcspn(line, "\n");
		size_t length = 0;

		if (field_is(line, 2, number))
			return true;
		if (!source || source > end)
			continue;
		source = field_of(source, 2, &length);
		if (is_named(source, length, name) ||
		    is_device_file(holder, source, length, number))
			return true;
	}
	return false;
}

static bool is_swap(const struct holder *holder, const char *name, const char *number)
{
	for (const char *line = holder->swaps; line && *line; line = next_line(line)) {
		size_t length;
		const char *path = field_of(line, 0, &length);

		if (is_named(path, length, name) || is_device_file(holder, path, length, number))
			return true;
	}
	return false;
}

/*
 * Somebody has it for himself alone, from wherever: a mount of another namespace too (Linux:
 * bd_prepare_to_claim()). Without O_NONBLOCK a drive would close its tray.
 */
static bool is_claimed(const struct holder *holder, const char *name, const char *number)
{
	auto_free char *path = text_format("/dev/%s", name);
	auto_fd int fd = -1;

	if (!path || !is_device_file(holder, path, strlen(path), number))
		return false;
	fd = file_open_in_root(holder->root_fd, path, O_RDONLY | O_EXCL | O_NONBLOCK);
	return fd == -EBUSY;
}

static bool has_entries(int root_fd, const char *path)
{
	auto_fd int fd = file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };

	return fd >= 0 && dir_names(fd, &names) == 0 && names.count > 0;
}

static int say(struct holder *holder, const char *what, const char *name)
{
	auto_free char *printable = text_printable(name);

	free(holder->why);
	holder->why = printable ? text_format("%s %s", printable, what) : NULL;
	return holder->why ? 1 : -ENOMEM;
}

static char *attribute_of(const struct holder *holder, const char *path, const char *name)
{
	auto_free char *file = text_format("%s/%s", path, name);
	char *line = NULL;

	return file && file_read_line_in_root(holder->root_fd, file, &line) == 0 ? line : NULL;
}

/* 1 if the disk or partition NAME at PATH is in use. */
static int look_at_block(struct holder *holder, const char *path, const char *name)
{
	auto_free char *number = attribute_of(holder, path, "dev");
	auto_free char *hidden = attribute_of(holder, path, "hidden");
	auto_free char *holders = text_format("%s/holders", path);

	if (!holders)
		return -ENOMEM;
	/* A path of a multipath disk, which is a device without a parent. */
	if (text_equal(hidden, "1"))
		return say(holder, "is one path to a disk", name);
	if (!number)
		return 0;
	if (is_mounted(holder, name, number))
		return say(holder, "is mounted", name);
	if (is_swap(holder, name, number))
		return say(holder, "is used as swap", name);
	if (has_entries(holder->root_fd, holders))
		return say(holder, "is part of another block device", name);
	return is_claimed(holder, name, number) ? say(holder, "is in use", name) : 0;
}

/* An address that the kernel gives by itself, of scope "link" (0x20), serves nobody. */
static bool has_address(const struct holder *holder, const char *name)
{
	for (const char *line = holder->routes; line && *line; line = next_line(line))
		if (field_is(line, 0, name))
			return true;
	for (const char *line = holder->addresses; line && *line; line = next_line(line))
		if (field_is(line, 5, name) && !field_is(line, 3, "20"))
			return true;
	return false;
}

/* 1 if the network interface NAME at PATH is in use. */
static int look_at_net(struct holder *holder, const char *path, const char *name)
{
	auto_free char *flags = attribute_of(holder, path, "flags");
	auto_free char *master = text_format("%s/master", path);

	if (!master)
		return -ENOMEM;
	/* IFF_UP is 1. */
	if (!flags || !(strtoul(flags, NULL, 16) & 1))
		return 0;
	if (file_exists_in_root(holder->root_fd, master))
		return say(holder, "is up and part of another interface", name);
	return has_address(holder, name) ? say(holder, "is up and has an address", name) : 0;
}

static int look_at(struct holder *holder, const char *path, const char *name)
{
	auto_free char *link = text_format("%s/subsystem", path);
	auto_free char *subsystem = NULL;

	if (!link)
		return -ENOMEM;
	if (file_link_name_in_root(holder->root_fd, link, &subsystem) < 0)
		return 0;
	if (strcmp(subsystem, "block") == 0)
		return look_at_block(holder, path, name);
	return strcmp(subsystem, "net") == 0 ? look_at_net(holder, path, name) : 0;
}

/* 1 as soon as something at PATH or below it is in use; symlinks lead elsewhere. */
static int walk(struct holder *holder, const char *path, const char *name, unsigned int depth)
{
	auto_fd int fd =
		file_open_in_root(holder->root_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	auto_strings struct strings names = { 0 };
	int r;

	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	if (depth > HOLDER_DEPTH_MAX)
		return -ELOOP;
	r = look_at(holder, path, name);
	if (r == 0)
		r = dir_names(fd, &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		auto_free char *below = text_format("%s/%s", path, names.items[i]);
		struct stat st;

		if (!below)
			return -ENOMEM;
		if (fstatat(fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode))
			r = walk(holder, below, names.items[i], depth + 1);
	}
	return r;
}

int holder_find(int root_fd, const char *device, char **ret_why)
{
	AUTO(release_holder) struct holder holder = { .root_fd = root_fd };
	auto_free char *path = text_format("sys%s", device);
	const char *slash = strrchr(device, '/');
	int r = path ? read_table(root_fd, "proc/self/mountinfo", &holder.mounts) : -ENOMEM;

	if (r == 0)
		r = read_table(root_fd, "proc/swaps", &holder.swaps);
	if (r == 0)
		r = read_table(root_fd, "proc/net/route", &holder.routes);
	if (r == 0)
		r = read_table(root_fd, "proc/net/if_inet6", &holder.addresses);
	if (r == 0)
		r = walk(&holder, path, slash ? slash + 1 : device, 0);
	if (r == 1)
		*ret_why = take(holder.why);
	return r;
}
