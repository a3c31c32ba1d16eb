/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "kernel/release.h"
#include "packages/rpm.h"

static int adopt_rpm(struct kernel *kernel, struct error *reterr)
{
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_rpm struct rpm *rpm = NULL;
	auto_free char *origin = NULL;
	auto_fd int fd = file_open_regular(AT_FDCWD, kernel->package);
	int r = fd < 0 ? fd : rpm_open(fd, kernel->package, &rpm, reterr);

	if (r == 0)
		r = rpm_provides(rpm, &names, &versions);
	if (r < 0)
		return error_set(reterr, r == -EINVAL ? -EBADMSG : r, "read the kernel package",
				 kernel->package, fd < 0 ? file_strerror(fd) : NULL, NULL);
	origin = text_format("package %s", rpm_nevra(rpm));
	if (!origin)
		return -ENOMEM;
	r = kernel_add_provides(kernel, origin, (const char *const *)names.items,
				(const char *const *)versions.items, names.count);
	if (r == -EBADMSG)
		return error_set(reterr, r, "read the kernel package", kernel->package,
				 "it provides no kernel, or not the release that was asked for",
				 "give a kernel-<flavor> package with --kernel");
	return r;
}

/* What the rpm database, or a repository, says of the kernel's release. 1 if anything, 0, -errno.
 */
static int adopt_package(struct kernel *kernel, const struct catalog *catalog, bool offered)
{
	AUTO(kernel_provides_done) struct kernel_provides provides = { 0 };
	auto_free char *nevra = NULL;
	auto_free char *origin = NULL;
	int r = catalog_kernel_provides(catalog, kernel->release, offered, &nevra, &provides);

	if (r <= 0)
		return r;
	origin = text_format("%s package %s", offered ? "offered" : "installed", nevra);
	if (!origin)
		return -ENOMEM;
	r = kernel_add_provides(kernel, origin, provides.names, provides.versions, provides.count);
	return r < 0 && r != -EBADMSG ? r : 1;
}

/* What the installed package says, then files, then a package on offer. */
static int adopt_release(struct kernel *kernel, const struct kernel_request *request,
			 const struct catalog *catalog, struct error *reterr)
{
	int installed = adopt_package(kernel, catalog, false);
	int r = installed < 0 ? installed : kernel_find_symbols(kernel, request, reterr);

	if (r == 0 && installed == 0)
		r = adopt_package(kernel, catalog, true);
	return r < 0 ? r : 0;
}

int target_begin(const struct kernel_request *request, struct kernel *ret, struct error *reterr)
{
	auto_kernel struct kernel kernel = { 0 };
	int r = kernel_find(request, &kernel, reterr);

	if (r == 0 && kernel.package)
		r = adopt_rpm(&kernel, reterr);
	if (r < 0)
		return r;
	*ret = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

int target_complete(const struct kernel_request *request, const struct catalog *catalog,
		    const char *machine_arch, struct kernel *kernel, struct error *reterr)
{
	struct utsname machine;
	int r = kernel->release ? adopt_release(kernel, request, catalog, reterr) : 0;

	if (r < 0)
		return r;
	if (!machine_arch && uname(&machine) == 0)
		machine_arch = machine.machine;
	return kernel_finish(kernel, request, machine_arch, reterr);
}

int target_find(const struct kernel_request *request, const struct catalog *catalog,
		const char *machine_arch, struct kernel *ret, struct error *reterr)
{
	auto_kernel struct kernel kernel = { 0 };
	int r = target_begin(request, &kernel, reterr);

	if (r == 0)
		r = target_complete(request, catalog, machine_arch, &kernel, reterr);
	if (r < 0)
		return r;
	*ret = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

/* What describes one kernel, and that kernel. */
struct group {
	char *release; /* as far as the texts say; NULL if they do not */
	struct strings texts;
	struct kernel kernel;
};

struct groups {
	struct group *items;
	size_t count;
};

static void groups_done(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free(groups->items[i].release);
		strings_done(&groups->items[i].texts);
		kernel_done(&groups->items[i].kernel);
	}
	free(groups->items);
	*groups = (struct groups){ 0 };
}

/* The group of RELEASE, a new one if there is none; NULL if out of memory. */
static struct group *group_of(struct groups *groups, char *release)
{
	auto_free char *owned = release;
	struct group *group;

	for (size_t i = 0; i < groups->count && release; i++)
		if (text_equal(groups->items[i].release, release))
			return &groups->items[i];
	if (array_grow(&groups->items, groups->count, sizeof(*groups->items)) < 0)
		return NULL;
	group = &groups->items[groups->count++];
	group->release = take(owned);
	return group;
}

static int sort_texts(const struct kernel_request *request, struct groups *ret)
{
	for (size_t i = 0; i < request->kernels.count; i++) {
		const char *text = request->kernels.items[i];
		char *release = request->release    ? strdup(request->release)
				: strchr(text, '/') ? release_of_path(text)
						    : strdup(text);
		struct group *group = group_of(ret, release);

		if (!group || strings_add_once(&group->texts, text) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The group before INDEX whose kernel is of the same release, or NULL. */
static struct group *same_kernel(const struct groups *groups, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_equal(groups->items[i].kernel.release,
			       groups->items[index].kernel.release))
			return &groups->items[i];
	return NULL;
}

/* Only what was read told that the texts of FROM describe the kernel of INTO. */
static int join_groups(struct group *into, struct group *from)
{
	int r = 0;

	for (size_t i = 0; i < from->texts.count && r == 0; i++)
		r = strings_add_once(&into->texts, from->texts.items[i]);
	kernel_done(&into->kernel);
	kernel_done(&from->kernel);
	return r;
}

static int find_groups(const struct kernel_request *request, const struct catalog *catalog,
		       const char *machine_arch, struct groups *groups, struct error *reterr)
{
	int r = 0;

	for (size_t i = 0; i < groups->count && r == 0; i++) {
		struct group *group = &groups->items[i], *same;
		struct kernel_request own = *request;

		own.kernels = group->texts;
		r = target_find(&own, catalog, machine_arch, &group->kernel, reterr);
		same = r == 0 ? same_kernel(groups, i) : NULL;
		if (!same)
			continue;
		r = join_groups(same, group);
		own.kernels = same->texts;
		if (r == 0)
			r = target_find(&own, catalog, machine_arch, &same->kernel, reterr);
	}
	return r;
}

int target_find_each(const struct kernel_request *request, const struct catalog *catalog,
		     const char *machine_arch, struct kernel **ret, size_t *ret_count,
		     struct error *reterr)
{
	AUTO(groups_done) struct groups groups = { 0 };
	struct kernel *kernels;
	size_t count = 0;
	int r = sort_texts(request, &groups);

	if (r == 0)
		r = find_groups(request, catalog, machine_arch, &groups, reterr);
	if (r < 0)
		return r;
	kernels = calloc(groups.count + 1, sizeof(*kernels));
	if (!kernels)
		return -ENOMEM;
	for (size_t i = 0; i < groups.count; i++) {
		if (!groups.items[i].kernel.release)
			continue;
		kernels[count++] = groups.items[i].kernel;
		groups.items[i].kernel = (struct kernel){ 0 };
	}
	*ret = kernels;
	*ret_count = count;
	return 0;
}
