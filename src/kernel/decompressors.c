/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/decompressors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/config.h"

static const char library_name[] = "libkmod.so.2";

static bool holds(const struct bytes *text, const char *word)
{
	return memmem(text->data, text->size, word, strlen(word)) != NULL;
}

void decompressors_read_config(const struct bytes *config, struct decompressors *ret)
{
	bool on = config_has(config, "CONFIG_MODULE_DECOMPRESS");

	if (!config_is_whole(config))
		return;
	ret->kernel_known = true;
	ret->kernel_gzip = on && config_has(config, "CONFIG_MODULE_COMPRESS_GZIP");
	ret->kernel_xz = on && config_has(config, "CONFIG_MODULE_COMPRESS_XZ");
	ret->kernel_zstd = on && config_has(config, "CONFIG_MODULE_COMPRESS_ZSTD");
}

/* These are in it, whether it is linked to them or opens them when it needs them. */
void decompressors_read_library(const struct bytes *library, struct decompressors *ret)
{
	ret->kmod_known = true;
	ret->kmod_gzip = holds(library, "libz.so.1");
	ret->kmod_xz = holds(library, "liblzma.so.5");
	ret->kmod_zstd = holds(library, "libzstd.so.1");
}

/* The one of the running kernel (Linux: kernel/module/decompress.c) names what it was built with.
 */
static bool read_running(int root_fd, struct decompressors *ret)
{
	auto_bytes struct bytes text = { 0 };

	if (file_read_in_root(root_fd, "sys/module/compression", KERNEL_TEXT_SIZE_MAX, &text) < 0)
		return false;
	ret->kernel_known = true;
	ret->kernel_gzip = holds(&text, "gzip");
	ret->kernel_xz = holds(&text, "xz");
	ret->kernel_zstd = holds(&text, "zstd");
	return true;
}

static void find_kernel(int root_fd, const char *release, bool running, struct decompressors *ret)
{
	auto_bytes struct bytes config = { 0 };

	if (running && read_running(root_fd, ret))
		return;
	if (config_find(root_fd, release, running, &config) == 0)
		decompressors_read_config(&config, ret);
}

static bool read_library(int root_fd, const char *folder, struct decompressors *ret)
{
	auto_free char *path = text_format("%s/%s", folder, library_name);
	auto_bytes struct bytes library = { 0 };

	if (!path || file_read_in_root(root_fd, path, LIBKMOD_SIZE_MAX, &library) < 0)
		return false;
	decompressors_read_library(&library, ret);
	return true;
}

/* Debian has a folder for each architecture, such as lib/x86_64-linux-gnu. */
static bool search_folder(int root_fd, const char *folder, struct decompressors *ret)
{
	auto_fd int fd = file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };

	if (fd < 0 || dir_names(fd, &names) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);

		if (path && strstr(names.items[i], "-linux-") && read_library(root_fd, path, ret))
			return true;
	}
	return false;
}

static void find_kmod(int root_fd, struct decompressors *ret)
{
	static const char *const folders[] = { "usr/lib64", "lib64", "usr/lib", "lib" };

	for (size_t i = 0; i < COUNT(folders); i++)
		if (read_library(root_fd, folders[i], ret) ||
		    search_folder(root_fd, folders[i], ret))
			return;
}

void decompressors_find(int root_fd, const char *release, bool running, struct decompressors *ret)
{
	find_kmod(root_fd, ret);
	find_kernel(root_fd, release, running, ret);
}
