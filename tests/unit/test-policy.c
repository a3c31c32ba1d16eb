/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/policy.h"

/* Read TEXT from a block of just its size, so that who reads on is caught. */
static int parse(const char *text, struct policy *ret, struct error *reterr)
{
	size_t size = strlen(text);
	auto_free char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, text, size);
	return policy_parse(copy, size, "file", ret, reterr);
}

/* A package for two devices; all literals. */
static struct plan_package make_package(struct plan_hint *hints)
{
	static char name[] = "foo-kmp-default", version[] = "1.0_k6.4.0", release[] = "2.1";
	static char vendor[] = "A Vendor", flavor[] = "default";
	static char nic[] = "pci:v00008086d000010D3sv", disk[] = "pci:v00001000d00000097sv";

	hints[0] = (struct plan_hint){ .modalias = nic };
	hints[1] = (struct plan_hint){ .modalias = disk };
	return (struct plan_package){
		.driver = { .name = name,
			    .version = version,
			    .release = release,
			    .vendor = vendor,
			    .flavor = flavor },
		.hints = hints,
		.hint_count = 2,
	};
}

static void all_conditions_of_a_rule_have_to_hold(void **state)
{
	static const struct {
		const char *label, *text;
		int weight;
	} rows[] = {
		{ "no rule", "", 0 },
		{ "a name", "[prefer]\npackage=foo-*\n", 1 },
		{ "case counts", "[prefer]\npackage=Foo-*\n", 0 },
		{ "the whole name", "[prefer]\npackage=foo\n", 0 },
		{ "any device", "[prefer]\ndevice=pci:v00001000*\n", 1 },
		{ "none of the devices", "[prefer]\ndevice=usb:*\n", 0 },
		{ "a vendor", "[prefer]\nvendor=A *\n", 1 },
		{ "a flavor", "[prefer]\nflavor=[dr]*\n", 1 },
		{ "a version", "[prefer]\nversion=1.0_*\n", 1 },
		{ "with the release", "[prefer]\nversion=1.0_k6.4.0-2.1\n", 1 },
		{ "two hold", "[prefer]\npackage=foo-*\nflavor=default\n", 1 },
		{ "one of two", "[prefer]\npackage=foo-*\nflavor=rt\n", 0 },
		{ "a weight", "[prefer]\npackage=foo-*\nweight = -12\n", -12 },
		{ "a sum", "[prefer]\nflavor=*\nweight=5\n[prefer]\nvendor=*\nweight=-2\n", 3 },
		{ "others do not count", "[block]\nflavor=rt\n[pin]\nflavor=*\nversion=1*\n", 0 },
	};
	struct plan_hint hints[2];
	const struct plan_package package = make_package(hints);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_policy struct policy policy = { 0 };
		int r = parse(rows[i].text, &policy, NULL);

		if (r != 0 || policy_weight(&policy, &package) != rows[i].weight ||
		    policy_refusal(&policy, &package))
			fail_msg("%s: got %d, weight %d", rows[i].label, r,
				 policy_weight(&policy, &package));
	}
}

static void the_first_rule_against_a_package_is_the_one_that_is_named(void **state)
{
	static const struct {
		const char *label, *text;
		size_t line; /* 0: none */
	} rows[] = {
		{ "a block", "\n[block]\npackage=foo-*\n", 2 },
		{ "the first of two", "[block]\nflavor=default\n[block]\npackage=foo-*\n", 1 },
		{ "the one that fits", "[block]\nflavor=rt\n[block]\npackage=foo-*\n", 3 },
		{ "a block of a version", "[block]\nversion=2*\nflavor=*\n", 0 },
		{ "a pin to this version", "[pin]\npackage=foo-*\nversion=1.0_*\n", 0 },
		{ "a pin to another version", "[pin]\npackage=foo-*\nversion=2.0*\n", 1 },
		{ "a pin of another package", "[pin]\npackage=bar-*\nversion=2.0*\n", 0 },
		{ "preferred and blocked", "[prefer]\nflavor=*\n[block]\nflavor=*\n", 3 },
	};
	struct plan_hint hints[2];
	const struct plan_package package = make_package(hints);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_policy struct policy policy = { 0 };
		int r = parse(rows[i].text, &policy, NULL);
		const struct policy_rule *rule = policy_refusal(&policy, &package);

		if (r != 0 || (rule ? rule->line : 0) != rows[i].line)
			fail_msg("%s: got line %zu", rows[i].label, rule ? rule->line : 0);
	}
}

static void what_a_package_does_not_say_fits_no_condition(void **state)
{
	static char name[] = "foo", version[] = "1", release[] = "1";
	const struct plan_package package = {
		.driver = { .name = name, .version = version, .release = release },
	};
	auto_policy struct policy policy = { 0 };

	(void)state;
	assert_int_equal(
		parse("[block]\nvendor=*\n[block]\nflavor=*\n[block]\ndevice=*\n", &policy, NULL),
		0);
	assert_null(policy_refusal(&policy, &package));
}

static void what_is_no_policy_sets_an_error_and_nothing_else(void **state)
{
	static const char *const texts[] = { "x", "[x]\n", "[block]\n", "[block", "a=b" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct policy policy = { .count = 7 };
		auto_error struct error error = { 0 };

		if (parse(texts[i], &policy, &error) != -EINVAL || policy.count != 7 ||
		    !text_equal(error.on, "file") || !text_starts(error.why, "line 1 "))
			fail_msg("'%s' was taken, or not named", texts[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_conditions_of_a_rule_have_to_hold),
		cmocka_unit_test(the_first_rule_against_a_package_is_the_one_that_is_named),
		cmocka_unit_test(what_a_package_does_not_say_fits_no_condition),
		cmocka_unit_test(what_is_no_policy_sets_an_error_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
