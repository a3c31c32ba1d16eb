/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

struct plan_package *plan_add(struct plan *plan)
{
	if (array_grow(&plan->packages, plan->count, sizeof(*plan->packages)) < 0)
		return NULL;
	plan->packages[plan->count].rpm_fd = -1;
	return &plan->packages[plan->count++];
}

bool plan_is_staged(const struct plan_package *package)
{
	return package->selected && package->reason != REASON_INSTALLED;
}

bool plan_is_trusted(const struct plan_package *package, bool gpg_checks)
{
	return trust_is_enough(&package->trust, gpg_checks);
}

size_t plan_selected_count(const struct plan *plan)
{
	size_t selected = 0;

	for (size_t i = 0; i < plan->count; i++)
		selected += plan->packages[i].selected;
	return selected;
}

void plan_package_set_rpm(struct plan_package *package, int fd)
{
	release_fd(&package->rpm_fd);
	package->rpm_fd = fd;
}

int plan_package_add_module(struct plan_package *package, const char *path, const char *sha256)
{
	auto_free char *name = text_module_name(path);
	auto_free char *own_path = strdup(path);
	auto_free char *own_sha256 = sha256 ? strdup(sha256) : NULL;

	if (!name || !own_path || (sha256 && !own_sha256))
		return -ENOMEM;
	if (array_grow(&package->modules, package->module_count, sizeof(*package->modules)) < 0)
		return -ENOMEM;
	package->modules[package->module_count++] = (struct plan_module){
		.name = take(name),
		.path = take(own_path),
		.sha256 = take(own_sha256),
	};
	return 0;
}

static bool package_serves(const struct plan_package *package, size_t device)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (package->hints[i].device == device)
			return true;
	return false;
}

bool plan_serves(const struct plan *plan, size_t device, bool selected)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->packages[i].selected == selected &&
		    package_serves(&plan->packages[i], device))
			return true;
	return false;
}

static void release_hints(struct plan_package *package)
{
	for (size_t i = 0; i < package->hint_count; i++) {
		free(package->hints[i].pattern);
		free(package->hints[i].modalias);
	}
	free(package->hints);
}

static void release_modules(struct plan_package *package)
{
	for (size_t i = 0; i < package->module_count; i++) {
		free(package->modules[i].name);
		free(package->modules[i].path);
		free(package->modules[i].sha256);
		if (package->modules[i].facts)
			module_done(package->modules[i].facts);
		free(package->modules[i].facts);
		free(package->modules[i].unreadable);
	}
	free(package->modules);
}

static void package_done(struct plan_package *package)
{
	driver_done(&package->driver);
	plan_package_set_rpm(package, -1);
	free(package->detail);
	free(package->culprit);
	release_hints(package);
	strings_done(&package->required_by);
	strings_done(&package->assumed);
	kabi_done(&package->kabi);
	trust_done(&package->trust);
	free(package->rpm_sha256);
	free(package->rpm_staged);
	release_modules(package);
	strings_done(&package->firmware);
	diagnostics_done(&package->diagnostics);
}

void plan_drop_last(struct plan *plan)
{
	package_done(&plan->packages[--plan->count]);
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		package_done(&plan->packages[i]);
	free(plan->packages);
	free(plan->unmatched);
	*plan = (struct plan){ 0 };
}
