/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interest-text - all that is said of a plan, for plans to be compared.
 */
#pragma once

#include "report/report.h"
#include "world.h"

/* The plan, and why it is so. */
static inline char *interest_tell(struct world *world, size_t count)
{
	char all[] = "all";
	const struct subject machine = { .kind = SUBJECT_MACHINE, .found = true, .detail = all };
	const struct step_context context = {
		.plan = world->plan,
		.devices = &world->devices,
		.kernel = &world->kernel,
		.sources = world->sources,
		.source_count = count,
	};
	auto_explanation struct explanation explanation = { 0 };
	struct report report = {
		.dry_run = true,
		.kernel = &world->kernel,
		.sources = world->sources,
		.source_count = count,
		.devices = &world->devices,
		.plan = world->plan,
	};
	auto_json struct json *plan = report_json(&report), *reasons = NULL;
	auto_free char *plan_text = json_text(plan), *reason_text = NULL;

	assert_int_equal(explanation_make(&context, &machine, &explanation), 0);
	report.devices = &explanation.devices;
	report.plan = &explanation.plan;
	reasons = report_explanation_json(&report, &explanation);
	reason_text = json_text(reasons);
	return text_format("%s\n%s", plan_text, reason_text);
}
