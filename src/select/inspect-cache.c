/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/inspect-cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pack.h"
#include "base/text.h"
#include "kernel/module-pack.h"

/*
 * The modules in the order in which they were found: path, SHA-256, why it is unreadable, facts.
 * Then the paths of firmware.
 */
#define KIND   "payload"
#define FORMAT 1

/* Which of an RPM's builds is looked at depends on the kernel. Owned, or NULL. */
static char *make_state(const struct inspect_terms *terms)
{
	return text_format("kmp-match %s, for %s", KMP_MATCH_VERSION,
			   terms->kernel_release ? terms->kernel_release : "no kernel");
}

static void pack_facts(struct pack *pack, struct module **facts)
{
	bool there = pack_flag(pack, *facts != NULL);

	if (!there)
		return;
	pack_make_room(pack, facts, 1, sizeof(**facts));
	if (pack->failure == 0)
		module_pack(pack, *facts);
}

static void pack_module(struct pack *pack, struct plan_package *package, size_t index)
{
	auto_free char *path = NULL;
	struct plan_module *module;

	if (pack->reads) {
		pack_text(pack, &path);
		if (pack->failure == 0)
			pack->failure =
				path ? plan_package_add_module(package, path, NULL) : -EBADMSG;
	} else {
		pack_text(pack, &package->modules[index].path);
	}
	if (pack->failure < 0)
		return;
	module = &package->modules[index];
	pack_text(pack, &module->sha256);
	pack_text(pack, &module->unreadable);
	pack_facts(pack, &module->facts);
}

static void pack_package(struct pack *pack, struct plan_package *package)
{
	size_t count = package->module_count;

	pack_count(pack, &count);
	for (size_t i = 0; i < count && pack->failure == 0; i++)
		pack_module(pack, package, i);
	pack_strings(pack, &package->firmware);
}

/* Are the modules and the firmware that READ has those of PAYLOAD? */
static bool is_whole(const struct plan_package *read, const struct payload *payload)
{
	size_t modules = 0, firmware = 0;

	for (size_t i = 0; i < payload->count; i++) {
		modules += payload->files[i].kind == PAYLOAD_MODULE;
		firmware += payload->files[i].kind == PAYLOAD_FIRMWARE;
	}
	if (modules != read->module_count || firmware != read->firmware.count)
		return false;
	for (size_t i = 0; i < modules; i++) {
		const struct payload_file *file = payload_find(payload, read->modules[i].path);

		if (!file || file->kind != PAYLOAD_MODULE)
			return false;
	}
	for (size_t i = 0; i < firmware; i++)
		if (!path_is_safe(read->firmware.items[i]))
			return false;
	return true;
}

/* 0 or -ENOMEM, PACKAGE unchanged but for names of modules. */
static int take_over(struct plan_package *read, const struct payload *payload,
		     struct plan_package *package)
{
	for (size_t i = 0; i < read->module_count; i++)
		if (strings_add_once(&package->driver.modules,
				     payload_find(payload, read->modules[i].path)->name) < 0)
			return -ENOMEM;
	package->modules = take(read->modules);
	package->module_count = read->module_count;
	read->module_count = 0;
	package->firmware = read->firmware;
	read->firmware = (struct strings){ 0 };
	return 0;
}

bool inspect_cache_find(const struct inspect_terms *terms, struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	auto_free char *state = make_state(terms);
	const struct cache_key key = { KIND, FORMAT, package->rpm_sha256, state };
	auto_pack struct pack pack = { 0 };
	auto_plan struct plan plan = { 0 };
	struct plan_package *read = state ? plan_add(&plan) : NULL;

	if (!read || !package->rpm_sha256 || package->modules || package->firmware.count ||
	    pack_open(terms->cache, &key, &pack) < 0)
		return false;
	pack_package(&pack, read);
	return pack_end(&pack) == 0 && is_whole(read, &inspection->payload) &&
	       take_over(read, &inspection->payload, package) == 0;
}

void inspect_cache_keep(const struct inspect_terms *terms, const struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	auto_free char *state = make_state(terms);
	const struct cache_key key = { KIND, FORMAT, package->rpm_sha256, state };
	auto_pack struct pack pack = { 0 };

	if (!state || !package->rpm_sha256 ||
	    package->diagnostics.count != inspection->diagnostic_count ||
	    !file_state_is_of(&inspection->state, inspection->fd))
		return;
	pack_package(&pack, package);
	pack_keep(&pack, terms->cache, &key);
}
