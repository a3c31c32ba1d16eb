/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "verbs/verb.h"

/* What could not be read, and an RPM that is damaged, are said whatever the format. */
static void say_trouble(const struct pipeline *pipeline)
{
	verb_say_sources(pipeline);
	for (size_t i = 0; i < pipeline->plan->count; i++)
		if (pipeline->plan->packages[i].reason == REASON_CORRUPT)
			log_error("%s", pipeline->plan->packages[i].detail);
}

static void say_warnings(const struct pipeline *pipeline, const struct options *options)
{
	verb_warn_all(pipeline);
	if (!options->dry_run && pipeline->trouble)
		log_error("nothing was staged, because not everything could be read");
}

static int print_answer(const struct pipeline *pipeline, const struct options *options)
{
	struct report report = pipeline_report(pipeline, options);
	auto_json struct json *json = NULL;
	struct report_style style;

	if (options->json) {
		json = report_json(&report);
		return json_write(json, stdout);
	}
	style = verb_style(options);
	report_text(&report, &style, stdout);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int run_stage(const struct options *options, int argc, char **argv)
{
	AUTO(pipeline_done) struct pipeline pipeline = { .root_fd = -1, .stage_fd = -1 };
	auto_error struct error error = { 0 };
	int r = verb_no_arguments(options, "stage", argc, argv);

	if (r)
		return r;
	r = pipeline_run(options, &pipeline, &error);
	verb_say_sandbox(&pipeline.sandbox);
	if (r < 0) {
		verb_warn(&pipeline.diagnostics);
		error_set(&error, r, "choose packages", NULL, NULL, NULL);
		return verb_fail(options, &error, pipeline.usage ? EXIT_USAGE : EXIT_TROUBLE);
	}
	say_trouble(&pipeline);
	say_warnings(&pipeline, options);
	return print_answer(&pipeline, options) < 0 ? verb_cannot_write() : pipeline.exit;
}

const struct verb verb_stage = {
	.name = "stage",
	.arguments = "",
	.summary = "choose packages and stage their drivers",
	.run = run_stage,
};
