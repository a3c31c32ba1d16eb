/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "select/plan.h"

static void ids_are_spelled_as_documented(void **state)
{
	static const struct {
		enum reason reason;
		const char *id;
	} reasons[] = {
		{ REASON_SELECTED, "selected" },
		{ REASON_REQUIRED, "required" },
		{ REASON_UPDATE, "update" },
		{ REASON_INSTALLED, "installed" },
		{ REASON_OTHER_FLAVOR, "other-flavor" },
		{ REASON_OTHER_ARCH, "other-arch" },
		{ REASON_OTHER_KERNEL, "other-kernel" },
		{ REASON_KABI_MISMATCH, "kabi-mismatch" },
		{ REASON_KABI_UNKNOWN, "kabi-unknown" },
		{ REASON_MISSING_MODULE, "missing-module" },
		{ REASON_MISSING_DEPENDENCY, "missing-dependency" },
		{ REASON_OUTRANKED, "outranked" },
		{ REASON_OLDER, "older" },
		{ REASON_CONFLICT, "conflict" },
		{ REASON_OTHER_VENDOR, "other-vendor" },
		{ REASON_LOCKED, "locked" },
		{ REASON_UNTRUSTED, "untrusted" },
		{ REASON_EXPIRED_KEY, "expired-key" },
		{ REASON_BAD_SIGNATURE, "bad-signature" },
		{ REASON_CORRUPT, "corrupt" },
		{ REASON_MATCH_ALL_HINT, "match-all-hint" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++)
		assert_string_equal(reason_id(reasons[i].reason), reasons[i].id);
	assert_string_equal(kabi_status_id(KABI_METADATA), "metadata");
	assert_string_equal(kabi_status_id(KABI_UNPROVEN), "unproven");
	assert_string_equal(kabi_status_id(KABI_UNKNOWN), "unknown");
	assert_string_equal(kabi_status_id(KABI_MISMATCH), "mismatch");
}

static void a_module_is_named_as_the_kernel_names_it(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{ "updates/nvme-core.ko.zst", "nvme_core" },
		{ "foo.ko", "foo" },
		{ "a/b/snd-hda.intel.ko.xz", "snd_hda" },
	};
	auto_plan struct plan plan = { 0 };
	struct plan_package *package = plan_add(&plan);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct plan_module *module;

		assert_int_equal(plan_package_add_module(package, cases[i].path, i ? "ab" : NULL),
				 0);
		module = &package->modules[i];
		if (strcmp(module->name, cases[i].name) != 0)
			fail_msg("%s: got %s", cases[i].path, module->name);
		assert_string_equal(module->path, cases[i].path);
		assert_true(i ? strcmp(module->sha256, "ab") == 0 : !module->sha256);
	}
	assert_int_equal(package->module_count, COUNT(cases));
}

static void add_hint(struct plan_package *package, size_t device)
{
	assert_int_equal(array_grow(&package->hints, package->hint_count, sizeof(*package->hints)),
			 0);
	package->hints[package->hint_count++] = (struct plan_hint){
		.pattern = strdup("pci:*"),
		.modalias = strdup("pci:v1"),
		.device = device,
	};
}

static void selected_and_refused_packages_serve_apart(void **state)
{
	auto_plan struct plan plan = { 0 };
	struct plan_package *package = plan_add(&plan);

	(void)state;
	package->selected = true;
	add_hint(package, 4);
	add_hint(package, 7);
	package = plan_add(&plan);
	add_hint(package, 5);
	assert_int_equal(plan_selected_count(&plan), 1);
	assert_true(plan_serves(&plan, 7, true));
	assert_false(plan_serves(&plan, 7, false));
	assert_true(plan_serves(&plan, 5, false));
	assert_false(plan_serves(&plan, 5, true));
	assert_false(plan_serves(&plan, 0, true));
}

static void all_that_a_package_holds_is_released(void **state)
{
	struct plan plan = { 0 };
	struct plan_package *package = NULL;

	(void)state;
	for (int i = 0; i < 20; i++)
		package = plan_add(&plan);
	package->detail = strdup("x");
	package->culprit = strdup("x");
	package->rpm_sha256 = strdup("x");
	add_hint(package, 1);
	assert_int_equal(strings_add(&package->required_by, "x"), 0);
	assert_int_equal(strings_add(&package->assumed, "x"), 0);
	assert_int_equal(strings_add(&package->kabi.missing, "x"), 0);
	assert_int_equal(strings_add(&package->kabi.differing, "x"), 0);
	assert_int_equal(strings_add(&package->kabi.unverified, "x"), 0);
	assert_int_equal(strings_add(&package->firmware, "x"), 0);
	assert_int_equal(diagnostics_add(&package->diagnostics, "x", "x", "x"), 0);
	assert_int_equal(plan_package_add_module(package, "x.ko", "x"), 0);
	plan.unmatched = calloc(1, sizeof(*plan.unmatched));
	assert_non_null(plan.unmatched);
	plan_done(&plan);
	assert_int_equal(plan.count, 0);
	assert_null(plan.packages);
	plan_done(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_spelled_as_documented),
		cmocka_unit_test(a_module_is_named_as_the_kernel_names_it),
		cmocka_unit_test(selected_and_refused_packages_serve_apart),
		cmocka_unit_test(all_that_a_package_holds_is_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
