/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/verdicts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/label.h"
#include "report/served.h"
#include "select/rank.h"

/** Devices listed below a package unless verbose: a server has dozens of ports of one card. */
#define DEVICES_SHOWN 4
/** Columns of the build labels in the list of refusals. */
#define BUILD_LABEL_COLUMNS 40
/** From this width on a refusal is one line; in fewer columns its reason gets its own. */
#define ONE_LINE_WIDTH 110
/** Symbols named after a refusal when verbose; a wrong kernel makes thousands. */
#define SYMBOLS_SHOWN 10
/** Symbols named in the sentence of a refusal. */
#define SYMBOLS_NAMED 3

size_t verdicts_refused_count(const struct plan *plan)
{
	return plan->count - plan_selected_count(plan);
}

size_t verdicts_wanted_count(const struct plan *plan)
{
	size_t wanted = 0;

	for (size_t i = 0; i < plan->count; i++)
		wanted += plan_is_staged(&plan->packages[i]);
	return wanted;
}

static unsigned int widest_slot(const struct report *report, const struct plan_package *package)
{
	auto_served struct served served = { 0 };
	unsigned int widest = 0;

	(void)served_find(package, report->devices, &served);
	for (size_t i = 0; i < served.count; i++) {
		auto_free char *slot = label_slot(served.items[i].device);
		unsigned int columns = slot ? page_columns(slot) : 0;

		if (columns > widest && columns <= LABEL_SLOT_COLUMNS)
			widest = columns;
	}
	return widest;
}

/* Width of the label column of all selected packages, so that their rows line up. */
static unsigned int fact_width(const struct report *report)
{
	unsigned int width = strlen("needed by");

	for (size_t i = 0; i < report->plan->count; i++) {
		const struct plan_package *package = &report->plan->packages[i];
		unsigned int widest = plan_is_staged(package) ? widest_slot(report, package) : 0;

		if (widest > width)
			width = widest;
	}
	return width;
}

static void put_fact(const struct page *page, unsigned int width, const char *label, enum ink ink,
		     const char *lead, const char *text)
{
	const struct page_row row = {
		.indent = 4,
		.label = label,
		.label_width = width,
		.lead = lead,
		.ink = ink,
		.text = text,
	};

	page_row(page, &row);
}

static void put_device(const struct page *page, unsigned int width,
		       const struct served_device *served)
{
	auto_free char *slot = label_slot(served->device), *name = label_device(served->device);
	auto_free char *pattern = label_pattern(served->hint->pattern);
	auto_free char *all = NULL;

	if (served->alike > 0 && name)
		all = text_format("%s and %zu more like it", name, served->alike);
	put_fact(page, width, slot ? slot : "?", INK_PLAIN, NULL, all ? all : name);
	put_fact(page, width, "", INK_FAINT, "by hint",
		 page->style->verbose ? served->hint->pattern : pattern);
}

static void put_devices(const struct report *report, const struct page *page, unsigned int width,
			const struct plan_package *package)
{
	auto_served struct served served = { 0 };
	bool verbose = page->style->verbose;
	size_t left, shown = 0;

	(void)served_find(package, report->devices, &served);
	left = served.count;
	if (!verbose)
		served_fold(&served);
	for (size_t i = 0; i < served.count; i++) {
		if (served.items[i].folded)
			continue;
		if (!verbose && shown++ == DEVICES_SHOWN)
			break;
		put_device(page, width, &served.items[i]);
		left -= 1 + served.items[i].alike;
	}
	if (left > 0) {
		auto_free char *text =
			text_format("and %zu device%s more", left, left == 1 ? "" : "s");

		put_fact(page, width, "", INK_PLAIN, NULL, text);
	}
}

/* What stands behind a proof, as a sentence. Owned. */
static char *proof_text(const struct kernel *kernel, const struct kabi *kabi)
{
	const char *more = kernel->vermagic ? "" : "; its vermagic is not known";

	if (kabi->checked == 1)
		return text_format("it has the symbol that the modules need%s", more);
	return text_format("it has all %zu symbols that the modules need%s", kabi->checked, more);
}

static char *metadata_text(const struct kabi *kabi)
{
	if (kabi->unverified.count > 0)
		return text_format("has %zu of the %zu symbols that it asks for; about the others "
				   "nothing is known",
				   kabi->checked - kabi->unverified.count, kabi->checked);
	if (kabi->checked == 1)
		return strdup("has the symbol that it asks for");
	return text_format("has all %zu symbols that it asks for", kabi->checked);
}

static void put_kabi(const struct report *report, const struct page *page, unsigned int width,
		     const struct kabi *kabi)
{
	bool proven = kabi->status == KABI_EXACT || kabi->status == KABI_PROVEN;
	auto_free char *text = NULL;

	if (kabi->status == KABI_UNKNOWN) {
		put_fact(page, width, "kernel", INK_CAREFUL,
			 "not proven:", "the symbols of this kernel are not known");
	} else if (kabi->status == KABI_UNPROVEN && kabi->checked == 0) {
		put_fact(page, width, "kernel", INK_CAREFUL,
			 "not proven:", "the package does not say which kernel symbols it needs");
	} else if (kabi->checked > 0) {
		text = proven ? proof_text(report->kernel, kabi) : metadata_text(kabi);
		put_fact(page, width, "kernel", INK_PLAIN, proven ? "proven:" : NULL, text);
	}
}

static void put_origin(const struct report *report, const struct page *page, unsigned int width,
		       const struct driver *driver)
{
	const struct source *source;

	if (driver->source >= report->source_count)
		return;
	source = &report->sources[driver->source];
	if (report->source_count > 1 || page->style->verbose)
		put_fact(page, width, "from", INK_PLAIN, NULL,
			 source->alias ? source->alias : source->location);
}

/* Which modules of the kernel make room for others: the notes need not say it again. */
static void put_replaced(const struct page *page, unsigned int width,
			 const struct diagnostics *diagnostics)
{
	auto_strings struct strings modules = { 0 };
	auto_free char *list = NULL;

	for (size_t i = 0; i < diagnostics->count; i++)
		if (text_equal(diagnostics->items[i].id, "replaces-module") &&
		    strings_add(&modules, diagnostics->items[i].culprit) < 0)
			return;
	strings_sort_unique(&modules);
	list = strings_enumerate(&modules, page->style->verbose ? SIZE_MAX : 3);
	if (modules.count > 0)
		put_fact(page, width, "replaces", INK_PLAIN, "the kernel's", list);
}

/* Who vouches for it. */
static void put_trust(const struct page *page, unsigned int width,
		      const struct plan_package *package)
{
	const struct trust *trust = &package->trust;
	auto_free char *text = trust_text(trust);

	if (trust->status == TRUST_UNCHECKED)
		put_fact(page, width, "trust", INK_CAREFUL,
			 "not checked:", package->rpm_at_hand ? text : "its RPM is not at hand");
	else if (trust_is_good(trust))
		put_fact(page, width, "trust", INK_PLAIN, NULL, text);
	else
		put_fact(page, width, "trust", INK_BAD, "not trusted:", text);
}

static void put_selected(const struct report *report, const struct page *page, unsigned int width,
			 const struct plan_package *package)
{
	auto_free char *required_by = strings_enumerate(&package->required_by, 3);
	auto_free char *rank = rank_text(&package->rank);
	auto_free char *assumed = strings_enumerate(&package->assumed, SIZE_MAX);
	bool driver = package->driver.role == ROLE_DRIVER;

	page_line(page, 2, INK_GOOD, "%s%s%s%s", package->driver.nevra, driver ? "" : " (",
		  driver ? "" : driver_role_id(package->driver.role), driver ? "" : ")");
	put_devices(report, page, width, package);
	if (package->required_by.count > 0)
		put_fact(page, width, "needed by", INK_PLAIN, NULL, required_by);
	if (package->reason == REASON_UPDATE)
		put_fact(page, width, "update", INK_PLAIN, NULL, package->detail);
	if (driver)
		put_kabi(report, page, width, &package->kabi);
	put_trust(page, width, package);
	put_replaced(page, width, &package->diagnostics);
	put_origin(report, page, width, &package->driver);
	if (page->style->verbose)
		put_fact(page, width, "rank", INK_PLAIN, NULL, rank);
	if (package->assumed.count > 0 && page->style->verbose)
		put_fact(page, width, "assumed", INK_PLAIN, NULL, assumed);
}

void verdicts_put_selected(const struct report *report, const struct page *page)
{
	size_t count = verdicts_wanted_count(report->plan);
	unsigned int width = fact_width(report);

	if (count == 0)
		return;
	page_gap(page);
	page_line(page, 0, INK_BOLD, "Selected: %zu package%s", count, count == 1 ? "" : "s");
	for (size_t i = 0; i < report->plan->count; i++) {
		if (!plan_is_staged(&report->plan->packages[i]))
			continue;
		page_gap(page);
		put_selected(report, page, width, &report->plan->packages[i]);
	}
}

static bool same_family(const struct plan_package *left, const struct plan_package *right)
{
	return text_equal(left->driver.family, right->driver.family);
}

/* Is the package at INDEX the first refused one of its family (SAME_REASON: and of its reason)? */
static bool is_first(const struct plan *plan, size_t index, bool same_reason)
{
	const struct plan_package *package = &plan->packages[index];

	for (size_t i = 0; i < index; i++)
		if (!plan->packages[i].selected && same_family(&plan->packages[i], package) &&
		    (!same_reason || plan->packages[i].reason == package->reason))
			return false;
	return true;
}

/* Refused builds behind INDEX of the same family and for the same reason. */
static size_t alike_behind(const struct plan *plan, size_t index)
{
	const struct plan_package *package = &plan->packages[index];
	size_t alike = 0;

	for (size_t i = index + 1; i < plan->count; i++)
		alike += !plan->packages[i].selected && same_family(&plan->packages[i], package) &&
			 plan->packages[i].reason == package->reason;
	return alike;
}

/* What tells PACKAGE from the others of its family. */
static char *build_label(const struct plan_package *package)
{
	const struct driver *driver = &package->driver;
	bool named = !text_equal(driver->name, driver->family);
	bool arch = package->reason == REASON_OTHER_ARCH;
	auto_free char *epoch = driver->epoch ? text_format("%lu:", driver->epoch) : strdup("");

	return text_format("%s%s%s%s-%s%s%s", named ? driver->name : "", named ? "-" : "",
			   epoch ? epoch : "", driver->version, driver->release, arch ? "." : "",
			   arch ? driver->arch : "");
}

static unsigned int build_width(const struct report *report, const struct page *page)
{
	unsigned int width = 0;

	if (page->style->width && page->style->width < ONE_LINE_WIDTH)
		return 0;
	for (size_t i = 0; i < report->plan->count; i++) {
		const struct plan_package *package = &report->plan->packages[i];
		auto_free char *label = NULL;
		unsigned int columns;

		if (package->selected)
			continue;
		label = build_label(package);
		columns = label ? page_columns(label) : 0;
		if (columns > width && columns <= BUILD_LABEL_COLUMNS)
			width = columns;
	}
	return width;
}

static void put_symbols(const struct page *page, const char *what, const struct strings *symbols)
{
	auto_free char *list = strings_enumerate(symbols, SYMBOLS_SHOWN);

	if (symbols->count > 0 && list)
		page_line(page, 6, INK_FAINT, "%s: %s", what, list);
}

/* The sentence of the verdict, with the first symbols at fault, and how many builds are ALIKE. */
static char *refusal_text(const struct plan_package *package, size_t alike, bool verbose)
{
	const struct kabi *kabi = &package->kabi;
	const struct strings *symbols = kabi->missing.count ? &kabi->missing : &kabi->differing;
	const char *detail = package->detail ? package->detail : package->culprit;
	auto_free char *list = NULL, *more = NULL;

	if (package->reason == REASON_KABI_MISMATCH && symbols->count > 0 && !verbose)
		list = strings_enumerate(symbols, SYMBOLS_NAMED);
	if (alike > 0)
		more = text_format(" (and %zu build%s more)", alike, alike == 1 ? "" : "s");
	return text_format("%s%s%s%s", detail ? detail : "", list ? ": " : "", list ? list : "",
			   more ? more : "");
}

static void put_refusal(const struct report *report, const struct page *page, unsigned int width,
			size_t index)
{
	const struct plan_package *package = &report->plan->packages[index];
	bool verbose = page->style->verbose;
	size_t alike = verbose ? 0 : alike_behind(report->plan, index);
	auto_free char *label = build_label(package);
	auto_free char *lead = text_format("%s:", reason_id(package->reason));
	auto_free char *text = refusal_text(package, alike, verbose);
	auto_free char *rank = rank_text(&package->rank);

	page_row(page, &(struct page_row){
			       .indent = 4,
			       .label = label ? label : "?",
			       .label_width = width,
			       .lead = lead,
			       .ink = INK_CAREFUL,
			       .text = text,
		       });
	if (!verbose)
		return;
	if (reason_rule(package->reason) == RULE_RANK)
		page_line(page, 6, INK_FAINT, "rank: %s", rank ? rank : "?");
	put_symbols(page, "missing", &package->kabi.missing);
	put_symbols(page, "other CRC", &package->kabi.differing);
}

/* The selected build of PACKAGE's family; NULL if there is none. */
static const struct plan_package *selected_build(const struct plan *plan,
						 const struct plan_package *package)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->packages[i].selected && same_family(&plan->packages[i], package))
			return &plan->packages[i];
	return NULL;
}

/* "SLOT NAME and 3 more": whom PACKAGE would have served. Owned; NULL if nothing here. */
static char *would_serve(const struct report *report, const struct plan_package *package)
{
	auto_served struct served served = { 0 };
	auto_free char *slot = NULL, *name = NULL, *more = NULL;
	const struct device *device;

	if (served_find(package, report->devices, &served) < 0 || served.count == 0)
		return NULL;
	device = served.items[0].device;
	slot = label_slot(device);
	name = device->path || device->name ? label_name(device) : strdup("");
	more = served.count > 1 ? text_format(" and %zu more", served.count - 1) : strdup("");
	if (!slot || !name || !more)
		return NULL;
	return text_format("%s%s%s%s", slot, *name ? " " : "", name, more);
}

static void put_family(const struct report *report, const struct page *page,
		       const struct plan_package *package)
{
	const char *family = package->driver.family ? package->driver.family : package->driver.name;
	const struct plan_package *selected = selected_build(report->plan, package);
	auto_free char *whom = would_serve(report, package);

	if (selected)
		page_line(page, 2, INK_BOLD, "%s (another build is %s)", family,
			  plan_is_staged(selected) ? "selected" : "installed");
	else if (whom)
		page_line(page, 2, INK_BOLD, "%s, for %s", family, whom);
	else
		page_line(page, 2, INK_BOLD, "%s", family);
}

static void put_refused_family(const struct report *report, const struct page *page,
			       unsigned int width, size_t first)
{
	const struct plan *plan = report->plan;

	page_gap(page);
	put_family(report, page, &plan->packages[first]);
	for (size_t i = first; i < plan->count; i++)
		if (!plan->packages[i].selected &&
		    same_family(&plan->packages[i], &plan->packages[first]) &&
		    (page->style->verbose || is_first(plan, i, true)))
			put_refusal(report, page, width, i);
}

void verdicts_put_refused(const struct report *report, const struct page *page)
{
	size_t count = verdicts_refused_count(report->plan);
	unsigned int width = build_width(report, page);

	if (count == 0)
		return;
	page_gap(page);
	page_line(page, 0, INK_BOLD, "Refused: %zu build%s", count, count == 1 ? "" : "s");
	for (size_t i = 0; i < report->plan->count; i++)
		if (!report->plan->packages[i].selected && is_first(report->plan, i, false))
			put_refused_family(report, page, width, i);
}
