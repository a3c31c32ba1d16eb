/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/label.h"
#include "report/notes.h"
#include "report/page.h"
#include "report/text-internal.h"
#include "report/verdicts.h"

/** Columns of a PCI address, which most slots are; longer ones get a line of their own. */
#define SLOT_WIDTH 12

/** Days after which the age of cached metadata is told. */
#define AGE_TOLD      8
#define SECONDS_A_DAY 86400

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void put_head(const struct page *page, const char *label, enum ink ink, const char *lead,
		     const char *text)
{
	page_row(page, &(struct page_row){
			       .label = label,
			       .label_width = HEAD_WIDTH,
			       .lead = lead,
			       .ink = ink,
			       .text = text,
		       });
}

void text_put_kernel(const struct page *page, const struct kernel *kernel)
{
	auto_free char *symbols = NULL, *text = NULL;

	if (kernel->symbols)
		symbols = text_format("%zu symbols from %s", symbol_table_count(kernel->symbols),
				      kernel->symbols_from ? kernel->symbols_from : "?");
	else
		symbols = strdup("symbols not known");
	text = text_format("(flavor %s%s%s), %s", kernel->flavor ? kernel->flavor : "unknown",
			   kernel->arch ? ", " : "", kernel->arch ? kernel->arch : "",
			   symbols ? symbols : "?");
	put_head(page, "Kernel", INK_BOLD, kernel->release, text);
}

static void put_machine(const struct page *page, const struct device_list *devices)
{
	size_t bound = 0, known = 0;
	auto_free char *text = NULL;

	for (size_t i = 0; i < devices->count; i++) {
		bound += devices->items[i].driver != NULL;
		known += devices->items[i].driver_known;
	}
	if (known > 0)
		text = text_format("%zu device%s, %zu with a driver", devices->count,
				   plural(devices->count), bound);
	else
		text = text_format("%zu device%s", devices->count, plural(devices->count));
	put_head(page, "Machine", INK_PLAIN, NULL, text);
}

/* How its metadata is called once it is old enough to be worth a look. Owned; NULL if it is not. */
static char *age_of(const struct source *source)
{
	int64_t days = ((int64_t)time(NULL) - source->refreshed) / SECONDS_A_DAY;

	if (!source->cached || days < AGE_TOLD)
		return NULL;
	return text_format(", its cache is %" PRId64 " days old", days);
}

static void put_source(const struct page *page, const struct source *source)
{
	const char *alias = source->alias;
	auto_free char *text = NULL, *age = age_of(source);
	auto_free char *name = text_format("%s%s%s%s", alias ? alias : "", alias ? " (" : "",
					   source->location, alias ? ")" : "");

	if (source->failed) {
		text = text_format("%s: %s", name ? name : "?",
				   source->error.why ? source->error.why : "unknown reason");
		put_head(page, "Source", INK_BAD, "not read:", text);
		return;
	}
	text = text_format("%s: %zu package%s, %zu with drivers%s", name ? name : "?",
			   source->packages, plural(source->packages), source->drivers,
			   age ? age : "");
	put_head(page, "Source", INK_PLAIN, NULL, text);
}

void text_put_sources(const struct page *page, const struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_source(page, &sources[i]);
}

static void put_installed(const struct report *report, const struct page *page)
{
	bool first = true;

	for (size_t i = 0; i < report->plan->count; i++) {
		if (report->plan->packages[i].reason != REASON_INSTALLED)
			continue;
		if (first) {
			page_gap(page);
			page_line(page, 0, INK_BOLD, "Installed already");
			page_gap(page);
		}
		first = false;
		page_line(page, 2, INK_PLAIN, "%s", report->plan->packages[i].driver.nevra);
	}
}

static bool has_hint_for(const struct plan_package *package, size_t device)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (package->hints[i].device == device)
			return true;
	return false;
}

/* Has the device at INDEX no driver, and only refused builds on offer? */
static bool is_refused(const struct report *report, size_t index)
{
	bool refused = false;

	if (report->devices->items[index].driver)
		return false;
	for (size_t i = 0; i < report->plan->count; i++) {
		const struct plan_package *package = &report->plan->packages[i];

		if (!has_hint_for(package, index))
			continue;
		if (package->selected)
			return false;
		refused = true;
	}
	return refused;
}

static bool is_unmatched(const struct report *report, size_t index)
{
	for (size_t i = 0; i < report->plan->unmatched_count; i++)
		if (report->plan->unmatched[i] == index)
			return true;
	return false;
}

static void put_unserved(const struct page *page, const struct device *device, const char *why)
{
	auto_free char *slot = label_slot(device), *name = label_name(device), *text = NULL;

	if (device->path || device->name)
		text = text_format("%s: %s", name ? name : "?", why);
	page_row(page, &(struct page_row){
			       .indent = 2,
			       .label = slot ? slot : "?",
			       .label_width = SLOT_WIDTH,
			       .text = text ? text : why,
		       });
}

/* Devices that stay without a driver. Returns how many have one on offer that was refused. */
static size_t put_driverless(const struct report *report, const struct page *page)
{
	size_t refused = 0;
	bool first = true;

	for (size_t i = 0; i < report->devices->count; i++) {
		bool refusal = is_refused(report, i);

		if (!refusal && (!is_unmatched(report, i) || plan_serves(report->plan, i, true)))
			continue;
		if (first) {
			page_gap(page);
			page_line(page, 0, INK_BOLD, "Left without a driver");
			page_gap(page);
		}
		first = false;
		refused += refusal;
		put_unserved(page, &report->devices->items[i],
			     refusal ? "every build on offer was refused"
				     : "a module for it exists, but none is bound");
	}
	return refused;
}

static void put_notes_of(struct notes *notes, const char *about, const struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++)
		notes_put(notes, about, &list->items[i]);
}

/* All but what the row about the kernel says already; of a refused build only when verbose. */
static void put_notes_of_package(struct notes *notes, const struct plan_package *package)
{
	static const char *const told[] = { "kabi-unproven", "kabi-unknown", "symbols-unverified",
					    "replaces-module" };

	if (!package->selected && !notes->page->style->verbose)
		return;
	put_notes_of(notes, package->driver.nevra, &package->driver.diagnostics);
	for (size_t i = 0; i < package->diagnostics.count; i++) {
		bool repeated = false;

		for (size_t j = 0; j < COUNT(told); j++)
			repeated |= text_equal(package->diagnostics.items[i].id, told[j]);
		if (!repeated)
			notes_put(notes, package->driver.nevra, &package->diagnostics.items[i]);
	}
}

/* Flaws of packages; those of hardware, kernel and sources are warnings, which verbs log. */
static void put_notes(const struct report *report, const struct page *page)
{
	struct notes notes = { .page = page };

	for (size_t i = 0; i < report->plan->count; i++)
		put_notes_of_package(&notes, &report->plan->packages[i]);
	notes_finish(&notes);
}

static void put_outcome(const struct report *report, const struct page *page, size_t selected,
			size_t refused)
{
	auto_free char *and_refused =
		text_format(", %zu build%s refused", refused, plural(refused));
	const char *tail = refused && and_refused ? and_refused : "";

	if (report->plan->count == 0)
		page_line(page, 0, INK_BOLD,
			  "No driver package on offer is made for this machine: "
			  "nothing to do.");
	else if (selected == 0 && refused == 0)
		page_line(page, 0, INK_BOLD,
			  "Every driver package that fits is installed: "
			  "nothing to do.");
	else if (selected == 0)
		page_line(page, 0, INK_BOLD, "Nothing to stage%s.", tail);
	else if (report->dry_run)
		page_line(page, 0, INK_BOLD, "%zu package%s would be staged%s.", selected,
			  plural(selected), tail);
	else if (report->generation > 0)
		page_line(page, 0, INK_BOLD, "%zu package%s staged in %s/generations/%u%s.",
			  selected, plural(selected), report->stage_dir, report->generation, tail);
	else
		page_line(page, 0, INK_BOLD, "Nothing was staged: %zu package%s selected%s.",
			  selected, plural(selected), tail);
}

/* Sources that could not be read: of the command line, or of the SYSTEM. */
static size_t count_unread(const struct report *report, bool system)
{
	size_t count = 0;

	for (size_t i = 0; i < report->source_count; i++)
		count += report->sources[i].failed && report->sources[i].system == system;
	return count;
}

static void put_next_step(const struct report *report, const struct page *page, size_t selected,
			  size_t unserved)
{
	size_t unread = count_unread(report, true);

	if (unread > 0)
		page_line(page, 0, INK_CAREFUL,
			  "%zu of the system's %zu repositories could not be read: what %s "
			  "is not known.",
			  unread, report->source_count, unread == 1 ? "it offers" : "they offer");
	if (count_unread(report, false) > 0)
		page_line(page, 0, INK_BAD,
			  "A source could not be read: nothing is staged until "
			  "it can be, or is left out.");
	else if (selected > 0 && report->dry_run)
		page_line(page, 0, INK_PLAIN, "Run without --dry-run to stage them.");
	if (unserved > 0)
		page_line(page, 0, INK_BAD,
			  "%zu device%s a driver, and every build on offer was "
			  "refused.",
			  unserved, unserved == 1 ? " needs" : "s need");
}

void report_text(const struct report *report, const struct report_style *style, FILE *out)
{
	const struct page page = { out, style };
	size_t selected = verdicts_wanted_count(report->plan);
	size_t refused = verdicts_refused_count(report->plan);
	size_t unserved;

	text_put_kernel(&page, report->kernel);
	put_machine(&page, report->devices);
	text_put_sources(&page, report->sources, report->source_count);
	verdicts_put_selected(report, &page);
	put_installed(report, &page);
	verdicts_put_refused(report, &page);
	unserved = put_driverless(report, &page);
	put_notes(report, &page);
	page_gap(&page);
	if (selected > 0 && !report->gpg_checks)
		page_line(&page, 0, INK_BAD,
			  "Signatures were not asked for (--no-gpg-checks): "
			  "be sure where these packages come from.");
	put_outcome(report, &page, selected, refused);
	put_next_step(report, &page, selected, unserved);
}
