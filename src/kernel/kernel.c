/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/aliases.h"
#include "kernel/blacklist.h"
#include "kernel/description.h"
#include "kernel/origin.h"
#include "kernel/provides.h"
#include "kernel/release.h"
#include "kernel/tree.h"

char *kernel_flavor_of(const char *release)
{
	return release_flavor(release);
}

void kernel_done(struct kernel *kernel)
{
	free(kernel->release);
	free(kernel->flavor);
	free(kernel->arch);
	symbol_table_free(kernel->symbols);
	free(kernel->symbols_from);
	strings_done(&kernel->tree_modules);
	free(kernel->vermagic);
	strings_done(&kernel->builtins);
	strings_done(&kernel->blacklist);
	signers_done(&kernel->signers);
	strings_done(&kernel->provides);
	free(kernel->package);
	tree_free(kernel->tree);
	diagnostics_done(&kernel->diagnostics);
	*kernel = (struct kernel){ 0 };
}

/* 0 or -ENOMEM. */
static int set_release(struct kernel *kernel, const char *release)
{
	kernel->release = strdup(release);
	return kernel->release ? 0 : -ENOMEM;
}

/* The newest of RELEASES whose flavor is FLAVOR (NULL: that have none); borrowed, or NULL. */
static const char *newest_of_flavor(const struct strings *releases, const char *flavor)
{
	const char *newest = NULL;

	for (size_t i = 0; i < releases->count; i++) {
		auto_free char *own = release_flavor(releases->items[i]);

		if (text_equal(own, flavor) &&
		    (!newest || release_compare(newest, releases->items[i]) < 0))
			newest = releases->items[i];
	}
	return newest;
}

/* The newest release of each flavor in RELEASES. 0 or -ENOMEM. */
static int newest_of_each(const struct strings *releases, struct strings *ret)
{
	int r = 0;

	for (size_t i = 0; i < releases->count && r == 0; i++) {
		auto_free char *flavor = release_flavor(releases->items[i]);

		r = strings_add_once(ret, newest_of_flavor(releases, flavor));
	}
	return r;
}

static int fail_for_flavors(const struct strings *newest, const char *root, struct error *reterr)
{
	auto_free char *list = strings_join(newest, ", ");

	if (!list)
		return -ENOMEM;
	return error_setf(reterr, -EINVAL, "choose a kernel in", root, "say which with --kernel",
			  "none of its flavors is the booted one: %s", list);
}

/* The newest kernel below the root that is of --flavor, else of the booted one, else of the only
 * one. */
static int choose_installed(struct kernel *kernel, const struct kernel_request *request,
			    const char *booted, struct error *reterr)
{
	auto_strings struct strings releases = { 0 }, newest = { 0 };
	auto_free char *flavor = request->flavor ? strdup(request->flavor) : release_flavor(booted);
	const char *release;
	int r = tree_releases(request->root_fd, &releases);

	if (r < 0)
		return error_set(reterr, r, "list the kernels in", request->root, NULL, NULL);
	release = newest_of_flavor(&releases, flavor);
	if (release)
		return set_release(kernel, release);
	r = newest_of_each(&releases, &newest);
	if (r < 0)
		return r;
	if (newest.count == 0 || request->flavor)
		return error_set(reterr, -ENOENT, "find a kernel in", request->root,
				 newest.count ? "none of that flavor is installed there"
					      : "no module tree is below lib/modules",
				 "say which with --kernel");
	if (newest.count > 1)
		return fail_for_flavors(&newest, request->root, reterr);
	return set_release(kernel, newest.items[0]);
}

static int choose_default(struct kernel *kernel, const struct kernel_request *request,
			  struct error *reterr)
{
	struct utsname name;

	if (kernel->release)
		return 0;
	if (uname(&name) < 0)
		return error_set(reterr, -errno, "ask for the running kernel", NULL, NULL, NULL);
	if (request->root)
		return choose_installed(kernel, request, name.release, reterr);
	return set_release(kernel, name.release);
}

static int check_request(const struct kernel_request *request, struct error *reterr)
{
	const char *flavor = request->flavor, *release = request->release;

	if (release && !release_is_valid(release))
		return error_set(reterr, -EINVAL, "use the kernel", release,
				 "it does not look like a release",
				 "give what `uname -r` prints after --kernel-release");
	if (flavor && (*flavor == '\0' || strlen(flavor) > RELEASE_MAX ||
		       flavor[strspn(flavor, "abcdefghijklmnopqrstuvwxyz"
					     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+")]))
		return error_set(reterr, -EINVAL, "use the flavor", flavor,
				 "it does not look like a flavor", "give one such as 'default'");
	return 0;
}

/* Was a release asked for, or nothing, so that it is looked up? */
static bool is_named(const struct kernel_request *request)
{
	for (size_t i = 0; i < request->kernels.count; i++)
		if (!strchr(request->kernels.items[i], '/'))
			return true;
	return request->kernels.count == 0;
}

int kernel_find(const struct kernel_request *request, struct kernel *ret, struct error *reterr)
{
	auto_kernel struct kernel kernel = { 0 };
	int r = check_request(request, reterr);

	if (r == 0 && request->release)
		r = set_release(&kernel, request->release);
	for (size_t i = 0; i < request->kernels.count && r == 0; i++)
		r = description_add(&kernel, request, request->kernels.items[i], reterr);
	if (r == 0 && request->kernels.count == 0)
		r = choose_default(&kernel, request, reterr);
	if (r == 0)
		r = description_look_up(&kernel, request, is_named(request), reterr);
	if (r < 0)
		return r;
	if (!kernel.release && !kernel.package)
		return error_set(reterr, -EINVAL, "use the kernel", request->kernels.items[0],
				 "nothing says which release it is", "give --kernel-release");
	*ret = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

int kernel_find_symbols(struct kernel *kernel, const struct kernel_request *request,
			struct error *reterr)
{
	if (!kernel->release)
		return 0;
	return description_look_up_symvers(kernel, request, is_named(request), reterr);
}

static int add_symbols(struct kernel *kernel, const char *origin, const struct provides *provides)
{
	auto_symbol_table struct symbol_table *symbols = NULL;
	int r;

	if (!kernel->flavor || !origin_is_wanted(kernel))
		return 0;
	r = provides_symbols(provides, kernel->flavor, &symbols);
	if (r < 0 || !symbols)
		return r;
	return origin_add(kernel, take(symbols), origin, true);
}

/* NAME is "kmod(MODULE.ko)", in packages before 2019 "kmod(MODULE)"; else nothing is added. */
static int add_module(struct strings *modules, const char *name)
{
	auto_free char *file = NULL, *module = NULL;

	if (!text_starts(name, "kmod(") || !text_ends(name, ")"))
		return 0;
	file = strndup(name + strlen("kmod("), strlen(name) - strlen("kmod()"));
	module = file ? text_module_name(file) : NULL;
	return module ? strings_add(modules, module) : -ENOMEM;
}

/* All but the symbols, which are in their table. */
static int add_names(struct kernel *kernel, const struct provides *provides)
{
	int r = 0;

	for (size_t i = 0; i < provides->count && r == 0; i++) {
		const char *name = provides->names[i], *version = provides->versions[i];

		if (text_starts(name, "ksym("))
			continue;
		if (version && *version)
			r = strings_addf(&kernel->provides, "%s = %s", name, version);
		else
			r = strings_add(&kernel->provides, name);
		if (r == 0 && !kernel->tree_known)
			r = add_module(&kernel->tree_modules, name);
	}
	strings_sort_unique(&kernel->tree_modules);
	return r;
}

int kernel_add_provides(struct kernel *kernel, const char *origin, const char *const *names,
			const char *const *versions, size_t count)
{
	const struct provides provides = { names, versions, count };
	const char *release = provides_release(&provides, kernel->release), *arch;
	auto_free char *flavor = provides_flavor(&provides, release ? release : kernel->release);
	int r = 0;

	if (!provides_kernel(&provides, flavor) || (release && !release_is_valid(release)) ||
	    (release && kernel->release && !text_equal(release, kernel->release)))
		return -EBADMSG;
	if (!kernel->release && release)
		r = set_release(kernel, release);
	if (!kernel->flavor)
		kernel->flavor = take(flavor);
	arch = kernel->flavor ? provides_arch(&provides, kernel->flavor) : NULL;
	if (arch && !kernel->arch) {
		kernel->arch = strdup(arch);
		r = kernel->arch ? r : -ENOMEM;
	}
	if (r == 0)
		r = add_symbols(kernel, origin, &provides);
	return r < 0 ? r : add_names(kernel, &provides);
}

static int settle_flavor(struct kernel *kernel, const char *wanted, struct error *reterr)
{
	if (wanted) {
		free(kernel->flavor);
		kernel->flavor = strdup(wanted);
		return kernel->flavor ? 0 : -ENOMEM;
	}
	if (!kernel->flavor)
		kernel->flavor = release_flavor(kernel->release);
	if (kernel->flavor)
		return 0;
	return error_set(reterr, -EINVAL, "tell the flavor of kernel", kernel->release,
			 "its release does not end in one", "say which with --flavor");
}

static bool is_arch(const char *text)
{
	size_t length =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return length && text[length] == '\0';
}

static int settle_arch(struct kernel *kernel, const char *wanted, const char *machine_arch,
		       struct error *reterr)
{
	const char *arch = wanted ? wanted : kernel->arch ? NULL : machine_arch;

	if (!arch)
		return 0;
	if (!is_arch(arch))
		return error_set(reterr, -EINVAL, "use the architecture", arch,
				 "no machine is called so", "give what uname -m prints");
	free(kernel->arch);
	kernel->arch = strdup(arch);
	return kernel->arch ? 0 : -ENOMEM;
}

/* Last resort for symbols: what the modules of the tree show of them. */
static int read_tree_symbols(struct kernel *kernel, const struct kernel_request *request,
			     struct error *reterr)
{
	const char *path = kernel->tree->path;
	auto_symbol_table struct symbol_table *symbols = NULL;
	int r = tree_symbols(kernel->tree, request->cache, &symbols, &kernel->diagnostics);

	if (r < 0)
		return error_set(reterr, r, "read the modules of", path, NULL, NULL);
	r = origin_add(kernel, take(symbols), path, false);
	if (r < 0)
		return r;
	return diagnostics_add(&kernel->diagnostics, "symbols-incomplete", path,
			       "no symvers file of %s was found, so its symbols are those that its "
			       "own modules export or use; about any other symbol nothing is known",
			       kernel->release);
}

/* Without a tree nothing says which of the modules that export symbols will be there. */
static int assume_module_symbols(struct kernel *kernel)
{
	const struct symbol *symbol;
	size_t count = 0;

	for (size_t i = 0; (symbol = symbol_table_at(kernel->symbols, i)); i++)
		count += symbol->exporter && !text_equal(symbol->exporter, "vmlinux");
	if (count == 0)
		return 0;
	return diagnostics_add(&kernel->diagnostics, "module-symbols-assumed", kernel->symbols_from,
			       "no module tree of %s is known, so the modules that export %zu of "
			       "its symbols are assumed to be there",
			       kernel->release, count);
}

static int settle_symbols(struct kernel *kernel, const struct kernel_request *request,
			  struct error *reterr)
{
	if (!kernel->symbols && kernel->tree)
		return read_tree_symbols(kernel, request, reterr);
	if (!kernel->symbols)
		return diagnostics_add(&kernel->diagnostics, "symbols-unknown", kernel->release,
				       "no symvers file, module tree or package of kernel %s was "
				       "found, so its symbols are not known and no driver can be "
				       "staged for it; give one of them with --kernel",
				       kernel->release);
	if (!kernel->tree_known)
		return assume_module_symbols(kernel);
	symbol_table_mark_absent(kernel->symbols, &kernel->tree_modules);
	return 0;
}

/* Is KERNEL the one that runs, and REQUEST about this system? */
static bool is_running(const struct kernel *kernel, const struct kernel_request *request)
{
	struct utsname name;

	return (!request->root || text_equal(request->root, "/")) && uname(&name) == 0 &&
	       text_equal(name.release, kernel->release);
}

/* What the system says that the kernel is, or will be, part of. */
static int ask_system(struct kernel *kernel, const struct kernel_request *request)
{
	const struct tree *tree = kernel->tree;
	int root_fd = tree && !tree->alone ? tree->root_fd : request->root_fd;
	bool running = is_running(kernel, request);
	auto_bytes struct bytes line = { 0 };
	int r = blacklist_add_modprobe(root_fd, &kernel->blacklist);

	if (r == 0 && running &&
	    file_read_in_root(root_fd, "proc/cmdline", KERNEL_TEXT_SIZE_MAX, &line) == 0)
		r = blacklist_add_command_line((const char *)line.data, &kernel->blacklist);
	strings_sort_unique(&kernel->blacklist);
	if (r == 0)
		r = signers_find(root_fd, kernel->release, running, &kernel->signers);
	if (r == 0)
		r = enforcement_find(root_fd, kernel->release, running, &kernel->enforcement);
	/* The configuration may not be there, and only where modprobe asks it matters. */
	if (r == 0 && tree && kernel->enforcement.tells_supported == ANSWER_UNKNOWN &&
	    kernel->enforcement.modprobe_refuses == ANSWER_YES && tree_tells_supported(tree))
		kernel->enforcement.tells_supported = ANSWER_YES;
	strings_sort_unique(&kernel->signers.own);
	decompressors_find(root_fd, kernel->release, running, &kernel->decompressors);
	return r;
}

int kernel_finish(struct kernel *kernel, const struct kernel_request *request,
		  const char *machine_arch, struct error *reterr)
{
	int r;

	if (!kernel->release)
		return error_set(reterr, -EINVAL, "use the kernel", kernel->package,
				 "nothing says which release it is", "give --kernel-release");
	r = settle_flavor(kernel, request->flavor, reterr);
	if (r == 0)
		r = settle_arch(kernel, request->arch, machine_arch, reterr);
	if (r == 0)
		r = ask_system(kernel, request);
	return r < 0 ? r : settle_symbols(kernel, request, reterr);
}

bool kernel_serves(const struct kernel *kernel, const char *modalias)
{
	return kernel->tree && module_aliases_serve(kernel->tree->aliases, modalias);
}
