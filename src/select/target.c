/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/target.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
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
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_free char *nevra = NULL;
	auto_free char *origin = NULL;
	int r = catalog_kernel_provides(catalog, kernel->release, offered, &nevra, &names,
					&versions);

	if (r <= 0)
		return r;
	origin = text_format("%s package %s", offered ? "offered" : "installed", nevra);
	if (!origin)
		return -ENOMEM;
	r = kernel_add_provides(kernel, origin, (const char *const *)names.items,
				(const char *const *)versions.items, names.count);
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

int target_find(const struct kernel_request *request, const struct catalog *catalog,
		const char *machine_arch, struct kernel *ret, struct error *reterr)
{
	auto_kernel struct kernel kernel = { 0 };
	struct utsname machine;
	int r = kernel_find(request, &kernel, reterr);

	if (r < 0)
		return r;
	if (kernel.package)
		r = adopt_rpm(&kernel, reterr);
	if (r == 0 && kernel.release)
		r = adopt_release(&kernel, request, catalog, reterr);
	if (r < 0)
		return r;
	if (!machine_arch && uname(&machine) == 0)
		machine_arch = machine.machine;
	r = kernel_finish(&kernel, request, machine_arch, reterr);
	if (r < 0)
		return r;
	*ret = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}
