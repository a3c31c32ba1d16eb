/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/label.h"
#include "report/text-internal.h"

/** Columns of the longest rule, "dependencies". */
#define RULE_WIDTH 12

/* What is said so far: devices served by the same packages share their list. */
struct telling {
	const struct page *page;
	const struct explanation *explanation;
	bool *told; /* of each package: are its rules shown already? */
};

static void put_subject(const struct page *page, const struct subject *subject)
{
	auto_free char *lead = subject->text ? text_format("%s:", subject->text) : NULL;

	page_row(page, &(struct page_row){
			       .label = "Subject",
			       .label_width = HEAD_WIDTH,
			       .lead = lead,
			       .ink = INK_BOLD,
			       .text = subject->detail,
		       });
}

static void put_device(const struct page *page, const struct device *device)
{
	auto_free char *slot = label_slot(device), *name = label_device(device);

	if (device->path || device->name)
		page_line(page, 0, INK_BOLD, "%s  %s", slot ? slot : "?", name ? name : "");
	else
		page_line(page, 0, INK_BOLD, "%s", slot ? slot : "?");
	if (device->path)
		page_line(page, 2, INK_FAINT, "%s", device->path);
	for (size_t i = 0; i < device->modaliases.count; i++)
		page_line(page, 2, INK_FAINT, "%s", device->modaliases.items[i]);
}

static void put_steps(const struct page *page, const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];

		page_row(page, &(struct page_row){
				       .indent = 5,
				       .label = rule_id(step->rule),
				       .label_width = RULE_WIDTH,
				       .lead = step->passed ? "+" : "-",
				       .ink = step->passed ? INK_GOOD : INK_BAD,
				       .text = step->detail,
			       });
	}
}

static void put_remedy(const struct page *page, enum reason reason)
{
	if (!reason_remedy(reason))
		return;
	page_row(page, &(struct page_row){
			       .indent = 5,
			       .label = "remedy",
			       .label_width = RULE_WIDTH,
			       .label_ink = INK_BOLD,
			       .text = reason_remedy(reason),
		       });
}

static void put_notes(const struct page *page, const struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++)
		page_row(page, &(struct page_row){
				       .indent = 5,
				       .label = "note",
				       .label_width = RULE_WIDTH,
				       .text = list->items[i].text,
			       });
}

/* NUMBER is its place among the candidates of a device, best first. */
static void put_package(const struct telling *telling, size_t number, size_t index)
{
	const struct plan_package *package = &telling->explanation->plan.packages[index];
	const struct page *page = telling->page;

	page_gap(page);
	page_line(page, 2, package->selected ? INK_GOOD : INK_CAREFUL, "%zu. %s: %s", number,
		  package->driver.nevra, reason_id(package->reason));
	if (telling->told[index]) {
		page_line(page, 5, INK_PLAIN, "as told above");
		return;
	}
	telling->told[index] = true;
	if (package->selected && package->detail)
		page_line(page, 5, INK_PLAIN, "%s", package->detail);
	put_steps(page, &telling->explanation->steps[index]);
	put_remedy(page, package->reason);
	put_notes(page, &package->driver.diagnostics);
	put_notes(page, &package->diagnostics);
}

static bool serves(const struct plan_package *package, size_t device)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (package->hints[i].device == device)
			return true;
	return false;
}

static bool same_packages(const struct explanation *explanation, size_t left, size_t right)
{
	for (size_t i = 0; i < explanation->plan.count; i++)
		if (serves(&explanation->plan.packages[i], left) !=
		    serves(&explanation->plan.packages[i], right))
			return false;
	return true;
}

/* Has an earlier device the same packages, so that it was shown with that one? */
static bool is_shown(const struct explanation *explanation, size_t device)
{
	for (size_t i = 0; i < device; i++)
		if (same_packages(explanation, i, device))
			return true;
	return false;
}

static void put_candidates(const struct telling *telling, size_t device)
{
	const struct plan *plan = &telling->explanation->plan;
	size_t number = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (serves(&plan->packages[i], device))
			put_package(telling, ++number, i);
	if (number == 0)
		page_line(telling->page, 2, INK_PLAIN, "No package on offer has a hint for it.");
}

/* DEVICE, with all behind it that have the same candidates. */
static void put_devices(const struct telling *telling, size_t device)
{
	const struct explanation *explanation = telling->explanation;

	page_gap(telling->page);
	for (size_t i = device; i < explanation->devices.count; i++)
		if (same_packages(explanation, device, i))
			put_device(telling->page, &explanation->devices.items[i]);
	put_candidates(telling, device);
}

/* Packages that are made for none of the devices. */
static void put_others(const struct telling *telling)
{
	const struct plan *plan = &telling->explanation->plan;
	size_t number = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (telling->told[i])
			continue;
		if (number == 0) {
			page_gap(telling->page);
			page_line(telling->page, 0, INK_BOLD, "For no device in particular");
		}
		put_package(telling, ++number, i);
	}
}

void report_explanation_text(const struct report *report, const struct explanation *explanation,
			     const struct report_style *style, FILE *out)
{
	const struct page page = { out, style };
	auto_free bool *told = calloc(explanation->plan.count + 1, sizeof(*told));
	const struct telling telling = { &page, explanation, told };

	put_subject(&page, explanation->subject);
	text_put_kernel(&page, report->kernel);
	text_put_sources(&page, report->sources, report->source_count);
	for (size_t i = 0; i < explanation->devices.count && told; i++)
		if (!is_shown(explanation, i))
			put_devices(&telling, i);
	if (told)
		put_others(&telling);
	page_gap(&page);
	page_line(&page, 0, INK_BOLD, "%zu device%s, %zu package%s, of which %zu selected.",
		  explanation->devices.count, explanation->devices.count == 1 ? "" : "s",
		  explanation->plan.count, explanation->plan.count == 1 ? "" : "s",
		  plan_selected_count(&explanation->plan));
}
