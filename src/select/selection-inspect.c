/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "select/inspect.h"
#include "select/loadable.h"
#include "select/selection-internal.h"
#include "select/verdict.h"

/* Is R a failure of the system, and nothing that a package could be blamed for? */
static bool is_ours(int r)
{
	return r == -ENOMEM || r == -EMFILE || r == -ENFILE || r == -EIO || r == -ENOSPC ||
	       r == -EDQUOT;
}

/* 1 if PACKAGE was rejected, or -ENOMEM; VERDICT is what setting its verdict came to. */
static int exclude(struct selection *selection, struct plan_package *package, int verdict)
{
	int r = verdict < 0 ? verdict : selection_exclude(selection, package->driver.id);

	return r < 0 ? r : 1;
}

/*
 * 1 if PACKAGE was rejected for its signature, 0 if not, -ENOMEM. A dry run tolerates an RPM that
 * is not at hand: nobody could check its signature, and only its metadata was read.
 */
static int refuse_untrusted(struct selection *selection, struct plan_package *package)
{
	bool unchecked = package->trust.status == TRUST_UNCHECKED && !selection->staging;

	if (unchecked || plan_is_trusted(package, selection->gpg_checks))
		return 0;
	return exclude(selection, package, verdict_trust(package));
}

static int reject_damaged(struct selection *selection, const struct inspection *inspection)
{
	const struct driver *driver = &inspection->package->driver;
	auto_free char *detail = error_sentence(&inspection->error);
	int r = selection_reject(selection, driver->id, REASON_CORRUPT,
				 detail ? detail : "its RPM is damaged", driver->location);

	return r < 0 ? r : 1;
}

/* 1 if the package was rejected for what its RPM is, 0 if it will do or is not at hand, -errno. */
static int judge(struct selection *selection, struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	int r = inspection->result;

	package->rank.trust = trust_is_good(&package->trust);
	for (size_t i = 0; r == 0 && i < package->module_count; i++)
		if (package->modules[i].facts)
			r = loadable_diagnose(selection->context.kernel, package->modules[i].facts,
					      &package->diagnostics);
	if (r == 0)
		return refuse_untrusted(selection, package);
	if (!is_ours(r))
		return reject_damaged(selection, inspection);
	selection->failure = inspection->error;
	inspection->error = (struct error){ 0 };
	return r;
}

/* Those of IDS that are on offer and were not looked at yet; ITEMS has room for all. */
static size_t list_new(struct selection *selection, const struct ids *ids, struct inspection *items)
{
	size_t count = 0;

	for (size_t i = 0; i < ids->count; i++) {
		struct plan_package *package = selection_find(selection, ids->items[i]);

		if (!package || package->inspected || package->driver.source == SIZE_MAX)
			continue;
		package->inspected = true;
		items[count++].package = package;
	}
	return count;
}

static void look_at(struct selection *selection, struct inspection *items, size_t count)
{
	auto_progress_task struct progress_task task = { .counted = true, .total = count };
	const struct inspect_terms terms = {
		.sources = selection->context.sources,
		.kernel_release = selection->context.kernel->release,
		.gpg_checks = selection->gpg_checks,
		.room = &selection->room,
		.progress = &task,
		.cache = selection->cache,
		.ask_cache = !selection->staging,
	};

	progress_begin(catalog_progress(selection->context.catalog), &task, "checking", "packages");
	inspect_packages(&terms, items, count);
}

int selection_inspect(struct selection *selection, const struct ids *ids)
{
	auto_free struct inspection *items = calloc(ids->count + 1, sizeof(*items));
	size_t count = items ? list_new(selection, ids, items) : 0;
	int again = items ? 0 : -ENOMEM;

	if (count)
		look_at(selection, items, count);
	for (size_t i = 0; i < count; i++) {
		int r = again < 0 ? again : judge(selection, &items[i]);

		again = r < 0 ? r : again | r;
		error_done(&items[i].error);
	}
	return again;
}
