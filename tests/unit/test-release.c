/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/release.h"

#define RELEASE "6.4.0-150600.23.7-default"

static void flavors_are_read_off_releases(void **state)
{
	static const struct {
		const char *release, *flavor;
	} cases[] = {
		{ "6.4.0-150600.23.7-default", "default" },
		{ "6.1.0-56-rt-amd64", "rt-amd64" },
		{ "6.4.0-150600.23.7-64kb", "64kb" },
		{ "6.12.0-160000.5-default", "default" },
		{ "6.12.0-rc3-1-default", "default" },
		{ "6.12.0-rc3-1.gabcdef0-vanilla", "vanilla" },
		{ "6.1.0-0.deb11.5-cloud-amd64", "cloud-amd64" },
		{ "3.0.101-63-pae", "pae" },
		{ "6.18.44-custom", "custom" },
		{ "6.1.0-rcu-tree", "rcu-tree" },
		{ "6.5.6-300.fc39.x86_64", NULL },
		{ "6.1.0-56-amd64.old", NULL },
		{ "6.1.0", NULL },
		{ "6.1.0-", NULL },
		{ "6.1.0-56-", NULL },
		{ "6.1.0+", NULL },
		{ "default", NULL },
		{ "-default", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *flavor = release_flavor(cases[i].release);

		if (!text_equal(flavor, cases[i].flavor))
			fail_msg("%s: %s", cases[i].release, flavor ? flavor : "none");
	}
}

static void releases_are_ordered_by_number(void **state)
{
	static const char *const ascending[] = {
		"2.6.32-754-default",          "5.3.18-150300.59.9-default",
		"5.3.18-150300.59.10-default", "6.4.0-150600.21-default",
		"6.4.0-150600.21.1-default",   "6.4.0-150600.23.7-default",
		"6.4.0-150600.23.17-default",  "6.12.0-rc3-1-default",
		"6.12.0-rc10-1-default",       "6.12.0-1-default",
		"6.12.0-160000.5-default",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ascending); i++)
		for (size_t j = 0; j < COUNT(ascending); j++) {
			int r = release_compare(ascending[i], ascending[j]);

			if ((r > 0) - (r < 0) != (i > j) - (i < j))
				fail_msg("%s against %s: %d", ascending[i], ascending[j], r);
		}
	assert_int_equal(release_compare("6.04.0", "6.4.0"), 0);
}

static void paths_name_releases(void **state)
{
	static const struct {
		const char *path, *release;
	} cases[] = {
		{ "/boot/symvers-" RELEASE ".gz", RELEASE },
		{ "./symvers-" RELEASE ".zst", RELEASE },
		{ "./symvers-" RELEASE, RELEASE },
		{ "/usr/src/linux-headers-6.1.0-56-amd64/Module.symvers", "6.1.0-56-amd64" },
		{ "linux-headers-6.1.0-56-amd64/", "6.1.0-56-amd64" },
		{ "/usr/lib/modules/" RELEASE "/symvers.gz", RELEASE },
		{ "/lib/modules//" RELEASE "/build/Module.symvers", NULL },
		{ "/usr/src/linux-6.4.0-150600.23.7-obj/x86_64/default", RELEASE },
		{ "/usr/src/linux-6.4.0-150600.23.7-obj/x86_64/default/Module.symvers", RELEASE },
		{ "/usr/src/linux-obj/x86_64/default/Module.symvers", NULL },
		{ "/usr/src/linux-6.4.0-obj", NULL },
		{ "/usr/src/linux-6.4.0-obj/x86_64", NULL },
		{ "/lib/modules/mine/symvers.gz", NULL },
		{ "/lib/modules", NULL },
		{ "/tmp/Module.symvers", NULL },
		{ "/tmp/symvers-", NULL },
		{ "/", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *release = release_of_path(cases[i].path);

		if (!text_equal(release, cases[i].release))
			fail_msg("%s: %s", cases[i].path, release ? release : "none");
	}
}

static void what_may_not_be_a_path_component_is_no_release(void **state)
{
	static const char *const refused[] = {
		"",    ".",
		"..",  "default",
		"6/1", "6 1",
		"6\n", "6\303\251",
		"-1",  "6.1.0-0123456789012345678901234567890123456789012345678901234567890",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		if (release_is_valid(refused[i]))
			fail_msg("'%s' is taken for a release", refused[i]);
	assert_true(release_is_valid("6.12~rc1-1_a+b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flavors_are_read_off_releases),
		cmocka_unit_test(releases_are_ordered_by_number),
		cmocka_unit_test(paths_name_releases),
		cmocka_unit_test(what_may_not_be_a_path_component_is_no_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
