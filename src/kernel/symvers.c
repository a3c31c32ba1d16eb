/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symvers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/text.h"
#include "kernel/symbol-cache.h"

/* Who exports, as symbol->exporter spells it: modules by name, code of the kernel as "vmlinux". */
static char *exporter_name(const char *path)
{
	/* Lists of 2.6 kernels name the object file, e.g. "net/built-in" (rpm: symsets.pl). */
	if (text_equal(path, "built-in") || text_ends(path, "/built-in"))
		return strdup("vmlinux");
	return text_module_name(path);
}

enum { COLUMN_CRC, COLUMN_NAME, COLUMN_EXPORTER, COLUMN_KIND, COLUMN_NAMESPACE, COLUMN_COUNT };

/* Cut LINE at its TABs. How many columns there are, or 0 if there are too many. */
static size_t split_columns(char *line, char *columns[static COLUMN_COUNT])
{
	size_t count = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (count == COLUMN_COUNT)
			return 0;
		columns[count++] = line;
		if (!tab)
			return count;
		*tab = '\0';
		line = tab + 1;
	}
}

/* The first kernels with namespaces, 5.4 and 5.5, wrote that column third (scripts/mod/modpost.c).
 */
static void straighten_columns(char *columns[static COLUMN_COUNT], size_t count)
{
	char *name_space = columns[COLUMN_EXPORTER];

	if (count < COLUMN_COUNT || text_starts(columns[COLUMN_KIND], "EXPORT_") ||
	    !text_starts(columns[COLUMN_NAMESPACE], "EXPORT_"))
		return;
	columns[COLUMN_EXPORTER] = columns[COLUMN_KIND];
	columns[COLUMN_KIND] = columns[COLUMN_NAMESPACE];
	columns[COLUMN_NAMESPACE] = name_space;
}

/* LINE is changed. 0, -EBADMSG or -ENOMEM. */
static int read_row(struct symbol_table *table, char *line)
{
	char *columns[COLUMN_COUNT] = { NULL };
	auto_free char *exporter = NULL;
	struct symbol symbol = { 0 };
	size_t count = split_columns(line, columns);
	const char *kind, *name_space;

	/* Lists before 2.6.18 end with the exporter. */
	if (count < COLUMN_KIND)
		return -EBADMSG;
	straighten_columns(columns, count);
	kind = columns[COLUMN_KIND];
	name_space = columns[COLUMN_NAMESPACE];
	if (!text_starts(columns[COLUMN_CRC], "0x") ||
	    !symbol_parse_crc(columns[COLUMN_CRC] + 2, &symbol.crc) ||
	    !symbol_text_is_valid(columns[COLUMN_NAME], SYMBOL_NAME_MAX) ||
	    !symbol_text_is_valid(columns[COLUMN_EXPORTER], SYMBOL_TEXT_MAX) ||
	    (kind && !text_starts(kind, "EXPORT_")) ||
	    (name_space && *name_space && !symbol_text_is_valid(name_space, SYMBOL_TEXT_MAX)))
		return -EBADMSG;
	symbol.name = columns[COLUMN_NAME];
	symbol.exporter = columns[COLUMN_EXPORTER];
	if (strcmp(symbol.exporter, "vmlinux") != 0) {
		exporter = exporter_name(symbol.exporter);
		if (!exporter)
			return -ENOMEM;
		if (*exporter == '\0')
			return -EBADMSG;
		symbol.exporter = exporter;
	}
	symbol.name_space = name_space && *name_space ? name_space : NULL;
	/* modpost writes 0 where no CRC could be made. */
	symbol.has_crc = symbol.crc != 0;
	symbol.gpl_only = kind && strstr(kind, "_GPL");
	symbol.kind_known = kind != NULL;
	return symbol_table_add(table, &symbol);
}

/** Longest row in bytes: its columns, each at its longest. */
#define ROW_SIZE (SYMBOL_NAME_MAX + 2 * SYMBOL_TEXT_MAX + 64)

int symvers_parse(struct symbol_table *table, const struct bytes *text, size_t *reterr_line)
{
	const char *at = (const char *)text->data, *end = at + text->size;
	char row[ROW_SIZE + 1];

	for (size_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		int r = 0;

		if (length > ROW_SIZE || memchr(at, '\0', length) || line > SYMBOLS_MAX) {
			*reterr_line = line;
			return -EBADMSG;
		}
		memcpy(row, at, length);
		row[length] = '\0';
		if (length > 0 && row[length - 1] == '\r')
			row[length - 1] = '\0';
		if (*row)
			r = read_row(table, row);
		if (r == -EBADMSG)
			*reterr_line = line;
		if (r < 0)
			return r;
		at += length + 1;
	}
	return 0;
}

static const char reading[] = "read the kernel's symbols from";
static const char hint[] = "give a Module.symvers or symvers-RELEASE.gz of that kernel";

bool symvers_is_kept(int fd, const struct cache_dir *cache, struct file_state *ret_state,
		     struct symbol_table **ret)
{
	auto_free char *path = cache ? file_state_path(fd) : NULL;
	struct stat st;

	if (!path || fstat(fd, &st) < 0)
		return false;
	file_state_add(ret_state, &st);
	return symbol_cache_find(cache, path, ret_state, ret) == 0;
}

void symvers_keep(int fd, struct cache_dir *cache, const struct file_state *state,
		  const struct symbol_table *table)
{
	auto_free char *path = cache ? file_state_path(fd) : NULL;
	struct file_state now = { 0 };
	struct stat st;

	if (!path || fstat(fd, &st) < 0)
		return;
	file_state_add(&now, &st);
	if (file_state_equal(&now, state))
		symbol_cache_keep(cache, path, state, table);
}

int symvers_load(int fd, const char *path, struct bytes *ret, struct error *reterr)
{
	auto_bytes struct bytes file = { 0 };
	int r = file_read_fd(fd, SYMVERS_SIZE_MAX, &file);

	if (r < 0)
		return error_set(reterr, r, reading, path, NULL, hint);
	r = decompress_bytes(&file, SYMVERS_SIZE_MAX, ret);
	if (r == -EBADMSG)
		return error_set(reterr, r, reading, path, "its compressed data is damaged or cut",
				 hint);
	return r < 0 ? error_set(reterr, r, reading, path, NULL, hint) : 0;
}

int symvers_read(const struct bytes *text, const char *path, struct symbol_table *table,
		 struct error *reterr)
{
	size_t line = 0;
	int r = symvers_parse(table, text, &line);

	if (r == -EBADMSG)
		return error_setf(reterr, r, reading, path, hint,
				  "line %zu is no row of a Module.symvers", line);
	if (r == 0 && symbol_table_at(table, 0) == NULL)
		return error_set(reterr, -EBADMSG, reading, path, "there is no symbol in it", hint);
	return r;
}

static int read_open(int fd, const char *path, struct cache_dir *cache, struct symbol_table **ret,
		     struct error *reterr)
{
	auto_symbol_table struct symbol_table *table = NULL;
	auto_bytes struct bytes text = { 0 };
	struct file_state state = { 0 };
	int r;

	if (symvers_is_kept(fd, cache, &state, ret))
		return 0;
	table = symbol_table_new();
	r = table ? symvers_load(fd, path, &text, reterr) : -ENOMEM;
	if (r == 0)
		r = symvers_read(&text, path, table, reterr);
	if (r < 0)
		return r;
	symvers_keep(fd, cache, &state, table);
	*ret = take(table);
	return 0;
}

/* Read PATH below ROOT_FD. 0, -ENOENT if it is not there, or another -errno with *RETERR set. */
static int read_below(int root_fd, const char *root, const char *path, struct cache_dir *cache,
		      struct symbol_table **ret, char **ret_path, struct error *reterr)
{
	auto_free char *shown = text_format("%s/%s", root, path);
	auto_fd int fd = file_open_regular_in_root(root_fd, path, 0);
	int r;

	if (!shown)
		return -ENOMEM;
	/* A link that leads out of the root, or in a circle, is as good as none. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ENOENT;
	if (fd < 0)
		return error_set(reterr, fd, reading, shown, file_strerror(fd), hint);
	r = read_open(fd, shown, cache, ret, reterr);
	if (r == 0)
		*ret_path = take(shown);
	return r;
}

/*
 * Where distributions keep the file: before and behind the release. SUSE has it in /boot (up to
 * 15) or beside the modules (16), Fedora beside the modules, Debian with the headers;
 * `build` of a module tree leads to what the kernel's -devel package installs.
 */
static const struct place {
	const char *before, *behind;
} places[] = {
	{ "boot/symvers-", ".gz" },
	{ "usr/lib/modules/", "/symvers.gz" },
	{ "lib/modules/", "/symvers.gz" },
	{ "usr/lib/modules/", "/symvers.xz" },
	{ "lib/modules/", "/symvers.xz" },
	{ "usr/lib/modules/", "/symvers.zst" },
	{ "lib/modules/", "/symvers.zst" },
	{ "usr/lib/modules/", "/build/Module.symvers" },
	{ "lib/modules/", "/build/Module.symvers" },
	{ "usr/src/linux-headers-", "/Module.symvers" },
};

int symvers_find(int root_fd, const char *root, const char *release, struct cache_dir *cache,
		 struct symbol_table **ret, char **ret_path, struct error *reterr)
{
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(places) && r == -ENOENT; i++) {
		auto_free char *path =
			text_format("%s%s%s", places[i].before, release, places[i].behind);

		if (!path)
			return -ENOMEM;
		r = read_below(root_fd, root, path, cache, ret, ret_path, reterr);
	}
	return r;
}

int symvers_find_in_tree(int tree_fd, const char *path, struct cache_dir *cache,
			 struct symbol_table **ret, char **ret_path, struct error *reterr)
{
	static const char *const names[] = { "symvers.gz", "symvers.xz", "symvers.zst",
					     "build/Module.symvers" };
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(names) && r == -ENOENT; i++)
		r = read_below(tree_fd, path, names[i], cache, ret, ret_path, reterr);
	return r;
}
