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

/* What the rpm database, else a repository, says of the kernel's release. */
static int adopt_package(struct kernel *kernel, const struct catalog *catalog)
{
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_free char *nevra = NULL;
	auto_free char *origin = NULL;
	bool offered = false;
	int r = catalog_kernel_provides(catalog, kernel->release, false, &nevra, &names, &versions);

	if (r == 0) {
		offered = true;
		r = catalog_kernel_provides(catalog, kernel->release, true, &nevra, &names,
					    &versions);
	}
	if (r <= 0)
		return r;
	origin = text_format("%s package %s", offered ? "offered" : "installed", nevra);
	if (!origin)
		return -ENOMEM;
	r = kernel_add_provides(kernel, origin, (const char *const *)names.items,
				(const char *const *)versions.items, names.count);
	return r == -EBADMSG ? 0 : r;
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
		r = adopt_package(&kernel, catalog);
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
