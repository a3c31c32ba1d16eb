/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/json-internal.h"
#include "report/piece.h"

static struct json *subject_object(const struct subject *subject)
{
	struct json *object = json_new_object();

	json_set_text(object, "text", subject->text);
	json_set_text(object, "kind", subject_kind_id(subject->kind));
	json_set_text(object, "detail", subject->detail);
	return object;
}

static struct json *steps_array(const struct steps *steps)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < steps->count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "rule", rule_id(steps->items[i].rule));
		json_set_bool(object, "passed", steps->items[i].passed);
		json_set_text(object, "detail", steps->items[i].detail);
		json_append(array, object);
	}
	return array;
}

static struct json *packages_array(const struct report *report,
				   const struct explanation *explanation)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < explanation->plan.count; i++) {
		const struct plan_package *package = &explanation->plan.packages[i];
		struct json *object = report_json_package(report, package);

		json_set(object, "steps", steps_array(&explanation->steps[i]));
		json_set_text(object, "remedy", reason_remedy(package->reason));
		json_append(array, object);
	}
	return array;
}

struct json *report_explanation_json(const struct report *report,
				     const struct explanation *explanation)
{
	struct json *document = piece_document();

	json_set(document, "kernel", piece_kernel(report->kernel));
	json_set(document, "sources", report_json_sources(report));
	json_set(document, "subject", subject_object(explanation->subject));
	json_set(document, "devices", report_json_devices(report));
	json_set(document, "packages", packages_array(report, explanation));
	return document;
}
