/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/description.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/origin.h"
#include "kernel/release.h"
#include "kernel/symvers.h"
#include "kernel/table.h"
#include "kernel/tree.h"

static const char using[] = "use the kernel";

/* Put a copy of TEXT in *SLOT. 0 or -ENOMEM. */
static int set_text(char **slot, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*slot);
	*slot = copy;
	return 0;
}

/* One description, ON, says that the kernel is RELEASE (NULL: it does not say). */
static int note_release(struct kernel *kernel, const char *release, const char *on,
			struct error *reterr)
{
	if (!release || text_equal(kernel->release, release))
		return 0;
	if (!kernel->release)
		return set_text(&kernel->release, release);
	return error_setf(reterr, -EINVAL, using, on,
			  "describe one kernel only, or set them right with --kernel-release",
			  "it is %s, but %s was asked for as well", release, kernel->release);
}

/* The same for a description whose release is only a guess by its path: --kernel-release wins. */
static int note_guess(struct kernel *kernel, const struct kernel_request *request, char *guess,
		      const char *on, struct error *reterr)
{
	auto_free char *release = guess;

	return request->release ? 0 : note_release(kernel, release, on, reterr);
}

/* What PATH says by its name, as typed, else with its links resolved. Owned, or NULL. */
static char *guess_release(const char *path)
{
	auto_free char *real = NULL;
	char *release = release_of_path(path);

	if (release)
		return release;
	real = realpath(path, NULL);
	return real ? release_of_path(real) : NULL;
}

/* Take over SYMBOLS, of a symvers file. */
static int adopt_symvers(struct kernel *kernel, const struct kernel_request *request,
			 struct symbol_table *symbols, const char *path, struct error *reterr)
{
	int r = origin_add(kernel, symbols, path, true);

	return r < 0 ? r : note_guess(kernel, request, guess_release(path), path, reterr);
}

/* Put what *FROM holds in *SLOT, unless something is there. */
static void adopt_text(char **slot, char **from)
{
	if (!*slot)
		*slot = take(*from);
}

static void adopt_list(struct strings *list, struct strings *from)
{
	if (list->count)
		return;
	*list = *from;
	*from = (struct strings){ 0 };
}

/* Take over what a symbol table, from PATH, TOLD. */
static int adopt_table(struct kernel *kernel, struct kernel *told, const char *path)
{
	int r = origin_add(kernel, take(told->symbols), path, told->symbols_complete);

	adopt_text(&kernel->flavor, &told->flavor);
	adopt_text(&kernel->arch, &told->arch);
	adopt_text(&kernel->vermagic, &told->vermagic);
	adopt_list(&kernel->builtins, &told->builtins);
	adopt_list(&kernel->signers.own, &told->signers.own);
	kernel->decompressors = told->decompressors;
	return r;
}

static int add_table(struct kernel *kernel, const struct kernel_request *request,
		     const struct bytes *file, const char *path, struct error *reterr)
{
	auto_kernel struct kernel told = { 0 };
	int r = table_read(file, path, &told, reterr);

	if (r == 0 && !request->release)
		r = note_release(kernel, told.release, path, reterr);
	return r < 0 ? r : adopt_table(kernel, &told, path);
}

/* A symvers file or a symbol table, compressed or not. */
static int add_symbols(struct kernel *kernel, const struct kernel_request *request, int fd,
		       const char *path, struct error *reterr)
{
	auto_symbol_table struct symbol_table *symbols = NULL;
	auto_bytes struct bytes text = { 0 };
	struct file_state state = { 0 };
	int r;

	if (symvers_is_kept(fd, request->cache, &state, &symbols))
		return adopt_symvers(kernel, request, take(symbols), path, reterr);
	r = symvers_load(fd, path, &text, reterr);
	if (r == 0 && table_is_one(&text))
		return add_table(kernel, request, &text, path, reterr);
	symbols = r == 0 ? symbol_table_new() : NULL;
	if (r == 0)
		r = symbols ? symvers_read(&text, path, symbols, reterr) : -ENOMEM;
	if (r < 0)
		return r;
	symvers_keep(fd, request->cache, &state, symbols);
	return adopt_symvers(kernel, request, take(symbols), path, reterr);
}

static int add_file(struct kernel *kernel, const struct kernel_request *request, int fd,
		    const char *path, struct error *reterr)
{
	/* rpm: lib/rpmlead.c */
	static const uint8_t rpm_magic[] = { 0xed, 0xab, 0xee, 0xdb };
	uint8_t magic[sizeof(rpm_magic)];

	if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
	    memcmp(magic, rpm_magic, sizeof(magic)) != 0)
		return add_symbols(kernel, request, fd, path, reterr);
	if (kernel->package)
		return error_set(reterr, -EINVAL, using, path,
				 "another kernel package was given as well", "give one of them");
	return set_text(&kernel->package, path);
}

/* The word in quotes of `#define UTS_RELEASE "..."`; owned, or NULL. */
static char *parse_utsrelease(const struct bytes *text)
{
	const char *at = strstr((const char *)text->data, "UTS_RELEASE \"");
	auto_free char *release = NULL;

	if (!at)
		return NULL;
	at += strlen("UTS_RELEASE \"");
	release = strndup(at, strcspn(at, "\"\n"));
	return release && release_is_valid(release) ? take(release) : NULL;
}

/*
 * The release of the headers open at FD. Debian's include/config/kernel.release has the version
 * without ABI and flavor, so the header that the kernel itself is built with comes first.
 */
static char *release_of_headers(int fd, const char *path)
{
	auto_bytes struct bytes text = { 0 }, line = { 0 };
	char *release = NULL;

	if (file_read_in_root(fd, "include/generated/utsrelease.h", KERNEL_TEXT_SIZE_MAX, &text) ==
	    0)
		release = parse_utsrelease(&text);
	if (!release)
		release = guess_release(path);
	if (release ||
	    file_read_in_root(fd, "include/config/kernel.release", KERNEL_TEXT_SIZE_MAX, &line) < 0)
		return release;
	line.data[strcspn((const char *)line.data, "\n")] = '\0';
	return release_is_valid((const char *)line.data) ? strdup((const char *)line.data) : NULL;
}

static int add_headers(struct kernel *kernel, const struct kernel_request *request, int fd,
		       const char *path, struct error *reterr)
{
	auto_fd int symvers = file_open_in_root(fd, "Module.symvers", O_RDONLY | O_NONBLOCK);
	auto_free char *shown = text_format("%s/Module.symvers", path);
	int r;

	if (!shown)
		return -ENOMEM;
	if (symvers < 0)
		return error_set(reterr, symvers, "open the kernel's symbols", shown, NULL, NULL);
	r = note_guess(kernel, request, release_of_headers(fd, path), path, reterr);
	return r < 0 ? r : add_symbols(kernel, request, symvers, shown, reterr);
}

/* Take over TREE. */
static int adopt_tree(struct kernel *kernel, struct tree *tree)
{
	AUTO(tree_sample_done) struct tree_sample sample = { 0 };
	int r;

	kernel->tree = tree;
	kernel->tree_known = true;
	/* The kernel's lists outlive the tree's own, which nobody else reads. */
	kernel->tree_modules = tree->modules;
	tree->modules = (struct strings){ 0 };
	adopt_list(&kernel->builtins, &tree->builtins);
	r = tree_sample(tree, &sample);
	if (r < 0)
		return r;
	adopt_text(&kernel->vermagic, &sample.vermagic);
	adopt_list(&kernel->signers.own, &sample.signers);
	return sample.arch ? set_text(&kernel->arch, sample.arch) : 0;
}

static int add_tree(struct kernel *kernel, const struct kernel_request *request, const char *path,
		    struct error *reterr)
{
	struct tree *tree = NULL;
	int r;

	if (kernel->tree)
		return error_set(reterr, -EINVAL, using, path,
				 "another module tree was given as well", "give one of them");
	r = tree_open(path, request->cache, &tree, reterr);
	if (r == 0)
		r = adopt_tree(kernel, tree);
	if (r < 0)
		return r;
	if (request->release || !kernel->tree->release)
		return 0;
	return note_release(kernel, kernel->tree->release, path, reterr);
}

static int add_folder(struct kernel *kernel, const struct kernel_request *request, int fd,
		      const char *path, struct error *reterr)
{
	/* The root of a kernel's sources has a folder kernel/ too, so headers are asked for first.
	 */
	if (faccessat(fd, "Module.symvers", F_OK, 0) == 0)
		return add_headers(kernel, request, fd, path, reterr);
	if (tree_is_one(fd))
		return add_tree(kernel, request, path, reterr);
	return error_set(reterr, -EBADMSG, using, path,
			 "it is neither a module tree nor a headers directory with Module.symvers",
			 "give lib/modules/RELEASE of an installed kernel, or its release");
}

static int add_path(struct kernel *kernel, const struct kernel_request *request, const char *path,
		    struct error *reterr)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(reterr, -errno, using, path, NULL,
				 "give a release, a module tree, a symvers file or a kernel RPM");
	if (S_ISDIR(st.st_mode))
		return add_folder(kernel, request, fd, path, reterr);
	if (S_ISREG(st.st_mode))
		return add_file(kernel, request, fd, path, reterr);
	return error_set(reterr, -EINVAL, using, path, "it is neither a file nor a directory",
			 "give a release, a module tree, a symvers file or a kernel RPM");
}

int description_add(struct kernel *kernel, const struct kernel_request *request, const char *text,
		    struct error *reterr)
{
	if (strchr(text, '/'))
		return add_path(kernel, request, text, reterr);
	if (!release_is_valid(text))
		return error_set(reterr, -EINVAL, using, text, "it does not look like a release",
				 "give what `uname -r` prints, or a path with a '/' in it");
	return note_release(kernel, text, text, reterr);
}

static const char *shown_root(const struct kernel_request *request)
{
	return request->root && !text_equal(request->root, "/") ? request->root : "";
}

/* Find the module tree of a release that was asked for by name. None is no error. */
static int look_up_tree(struct kernel *kernel, const struct kernel_request *request,
			struct error *reterr)
{
	struct tree *tree = NULL;
	int r;

	if (kernel->tree)
		return 0;
	r = tree_find(request->root_fd, shown_root(request), kernel->release, request->cache, &tree,
		      reterr);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return adopt_tree(kernel, tree);
}

static int open_table(const struct kernel *kernel, int root_fd)
{
	auto_free char *path = text_format(TABLE_PLACE "%s", kernel->release);

	return path ? file_open_regular_in_root(root_fd, path, 0) : -ENOMEM;
}

/*
 * Read the symbol table of the release that an initrd keeps below its root. None is no error, nor
 * is a link that leads out of the root.
 */
static int look_up_table(struct kernel *kernel, const struct kernel_request *request,
			 struct error *reterr)
{
	static const char hint[] = "remove it, or write it again with kmp-match symbols --save";
	auto_free char *shown =
		text_format("%s/" TABLE_PLACE "%s", shown_root(request), kernel->release);
	auto_fd int fd = open_table(kernel, request->root_fd);
	auto_kernel struct kernel told = { 0 };
	auto_bytes struct bytes file = { 0 };
	int r;

	if (!shown)
		return -ENOMEM;
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return error_set(reterr, fd, "read the symbol table", shown, file_strerror(fd),
				 hint);
	r = symvers_load(fd, shown, &file, reterr);
	if (r == 0)
		r = table_read(&file, shown, &told, reterr);
	if (r < 0)
		return r;
	if (!text_equal(told.release, kernel->release))
		return error_setf(reterr, -EBADMSG, "use the symbol table", shown, hint,
				  "it is of another kernel, %s",
				  told.release ? told.release : "which it does not name");
	return adopt_table(kernel, &told, shown);
}

int description_look_up(struct kernel *kernel, const struct kernel_request *request, bool named,
			struct error *reterr)
{
	int r = named ? look_up_tree(kernel, request, reterr) : 0;

	if (r == 0 && named && origin_is_wanted(kernel))
		r = look_up_table(kernel, request, reterr);
	return r;
}

int description_look_up_symvers(struct kernel *kernel, const struct kernel_request *request,
				bool named, struct error *reterr)
{
	auto_symbol_table struct symbol_table *symbols = NULL;
	const struct tree *tree = kernel->tree;
	auto_free char *path = NULL;
	int r = -ENOENT;

	if (!origin_is_wanted(kernel))
		return 0;
	if (tree && tree->release && !tree->alone)
		r = symvers_find(tree->root_fd, tree->root, tree->release, request->cache, &symbols,
				 &path, reterr);
	else if (tree)
		r = symvers_find_in_tree(tree->fd, tree->path, request->cache, &symbols, &path,
					 reterr);
	else if (named)
		r = symvers_find(request->root_fd, shown_root(request), kernel->release,
				 request->cache, &symbols, &path, reterr);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return origin_add(kernel, take(symbols), path, true);
}
