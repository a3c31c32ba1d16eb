/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

static const char *const kept_commands[] = { "blacklist", "softdep", "options", "alias" };
static const char *const evil_commands[] = { "install", "remove" };

/* Does LINE, which ends at END or before, begin with one of COUNT commands and a byte of BLANKS? */
static bool is_one_of(const char *line, const char *end, const char *blanks,
		      const char *const *commands, size_t count)
{
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(commands[i]);

		if ((size_t)(end - line) >= length && memcmp(line, commands[i], length) == 0 &&
		    (line + length == end || strchr(blanks, line[length])))
			return true;
	}
	return false;
}

/*
 * Not every reader joins lines, least of all those of a comment: what follows in the SIZE bytes at
 * RAW must be harmless as a line of its own too.
 */
static bool is_harmless_apart(const char *raw, size_t size, bool comment)
{
	const char *end = raw + size;
	const char *feed = memchr(raw, '\n', size);

	for (; feed && feed + 1 < end; feed = memchr(feed + 1, '\n', (size_t)(end - feed - 1)))
		if (comment ||
		    is_one_of(feed + 1, end, " \t\r\n\v\f", evil_commands, COUNT(evil_commands)))
			return false;
	return true;
}

/* JOINED is what kmod makes of the SIZE bytes at RAW. */
static bool is_modprobe(const char *joined, const char *raw, size_t size)
{
	const char *end = joined + strlen(joined);

	if (!is_harmless_apart(raw, size, *joined == '#'))
		return false;
	return *joined == '#' || joined[strspn(joined, "\t ")] == '\0' ||
	       is_one_of(joined, end, " \t", kept_commands, COUNT(kept_commands));
}

/* A comment (modules-load.d(5)), or the name of a module: no option, and nothing for a shell. */
static bool is_modules_load(const char *joined, const char *raw, size_t size)
{
	const char *name = joined + strspn(joined, "\t ");

	(void)raw;
	(void)size;
	if (*name == '#' || *name == ';' || *name == '\0' || text_equal(name, "\r"))
		return true;
	if (*name == '-')
		return false;
	while (isalnum((unsigned char)*name) || *name == '_' || *name == '-')
		name++;
	return name[strspn(name, "\t \r")] == '\0';
}

/* How lines of a kind of file are told apart. */
static const struct form {
	bool (*takes)(const char *joined, const char *raw, size_t size);
	bool joins; /* a backslash at the end of a line goes on in the next one */
	const char *kept;
} forms[] = {
	[PAYLOAD_MODPROBE] = { is_modprobe, true, "blacklist, softdep, options and alias are" },
	[PAYLOAD_MODULES_LOAD] = { is_modules_load, false, "names of modules are" },
};

/* One line at FROM, of which LEFT bytes are left, goes to JOINED; how long it is there. */
static size_t take_line(const struct form *form, const char *from, size_t left, char *joined)
{
	const char *feed;
	size_t size;

	if (form->joins)
		return text_join_line(from, left, joined);
	feed = memchr(from, '\n', left);
	size = feed ? (size_t)(feed - from) + 1 : left;
	memcpy(joined, from, size);
	joined[feed ? size - 1 : size] = '\0';
	return size;
}

/* Of very many lines only the first are shown, and of long ones the beginning. */
static int tell_line(struct diagnostics *diagnostics, const char *path, char *line, size_t told,
		     const struct form *form)
{
	if (told > CONFIG_TOLD_MAX)
		return 0;
	if (told == CONFIG_TOLD_MAX)
		return diagnostics_add(diagnostics, "config-line", path,
				       "more lines of %s are not staged", path);
	line[strnlen(line, 200)] = '\0';
	return diagnostics_add(diagnostics, "config-line", line,
			       "a line of %s is not staged: only %s", path, form->kept);
}

static int filter_lines(const char *path, const struct form *form, const struct bytes *text,
			struct bytes *kept, struct diagnostics *diagnostics)
{
	auto_free char *joined = malloc(text->size + 1);
	const char *from = (const char *)text->data;
	size_t size, told = 0;
	int r = joined ? 0 : -ENOMEM;

	for (size_t at = 0; r == 0 && at < text->size; at += size) {
		size = take_line(form, from + at, text->size - at, joined);
		if (size <= CONFIG_LINE_MAX && form->takes(joined, from + at, size)) {
			memcpy(kept->data + kept->size, from + at, size);
			kept->size += size;
			continue;
		}
		r = tell_line(diagnostics, path, joined, told++, form);
	}
	return r;
}

int config_filter(const char *path, enum payload_kind kind, const struct bytes *text,
		  struct bytes *ret, struct diagnostics *diagnostics)
{
	auto_bytes struct bytes kept = { .data = calloc(1, text->size + 1) };
	int r = kept.data ? 0 : -ENOMEM;

	if (r == 0 && text->size && memchr(text->data, '\0', text->size))
		r = diagnostics_add(diagnostics, "config-binary", path,
				    "the file holds a NUL byte, and nothing of it is staged");
	else if (r == 0)
		r = filter_lines(path, &forms[kind], text, &kept, diagnostics);
	if (r < 0)
		return r;
	*ret = kept;
	kept = (struct bytes){ 0 };
	return 0;
}
