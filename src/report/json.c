/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/json-internal.h"
#include "report/piece.h"
#include "select/loading.h"

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
	piece_set_known(object, "alias", source->alias);
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
	json_set_text(object, "trust", trust_status_id(source->trust.status));
	if (source->failed)
		json_set(object, "error", piece_error(&source->error));
	else
		json_set_null(object, "error");
	json_set(object, "diagnostics", piece_diagnostics(&source->diagnostics));
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

struct json *report_json_devices(const struct report *report)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < report->devices->count; i++) {
		struct json *object = piece_device(&report->devices->items[i]);

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

static struct json *rank_object(const struct rank *rank)
{
	struct json *object = json_new_object();

	json_set_number(object, "policy", rank->policy);
	json_set_number(object, "trust", rank->trust);
	json_set_number(object, "closeness", rank->closeness);
	json_set_number(object, "specificity", rank->specificity);
	json_set_number(object, "priority", rank->priority);
	return object;
}

static const char *compression_id(enum compression compression)
{
	static const char *const ids[] = {
		[COMPRESSION_NONE] = "none",
		[COMPRESSION_GZIP] = "gzip",
		[COMPRESSION_XZ] = "xz",
		[COMPRESSION_ZSTD] = "zstd",
	};

	return ids[compression];
}

static void set_facts(struct json *object, const struct kernel *kernel, const struct module *facts)
{
	const struct module_signature *signature = &facts->signature;

	piece_set_known(object, "vermagic", facts->vermagic);
	piece_set_known(object, "version", facts->version);
	piece_set_known(object, "srcversion", facts->srcversion);
	piece_set_known(object, "build_id", facts->build_id);
	piece_set_known(object, "supported", facts->supported);
	json_set_bool(object, "signed", signature->present);
	piece_set_known(object, "signer", signature->signer);
	piece_set_known(object, "key", signature->key_id);
	json_set_text(object, "signature", signature_state_id(loading_signature(kernel, facts)));
	if (signature->present)
		json_set_text(object, "key_standing",
			      key_standing_id(signers_ask(&kernel->signers, signature)));
	json_set_text(object, "compression", compression_id(facts->compression));
}

static struct json *modules_array(const struct kernel *kernel, const struct plan_package *package)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < package->module_count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "name", package->modules[i].name);
		json_set_text(object, "path", package->modules[i].path);
		piece_set_known(object, "sha256", package->modules[i].sha256);
		if (package->modules[i].facts)
			set_facts(object, kernel, package->modules[i].facts);
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
	} else if (package->rpm_at_hand && source && !source->remote && location) {
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
	piece_set_known(object, "rpm_sha256", package->rpm_sha256);
	json_set_text(object, "role", driver_role_id(driver->role));
}

static void set_verdict(struct json *object, const struct plan_package *package)
{
	json_set(object, "required_by", piece_texts(&package->required_by));
	json_set(object, "assumed", piece_texts(&package->assumed));
	json_set_text(object, "verdict", package->selected ? "selected" : "rejected");
	json_set_text(object, "reason", reason_id(package->reason));
	piece_set_known(object, "detail", package->detail);
	json_set_text(object, "culprit", package->culprit);
	json_set(object, "rank", rank_object(&package->rank));
}

struct json *report_json_package(const struct report *report, const struct plan_package *package)
{
	struct json *object = json_new_object();
	struct json *flaws = piece_diagnostics(&package->driver.diagnostics);

	piece_add_diagnostics(flaws, &package->diagnostics);
	set_identity(object, report, package);
	set_verdict(object, package);
	json_set(object, "hints", hints_array(report, package));
	json_set(object, "trust", piece_trust(&package->trust));
	json_set(object, "kabi", piece_kabi(&package->kabi));
	json_set(object, "modules", modules_array(report->kernel, package));
	json_set(object, "firmware", piece_texts(&package->firmware));
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

struct json *report_json_sources(const struct report *report)
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
		json_append(array, report_json_package(report, &report->plan->packages[i]));
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

static struct json *sandbox_object(const struct sandbox *sandbox)
{
	auto_strings struct strings names = { 0 };
	struct json *object = json_new_object(), *array = json_new_array();

	if (sandbox->landlock)
		json_set_number(object, "landlock", sandbox->landlock);
	else
		json_set_null(object, "landlock");
	json_set_bool(object, "seccomp", sandbox->syscalls);
	json_set_number(object, "user", sandbox->user);
	if (sandbox_capabilities(sandbox, &names) == 0)
		for (size_t i = 0; i < names.count; i++)
			json_append_text(array, names.items[i]);
	json_set(object, "capabilities", array);
	return object;
}

struct json *report_json(const struct report *report)
{
	struct json *document = piece_document(), *flaws = json_new_array();

	json_set_bool(document, "dry_run", report->dry_run);
	json_set_bool(document, "gpg_checks", report->gpg_checks);
	if (report->sandbox)
		json_set(document, "sandbox", sandbox_object(report->sandbox));
	json_set_text(document, "policy", report->policy);
	json_set(document, "kernel", piece_kernel(report->kernel));
	json_set(document, "sources", report_json_sources(report));
	json_set(document, "devices", report_json_devices(report));
	json_set(document, "packages", packages_array(report));
	json_set(document, "unmatched", unmatched_array(report->plan));
	piece_add_diagnostics(flaws, &report->devices->diagnostics);
	if (report->diagnostics)
		piece_add_diagnostics(flaws, report->diagnostics);
	json_set(document, "diagnostics", flaws);
	json_set(document, "result", result_object(report));
	return document;
}

struct json *report_devices_json(const struct device_list *devices)
{
	struct json *document = piece_document();
	struct json *array = json_new_array();

	piece_set_known(document, "arch", devices->arch);
	for (size_t i = 0; i < devices->count; i++)
		json_append(array, piece_device(&devices->items[i]));
	json_set(document, "devices", array);
	return document;
}

struct json *report_error_json(const struct error *error, int exit)
{
	struct json *document = piece_document();
	struct json *result = json_new_object();

	json_set(document, "error", piece_error(error));
	json_set_number(result, "exit", exit);
	json_set(document, "result", result);
	return document;
}
