/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/config.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/limits.h"
#include "base/text.h"

bool config_has(const struct bytes *config, const char *option)
{
	auto_free char *line = text_format("\n%s=y\n", option);

	return line && memmem(config->data, config->size, line, strlen(line));
}

bool config_is_whole(const struct bytes *config)
{
	static const char modules[] = "CONFIG_MODULES=y";

	return memmem(config->data, config->size, modules, strlen(modules)) != NULL;
}

static int read_file(int root_fd, const char *path, struct bytes *ret)
{
	auto_bytes struct bytes file = { 0 }, config = { 0 };
	int r = file_read_in_root(root_fd, path, KERNEL_CONFIG_SIZE_MAX, &file);

	if (r == 0)
		r = decompress_bytes(&file, KERNEL_CONFIG_SIZE_MAX, &config);
	if (r == 0 && !config_is_whole(&config))
		r = -EBADMSG;
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	*ret = config;
	config = (struct bytes){ 0 };
	return 0;
}

int config_find(int root_fd, const char *release, bool running, struct bytes *ret)
{
	static const struct {
		const char *before, *behind;
	} places[] = {
		{ "boot/config-", "" },
		{ "usr/lib/modules/", "/config" },
		{ "lib/modules/", "/config" },
	};
	int r = running ? read_file(root_fd, "proc/config.gz", ret) : -ENOENT;

	for (size_t i = 0; i < COUNT(places) && r == -ENOENT; i++) {
		auto_free char *path =
			text_format("%s%s%s", places[i].before, release, places[i].behind);

		r = path ? read_file(root_fd, path, ret) : -ENOMEM;
	}
	return r;
}
