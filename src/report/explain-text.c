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
	size_t *leaders; /* of each device: the first one with the same packages */
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

/* Hints are sorted by device. */
static bool serves(const struct plan_package *package, size_t device)
{
	size_t first = 0, last = package->hint_count;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (package->hints[middle].device == device)
			return true;
		if (package->hints[middle].device < device)
			first = middle + 1;
		else
			last = middle;
	}
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

static void find_leaders(const struct telling *telling)
{
	for (size_t i = 0; i < telling->explanation->devices.count; i++) {
		size_t leader = 0;

		while (leader < i && (telling->leaders[leader] != leader ||
				      !same_packages(telling->explanation, leader, i)))
			leader++;
		telling->leaders[i] = leader;
	}
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

/* LEADER and all behind it that have the same candidates, then those. */
static void put_group(const struct telling *telling, size_t leader)
{
	page_gap(telling->page);
	for (size_t i = leader; i < telling->explanation->devices.count; i++)
		if (telling->leaders[i] == leader)
			put_device(telling->page, &telling->explanation->devices.items[i]);
	put_candidates(telling, leader);
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

static void put_groups(const struct telling *telling)
{
	find_leaders(telling);
	for (size_t i = 0; i < telling->explanation->devices.count; i++)
		if (telling->leaders[i] == i)
			put_group(telling, i);
	put_others(telling);
}

void report_explanation_text(const struct report *report, const struct explanation *explanation,
			     const struct report_style *style, FILE *out)
{
	const struct page page = { out, style };
	size_t devices = explanation->devices.count, packages = explanation->plan.count;
	auto_free bool *told = calloc(packages + 1, sizeof(*told));
	auto_free size_t *leaders = calloc(devices + 1, sizeof(*leaders));
	const struct telling telling = { &page, explanation, told, leaders };

	put_subject(&page, explanation->subject);
	text_put_kernel(&page, report->kernel);
	text_put_sources(&page, report->sources, report->source_count);
	if (told && leaders)
		put_groups(&telling);
	page_gap(&page);
	page_line(&page, 0, INK_BOLD, "%zu device%s, %zu package%s, of which %zu selected.",
		  devices, devices == 1 ? "" : "s", packages, packages == 1 ? "" : "s",
		  plan_selected_count(&explanation->plan));
}
