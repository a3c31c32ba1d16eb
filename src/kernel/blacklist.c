/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/blacklist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

/* In order of precedence: a file masks those of the same name further down (kmod: modprobe.d(5)).
 */
static const char *const folders[] = {
	"etc/modprobe.d",     "run/modprobe.d", "usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d", "lib/modprobe.d",
};

static int add_module(struct strings *list, const char *name, size_t length)
{
	auto_free char *copy = strndup(name, length);
	auto_free char *module = copy ? text_module_name(copy) : NULL;

	if (!module)
		return -ENOMEM;
	return *module ? strings_add(list, module) : 0;
}

/* LINE is logical: "blacklist NAME" and nothing else counts. */
static int add_line(struct strings *list, const char *line)
{
	static const char command[] = "blacklist", blanks[] = "\t ";

	line += strspn(line, blanks);
	if (!text_starts(line, command) || !strchr(blanks, line[strlen(command)]))
		return 0;
	line += strlen(command);
	line += strspn(line, blanks);
	return add_module(list, line, strcspn(line, blanks));
}

static int add_text(struct strings *list, const struct bytes *text)
{
	auto_free char *line = malloc(text->size + 1);
	int r = line ? 0 : -ENOMEM;

	for (size_t at = 0; at < text->size && r == 0;) {
		at += text_join_line((const char *)text->data + at, text->size - at, line);
		r = add_line(list, line);
	}
	return r;
}

/* Add FILE in FOLDER, unless one of its name was SEEN, even one that leads nowhere. */
static int add_file(int root_fd, const char *folder, const char *file, struct strings *seen,
		    struct strings *list)
{
	auto_free char *path = text_format("%s/%s", folder, file);
	auto_bytes struct bytes text = { 0 };

	if (!path)
		return -ENOMEM;
	if (*file == '.' || !text_ends(file, ".conf") || strings_contain(seen, file))
		return 0;
	if (strings_add(seen, file) < 0)
		return -ENOMEM;
	return file_read_in_root(root_fd, path, MODPROBE_FILE_SIZE_MAX, &text) == 0
		       ? add_text(list, &text)
		       : 0;
}

int blacklist_add_modprobe(int root_fd, struct strings *list)
{
	auto_strings struct strings seen = { 0 };
	int r = 0;

	for (size_t i = 0; i < COUNT(folders) && r == 0; i++) {
		auto_fd int fd = file_open_in_root(root_fd, folders[i], O_RDONLY | O_DIRECTORY);
		auto_strings struct strings names = { 0 };

		if (fd < 0 || dir_names(fd, &names) < 0)
			continue;
		for (size_t k = 0; k < names.count && r == 0; k++)
			r = add_file(root_fd, folders[i], names.items[k], &seen, list);
	}
	return r;
}

/* Add the modules in VALUE, which has commas between them and ends at a blank. */
static int add_value(struct strings *list, const char *value)
{
	static const char ends[] = ", \t\n\"";
	int r = 0;

	for (;; value++) {
		size_t length = strcspn(value, ends);

		r = add_module(list, value, length);
		value += length;
		if (r < 0 || *value != ',')
			return r;
	}
}

int blacklist_add_command_line(const char *line, struct strings *list)
{
	/* dracut.cmdline(7) has the second one, with its older name. */
	static const char *const keys[] = { "modprobe.blacklist=", "rd.driver.blacklist=",
					    "rdblacklist=" };
	int r = 0;

	while (*line && r == 0) {
		line += strspn(line, " \t\n\"");
		for (size_t i = 0; i < COUNT(keys) && r == 0; i++)
			if (text_starts(line, keys[i]))
				r = add_value(list, line + strlen(keys[i]));
		line += strcspn(line, " \t\n");
	}
	return r;
}
