/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "select/target.h"
#include "verbs/verb.h"

/* Packages that are asked for by name: only then are repositories of any use. */
static int collect_names(int argc, char **argv, struct strings *ret)
{
	int r = 0;

	for (int i = 0; i < argc && r == 0; i++)
		if (!kmp_is_path(argv[i]))
			r = strings_add(ret, argv[i]);
	return r;
}

static int find_kernels(const struct options *options, struct pipeline *pipeline,
			struct check *check, struct error *reterr)
{
	const struct kernel_request request = pipeline_kernel_request(pipeline, options);
	auto_progress_task struct progress_task task = { 0 };

	progress_begin(&pipeline->progress, &task, "reading", "the kernels");
	return target_find_each(&request, pipeline->catalog, pipeline->devices.arch,
				&check->kernels, &check->kernel_count, reterr);
}

static int find_kmps(const struct options *options, struct pipeline *pipeline, int argc,
		     char **argv, struct check *check, struct error *reterr)
{
	auto_progress_task struct progress_task task = { .counted = true, .total = (uint64_t)argc };
	const struct kmps_offer offer = {
		.root = options->root ? options->root : "/",
		.root_fd = pipeline->root_fd,
		.catalog = pipeline->catalog,
		.sources = pipeline->sources,
		.cache = pipeline->modules_cache,
		.keyring = pipeline->keyring,
	};
	int r = 0;

	progress_begin(&pipeline->progress, &task, "reading", "packages");
	check->installed = argc == 0;
	if (check->installed)
		return kmps_add_installed(&check->kmps, &offer, &pipeline->devices, reterr);
	for (int i = 0; i < argc && r == 0; i++) {
		r = kmps_add(&check->kmps, &offer, argv[i], reterr);
		progress_add(&task, 1);
	}
	return r < 0 ? r : kmps_note_installed(&check->kmps, pipeline->catalog);
}

static int run(const struct options *options, struct pipeline *pipeline, int argc, char **argv,
	       struct check *check, struct error *reterr)
{
	auto_strings struct strings names = { 0 };
	struct pipeline_parts parts = { .hardware = argc == 0, .keys = argc > 0 };
	int r = collect_names(argc, argv, &names);

	parts.sources = names.count > 0;
	parts.drivers = names;
	if (r == 0)
		r = pipeline_read(options, &parts, pipeline, reterr);
	if (r == 0) {
		r = find_kernels(options, pipeline, check, reterr);
		pipeline->usage = r == -EINVAL;
	}
	if (r == 0)
		r = find_kmps(options, pipeline, argc, argv, check, reterr);
	check->progress = &pipeline->progress;
	return r < 0 ? r : check_run(check);
}

static int print_answer(const struct check *check, const struct options *options, int exit)
{
	struct report_style style = verb_style(options);
	auto_json struct json *json = NULL;

	if (options->json) {
		json = report_check_json(check, exit);
		return json_write(json, stdout);
	}
	report_check_text(check, &style, stdout);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int run_check(const struct options *options, int argc, char **argv)
{
	AUTO(pipeline_done) struct pipeline pipeline = { .root_fd = -1, .stage_fd = -1 };
	auto_error struct error error = { 0 };
	auto_check struct check check = { 0 };
	int exit, r;

	if (options->kernels.count == 0) {
		error_set(&error, -EINVAL, "check driver packages", NULL, "no kernel was given",
			  "name one or more with --kernel");
		return verb_fail(options, &error, EXIT_USAGE);
	}
	r = run(options, &pipeline, argc, argv, &check, &error);
	verb_say_sandbox(&pipeline.sandbox);
	verb_say_sources(&pipeline);
	verb_warn(&pipeline.diagnostics);
	if (r < 0) {
		error_set(&error, r, "check driver packages", NULL, NULL, NULL);
		return verb_fail(options, &error, pipeline.usage ? EXIT_USAGE : EXIT_TROUBLE);
	}
	verb_warn(&pipeline.devices.diagnostics);
	for (size_t i = 0; i < check.kernel_count; i++)
		verb_warn(&check.kernels[i].diagnostics);
	exit = pipeline.trouble ? EXIT_TROUBLE : check_refuses(&check) ? EXIT_REFUSED : EXIT_DONE;
	return print_answer(&check, options, exit) < 0 ? verb_cannot_write() : exit;
}

const struct verb verb_check = {
	.name = "check",
	.arguments = "[KMP]...",
	.summary = "tell which kernels would take which driver packages",
	.run = run_check,
};
