/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Version of the machine interface: readers refuse what they do not know. */
#define FORMAT 1

/* An absent key means unknown, null means none: for what may be unknown. */
static void set_if_known(struct json *object, const char *key, const char *text)
{
	if (text)
		json_set_text(object, key, text);
}

static struct json *new_document(void)
{
	struct json *document = json_new_object();

	json_set_number(document, "format", FORMAT);
	json_set_text(document, "tool", "kmp-match " KMP_MATCH_VERSION);
	return document;
}

static struct json *texts(const struct strings *strings)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < strings->count; i++)
		json_append_text(array, strings->items[i]);
	return array;
}

static struct json *error_object(const struct error *error)
{
	struct json *object = json_new_object();

	json_set_text(object, "what", error->what);
	json_set_text(object, "on", error->on);
	json_set_text(object, "why", error->why);
	json_set_text(object, "hint", error->hint);
	return object;
}

static void append_diagnostics(struct json *array, const struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "id", list->items[i].id);
		json_set_text(object, "text", list->items[i].text);
		json_set_text(object, "culprit", list->items[i].culprit);
		json_append(array, object);
	}
}

static struct json *diagnostics(const struct diagnostics *list)
{
	struct json *array = json_new_array();

	append_diagnostics(array, list);
	return array;
}

static struct json *kernel_object(const struct kernel *kernel)
{
	struct json *object = json_new_object();

	set_if_known(object, "release", kernel->release);
	set_if_known(object, "flavor", kernel->flavor);
	set_if_known(object, "arch", kernel->arch);
	if (kernel->symbols)
		json_set_number(object, "symbols", (int64_t)symbol_table_count(kernel->symbols));
	json_set_text(object, "symbols_from", kernel->symbols_from);
	if (kernel->symbols)
		json_set_bool(object, "symbols_complete", kernel->symbols_complete);
	json_set(object, "diagnostics", diagnostics(&kernel->diagnostics));
	return object;
}

static void set_refreshed(struct json *object, const struct source *source)
{
	time_t when = (time_t)source->refreshed;
	struct tm parts;
	char text[64];

	if (gmtime_r(&when, &parts) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts))
		json_set_text(object, "refreshed", text);
}

static struct json *source_object(const struct report *report, const struct source *source)
{
	struct json *object = json_new_object();

	json_set_text(object, "id", source->id);
	set_if_known(object, "alias", source->alias);
	json_set_text(object, "location", source->location);
	json_set_bool(object, "system", source->system);
	json_set_bool(object, "cached", source->cached);
	if (source->cached && !report->lasting)
		set_refreshed(object, source);
	if (!source->failed) {
		json_set_text(object, "kind", source_kind_id(source->kind));
		json_set_number(object, "packages", (int64_t)source->packages);
		json_set_number(object, "drivers", (int64_t)source->drivers);
	}
	json_set_number(object, "priority", source->priority);
	json_set_text(object, "trust", "unchecked");
	if (source->failed)
		json_set(object, "error", error_object(&source->error));
	else
		json_set_null(object, "error");
	json_set(object, "diagnostics", diagnostics(&source->diagnostics));
	return object;
}

static struct json *device_object(const struct device *device)
{
	struct json *object = json_new_object();

	json_set_text(object, "path", device->path);
	set_if_known(object, "bus", device->bus);
	json_set(object, "modaliases", texts(&device->modaliases));
	set_if_known(object, "name", device->name);
	if (device->driver || device->driver_known)
		json_set_text(object, "driver", device->driver);
	return object;
}

static bool has_hint_for(const struct plan_package *package, size_t device)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (package->hints[i].device == device)
			return true;
	return false;
}

/* NEVRAs of the selected packages that have a hint for the device at INDEX. */
static struct json *packages_of(const struct plan *plan, size_t index)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < plan->count; i++)
		if (plan->packages[i].selected && has_hint_for(&plan->packages[i], index))
			json_append_text(array, plan->packages[i].driver.nevra);
	return array;
}

static struct json *devices_array(const struct report *report)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < report->devices->count; i++) {
		struct json *object = device_object(&report->devices->items[i]);

		json_set(object, "packages", packages_of(report->plan, i));
		json_append(array, object);
	}
	return array;
}

static struct json *hints_array(const struct report *report, const struct plan_package *package)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < package->hint_count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "pattern", package->hints[i].pattern);
		json_set_text(object, "modalias", package->hints[i].modalias);
		if (package->hints[i].device < report->devices->count)
			json_set_number(object, "device", (int64_t)package->hints[i].device);
		json_append(array, object);
	}
	return array;
}

static struct json *kabi_object(const struct kabi *kabi)
{
	struct json *object = json_new_object();

	json_set_text(object, "status", kabi_status_id(kabi->status));
	json_set_number(object, "checked", (int64_t)kabi->checked);
	json_set(object, "missing", texts(&kabi->missing));
	json_set(object, "differing", texts(&kabi->differing));
	json_set(object, "unverified", texts(&kabi->unverified));
	return object;
}

static struct json *rank_object(const struct rank *rank)
{
	struct json *object = json_new_object();

	json_set_number(object, "closeness", rank->closeness);
	json_set_number(object, "specificity", rank->specificity);
	json_set_number(object, "priority", rank->priority);
	return object;
}

static struct json *trust_object(void)
{
	struct json *object = json_new_object();

	json_set_text(object, "status", "unchecked");
	return object;
}

static struct json *modules_array(const struct plan_package *package)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < package->module_count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "name", package->modules[i].name);
		json_set_text(object, "path", package->modules[i].path);
		set_if_known(object, "sha256", package->modules[i].sha256);
		json_append(array, object);
	}
	return array;
}

static const struct source *source_of(const struct report *report, const struct driver *driver)
{
	return driver->source < report->source_count ? &report->sources[driver->source] : NULL;
}

/*
 * Where the RPM is: its copy below the generation once staged, before that the file that would be
 * read, or null if it is not at hand.
 */
static void set_rpm(struct json *object, const struct report *report,
		    const struct plan_package *package)
{
	const struct source *source = source_of(report, &package->driver);
	const char *location = package->driver.location;
	auto_free char *path = NULL;

	if (report->generation > 0) {
		path = package->rpm_staged ? strdup(package->rpm_staged) : NULL;
	} else if (package->rpm_at_hand && source && location) {
		path = source_rpm_path(source, location);
	}
	json_set_text(object, "rpm", path);
}

static void set_identity(struct json *object, const struct report *report,
			 const struct plan_package *package)
{
	const struct driver *driver = &package->driver;
	const struct source *source = source_of(report, driver);

	json_set_text(object, "nevra", driver->nevra);
	json_set_text(object, "name", driver->name);
	json_set_number(object, "epoch", (int64_t)driver->epoch);
	json_set_text(object, "version", driver->version);
	json_set_text(object, "release", driver->release);
	json_set_text(object, "arch", driver->arch);
	json_set_text(object, "vendor", driver->vendor);
	json_set_text(object, "source", source ? source->id : NULL);
	set_rpm(object, report, package);
	set_if_known(object, "rpm_sha256", package->rpm_sha256);
	json_set_text(object, "role", driver_role_id(driver->role));
}

static void set_verdict(struct json *object, const struct plan_package *package)
{
	json_set(object, "required_by", texts(&package->required_by));
	json_set(object, "assumed", texts(&package->assumed));
	json_set_text(object, "verdict", package->selected ? "selected" : "rejected");
	json_set_text(object, "reason", reason_id(package->reason));
	set_if_known(object, "detail", package->detail);
	json_set_text(object, "culprit", package->culprit);
	json_set(object, "rank", rank_object(&package->rank));
}

static struct json *package_object(const struct report *report, const struct plan_package *package)
{
	struct json *object = json_new_object();
	struct json *flaws = diagnostics(&package->driver.diagnostics);

	append_diagnostics(flaws, &package->diagnostics);
	set_identity(object, report, package);
	set_verdict(object, package);
	json_set(object, "hints", hints_array(report, package));
	json_set(object, "trust", trust_object());
	json_set(object, "kabi", kabi_object(&package->kabi));
	json_set(object, "modules", modules_array(package));
	json_set(object, "firmware", texts(&package->firmware));
	json_set(object, "diagnostics", flaws);
	return object;
}

static struct json *result_object(const struct report *report)
{
	struct json *object = json_new_object();
	size_t selected = plan_selected_count(report->plan);

	json_set_number(object, "exit", report->exit);
	json_set_number(object, "selected", (int64_t)selected);
	json_set_number(object, "rejected", (int64_t)(report->plan->count - selected));
	if (report->generation > 0)
		json_set_number(object, "generation", report->generation);
	else
		json_set_null(object, "generation");
	return object;
}

static struct json *sources_array(const struct report *report)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < report->source_count; i++)
		json_append(array, source_object(report, &report->sources[i]));
	return array;
}

static struct json *packages_array(const struct report *report)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < report->plan->count; i++)
		json_append(array, package_object(report, &report->plan->packages[i]));
	return array;
}

/* Objects, not bare numbers: later versions may say more of each. */
static struct json *unmatched_array(const struct plan *plan)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < plan->unmatched_count; i++) {
		struct json *object = json_new_object();
		bool refused = plan_serves(plan, plan->unmatched[i], false);

		json_set_number(object, "device", (int64_t)plan->unmatched[i]);
		json_set_text(object, "offer", refused ? "refused" : "none");
		json_append(array, object);
	}
	return array;
}

struct json *report_json(const struct report *report)
{
	struct json *document = new_document(), *flaws = json_new_array();

	json_set_bool(document, "dry_run", report->dry_run);
	json_set_bool(document, "gpg_checks", report->gpg_checks);
	json_set(document, "kernel", kernel_object(report->kernel));
	json_set(document, "sources", sources_array(report));
	json_set(document, "devices", devices_array(report));
	json_set(document, "packages", packages_array(report));
	json_set(document, "unmatched", unmatched_array(report->plan));
	append_diagnostics(flaws, &report->devices->diagnostics);
	if (report->diagnostics)
		append_diagnostics(flaws, report->diagnostics);
	json_set(document, "diagnostics", flaws);
	json_set(document, "result", result_object(report));
	return document;
}

struct json *report_devices_json(const struct device_list *devices)
{
	struct json *document = new_document();
	struct json *array = json_new_array();

	set_if_known(document, "arch", devices->arch);
	for (size_t i = 0; i < devices->count; i++)
		json_append(array, device_object(&devices->items[i]));
	json_set(document, "devices", array);
	return document;
}

struct json *report_error_json(const struct error *error, int exit)
{
	struct json *document = new_document();
	struct json *result = json_new_object();

	json_set(document, "error", error_object(error));
	json_set_number(result, "exit", exit);
	json_set(document, "result", result);
	return document;
}
