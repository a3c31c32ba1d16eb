/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symvers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/text.h"

static const char reading[] = "read the kernel's symbols from";
static const char hint[] = "give a Module.symvers or symvers-RELEASE.gz of that kernel";

/* Add the rows of FILE, compressed or not. */
static int read_rows(const struct bytes *file, const char *path, struct symbol_table *table,
		     struct error *reterr)
{
	auto_bytes struct bytes text = { 0 };
	size_t line = 0;
	int r = decompress_bytes(file, SYMVERS_SIZE_MAX, &text);

	if (r < 0)
		return error_set(reterr, r, reading, path,
				 r == -EBADMSG ? "its compressed data is damaged or cut" : NULL,
				 hint);
	r = symbols_read_symvers(table, &text, &line);
	if (r == -EBADMSG)
		return error_setf(reterr, r, reading, path, hint,
				  "line %zu is no row of a Module.symvers", line);
	if (r == 0 && symbol_table_at(table, 0) == NULL)
		return error_set(reterr, -EBADMSG, reading, path, "there is no symbol in it", hint);
	return r;
}

int symvers_read(int fd, const char *path, struct symbol_table *table, struct error *reterr)
{
	auto_bytes struct bytes file = { 0 };
	int r = file_read_fd(fd, SYMVERS_SIZE_MAX, &file);

	if (r < 0)
		return error_set(reterr, r, reading, path, NULL, hint);
	return read_rows(&file, path, table, reterr);
}

/* Read PATH below ROOT_FD. 0, -ENOENT if it is not there, or another -errno with *RETERR set. */
static int read_below(int root_fd, const char *root, const char *path, struct symbol_table **ret,
		      char **ret_path, struct error *reterr)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	auto_free char *shown = text_format("%s/%s", root, path);
	auto_bytes struct bytes file = { 0 };
	int r = file_read_in_root(root_fd, path, SYMVERS_SIZE_MAX, &file);

	if (!table || !shown)
		return -ENOMEM;
	/* A link that leads out of the root, or in a circle, is as good as none. */
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return -ENOENT;
	if (r < 0)
		return error_set(reterr, r, reading, shown, NULL, hint);
	r = read_rows(&file, shown, table, reterr);
	if (r < 0)
		return r;
	*ret = take(table);
	*ret_path = take(shown);
	return 0;
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

int symvers_find(int root_fd, const char *root, const char *release, struct symbol_table **ret,
		 char **ret_path, struct error *reterr)
{
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(places) && r == -ENOENT; i++) {
		auto_free char *path =
			text_format("%s%s%s", places[i].before, release, places[i].behind);

		if (!path)
			return -ENOMEM;
		r = read_below(root_fd, root, path, ret, ret_path, reterr);
	}
	return r;
}

int symvers_find_in_tree(int tree_fd, const char *path, struct symbol_table **ret, char **ret_path,
			 struct error *reterr)
{
	static const char *const names[] = { "symvers.gz", "symvers.xz", "symvers.zst",
					     "build/Module.symvers" };
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(names) && r == -ENOENT; i++)
		r = read_below(tree_fd, path, names[i], ret, ret_path, reterr);
	return r;
}
