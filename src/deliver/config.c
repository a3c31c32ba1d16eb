/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char *const kept_commands[] = { "blacklist", "softdep", "options", "alias" };

static bool is_blank(const char *line)
{
	return line[strspn(line, "\t ")] == '\0';
}

static bool is_kept(const char *line)
{
	const char *command = line + strspn(line, "\t ");
	size_t length = strcspn(command, "\t ");

	if (*line == '#' || is_blank(line))
		return true;
	for (size_t i = 0; i < COUNT(kept_commands); i++)
		if (strlen(kept_commands[i]) == length &&
		    strncmp(command, kept_commands[i], length) == 0)
			return true;
	return false;
}

int config_filter(const char *path, const struct bytes *text, struct bytes *ret,
		  struct diagnostics *diagnostics)
{
	auto_bytes struct bytes kept = { .data = calloc(1, text->size + 1) };
	auto_free char *joined = malloc(text->size + 1);
	const char *from = (const char *)text->data;
	size_t size;
	int r = 0;

	if (!kept.data || !joined)
		return -ENOMEM;
	if (text->size && memchr(from, '\0', text->size))
		r = diagnostics_add(diagnostics, "config-binary", path,
				    "the file holds a NUL byte, and nothing of it is staged");
	else
		for (size_t at = 0; r == 0 && at < text->size; at += size) {
			size = text_join_line(from + at, text->size - at, joined);
			if (is_kept(joined)) {
				memcpy(kept.data + kept.size, from + at, size);
				kept.size += size;
				continue;
			}
			r = diagnostics_add(diagnostics, "config-line", joined,
					    "a line of %s is not staged: only blacklist, softdep, "
					    "options and alias are",
					    path);
		}
	if (r < 0)
		return r;
	*ret = kept;
	kept = (struct bytes){ 0 };
	return 0;
}
