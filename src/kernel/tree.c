/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/aliases.h"
#include "kernel/module.h"
#include "kernel/release.h"
#include "kernel/symbol-cache.h"
#include "kernel/tree-cache.h"

static const char opening[] = "open the module tree";

/* In order of preference: where /usr is merged both are the same. */
static const char *const module_folders[] = { "usr/lib/modules", "lib/modules" };

struct tree *tree_free(struct tree *tree)
{
	if (!tree)
		return NULL;
	module_aliases_free(tree->aliases);
	release_fd(&tree->fd);
	release_fd(&tree->root_fd);
	free(tree->root);
	free(tree->path);
	free(tree->release);
	strings_done(&tree->files);
	strings_done(&tree->modules);
	strings_done(&tree->builtins);
	free(tree);
	return NULL;
}

/* Does R, from opening, say that there is no such thing, or a link that leads nowhere? */
static bool is_absent(int r)
{
	return r == -ENOENT || r == -ENOTDIR || r == -ELOOP;
}

static int open_folder(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int list_folder(struct tree_listing *listing, int fd, const char *path, unsigned int depth);

/* Take NAME in the folder open at FD, with PATH relative to the tree: a module file or a folder. */
static int list_entry(struct tree_listing *listing, int fd, const struct dirent *entry,
		      const char *path, unsigned int depth)
{
	auto_fd int below = -1;

	if (text_is_module_file(entry->d_name) &&
	    (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN)) {
		if (listing->files.count >= TREE_FILES_MAX)
			return -E2BIG;
		return strings_add(&listing->files, path);
	}
	if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
		return 0;
	if (depth >= TREE_DEPTH_MAX)
		return -E2BIG;
	below = open_folder(fd, entry->d_name);
	if (below == -ENOTDIR || below == -ELOOP)
		return 0;
	return below < 0 ? below : list_folder(listing, take_fd(&below), path, depth + 1);
}

/* The folder open at FD, which is taken over: kernels have 700 of them. */
static int list_folder(struct tree_listing *listing, int fd, const char *path, unsigned int depth)
{
	auto_dir DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int r = dir ? strings_add(&listing->folders, path) : -errno;

	if (!dir)
		close(fd);
	while (r == 0 && (errno = 0, entry = readdir(dir))) {
		auto_free char *below = NULL;

		if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
			continue;
		below = text_format("%s/%s", path, entry->d_name);
		r = below ? list_entry(listing, dirfd(dir), entry, below, depth) : -ENOMEM;
	}
	return r < 0 ? r : -errno;
}

/* None where there is no such folder. 0 or -errno. */
static int list_files(int tree_fd, struct tree_listing *ret)
{
	auto_fd int fd = open_folder(tree_fd, "kernel");
	int r;

	if (fd < 0)
		return is_absent(fd) ? 0 : fd;
	(void)clock_gettime(CLOCK_REALTIME, &ret->begun);
	r = list_folder(ret, take_fd(&fd), "kernel", 0);
	strings_sort_unique(&ret->files);
	return r;
}

/* The same, from the cache if that has it. */
static int find_files(struct tree *tree, struct cache_dir *cache)
{
	auto_tree_listing struct tree_listing listing = { 0 };
	int r = tree_cache_find(cache, tree->path, tree->fd, &listing);

	if (r < 0) {
		r = list_files(tree->fd, &listing);
		if (r == 0 && listing.folders.count > 0)
			tree_cache_keep(cache, tree->path, tree->fd, &listing);
	}
	if (r == 0) {
		tree->files = listing.files;
		listing.files = (struct strings){ 0 };
	}
	return r;
}

static int add_name(struct strings *names, const char *path)
{
	auto_free char *name = text_module_name(path);

	if (!name)
		return -ENOMEM;
	return *name ? strings_add(names, name) : 0;
}

/* modules.builtin: one line a module, its path as if it were a file (kbuild: modules.builtin). */
static int add_builtin(struct tree *tree)
{
	auto_bytes struct bytes text = { 0 };
	char *rest, *line;
	int r = file_read_in_root(tree->fd, "modules.builtin", BUILTIN_SIZE_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	rest = (char *)text.data;
	while (r == 0 && (line = strsep(&rest, "\r\n")))
		if (*line)
			r = add_name(&tree->builtins, line);
	return r;
}

static int list_modules(struct tree *tree, struct cache_dir *cache)
{
	int r = find_files(tree, cache);

	for (size_t i = 0; i < tree->files.count && r == 0; i++)
		r = add_name(&tree->modules, tree->files.items[i]);
	if (r == 0)
		r = add_builtin(tree);
	strings_sort_unique(&tree->builtins);
	for (size_t i = 0; i < tree->builtins.count && r == 0; i++)
		r = strings_add(&tree->modules, tree->builtins.items[i]);
	strings_sort_unique(&tree->modules);
	return r;
}

static char *release_of_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return release_is_valid(name) ? strdup(name) : NULL;
}

/*
 * A tree of what is open at FD and ROOT_FD, both taken over, also on failure.
 * 0, -ENODATA if no module is in it, or another -errno with *RETERR set.
 */
static int tree_new(int fd, int root_fd, const char *root, const char *path,
		    struct cache_dir *cache, struct tree **ret, struct error *reterr)
{
	auto_fd int own_fd = fd, own_root = root_fd;
	auto_tree struct tree *tree = calloc(1, sizeof(*tree));
	int r;

	if (!tree)
		return -ENOMEM;
	tree->fd = take_fd(&own_fd);
	tree->root_fd = take_fd(&own_root);
	tree->root = strdup(root);
	tree->path = strdup(path);
	tree->release = release_of_folder(path);
	tree->alone = text_equal(root, path);
	if (!tree->root || !tree->path)
		return -ENOMEM;
	r = list_modules(tree, cache);
	if (r == 0)
		r = module_aliases_new(tree->fd, &tree->aliases);
	if (r < 0)
		return error_set(reterr, r, "list the kernel modules of", path, NULL, NULL);
	if (tree->modules.count == 0)
		return -ENODATA;
	*ret = take(tree);
	return 0;
}

bool tree_is_one(int fd)
{
	return faccessat(fd, "kernel", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       faccessat(fd, "modules.builtin", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_release(int root_fd, const char *folder, const char *release)
{
	auto_free char *path = text_format("%s/%s", folder, release);

	return path ? file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY) : -ENOMEM;
}

/* 0, -ENOENT if there is no tree in FOLDER, or another -errno with *RETERR set. */
static int find_in_folder(int root_fd, const char *root, const char *folder, const char *release,
			  struct cache_dir *cache, struct tree **ret, struct error *reterr)
{
	auto_fd int fd = open_release(root_fd, folder, release), own_root = -1;
	auto_free char *path = text_format("%s/%s/%s", root, folder, release);
	int r;

	if (!path)
		return -ENOMEM;
	if (is_absent(fd))
		return -ENOENT;
	if (fd < 0)
		return error_set(reterr, fd, opening, path, NULL, NULL);
	own_root = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
	if (own_root < 0)
		return error_set(reterr, -errno, opening, path, NULL, NULL);
	r = tree_new(take_fd(&fd), take_fd(&own_root), root, path, cache, ret, reterr);
	return r == -ENODATA ? -ENOENT : r;
}

int tree_find(int root_fd, const char *root, const char *release, struct cache_dir *cache,
	      struct tree **ret, struct error *reterr)
{
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(module_folders) && r == -ENOENT; i++)
		r = find_in_folder(root_fd, root, module_folders[i], release, cache, ret, reterr);
	return r;
}

/* What stands before "[/usr]/lib/modules/RELEASE" in the absolute PATH, else PATH itself. */
static char *root_of(const char *path)
{
	const char *last = strrchr(path, '/');
	size_t length = last ? (size_t)(last - path) : 0;

	for (size_t i = 0; i < COUNT(module_folders); i++) {
		size_t tail = strlen(module_folders[i]) + 1;

		if (length >= tail && path[length - tail] == '/' &&
		    strncmp(path + length - tail + 1, module_folders[i], tail - 1) == 0)
			return strndup(path, length - tail);
	}
	return strdup(path);
}

int tree_open(const char *path, struct cache_dir *cache, struct tree **ret, struct error *reterr)
{
	auto_free char *real = realpath(path, NULL), *root = NULL;
	auto_fd int fd = -1, root_fd = -1;
	int r;

	if (!real)
		return error_set(reterr, -errno, opening, path, NULL, NULL);
	root = root_of(real);
	if (!root)
		return -ENOMEM;
	fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(reterr, -errno, opening, path, NULL, NULL);
	root_fd = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return error_set(reterr, -errno, opening, root, NULL, NULL);
	r = tree_new(take_fd(&fd), take_fd(&root_fd), root, real, cache, ret, reterr);
	if (r != -ENODATA)
		return r;
	return error_set(reterr, -EBADMSG, opening, path,
			 "there is no module in its folder kernel/ and no modules.builtin",
			 "name the directory lib/modules/RELEASE of an installed kernel");
}

/* Never a symlink, nor anything but a file: names come from a listing that may be outdated. */
static int open_module(const struct tree *tree, size_t index)
{
	return file_open_regular_in_root(tree->fd, tree->files.items[index], O_NOFOLLOW);
}

static int read_module(const struct tree *tree, size_t index, struct module *ret)
{
	auto_fd int fd = open_module(tree, index);

	return fd < 0 ? fd : module_read_fd(fd, tree->files.items[index], ret, NULL);
}

void tree_sample_done(struct tree_sample *sample)
{
	free(sample->vermagic);
	strings_done(&sample->signers);
	*sample = (struct tree_sample){ 0 };
}

/* Add what MODULE says; returns whether nothing is left to be asked. */
static bool note_sample(struct module *module, struct tree_sample *sample)
{
	const char *key = module->signature.key_id;

	if (!sample->arch)
		sample->arch = module->arch;
	if (!sample->vermagic)
		sample->vermagic = take(module->vermagic);
	if (key && sample->signers.count == 0)
		(void)strings_add(&sample->signers, key);
	return sample->arch && sample->vermagic && sample->signers.count;
}

int tree_sample(const struct tree *tree, struct tree_sample *ret)
{
	AUTO(tree_sample_done) struct tree_sample sample = { 0 };

	/* One module is enough; a few more, should the first ones be damaged, or not signed. */
	for (size_t i = 0; i < tree->files.count && i < 8; i++) {
		auto_module struct module module = { 0 };
		int r = read_module(tree, i, &module);

		if (r == -ENOMEM)
			return r;
		if (r == 0 && note_sample(&module, &sample))
			break;
	}
	*ret = sample;
	sample = (struct tree_sample){ 0 };
	return 0;
}

bool tree_tells_supported(const struct tree *tree)
{
	/* Not all have to say it: those that nobody supports say nothing. */
	for (size_t i = 0; i < tree->files.count && i < 32; i++) {
		auto_module struct module module = { 0 };

		if (read_module(tree, i, &module) == 0 && module.supported)
			return true;
	}
	return false;
}

/* Add what MODULE exports to EXPORTS, and the symbols whose CRCs it records to IMPORTS. */
static int add_symbols(const struct module *module, struct symbol_table *exports,
		       struct symbol_table *imports)
{
	int r = 0;

	for (size_t i = 0; i < module->export_count && r == 0; i++)
		r = symbol_table_add(exports, &module->exports[i]);
	for (size_t i = 0; i < module->import_count && r == 0; i++) {
		const struct module_import *import = &module->imports[i];

		if (import->has_crc && import->crc != 0)
			r = symbol_table_add(imports, &(struct symbol){
							      .name = import->name,
							      .crc = import->crc,
							      .has_crc = true,
						      });
	}
	return r;
}

/* Read all modules; the count of those that could not be, and the first of them. */
static int read_modules(const struct tree *tree, struct symbol_table *exports,
			struct symbol_table *imports, size_t *ret_failed, size_t *ret_first)
{
	size_t failed = 0, first = 0;

	for (size_t i = 0; i < tree->files.count; i++) {
		auto_module struct module module = { 0 };
		int r = read_module(tree, i, &module);

		if (r < 0 && r != -ENOMEM && failed++ == 0)
			first = i;
		if (r == 0)
			r = add_symbols(&module, exports, imports);
		if (r == -ENOMEM)
			return r;
	}
	*ret_failed = failed;
	*ret_first = first;
	return 0;
}

/* What a module exports is known better than what others saw of it, so it goes first. */
static int merge_imports(struct symbol_table *exports, const struct symbol_table *imports)
{
	const struct symbol *symbol;
	int r = 0;

	for (size_t i = 0; r == 0 && (symbol = symbol_table_at(imports, i)); i++)
		r = symbol_table_add(exports, symbol);
	return r;
}

int tree_state(const struct tree *tree, struct file_state *ret)
{
	for (size_t i = 0; i < tree->files.count; i++) {
		struct stat st;

		if (fstatat(tree->fd, tree->files.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		file_state_add(ret, &st);
	}
	return 0;
}

/* Keep what the modules said, unless one of them changed meanwhile. */
static void keep_symbols(const struct tree *tree, struct cache_dir *cache,
			 const struct file_state *before, const struct symbol_table *symbols)
{
	struct file_state now = { 0 };

	if (cache && tree_state(tree, &now) == 0 && file_state_equal(&now, before))
		symbol_cache_keep(cache, tree->path, before, symbols);
}

int tree_symbols(const struct tree *tree, struct cache_dir *cache, struct symbol_table **ret,
		 struct diagnostics *diagnostics)
{
	auto_symbol_table struct symbol_table *exports = symbol_table_new();
	auto_symbol_table struct symbol_table *imports = symbol_table_new();
	struct file_state state = { 0 };
	size_t failed = 0, first = 0;
	int r;

	if (!exports || !imports)
		return -ENOMEM;
	if (cache && tree_state(tree, &state) == 0 &&
	    symbol_cache_find(cache, tree->path, &state, ret) == 0)
		return 0;
	r = read_modules(tree, exports, imports, &failed, &first);
	if (r == 0)
		r = merge_imports(exports, imports);
	if (r == 0 && failed > 0)
		r = diagnostics_add(
			diagnostics, "module-unreadable", tree->files.items[first],
			"%zu of %zu modules in %s cannot be read, ignoring their symbols", failed,
			tree->files.count, tree->path);
	if (r < 0)
		return r;
	if (failed == 0)
		keep_symbols(tree, cache, &state, exports);
	*ret = take(exports);
	return 0;
}

static int add_releases(int root_fd, const char *folder, struct strings *releases)
{
	auto_fd int folder_fd = file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int r;

	if (folder_fd < 0)
		return is_absent(folder_fd) ? 0 : folder_fd;
	r = dir_names(folder_fd, &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		auto_fd int fd = -1;

		if (!release_is_valid(names.items[i]))
			continue;
		fd = open_release(root_fd, folder, names.items[i]);
		if (fd >= 0 && tree_is_one(fd))
			r = strings_add(releases, names.items[i]);
	}
	return r;
}

int tree_releases(int root_fd, struct strings *ret)
{
	auto_strings struct strings releases = { 0 };
	int r = 0;

	for (size_t i = 0; i < COUNT(module_folders) && r == 0; i++)
		r = add_releases(root_fd, module_folders[i], &releases);
	if (r < 0)
		return r;
	strings_sort_unique(&releases);
	*ret = releases;
	releases = (struct strings){ 0 };
	return 0;
}
