/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

#define FOLDER "firmware"
/* Linux: drivers/base/firmware_loader/main.c: fw_path_para. */
#define PARAMETER "sys/module/firmware_class/parameters/path"
#define ENABLE    "have the kernel find staged firmware in"

int firmware_clear(const struct stage_dir *stage)
{
	return file_remove_tree(stage->fd, FOLDER);
}

/* Where it is, as the kernel finds it from the root directory. Owned. */
static char *folder_path(const struct stage_dir *stage)
{
	auto_free char *path = realpath(stage->path, NULL);

	return path ? text_format("%s/" FOLDER, path) : NULL;
}

static int add_file(const struct stage_dir *stage, const char *source, const char *file)
{
	auto_free char *from = text_format("%s/%s", source, file);
	auto_free char *to = text_format(FOLDER "/%s", file);
	auto_free char *folder = to ? strndup(to, (size_t)(strrchr(to, '/') - to)) : NULL;
	int r = from && folder ? dir_make_path(stage->fd, folder, 0755) : -ENOMEM;

	/* Of two packages with one file the first one counts. */
	if (r == 0 && symlinkat(from, stage->fd, to) < 0 && errno != EEXIST)
		return -errno;
	return r;
}

int firmware_add(const struct stage_dir *stage, unsigned int generation,
		 const struct manifest_package *package)
{
	auto_free char *path = realpath(stage->path, NULL);
	auto_free char *source =
		path ? text_format("%s/generations/%u/firmware/%s", path, generation, package->name)
		     : NULL;
	int r = source ? 0 : -ENOMEM;

	for (size_t i = 0; i < package->firmware.count && r == 0; i++)
		r = add_file(stage, source, package->firmware.items[i]);
	return r;
}

static int write_parameter(int root_fd, const void *text, size_t size)
{
	auto_fd int fd = file_open_in_root(root_fd, PARAMETER, O_WRONLY);

	return fd < 0 ? fd : file_write_fd(fd, text, size);
}

int firmware_enable(int root_fd, const struct stage_dir *stage, char **ret_folder,
		    struct error *reterr)
{
	auto_free char *folder = folder_path(stage);
	auto_free char *found = NULL;
	int r;

	*ret_folder = NULL;
	if (!file_exists_in_root(stage->fd, FOLDER))
		return 0;
	if (!folder)
		return -ENOMEM;
	r = file_read_line_in_root(root_fd, PARAMETER, &found);
	if (r < 0)
		return error_set(reterr, r, ENABLE, folder, NULL, NULL);
	if (*found && strcmp(found, folder) != 0)
		return error_setf(reterr, -EEXIST, ENABLE, folder,
				  "take firmware_class.path from the kernel's command line",
				  "it looks in %s already", found);
	if (strlen(folder) > FIRMWARE_PATH_MAX)
		return error_set(reterr, -ENAMETOOLONG, ENABLE, folder, NULL,
				 "stage to a folder with a shorter path");
	/* Without a newline, which older kernels would take for a part of the path. */
	if (!*found)
		r = write_parameter(root_fd, folder, strlen(folder));
	if (r < 0)
		return error_set(reterr, r, ENABLE, folder, NULL, NULL);
	*ret_folder = take(folder);
	return 0;
}

int firmware_undo(int root_fd, const struct stage_dir *stage)
{
	auto_free char *folder = folder_path(stage);
	auto_free char *found = NULL;
	int r = 0;

	if (!folder)
		return -ENOMEM;
	/* Nothing can be written but a text that ends at once: no bytes are no write. */
	if (file_read_line_in_root(root_fd, PARAMETER, &found) == 0 && strcmp(found, folder) == 0)
		r = write_parameter(root_fd, "", 1);
	return r < 0 ? r : firmware_clear(stage);
}
