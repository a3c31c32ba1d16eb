/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/repofile.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Lines that mean nothing and are said one by one; more are only counted. */
#define MALFORMED_MAX 5

struct reader {
	struct repofile *file;
	const char *name;
	size_t line;
	size_t malformed;
	struct repofile_section *section; /* NULL before the first one, or if it is too many */
	size_t key; /* the one that a continuation line goes to; SIZE_MAX if none */
};

/* These take a line of its own for each URL (libzypp: RepoFileReader.cc, RepoFileParser). */
static bool is_list(const char *key)
{
	return text_equal(key, "baseurl") || text_equal(key, "gpgkey");
}

static int refuse_line(struct reader *reader, const char *why)
{
	if (reader->malformed++ >= MALFORMED_MAX)
		return 0;
	return diagnostics_add(&reader->file->diagnostics, "malformed-repository-line",
			       reader->name, "%s: line %zu %s, ignoring it", reader->name,
			       reader->line, why);
}

static int start_section(struct reader *reader, char *line)
{
	struct repofile *file = reader->file;
	char *end = strrchr(line, ']');

	reader->key = SIZE_MAX;
	if (!end || end == line + 1) {
		reader->section = NULL;
		return refuse_line(reader, "names no section");
	}
	*end = '\0';
	line++;
	for (size_t i = 0; i < file->count; i++) {
		reader->section = &file->sections[i];
		if (text_equal(reader->section->name, line))
			return 0;
	}
	reader->section = NULL;
	if (file->count >= REPOFILE_SECTIONS_MAX)
		return refuse_line(reader, "is one section too many");
	if (array_grow(&file->sections, file->count, sizeof(*file->sections)) < 0)
		return -ENOMEM;
	reader->section = &file->sections[file->count];
	reader->section->name = strdup(line);
	if (!reader->section->name)
		return -ENOMEM;
	file->count++;
	return 0;
}

static int append_value(struct reader *reader, const char *more)
{
	char **value = &reader->section->values.items[reader->key];
	char *joined;

	if (strlen(*value) + strlen(more) > REPOFILE_VALUE_MAX)
		return refuse_line(reader, "makes its value too long");
	joined = text_format("%s%s%s", *value, **value ? "\n" : "", more);
	if (!joined)
		return -ENOMEM;
	free(*value);
	*value = joined;
	return 0;
}

static int add_key(struct reader *reader, const char *key)
{
	struct repofile_section *section = reader->section;

	for (reader->key = 0; reader->key < section->keys.count; reader->key++)
		if (text_equal(section->keys.items[reader->key], key))
			return 0;
	if (strings_add(&section->values, "") < 0 || strings_add(&section->keys, key) < 0)
		return -ENOMEM;
	return 0;
}

static int set_value(struct reader *reader, char *line, char *equals)
{
	const char *value = equals + 1;

	while (equals > line && isspace((unsigned char)equals[-1]))
		equals--;
	*equals = '\0';
	while (isspace((unsigned char)*value))
		value++;
	if (reader->section->keys.count >= REPOFILE_KEYS_MAX) {
		reader->key = SIZE_MAX;
		return refuse_line(reader, "is one key too many");
	}
	if (add_key(reader, line) < 0)
		return -ENOMEM;
	/* Of what is there twice the last one counts, but for lists. */
	if (!is_list(line))
		reader->section->values.items[reader->key][0] = '\0';
	return append_value(reader, value);
}

static int take_line(struct reader *reader, char *line, bool indented)
{
	/* No key has these (libzypp: IniParser.cc, keyGarbage): a URL's "?x=y" makes no key. */
	char *end = strpbrk(line, "=:/?|,\\");

	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	if (*line == '[')
		return start_section(reader, line);
	if (!reader->section)
		return refuse_line(reader, "stands in no section");
	if (end && *end == '=' && end > line)
		return set_value(reader, line, end);
	if (reader->key != SIZE_MAX &&
	    (indented || is_list(reader->section->keys.items[reader->key])))
		return append_value(reader, line);
	return refuse_line(reader, "is no key=value");
}

static int parse_lines(struct reader *reader, const char *text, size_t size)
{
	const char *end = text + size;
	int r = 0;

	while (text < end && r == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		bool indented = isspace((unsigned char)*text);
		auto_free char *line = NULL;

		reader->line++;
		while (text < stop && isspace((unsigned char)*text))
			text++;
		while (stop > text && isspace((unsigned char)stop[-1]))
			stop--;
		line = strndup(text, (size_t)(stop - text));
		r = line ? take_line(reader, line, indented) : -ENOMEM;
		text = newline ? newline + 1 : end;
	}
	return r;
}

int repofile_parse(const char *text, size_t size, const char *name, struct repofile *ret)
{
	auto_repofile struct repofile file = { 0 };
	struct reader reader = { .file = &file, .name = name, .key = SIZE_MAX };
	int r = parse_lines(&reader, text, size);

	if (r == 0 && reader.malformed > MALFORMED_MAX)
		r = diagnostics_add(&file.diagnostics, "malformed-repository-line", NULL,
				    "%s: %zu more lines mean nothing, ignoring them", name,
				    reader.malformed - MALFORMED_MAX);
	if (r < 0)
		return r;
	*ret = file;
	file = (struct repofile){ 0 };
	return 0;
}

const struct repofile_section *repofile_find(const struct repofile *file, const char *section)
{
	for (size_t i = 0; i < file->count; i++)
		if (text_equal(file->sections[i].name, section))
			return &file->sections[i];
	return NULL;
}

const char *repofile_get(const struct repofile_section *section, const char *key)
{
	for (size_t i = 0; section && i < section->keys.count; i++)
		if (text_equal(section->keys.items[i], key))
			return section->values.items[i];
	return NULL;
}

void repofile_done(struct repofile *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->sections[i].name);
		strings_done(&file->sections[i].keys);
		strings_done(&file->sections[i].values);
	}
	free(file->sections);
	diagnostics_done(&file->diagnostics);
	*file = (struct repofile){ 0 };
}
