/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/module-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/module.h"

/* Our directory in the tree; "updates" comes before the kernel's own for every depmod. */
#define FOLDER  "kmp-match"
#define UPDATES "updates"
/* What /proc/mounts calls our overlay, and where its layer is in the staging directory. */
#define OVERLAY "kmp-match"
#define LAYER   "overlay"

const char *module_tree_way_id(enum module_tree_way way)
{
	static const char *const ids[] = {
		[MODULE_TREE_NONE] = "none",
		[MODULE_TREE_LINK] = "link",
		[MODULE_TREE_OVERLAY] = "overlay",
	};

	return ids[way];
}

static int fail(const struct module_tree *tree, int r, const char *why, struct error *reterr)
{
	return error_set(reterr, r, "make the staged modules available in", tree->path, why, NULL);
}

/* Is our overlay mounted on TREE? */
static int find_mount(int root_fd, struct module_tree *tree)
{
	auto_bytes struct bytes mounts = { 0 };
	auto_free char *point = text_format(" / %s ", tree->path);
	int r = point ? file_read_in_root(root_fd, "proc/self/mountinfo", MOUNTS_SIZE_MAX, &mounts)
		      : -ENOMEM;
	char *rest, *line;

	if (r < 0)
		return r;
	/* "36 35 0:40 / /lib/modules/R rw,relatime shared:1 - overlay kmp-match rw,lowerdir=..." */
	for (line = strtok_r((char *)mounts.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, point) && strstr(line, " - overlay " OVERLAY " "))
			tree->mounted = true;
	return 0;
}

/* Gone with the next boot, as the links would be, and to be written to? */
static bool is_volatile(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC) &&
	       faccessat(fd, ".", W_OK, AT_EACCESS) == 0;
}

static int resolve(int fd, char **ret)
{
	auto_free char *link = text_format("/proc/self/fd/%d", fd);
	char target[PATH_MAX] = "";

	if (!link || readlink(link, target, sizeof(target) - 1) < 0)
		return link ? -errno : -ENOMEM;
	*ret = strdup(target);
	return *ret ? 0 : -ENOMEM;
}

int module_tree_open(int root_fd, const char *release, struct module_tree *ret,
		     struct error *reterr)
{
	auto_free char *path = text_format("lib/modules/%s", release);
	int r;

	*ret = (struct module_tree){ .fd = -1 };
	if (!path)
		return -ENOMEM;
	ret->fd = file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY);
	if (ret->fd < 0)
		return error_set(reterr, ret->fd, "open the modules of the running kernel", path,
				 NULL, NULL);
	r = resolve(ret->fd, &ret->path);
	if (r == 0)
		r = find_mount(root_fd, ret);
	if (r < 0)
		return error_set(reterr, r, "find out about the modules of the running kernel",
				 path, NULL, NULL);
	ret->way = !ret->mounted && is_volatile(ret->fd) ? MODULE_TREE_LINK : MODULE_TREE_OVERLAY;
	decompressors_find(root_fd, release, true, &ret->decompressors);
	return 0;
}

/* Descriptors stand for paths in the options: a comma or colon in one would end it. */
static int mount_overlay(const struct module_tree *tree, int upper, int work)
{
	auto_free char *point = text_format("/proc/self/fd/%d", tree->fd);
	auto_free char *options = text_format("lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,"
					      "workdir=/proc/self/fd/%d",
					      tree->fd, upper, work);

	if (!point || !options)
		return -ENOMEM;
	return mount(OVERLAY, point, "overlay", MS_NODEV | MS_NOSUID, options) < 0 ? -errno : 0;
}

/* What TREE's fd was opened on lies below the overlay now. */
static int reopen(struct module_tree *tree)
{
	int fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(tree->fd);
	tree->fd = fd;
	return 0;
}

int module_tree_prepare(struct module_tree *tree, const struct stage_dir *stage,
			struct error *reterr)
{
	auto_fd int layer = -1;
	auto_fd int upper = -1;
	auto_fd int work = -1;
	int r;

	if (tree->way == MODULE_TREE_LINK || tree->mounted)
		return 0;
	/* Of a mount that is gone: an upper layer belongs to one lower one. */
	r = file_remove_tree(stage->fd, LAYER);
	if (r < 0)
		return fail(tree, r, NULL, reterr);
	r = stage_dir_enter(stage, stage->fd, LAYER, &layer, reterr);
	if (r == 0)
		r = stage_dir_enter(stage, layer, "upper", &upper, reterr);
	if (r == 0)
		r = stage_dir_enter(stage, layer, "work", &work, reterr);
	/* The root of the overlay has the mode of the upper layer's. */
	if (r == 0 && fchmod(upper, 0755) < 0)
		r = -errno;
	if (r == 0)
		r = mount_overlay(tree, upper, work);
	if (r == 0) {
		tree->mounted = true;
		r = reopen(tree);
	}
	if (r == -ENODEV)
		return fail(tree, r, "the kernel has no overlay file system", reterr);
	return r < 0 ? fail(tree, r, NULL, reterr) : 0;
}

bool module_tree_has(const struct module_tree *tree)
{
	return file_exists_in_root(tree->fd, UPDATES "/" FOLDER);
}

int module_tree_clear(const struct module_tree *tree)
{
	auto_fd int fd = openat(tree->fd, UPDATES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return file_remove_tree(fd, FOLDER);
}

/* Can whoever indexes and loads modules read one that is compressed like MODULE? */
static bool is_readable(const struct decompressors *with, const struct manifest_module *module)
{
	const struct {
		const char *id;
		bool taken;
	} rows[] = {
		{ "gzip", with->kmod_gzip },
		{ "xz", with->kmod_xz },
		{ "zstd", with->kmod_zstd },
	};

	for (size_t i = 0; i < COUNT(rows) && with->kmod_known; i++)
		if (text_equal(module->compression, rows[i].id))
			return rows[i].taken;
	return true;
}

/* PATH without the suffix that tells of compression. */
static char *uncompressed_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".ko") != 0 ? strndup(path, (size_t)(dot - path)) : strdup(path);
}

static int put_unpacked(int fd, const char *source, const char *target)
{
	auto_free char *name = uncompressed_name(target);
	auto_fd int from = file_open_regular(AT_FDCWD, source);
	auto_bytes struct bytes packed = { 0 };
	auto_bytes struct bytes module = { 0 };
	auto_fd int to = -1;
	int r = from < 0 ? from : file_read_fd(from, MODULE_SIZE_MAX, &packed);

	if (!name)
		return -ENOMEM;
	if (r == 0)
		r = decompress_bytes(&packed, MODULE_SIZE_MAX, &module);
	if (r < 0)
		return r;
	to = file_create(fd, name, O_WRONLY, 0644);
	return to < 0 ? to : file_write_fd(to, module.data, module.size);
}

/* FD is the directory of the package in the tree, SOURCE that of its modules in the generation. */
static int put_module(const struct module_tree *tree, int fd, const char *source,
		      const struct manifest_module *module)
{
	auto_free char *file = text_format("%s/%s", source, module->path);
	const char *slash = strrchr(module->path, '/');
	auto_free char *folder =
		slash ? strndup(module->path, (size_t)(slash - module->path)) : NULL;
	int r = 0;

	if (!file || (slash && !folder))
		return -ENOMEM;
	if (folder)
		r = dir_make_path(fd, folder, 0755);
	if (r < 0)
		return r;
	if (!is_readable(&tree->decompressors, module))
		return put_unpacked(fd, file, module->path);
	return symlinkat(file, fd, module->path) < 0 ? -errno : 0;
}

int module_tree_add(const struct module_tree *tree, const struct stage_dir *stage,
		    unsigned int generation, const char *release,
		    const struct manifest_package *package, struct error *reterr)
{
	auto_free char *path = text_format(UPDATES "/" FOLDER "/%s", package->name);
	auto_free char *stage_path = NULL;
	auto_free char *source = NULL;
	auto_fd int fd = -1;
	int r = path ? resolve(stage->fd, &stage_path) : -ENOMEM;

	if (r == 0)
		source = text_format("%s/generations/%u/modules/%s/%s", stage_path, generation,
				     release, package->name);
	if (r == 0)
		r = source ? dir_make_path(tree->fd, path, 0755) : -ENOMEM;
	if (r < 0)
		return fail(tree, r, NULL, reterr);
	fd = openat(tree->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(tree, -errno, NULL, reterr);
	for (size_t i = 0; i < package->module_count && r == 0; i++)
		r = put_module(tree, fd, source, &package->modules[i]);
	return r < 0 ? fail(tree, r, NULL, reterr) : 0;
}

/* Whoever still has a file of it open keeps it until then. */
static int unmount(struct module_tree *tree)
{
	if (umount2(tree->path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return -errno;
	tree->mounted = false;
	return reopen(tree);
}

int module_tree_undo(struct module_tree *tree, const struct stage_dir *stage, struct error *reterr)
{
	int r = tree->mounted ? unmount(tree) : 0;

	/* Links that were made while the tree could be written to. */
	if (r == 0)
		r = module_tree_clear(tree);
	if (r == 0 || r == -EROFS)
		r = file_remove_tree(stage->fd, LAYER);
	if (r < 0)
		return error_set(reterr, r, "take the staged modules from", tree->path, NULL, NULL);
	return 0;
}

void module_tree_done(struct module_tree *tree)
{
	release_fd(&tree->fd);
	free(tree->path);
	*tree = (struct module_tree){ .fd = -1 };
}
