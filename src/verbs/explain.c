/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "select/explanation.h"
#include "verbs/verb.h"

static int refuse_arguments(const struct options *options, char **argv)
{
	auto_error struct error error = { 0 };

	error_setf(&error, -EINVAL, "run", "explain", "name one, or a pattern of packages",
		   "it takes one subject, not '%s' too", argv[1]);
	return verb_fail(options, &error, EXIT_USAGE);
}

static int print_answer(const struct pipeline *pipeline, const struct options *options,
			const struct explanation *explanation)
{
	struct report report = pipeline_report(pipeline, options);
	auto_json struct json *json = NULL;
	struct report_style style;

	report.devices = &explanation->devices;
	report.plan = &explanation->plan;
	if (options->json) {
		json = report_explanation_json(&report, explanation);
		return json_write(json, stdout);
	}
	style = verb_style(options);
	report_explanation_text(&report, explanation, &style, stdout);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int explain(const struct pipeline *pipeline, struct explanation *ret)
{
	const struct step_context context = {
		.plan = pipeline->plan,
		.devices = &pipeline->devices,
		.kernel = &pipeline->kernel,
		.sources = pipeline->sources,
		.source_count = pipeline->source_count,
	};

	return explanation_make(&context, &pipeline->subject, ret);
}

/* A source of the command line that could not be read: the answer may not be whole. */
static bool is_partial(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->source_count; i++)
		if (pipeline->sources[i].failed && !pipeline->sources[i].system)
			return true;
	return false;
}

static int run_explain(const struct options *options, int argc, char **argv)
{
	AUTO(pipeline_done) struct pipeline pipeline = { .root_fd = -1, .stage_fd = -1 };
	auto_explanation struct explanation explanation = { 0 };
	auto_error struct error error = { 0 };
	struct options own = *options;
	int r;

	if (argc > 1)
		return refuse_arguments(options, argv);
	own.dry_run = own.explain = true;
	own.subject = argc ? argv[0] : NULL;
	r = pipeline_run(&own, &pipeline, &error);
	verb_say_sandbox(&pipeline.sandbox);
	if (r == 0)
		r = explain(&pipeline, &explanation);
	if (r < 0) {
		verb_say_sources(&pipeline);
		error_set(&error, r, "explain", own.subject, NULL, NULL);
		return verb_fail(options, &error, pipeline.usage ? EXIT_USAGE : EXIT_TROUBLE);
	}
	verb_say_sources(&pipeline);
	verb_warn_all(&pipeline);
	if (print_answer(&pipeline, &own, &explanation) < 0)
		return verb_cannot_write();
	return is_partial(&pipeline) ? EXIT_TROUBLE : EXIT_DONE;
}

const struct verb verb_explain = {
	.name = "explain",
	.arguments = "[SUBJECT]",
	.summary = "say why packages are chosen or refused, rule by rule",
	.run = run_explain,
};
