/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/blacklist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/modprobe.h"

static int add_module(struct strings *list, const char *name, size_t length)
{
	auto_free char *copy = strndup(name, length);
	auto_free char *module = copy ? text_module_name(copy) : NULL;

	if (!module)
		return -ENOMEM;
	return *module ? strings_add(list, module) : 0;
}

/* LINE is logical: "blacklist NAME" and nothing else counts. */
static int add_line(void *list, const char *line)
{
	static const char command[] = "blacklist", blanks[] = "\t ";

	line += strspn(line, blanks);
	if (!text_starts(line, command) || !strchr(blanks, line[strlen(command)]))
		return 0;
	line += strlen(command);
	line += strspn(line, blanks);
	return add_module(list, line, strcspn(line, blanks));
}

int blacklist_add_modprobe(int root_fd, struct strings *list)
{
	return modprobe_each_line(root_fd, add_line, list);
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
	/* dracut.cmdline(7) has the second one, with its older name; the last is the kernel's own.
	 */
	static const char *const keys[] = { "modprobe.blacklist=", "rd.driver.blacklist=",
					    "rdblacklist=", "module_blacklist=" };
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
