/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/explanation.h"

#define NIC_HINT  "pci:v00008086d000010D3sv*sd*bc*sc*i*"
#define WIDE_HINT "pci:v00008086d*"

/* Three devices and whatever packages a test adds. */
struct scene {
	struct device_list devices;
	struct kernel kernel;
	struct source source;
	struct plan plan;
	struct step_context context;
};

static char *copy(const char *text)
{
	char *own = strdup(text);

	assert_non_null(own);
	return own;
}

static void make_scene(struct scene *scene)
{
	*scene = (struct scene){ 0 };
	for (int i = 0; i < 3; i++) {
		struct device *device = device_list_add(&scene->devices);

		assert_non_null(device);
		device->path = text_format("/devices/pci0000:00/0000:00:0%d.0", i);
		assert_int_equal(strings_addf(&device->modaliases, "pci:v00008086d000010D3sv%d", i),
				 0);
	}
	scene->kernel.release = copy("6.4.0-1-default");
	scene->kernel.flavor = copy("default");
	scene->kernel.arch = copy("x86_64");
	scene->source.location = copy("/srv/drivers");
	scene->context = (struct step_context){
		.plan = &scene->plan,
		.devices = &scene->devices,
		.kernel = &scene->kernel,
		.sources = &scene->source,
		.source_count = 1,
	};
}

static void scene_done(struct scene *scene)
{
	plan_done(&scene->plan);
	device_list_done(&scene->devices);
	kernel_done(&scene->kernel);
	free(scene->source.location);
}
#define auto_scene AUTO(scene_done)

static struct plan_package *add_package(struct scene *scene, const char *name, const char *version,
					enum reason reason, const char *culprit)
{
	struct plan_package *package = plan_add(&scene->plan);

	assert_non_null(package);
	package->driver.id = (int)scene->plan.count;
	package->driver.name = copy(name);
	package->driver.family = copy(name);
	package->driver.flavor = copy("default");
	package->driver.arch = copy("x86_64");
	package->driver.nevra = text_format("%s-%s-1.x86_64", name, version);
	package->selected = reason_rule(reason) == RULE_COUNT;
	package->reason = reason;
	package->detail = text_format("%s is %s", name, reason_id(reason));
	package->culprit = culprit ? copy(culprit) : NULL;
	package->rank = (struct rank){ .closeness = 1, .specificity = 3, .priority = 99 };
	return package;
}

static void add_hint(struct scene *scene, struct plan_package *package, const char *pattern,
		     size_t device)
{
	struct plan_hint *hint;

	assert_int_equal(array_grow(&package->hints, package->hint_count, sizeof(*hint)), 0);
	hint = &package->hints[package->hint_count++];
	hint->pattern = copy(pattern);
	hint->modalias = copy(scene->devices.items[device].modaliases.items[0]);
	hint->device = device;
}

static const struct step *last_step(const struct explanation *explanation, size_t package)
{
	const struct steps *steps = &explanation->steps[package];

	assert_in_range(steps->count, 1, RULE_COUNT);
	return &steps->items[steps->count - 1];
}

static void a_package_passes_the_rules_before_the_one_that_it_failed(void **state)
{
	const struct subject machine = { .kind = SUBJECT_MACHINE };

	(void)state;
	for (enum reason reason = REASON_SELECTED; reason < REASON_COUNT; reason++) {
		auto_scene struct scene scene;
		auto_explanation struct explanation explanation = { 0 };
		const struct steps *steps;

		make_scene(&scene);
		add_hint(&scene, add_package(&scene, "foo", "1", reason, "culprit"), NIC_HINT, 0);
		assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
		steps = &explanation.steps[0];
		for (size_t i = 0; i < steps->count; i++) {
			assert_int_equal(steps->items[i].rule, i);
			assert_int_equal(steps->items[i].passed, i != reason_rule(reason));
			assert_true(strlen(steps->items[i].detail) > 0);
		}
		if (reason_remedy(reason)) {
			assert_int_equal(steps->count, reason_rule(reason) + 1);
			assert_true(text_starts(last_step(&explanation, 0)->detail, "foo is "));
		} else {
			assert_int_equal(steps->count, RULE_COUNT);
		}
	}
}

static void winners_come_first_and_then_the_others_by_rank(void **state)
{
	static const char *const wanted[] = {
		"worst-9-1.x86_64", "near-1-1.x86_64", "foo-3-1.x86_64",
		"foo-20-1.x86_64",  "foo-1-1.x86_64",  "goo-4-1.x86_64",
	};
	const struct subject machine = { .kind = SUBJECT_MACHINE };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;

	(void)state;
	make_scene(&scene);
	add_package(&scene, "worst", "9", REASON_SELECTED, NULL)->rank.specificity = 0;
	add_package(&scene, "foo", "3", REASON_CONFLICT, NULL);
	add_package(&scene, "foo", "20", REASON_OLDER, NULL);
	add_package(&scene, "foo", "1", REASON_OLDER, NULL);
	add_package(&scene, "goo", "4", REASON_CONFLICT, NULL);
	add_package(&scene, "near", "1", REASON_CONFLICT, NULL)->rank.closeness = 2;
	assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
	assert_int_equal(explanation.plan.count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_string_equal(explanation.plan.packages[i].driver.nevra, wanted[i]);
}

static void hints_count_in_the_devices_in_question(void **state)
{
	size_t indices[] = { 2 };
	const struct subject slot = { .kind = SUBJECT_SLOT,
				      .devices = indices,
				      .device_count = COUNT(indices) };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;
	struct plan_package *package;

	(void)state;
	make_scene(&scene);
	package = add_package(&scene, "foo", "1", REASON_SELECTED, NULL);
	add_hint(&scene, package, NIC_HINT, 0);
	add_hint(&scene, package, WIDE_HINT, 2);
	add_hint(&scene, add_package(&scene, "bar", "1", REASON_SELECTED, NULL), NIC_HINT, 1);
	assert_int_equal(explanation_make(&scene.context, &slot, &explanation), 0);
	assert_int_equal(explanation.devices.count, 1);
	assert_string_equal(explanation.devices.items[0].path, "/devices/pci0000:00/0000:00:02.0");
	assert_int_equal(explanation.plan.count, 1);
	assert_int_equal(explanation.plan.packages[0].hint_count, 1);
	assert_int_equal(explanation.plan.packages[0].hints[0].device, 0);
	assert_string_equal(explanation.steps[0].items[RULE_HINT].detail,
			    WIDE_HINT " fits pci:v00008086d000010D3sv2 of 0000:00:02.0, and names "
				      "the vendor");
}

static void what_a_package_in_question_needs_comes_along(void **state)
{
	size_t indices[] = { 0 };
	const struct subject slot = { .kind = SUBJECT_SLOT,
				      .devices = indices,
				      .device_count = COUNT(indices) };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;
	struct plan_package *package;

	(void)state;
	make_scene(&scene);
	package = add_package(&scene, "deep", "1", REASON_REQUIRED, NULL);
	assert_int_equal(strings_add(&package->required_by, "helper-1-1.x86_64"), 0);
	package = add_package(&scene, "helper", "1", REASON_REQUIRED, NULL);
	assert_int_equal(strings_add(&package->required_by, "foo-1-1.x86_64"), 0);
	add_hint(&scene, add_package(&scene, "foo", "1", REASON_SELECTED, NULL), NIC_HINT, 0);
	package = add_package(&scene, "else", "1", REASON_REQUIRED, NULL);
	assert_int_equal(strings_add(&package->required_by, "bar-1-1.x86_64"), 0);
	assert_int_equal(explanation_make(&scene.context, &slot, &explanation), 0);
	assert_int_equal(explanation.plan.count, 3);
	assert_string_equal(explanation.plan.packages[0].driver.name, "deep");
	assert_string_equal(explanation.steps[0].items[RULE_HINT].detail,
			    "no hint of it fits such a device; helper-1-1.x86_64 needs it");
}

static void a_package_in_question_brings_its_devices(void **state)
{
	int ids[] = { 2 };
	const struct subject named = { .kind = SUBJECT_PACKAGE, .packages = { ids, COUNT(ids) } };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;
	struct plan_package *package;

	(void)state;
	make_scene(&scene);
	add_hint(&scene, add_package(&scene, "bar", "1", REASON_SELECTED, NULL), NIC_HINT, 0);
	package = add_package(&scene, "foo", "1", REASON_OTHER_FLAVOR, NULL);
	add_hint(&scene, package, NIC_HINT, 1);
	add_hint(&scene, package, NIC_HINT, 2);
	assert_int_equal(explanation_make(&scene.context, &named, &explanation), 0);
	assert_int_equal(explanation.plan.count, 1);
	assert_int_equal(explanation.devices.count, 2);
	assert_int_equal(explanation.plan.packages[0].hints[1].device, 1);
	assert_true(text_ends(explanation.steps[0].items[RULE_HINT].detail, "; 1 more device too"));
}

static void of_two_the_part_of_the_rank_that_decided_is_told(void **state)
{
	static const struct {
		const char *label, *loser;
		enum reason reason;
		struct rank winner_rank, loser_rank;
		const char *decider;
	} cases[] = {
		{ "newer",
		  "foo",
		  REASON_OLDER,
		  { .closeness = 1, .specificity = 3, .priority = 99 },
		  { .closeness = 2, .specificity = 4, .priority = 99 },
		  "version" },
		{ "nearer repository",
		  "foo",
		  REASON_OUTRANKED,
		  { .closeness = 1, .specificity = 3, .priority = 1 },
		  { .closeness = 2, .specificity = 4, .priority = 2 },
		  "priority" },
		{ "same version",
		  "foo",
		  REASON_OUTRANKED,
		  { .closeness = 2, .specificity = 3, .priority = 9 },
		  { .closeness = 1, .specificity = 3, .priority = 9 },
		  "closeness" },
		{ "other family",
		  "bar",
		  REASON_OUTRANKED,
		  { .closeness = 1, .specificity = 4, .priority = 9 },
		  { .closeness = 1, .specificity = 3, .priority = 1 },
		  "specificity" },
	};
	const struct subject machine = { .kind = SUBJECT_MACHINE };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_explanation struct explanation explanation = { 0 };
		auto_scene struct scene scene;
		auto_free char *lost = text_format("; what decides is the %s (", cases[i].decider);
		auto_free char *won = text_format("its %s puts it before %s-1-1.x86_64 (",
						  cases[i].decider, cases[i].loser);

		make_scene(&scene);
		add_package(&scene, "foo", "2", REASON_SELECTED, NULL)->rank = cases[i].winner_rank;
		add_package(&scene, cases[i].loser, "1", cases[i].reason, "foo-2-1.x86_64")->rank =
			cases[i].loser_rank;
		assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
		if (!strstr(last_step(&explanation, 1)->detail, lost) ||
		    !text_starts(last_step(&explanation, 0)->detail, won))
			fail_msg("%s: %s | %s", cases[i].label, last_step(&explanation, 0)->detail,
				 last_step(&explanation, 1)->detail);
	}
}

static void symbols_are_told_by_what_is_known_of_them(void **state)
{
	static const struct {
		enum kabi_status status;
		size_t checked, unverified;
		const char *words;
	} cases[] = {
		{ KABI_EXACT, 9, 0, "the kernel has what its modules need: 9 symbols" },
		{ KABI_PROVEN, 1, 0, "the kernel has what its modules need: 1 symbol" },
		{ KABI_METADATA, 9, 0, "the kernel has what its metadata asks for: 9 symbols" },
		{ KABI_METADATA, 9, 2, "the kernel has 7 of the 9 symbols that its metadata" },
		{ KABI_METADATA, 0, 0, "the kernel has what its metadata asks for" },
		{ KABI_UNPROVEN, 0, 0, "it does not say which kernel symbols it needs" },
		{ KABI_UNPROVEN, 9, 2, "the kernel has 7 of the 9 symbols that its modules need" },
		{ KABI_UNKNOWN, 9, 0, "the symbols of the kernel are not known" },
	};
	const struct subject machine = { .kind = SUBJECT_MACHINE };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_explanation struct explanation explanation = { 0 };
		auto_scene struct scene scene;
		struct kabi *kabi;
		const char *said;

		make_scene(&scene);
		kabi = &add_package(&scene, "foo", "1", REASON_SELECTED, NULL)->kabi;
		kabi->status = cases[i].status;
		kabi->checked = cases[i].checked;
		for (size_t j = 0; j < cases[i].unverified; j++)
			assert_int_equal(strings_addf(&kabi->unverified, "symbol_%zu", j), 0);
		assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
		said = explanation.steps[0].items[RULE_KABI].detail;
		if (!text_starts(said, cases[i].words))
			fail_msg("row %zu: %s", i, said);
	}
}

static void the_first_ten_symbols_at_fault_are_named(void **state)
{
	const struct subject machine = { .kind = SUBJECT_MACHINE };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;
	struct kabi *kabi;

	(void)state;
	make_scene(&scene);
	kabi = &add_package(&scene, "foo", "1", REASON_KABI_MISMATCH, NULL)->kabi;
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(strings_addf(&kabi->missing, "s%zu", i), 0);
	assert_int_equal(strings_add(&kabi->differing, "printk"), 0);
	assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
	assert_string_equal(last_step(&explanation, 0)->detail,
			    "foo is kabi-mismatch; missing: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 "
			    "and 2 more; with another CRC: printk");
}

static void what_the_proof_found_is_named_with_its_module(void **state)
{
	struct kabi_finding findings[] = {
		{ .module = (char *)(uintptr_t) "foo",
		  .fault = FAULT_DIFFERING_SYMBOL,
		  .symbol = (char *)(uintptr_t) "printk",
		  .has_wanted = true,
		  .has_found = true,
		  .wanted = 0x1111,
		  .found = 0x2222 },
		{ .module = (char *)(uintptr_t) "bar", .fault = FAULT_UNREADABLE },
	};
	const struct subject machine = { .kind = SUBJECT_MACHINE };
	auto_explanation struct explanation explanation = { 0 };
	auto_scene struct scene scene;
	struct kabi *kabi;

	(void)state;
	make_scene(&scene);
	kabi = &add_package(&scene, "foo", "1", REASON_KABI_MISMATCH, NULL)->kabi;
	kabi->findings = findings;
	kabi->finding_count = COUNT(findings);
	assert_int_equal(explanation_make(&scene.context, &machine, &explanation), 0);
	assert_string_equal(last_step(&explanation, 0)->detail,
			    "foo is kabi-mismatch; in its modules: foo: differing-symbol printk "
			    "(wants 0x00001111, there is 0x00002222), bar: unreadable");
	kabi->findings = NULL;
	kabi->finding_count = 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_passes_the_rules_before_the_one_that_it_failed),
		cmocka_unit_test(winners_come_first_and_then_the_others_by_rank),
		cmocka_unit_test(hints_count_in_the_devices_in_question),
		cmocka_unit_test(what_a_package_in_question_needs_comes_along),
		cmocka_unit_test(a_package_in_question_brings_its_devices),
		cmocka_unit_test(of_two_the_part_of_the_rank_that_decided_is_told),
		cmocka_unit_test(symbols_are_told_by_what_is_known_of_them),
		cmocka_unit_test(the_first_ten_symbols_at_fault_are_named),
		cmocka_unit_test(what_the_proof_found_is_named_with_its_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
