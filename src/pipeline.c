/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "deliver/stage.h"
#include "hardware/hardware.h"
#include "packages/catalog.h"
#include "packages/rpm.h"
#include "select/header.h"
#include "select/selection.h"

/* Room for what a generation needs beside its packages, in bytes: manifest, links, directories. */
#define STAGE_OVERHEAD (1U << 20)

static int open_root(struct pipeline *pipeline, const struct options *options, struct error *reterr)
{
	const char *root = options->root ? options->root : "/";

	pipeline->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pipeline->root_fd < 0)
		return error_set(reterr, -errno, "open the root directory", root, NULL,
				 "check the path given with --root");
	return 0;
}

/* Stage 1: what the machine has. */
static int read_hardware(struct pipeline *pipeline, const struct options *options,
			 struct error *reterr)
{
	return hardware_read(&options->hardware, &pipeline->devices, reterr);
}

/* Stage 2: what is on offer, and what is installed. A repository that fails is reported, not fatal. */
static int read_packages(struct pipeline *pipeline, const struct options *options,
			 struct error *reterr)
{
	int r = catalog_new(&pipeline->catalog);

	if (r == 0)
		r = catalog_add_base(pipeline->catalog, pipeline->root_fd, reterr);
	if (r < 0)
		return r;
	pipeline->sources = calloc(options->repositories.count + 1, sizeof(*pipeline->sources));
	if (!pipeline->sources)
		return -ENOMEM;
	for (size_t i = 0; i < options->repositories.count; i++) {
		struct source *source = &pipeline->sources[pipeline->source_count++];

		r = source_open(options->repositories.items[i], i, source);
		if (r == 0)
			r = catalog_add_source(pipeline->catalog, source, i);
		if (r == -ENOMEM)
			return r;
		if (source->failed)
			pipeline->trouble = true;
	}
	return 0;
}

static int adopt_kernel_rpm(struct kernel *kernel, struct error *reterr)
{
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_rpm struct rpm *rpm = NULL;
	auto_free char *origin = NULL;
	auto_fd int fd = file_open_regular(AT_FDCWD, kernel->package);
	int r = fd < 0 ? fd : rpm_open(fd, kernel->package, &rpm, reterr);

	if (r == 0)
		r = rpm_provides(rpm, &names, &versions);
	if (r < 0)
		return error_set(reterr, r, "read the kernel package", kernel->package, NULL, NULL);
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
static int adopt_kernel_package(struct pipeline *pipeline)
{
	struct kernel *kernel = &pipeline->kernel;
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_free char *nevra = NULL;
	auto_free char *origin = NULL;
	bool offered = false;
	int r = catalog_kernel_provides(pipeline->catalog, kernel->release, false, &nevra, &names,
					&versions);

	if (r == 0) {
		offered = true;
		r = catalog_kernel_provides(pipeline->catalog, kernel->release, true, &nevra, &names,
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

/* Stage 3: the target kernel, from files, then from packages. */
static int find_kernel(struct pipeline *pipeline, const struct options *options,
		       struct error *reterr)
{
	const struct kernel_request request = {
		.root_fd = pipeline->root_fd,
		.root = options->root,
		.kernels = options->kernels,
		.flavor = options->flavor,
		.arch = options->arch,
		.release = options->kernel_release,
	};
	const char *arch = pipeline->devices.arch;
	struct utsname machine;
	int r = kernel_find(&request, &pipeline->kernel, reterr);

	if (r < 0)
		return r;
	if (pipeline->kernel.package)
		r = adopt_kernel_rpm(&pipeline->kernel, reterr);
	if (r == 0 && pipeline->kernel.release)
		r = adopt_kernel_package(pipeline);
	if (r < 0)
		return r;
	if (!arch && uname(&machine) == 0)
		arch = machine.machine;
	return kernel_finish(&pipeline->kernel, &request, arch, reterr);
}

static bool is_staged(const struct plan_package *package)
{
	return package->selected && package->reason != REASON_INSTALLED;
}

/* A chosen package whose RPM will not do is rejected: 1. 0 if it will do, or -errno. */
static int check_header(struct pipeline *pipeline, struct plan_package *package)
{
	auto_strings struct strings modules = { 0 };
	auto_error struct error error = { 0 };
	auto_free char *detail = NULL;
	int r = header_check(&pipeline->sources[package->driver.source], package, &modules, &error);

	if (r == 0)
		r = selection_add_modules(pipeline->selection, package->driver.id, &modules);
	if (r == 0 || r == -ENOMEM)
		return r;
	pipeline->trouble = true;
	detail = error_sentence(&error);
	r = selection_reject(pipeline->selection, package->driver.id, REASON_CORRUPT,
			     detail ? detail : "its RPM is damaged", package->driver.location);
	return r < 0 ? r : 1;
}

/* 1 if the plan has to be made again, 0 if it stands, -errno. */
static int check_headers(struct pipeline *pipeline)
{
	struct plan *plan = pipeline->plan;
	size_t known = 0, found = 0;
	int again = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct plan_package *package = &plan->packages[i];
		int r;

		if (!package->selected || !package->rpm_at_hand || package->header_checked)
			continue;
		package->header_checked = true;
		known += package->driver.modules.count;
		r = check_header(pipeline, package);
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
static int refuse_unsafe(struct pipeline *pipeline, const struct options *options,
			 const struct plan_package *package)
{
	int r;

	if (package->driver.role == ROLE_DRIVER && package->kabi.status == KABI_UNKNOWN)
		r = selection_reject(pipeline->selection, package->driver.id, REASON_KABI_UNKNOWN,
				     "nothing says which symbols the kernel has, so it cannot be "
				     "staged; give the kernel's symvers file with --kernel",
				     pipeline->kernel.release);
	else if (!options->no_gpg_checks)
		r = selection_reject(pipeline->selection, package->driver.id, REASON_UNTRUSTED,
				     "its signature is not checked; --no-gpg-checks stages it all "
				     "the same",
				     NULL);
	else
		return 0;
	return r < 0 ? r : 1;
}

/* 1 if the plan has to be made again, 0 if all of it may be staged, -errno. */
static int check_safety(struct pipeline *pipeline, const struct options *options)
{
	int again = 0;

	for (size_t i = 0; i < pipeline->plan->count; i++) {
		const struct plan_package *package = &pipeline->plan->packages[i];
		int r = is_staged(package) ? refuse_unsafe(pipeline, options, package) : 0;

		if (r < 0)
			return r;
		again |= r;
	}
	return again;
}

/* Stage 4: match, solve, look at what was chosen, and solve again without what will not do. */
static int select_packages(struct pipeline *pipeline, const struct options *options,
			   struct error *reterr)
{
	int r = selection_new(pipeline->catalog, pipeline->sources, &pipeline->kernel,
			      &pipeline->devices, &pipeline->selection, reterr);

	do {
		if (r >= 0)
			r = selection_plan(pipeline->selection, &pipeline->plan, reterr);
		if (r == 0)
			r = check_headers(pipeline);
		if (r == 0 && !options->dry_run)
			r = check_safety(pipeline, options);
	} while (r > 0);
	return r;
}

/* Bytes that the chosen packages take: the RPMs, and what is unpacked from them. */
static uint64_t room_needed(const struct plan *plan)
{
	uint64_t needed = STAGE_OVERHEAD;

	for (size_t i = 0; i < plan->count; i++)
		if (is_staged(&plan->packages[i]))
			needed += plan->packages[i].rpm_size + plan->packages[i].unpacked_size;
	return needed;
}

static int stage_package(struct pipeline *pipeline, struct stage *stage,
			 struct plan_package *package, struct error *reterr)
{
	const struct source *source = &pipeline->sources[package->driver.source];
	auto_fd int fd = -1;

	if (!package->rpm_at_hand)
		return error_set(reterr, -ENOENT, "stage the package", package->driver.nevra,
				 "its RPM is not at hand", "copy the repository here");
	fd = source_open_rpm(source, package->driver.location);
	if (fd < 0)
		return error_set(reterr, fd, "open the RPM", package->driver.location, NULL, NULL);
	return stage_add(stage, fd, package, reterr);
}

/* What stage_commit() needs to make the manifest. */
struct manifest_context {
	const struct pipeline *pipeline;
	const struct options *options;
};

static int render_manifest(void *data, unsigned int generation, struct bytes *ret)
{
	const struct manifest_context *context = data;
	struct report report = pipeline_report(context->pipeline, context->options);
	auto_json struct json *json = NULL;
	char *text;

	report.generation = generation;
	json = report_json(&report);
	text = json_text(json);
	if (!text)
		return -ENOMEM;
	*ret = (struct bytes){ .data = (uint8_t *)text, .size = strlen(text) };
	return 0;
}

/* Stage 5: into the staging directory, all or nothing. */
static int deliver(struct pipeline *pipeline, const struct options *options, struct error *reterr)
{
	struct manifest_context context = { pipeline, options };
	auto_stage struct stage *stage = NULL;
	int r;

	r = stage_begin(options->stage_dir, pipeline->kernel.release, room_needed(pipeline->plan), &stage,
			reterr);
	for (size_t i = 0; r == 0 && i < pipeline->plan->count; i++)
		if (is_staged(&pipeline->plan->packages[i]))
			r = stage_package(pipeline, stage, &pipeline->plan->packages[i], reterr);
	if (r == 0)
		r = stage_commit(stage, render_manifest, &context, &pipeline->generation, reterr);
	return r;
}

/* Is there something that staging would write? */
static bool has_something_to_stage(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->plan->count; i++)
		if (is_staged(&pipeline->plan->packages[i]))
			return true;
	return false;
}

/*
 * EXIT_REFUSED: a device that no driver is known to be bound to has one on offer, and every build
 * of it was refused; and whatever would have been staged but for its signature.
 */
static int settle_exit(const struct pipeline *pipeline)
{
	const struct plan *plan = pipeline->plan;

	if (pipeline->trouble)
		return EXIT_TROUBLE;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->packages[i].reason == REASON_UNTRUSTED)
			return EXIT_REFUSED;
	for (size_t i = 0; i < pipeline->devices.count; i++)
		if (!pipeline->devices.items[i].driver && plan_serves(plan, i, false) &&
		    !plan_serves(plan, i, true))
			return EXIT_REFUSED;
	return EXIT_DONE;
}

int pipeline_run(const struct options *options, struct pipeline *ret, struct error *reterr)
{
	struct pipeline *pipeline = ret;
	int r;

	*pipeline = (struct pipeline){ .root_fd = -1 };
	r = open_root(pipeline, options, reterr);
	if (r == 0)
		r = read_hardware(pipeline, options, reterr);
	if (r == 0)
		r = read_packages(pipeline, options, reterr);
	if (r == 0)
		r = find_kernel(pipeline, options, reterr);
	if (r == 0)
		r = select_packages(pipeline, options, reterr);
	if (r < 0)
		return r;
	pipeline->exit = settle_exit(pipeline);
	if (options->dry_run || pipeline->trouble || !has_something_to_stage(pipeline))
		return 0;
	return deliver(pipeline, options, reterr);
}

struct report pipeline_report(const struct pipeline *pipeline, const struct options *options)
{
	return (struct report){
		.dry_run = options->dry_run,
		.gpg_checks = !options->no_gpg_checks,
		.kernel = &pipeline->kernel,
		.sources = pipeline->sources,
		.source_count = pipeline->source_count,
		.devices = &pipeline->devices,
		.plan = pipeline->plan,
		.exit = pipeline->exit,
		.generation = pipeline->generation,
		.stage_dir = options->stage_dir,
	};
}

void pipeline_done(struct pipeline *pipeline)
{
	selection_free(pipeline->selection);
	catalog_free(pipeline->catalog);
	for (size_t i = 0; i < pipeline->source_count; i++)
		source_done(&pipeline->sources[i]);
	free(pipeline->sources);
	kernel_done(&pipeline->kernel);
	device_list_done(&pipeline->devices);
	release_fd(&pipeline->root_fd);
	*pipeline = (struct pipeline){ .root_fd = -1 };
}
