/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "hardware/lines.h"

/*
 * Only the openat() family of libc is used here: it sees the tree that a test's LD_PRELOAD puts
 * below /sys, raw system calls would not.
 */

struct walk {
	struct device_list *list;
	const char *name; /* of the tree */
	dev_t file_system;
};

/* What one directory holds that concerns us. */
struct entries {
	bool modalias;
	bool uevent;
	bool driver;
	struct strings directories;
};

static void entries_done(struct entries *entries)
{
	strings_done(&entries->directories);
}

static unsigned char entry_type(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

static int note_entry(struct entries *entries, const char *name, unsigned char type)
{
	if (type == DT_DIR)
		return strings_add(&entries->directories, name);
	if (type == DT_REG && text_equal(name, "modalias"))
		entries->modalias = true;
	else if (type == DT_REG && text_equal(name, "uevent"))
		entries->uevent = true;
	else if (type == DT_LNK && text_equal(name, "driver"))
		entries->driver = true;
	return 0;
}

/* Hidden names are passed over, as libzypp does. */
static int list_entries(int fd, struct entries *ret)
{
	auto_dir DIR *dir = NULL;
	struct dirent *entry;
	int r = dir_open(fd, &dir);

	if (r < 0)
		return r;
	while (errno = 0, entry = readdir(dir))
		if (entry->d_name[0] != '.' &&
		    note_entry(ret, entry->d_name, entry_type(fd, entry)) < 0)
			return -ENOMEM;
	return errno ? -errno : 0;
}

static int read_attribute(int fd, const char *name, struct bytes *ret)
{
	auto_fd int file =
		openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (file < 0 || fstat(file, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? file_read_fd(file, SYSFS_FILE_MAX, ret) : -EINVAL;
}

/*
 * A device that is going away answers ENODEV or EIO, and `uevent` of what is no device cannot be
 * read at all: neither is worth a word. A modalias that is there and refused is.
 */
static int explain_unread(struct walk *walk, const char *file, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error == -ENODEV || error == -ENXIO || error == -EIO || error == -ENOENT)
		return 0;
	if (walk->list->diagnostics.count >= DEVICE_DIAGNOSTICS_MAX)
		return 0;
	return diagnostics_add(&walk->list->diagnostics, "unreadable-modalias", file,
			       "'%s%s' cannot be read: %s, ignoring it", walk->name, file,
			       strerror(-error));
}

static int read_modalias(struct walk *walk, int fd, const char *path, struct device *device)
{
	auto_free char *file = text_format("%s/modalias", path);
	struct device_origin origin = { .file = file };
	auto_bytes struct bytes text = { 0 };
	struct lines lines;
	int r;

	if (!file)
		return -ENOMEM;
	r = read_attribute(fd, "modalias", &text);
	if (r < 0)
		return explain_unread(walk, file, r);
	lines = lines_of(text.data, text.size);
	while (lines_next(&lines)) {
		origin.line = lines.number;
		if (lines.length == 0)
			continue;
		r = device_list_add_modalias(walk->list, device, lines.text, lines.length, &origin);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_uevent_line(struct walk *walk, const struct lines *lines, const char *file,
			    struct device *device)
{
	static const char modalias[] = "MODALIAS=", driver[] = "DRIVER=";
	struct device_origin origin = { .file = file, .line = lines->number };
	size_t skip = sizeof(modalias) - 1;

	if (lines_start_with(lines, modalias) && lines->length > skip)
		return device_list_add_modalias(walk->list, device, lines->text + skip,
						lines->length - skip, &origin);
	skip = sizeof(driver) - 1;
	if (lines_start_with(lines, driver) && lines->length > skip && !device->driver &&
	    lines->length - skip <= DEVICE_TEXT_MAX) {
		device->driver = strndup(lines->text + skip, lines->length - skip);
		return device->driver ? 0 : -ENOMEM;
	}
	return 0;
}

static int read_uevent(struct walk *walk, int fd, const char *path, struct device *device)
{
	auto_free char *file = text_format("%s/uevent", path);
	auto_bytes struct bytes text = { 0 };
	struct lines lines;
	int r;

	if (!file)
		return -ENOMEM;
	r = read_attribute(fd, "uevent", &text);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	device->driver_known = true;
	lines = lines_of(text.data, text.size);
	while (lines_next(&lines)) {
		r = read_uevent_line(walk, &lines, file, device);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The link's own text tells: following it could leave the tree. */
static int read_driver(int fd, struct device *device)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "driver", target, sizeof(target) - 1);
	const char *base;

	if (length <= 0)
		return 0;
	target[length] = '\0';
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (*base == '\0' || strlen(base) > DEVICE_TEXT_MAX)
		return 0;
	device->driver_known = true;
	device->driver = strdup(base);
	return device->driver ? 0 : -ENOMEM;
}

static int read_device(struct walk *walk, int fd, const char *path, const struct entries *entries)
{
	struct device *device = NULL;
	int r = device_list_append(walk->list, &device);

	if (r < 0)
		return r;
	device->path = strdup(*path ? path : "/");
	if (!device->path)
		return -ENOMEM;
	if (entries->driver)
		r = read_driver(fd, device);
	if (r == 0 && entries->modalias)
		r = read_modalias(walk, fd, path, device);
	if (r == 0 && entries->uevent)
		r = read_uevent(walk, fd, path, device);
	if (r == 0 && device->modaliases.count == 0) {
		free(take(device->path));
		free(take(device->driver));
		walk->list->count--;
	}
	return r;
}

static int walk_directory(struct walk *walk, int fd, const char *path, unsigned int depth);

/* Machines have a directory per memory block there, tens of thousands (bnc#824110), and no driver.
 */
static bool is_memory_blocks(const char *path)
{
	return text_equal(path, "/devices/system/memory");
}

static int walk_below(struct walk *walk, int fd, const char *path, const char *name,
		      unsigned int depth)
{
	auto_free char *below = text_format("%s/%s", path, name);
	auto_fd int next = -1;
	struct stat st;

	if (!below)
		return -ENOMEM;
	if (is_memory_blocks(below) || strlen(below) >= PATH_MAX)
		return 0;
	next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0 || fstat(next, &st) < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : 0;
	/* Mounted in sysfs: cgroup, debugfs, tracefs, which hold no device and never end. */
	if (st.st_dev != walk->file_system)
		return 0;
	return walk_directory(walk, next, below, depth);
}

static int walk_directory(struct walk *walk, int fd, const char *path, unsigned int depth)
{
	AUTO(entries_done) struct entries entries = { 0 };
	int r = list_entries(fd, &entries);

	if (r < 0)
		return r == -ENOMEM || depth == 0 ? r : 0;
	if (entries.modalias || entries.uevent)
		r = read_device(walk, fd, path, &entries);
	if (depth == SYSFS_DEPTH_MAX && entries.directories.count > 0 && r == 0)
		return diagnostics_add(&walk->list->diagnostics, "too-deep", path,
				       "'%s%s' is more than %d directories deep, ignoring what is "
				       "below",
				       walk->name, path, SYSFS_DEPTH_MAX);
	for (size_t i = 0; i < entries.directories.count && r >= 0; i++)
		r = walk_below(walk, fd, path, entries.directories.items[i], depth + 1);
	return r;
}

/* The sysfs in FD: itself, or "sys" below a root. */
static int open_tree(int fd)
{
	auto_fd int sys = openat(fd, "sys", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (sys >= 0 && faccessat(sys, "devices", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return take_fd(&sys);
	release_fd(&sys);
	sys = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return sys < 0 ? -errno : take_fd(&sys);
}

int sysfs_read(int fd, const char *name, struct device_list *list)
{
	struct walk walk = { .list = list, .name = name };
	auto_fd int tree = open_tree(fd);
	size_t before = list->count;
	struct stat st;
	int r;

	if (tree < 0)
		return tree;
	if (fstat(tree, &st) < 0)
		return -errno;
	walk.file_system = st.st_dev;
	r = walk_directory(&walk, tree, "", 0);
	if (r < 0)
		return r;
	if (list->count == before && faccessat(tree, "devices", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return -ENOENT;
	return 0;
}
