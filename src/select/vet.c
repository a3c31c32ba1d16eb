/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/vet.h"

#include <errno.h>

#include "base/cleanup.h"
#include "select/header.h"

struct vetting {
	struct selection *selection;
	const struct vet_request *request;
	bool trouble; /* an RPM is damaged */
};

/* A chosen package whose RPM will not do is rejected: 1. 0 if it will do, or -errno. */
static int check_header(struct vetting *vetting, struct plan_package *package)
{
	auto_strings struct strings modules = { 0 };
	auto_error struct error error = { 0 };
	auto_free char *detail = NULL;
	int r = header_check(&vetting->request->sources[package->driver.source], package, &modules,
			     &error);

	if (r == 0)
		r = selection_add_modules(vetting->selection, package->driver.id, &modules);
	if (r == 0 || r == -ENOMEM)
		return r;
	vetting->trouble = true;
	detail = error_sentence(&error);
	r = selection_reject(vetting->selection, package->driver.id, REASON_CORRUPT,
			     detail ? detail : "its RPM is damaged", package->driver.location);
	return r < 0 ? r : 1;
}

/* 1 if the plan has to be made again, 0 if it stands, -errno. */
static int check_headers(struct vetting *vetting, struct plan *plan)
{
	size_t known = 0, found = 0;
	int again = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct plan_package *package = &plan->packages[i];
		int r;

		if (!package->selected || !package->rpm_at_hand || package->header_checked)
			continue;
		package->header_checked = true;
		known += package->driver.modules.count;
		r = check_header(vetting, package);
		if (r < 0)
			return r;
		found += package->driver.modules.count;
		again |= r;
	}
	/* Modules that the metadata did not name may make two packages rivals. */
	return again || found > known;
}

/*
 * What a dry run tolerates and staging does not: symbols that nothing knows, signatures that
 * nobody checked. 1 if PACKAGE was rejected for it, 0 if not, -errno.
 */
static int refuse_unsafe(struct vetting *vetting, const struct plan_package *package)
{
	int r;

	if (package->driver.role == ROLE_DRIVER && package->kabi.status == KABI_UNKNOWN)
		r = selection_reject(vetting->selection, package->driver.id, REASON_KABI_UNKNOWN,
				     "nothing says which symbols the kernel has, so it cannot be "
				     "staged; give the kernel's symvers file with --kernel",
				     vetting->request->kernel->release);
	else if (vetting->request->gpg_checks)
		r = selection_reject(vetting->selection, package->driver.id, REASON_UNTRUSTED,
				     "its signature is not checked; --no-gpg-checks stages it all "
				     "the same",
				     NULL);
	else
		return 0;
	return r < 0 ? r : 1;
}

/* 1 if the plan has to be made again, 0 if all of it may be staged, -errno. */
static int check_safety(struct vetting *vetting, const struct plan *plan)
{
	int again = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_package *package = &plan->packages[i];
		int r = plan_is_staged(package) ? refuse_unsafe(vetting, package) : 0;

		if (r < 0)
			return r;
		again |= r;
	}
	return again;
}

int vet_plan(struct selection *selection, const struct vet_request *request, struct plan **ret,
	     bool *ret_trouble, struct error *reterr)
{
	struct vetting vetting = { selection, request, false };
	struct plan *plan;
	int r;

	do {
		r = selection_plan(selection, &plan, reterr);
		if (r == 0)
			r = check_headers(&vetting, plan);
		if (r == 0 && request->staging)
			r = check_safety(&vetting, plan);
	} while (r > 0);
	if (r < 0)
		return error_set(reterr, r, "look at the chosen packages", NULL, NULL, NULL);
	*ret = plan;
	*ret_trouble = vetting.trouble;
	return 0;
}
