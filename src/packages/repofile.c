/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/repofile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ini.h"
#include "base/text.h"

/** Lines that mean nothing and are said one by one; more are only counted. */
#define MALFORMED_SHOWN 5

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
	if (reader->malformed++ >= MALFORMED_SHOWN)
		return 0;
	return diagnostics_add(&reader->file->diagnostics, "malformed-repository-line",
			       reader->name, "%s: line %zu %s, ignoring it", reader->name,
			       reader->line, why);
}

static int start_section(struct reader *reader, const char *name)
{
	struct repofile *file = reader->file;

	reader->key = SIZE_MAX;
	if (*name == '\0') {
		reader->section = NULL;
		return refuse_line(reader, "names no section");
	}
	for (size_t i = 0; i < file->count; i++) {
		reader->section = &file->sections[i];
		if (text_equal(reader->section->name, name))
			return 0;
	}
	reader->section = NULL;
	if (file->count >= REPOFILE_SECTIONS_MAX)
		return refuse_line(reader, "is one section too many");
	if (array_grow(&file->sections, file->count, sizeof(*file->sections)) < 0)
		return -ENOMEM;
	reader->section = &file->sections[file->count];
	reader->section->name = strdup(name);
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

static int set_value(struct reader *reader, const char *key, const char *value)
{
	if (reader->section->keys.count >= REPOFILE_KEYS_MAX) {
		reader->key = SIZE_MAX;
		return refuse_line(reader, "is one key too many");
	}
	if (add_key(reader, key) < 0)
		return -ENOMEM;
	/* Of what is there twice the last one counts, but for lists. */
	if (!is_list(key))
		reader->section->values.items[reader->key][0] = '\0';
	return append_value(reader, value);
}

static int take_line(struct reader *reader, enum ini_kind kind, const struct ini *ini)
{
	reader->line = ini->line;
	if (kind == INI_SECTION)
		return start_section(reader, ini->name);
	if (!reader->section)
		return refuse_line(reader, "stands in no section");
	if (kind == INI_PAIR)
		return set_value(reader, ini->name, ini->value);
	if (reader->key != SIZE_MAX &&
	    (ini->indented || is_list(reader->section->keys.items[reader->key])))
		return append_value(reader, ini->value);
	return refuse_line(reader, "is no key=value");
}

static int parse_lines(struct reader *reader, const char *text, size_t size)
{
	auto_ini struct ini ini = ini_begin(text, size);
	int kind, r = 0;

	while (r == 0 && (kind = ini_next(&ini)) != INI_END)
		r = kind < 0 ? kind : take_line(reader, (enum ini_kind)kind, &ini);
	return r;
}

int repofile_parse(const char *text, size_t size, const char *name, struct repofile *ret)
{
	auto_repofile struct repofile file = { 0 };
	struct reader reader = { .file = &file, .name = name, .key = SIZE_MAX };
	int r = parse_lines(&reader, text, size);

	if (r == 0 && reader.malformed > MALFORMED_SHOWN)
		r = diagnostics_add(&file.diagnostics, "malformed-repository-line", NULL,
				    "%s: %zu more lines mean nothing, ignoring them", name,
				    reader.malformed - MALFORMED_SHOWN);
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
