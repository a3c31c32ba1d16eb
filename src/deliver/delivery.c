/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/delivery.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "deliver/stage.h"

/* Bytes that the chosen packages take: the RPMs, and what is unpacked from them. */
static uint64_t bytes_staged(const struct plan *plan)
{
	uint64_t needed = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_staged(&plan->packages[i]))
			needed += plan->packages[i].rpm_size + plan->packages[i].unpacked_size;
	return needed;
}

static int stage_package(const struct delivery *delivery, struct stage *stage,
			 struct progress_task *progress, struct plan_package *package,
			 struct error *reterr)
{
	const struct stage_rpm from = {
		.fd = package->rpm_fd,
		.source = &delivery->sources[package->driver.source],
		.gpg_checks = delivery->gpg_checks,
		.progress = progress,
	};

	if (from.fd < 0)
		return error_set(reterr, -ENOENT, "stage the package", package->driver.nevra,
				 "its RPM is not at hand", "copy the repository here");
	return stage_add(stage, &from, package, reterr);
}

/* Is PACKAGE a build of a family that is staged, one that may do for another kernel? */
static bool is_other_build(const struct plan *plan, const struct plan_package *package)
{
	if (package->selected || !package->rpm_at_hand || package->driver.role != ROLE_DRIVER ||
	    package->reason == REASON_CORRUPT || reason_rule(package->reason) == RULE_TRUST)
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_staged(&plan->packages[i]) &&
		    text_equal(plan->packages[i].driver.family, package->driver.family))
			return true;
	return false;
}

/* What cannot be kept is said, and costs nothing that was chosen. */
static int keep_other_build(const struct delivery *delivery, struct stage *stage,
			    struct plan_package *package, uint64_t *left)
{
	const struct source *source = &delivery->sources[package->driver.source];
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;
	auto_fd int fd = source_open_rpm(source, package->driver.location);
	const struct stage_rpm from = { fd, source, delivery->gpg_checks, NULL };
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) == 0 ? fd : -errno;

	if (r == -ENOENT)
		return 0;
	if (r >= 0 && (uint64_t)st.st_size > *left)
		r = error_set(&error, -EFBIG, "keep the RPM", package->driver.nevra,
			      "other builds take too much room", NULL);
	if (r >= 0)
		r = stage_keep(stage, &from, package, &error);
	if (r == 0)
		*left -= (uint64_t)st.st_size;
	if (r >= 0 || r == -ENOMEM)
		return r;
	error_set(&error, r, "keep the RPM", package->driver.nevra, NULL, NULL);
	sentence = error_sentence(&error);
	return diagnostics_add(&package->diagnostics, "other-build-left-out", package->driver.nevra,
			       "%s", sentence ? sentence : "it could not be kept");
}

/* `install` chooses again for every kernel of the target: it may want another build. */
static int keep_other_builds(const struct delivery *delivery, struct stage *stage)
{
	struct plan *plan = delivery->plan;
	uint64_t left = OTHER_BUILDS_MAX;
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->count; i++)
		if (is_other_build(plan, &plan->packages[i]))
			r = keep_other_build(delivery, stage, &plan->packages[i], &left);
	return r;
}

static bool has_something_to_stage(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_staged(&plan->packages[i]))
			return true;
	return false;
}

/* What an attempt that came to nothing said of its copies is not true. */
static void forget_staged(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->packages[i].rpm_staged);
		plan->packages[i].rpm_staged = NULL;
		diagnostics_drop(&plan->packages[i].diagnostics, "other-build-left-out");
	}
}

static int stage_all(const struct delivery *delivery, struct stage *stage, int *ret_damaged,
		     struct error *reterr)
{
	struct plan *plan = delivery->plan;
	auto_progress_task struct progress_task task = { .total = bytes_staged(plan) };
	int r = 0;

	progress_begin(delivery->progress, &task, "staging", "packages");
	for (size_t i = 0; r == 0 && i < plan->count; i++) {
		if (!plan_is_staged(&plan->packages[i]))
			continue;
		r = stage_package(delivery, stage, &task, &plan->packages[i], reterr);
		if (r == -EBADMSG)
			*ret_damaged = plan->packages[i].driver.id;
	}
	return r == 0 ? keep_other_builds(delivery, stage) : r;
}

int delivery_run(const struct delivery *delivery, unsigned int *ret_generation, int *ret_damaged,
		 struct error *reterr)
{
	auto_stage struct stage *stage = NULL;
	int r;

	*ret_generation = 0;
	*ret_damaged = 0;
	if (!has_something_to_stage(delivery->plan))
		return 0;
	if (delivery->made < 0)
		return error_set(reterr, delivery->made, "make the staging directory",
				 delivery->stage_dir, NULL, "name another one with --stage-dir");
	r = stage_begin(delivery->stage_dir, delivery->kernel_release,
			STAGE_OVERHEAD + bytes_staged(delivery->plan), &stage, reterr);
	if (r == 0)
		r = stage_all(delivery, stage, ret_damaged, reterr);
	if (r == 0)
		r = stage_commit(stage, delivery->render, delivery->context, ret_generation,
				 reterr);
	if (r < 0)
		forget_staged(delivery->plan);
	return r;
}
