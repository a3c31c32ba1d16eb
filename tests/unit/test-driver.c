/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/release.h"
#include "packages/driver.h"

struct name_case {
	const char *name, *version;
	const char *family, *flavor, *build_release;
};

static int check_name(const struct name_case *c)
{
	auto_free char *family = NULL;
	auto_free char *flavor = NULL;
	auto_free char *build_release = NULL;

	assert_int_equal(driver_parse_name(c->name, c->version, &family, &flavor, &build_release),
			 0);
	if (text_equal(family, c->family) && text_equal(flavor, c->flavor) &&
	    text_equal(build_release, c->build_release))
		return 0;
	print_error("%s, %s: got family %s, flavor %s, release %s\n", c->name, c->version, family,
		    flavor ? flavor : "none", build_release ? build_release : "none");
	return 1;
}

static void check_names(const struct name_case *cases, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += check_name(&cases[i]);
	assert_int_equal(bad, 0);
}

static void the_kernel_stands_in_the_version(void **state)
{
	static const struct name_case cases[] = {
		{ "foo-kmp-default", "1.0_k6.12.0_160000.5", "foo-kmp-default", "default",
		  "6.12.0-160000.5-default" },
		{ "foo-kmp-64kb", "1_k6.4.0_150600.23.7", "foo-kmp-64kb", "64kb",
		  "6.4.0-150600.23.7-64kb" },
		{ "foo-kmp-rt-amd64", "1.0_k6.1.0_56", "foo-kmp-rt-amd64", "rt-amd64",
		  "6.1.0-56-rt-amd64" },
		{ "a-b-c-kmp-azure", "2024.1~rc1_k6.4.0_1", "a-b-c-kmp-azure", "azure",
		  "6.4.0-1-azure" },
		{ "foo-kmp-default", "1.0_k5.3.18_k6.4.0_1", "foo-kmp-default", "default",
		  "6.4.0-1-default" },
		{ "foo-kmp-default", "1.0_k6.7_rc3_1", "foo-kmp-default", "default",
		  "6.7-rc3-1-default" },
		{ "foo-kmp-default", "1.0", "foo-kmp-default", "default", NULL },
		{ "foo-kmp-default", "1.0_kilo", "foo-kmp-default", "default", NULL },
		{ "foo-kmp-default", "1.0_k5", "foo-kmp-default", "default", NULL },
		{ "foo-kmp-default", "1.0_k", "foo-kmp-default", "default", NULL },
		{ "foo-kmp-default", "", "foo-kmp-default", "default", NULL },
	};

	(void)state;
	check_names(cases, COUNT(cases));
}

static void old_versions_have_no_letter_before_the_kernel(void **state)
{
	static const struct name_case cases[] = {
		{ "drbd-kmp-default", "1.3.0pre11_2.6.25.16_0.1", "drbd-kmp-default", "default",
		  "2.6.25.16-0.1-default" },
		{ "uvcvideo-kmp-bigsmp", "r117_2.6.22.2_3", "uvcvideo-kmp-bigsmp", "bigsmp",
		  "2.6.22.2-3-bigsmp" },
		{ "tpctl-kmp-smp", "4.17_2.6.16_rc6_git1_4", "tpctl-kmp-smp", "smp",
		  "2.6.16-rc6-git1-4-smp" },
		{ "lttng-kmp-rt_trace", "2.0.4_3.0.74_rt98_0.6.6", "lttng-kmp-rt_trace", "rt_trace",
		  "3.0.74-rt98-0.6.6-rt_trace" },
		{ "xen-kmp-default", "4.2.4_02_3.0.101_0.15", "xen-kmp-default", "default",
		  "3.0.101-0.15-default" },
		{ "foo-kmp-pae", "2_3.0.101_0.47.71", "foo-kmp-pae", "pae", "3.0.101-0.47.71-pae" },
		{ "foo-kmp-pae", "1.0_2", "foo-kmp-pae", "pae", NULL },
		{ "foo-kmp-pae", "1.0_2.6", "foo-kmp-pae", "pae", NULL },
		{ "foo-kmp-pae", "1.0_", "foo-kmp-pae", "pae", NULL },
	};

	(void)state;
	check_names(cases, COUNT(cases));
}

/* Names that hold their kernel's version make one family all the same. */
static void the_kernel_may_stand_in_the_name(void **state)
{
	static const struct name_case cases[] = {
		{ "foo-k6.12.0_160000.5-kmp-default", "1.0", "foo-kmp-default", "default",
		  "6.12.0-160000.5-default" },
		{ "foo-kmp-default-k6.12.0_160000.5", "1.0", "foo-kmp-default", "default",
		  "6.12.0-160000.5-default" },
		{ "a-k2-k6.4.0_1-kmp-rt", "1.0", "a-k2-kmp-rt", "rt", "6.4.0-1-rt" },
		{ "foo-k6.12.0_1-kmp-default", "1.0_k6.12.0_1", "foo-kmp-default", "default",
		  "6.12.0-1-default" },
		{ "net-k2-kmp-default", "1.0", "net-k2-kmp-default", "default", NULL },
		{ "net-k-kmp-default", "1.0_k6.4.0_1", "net-k-kmp-default", "default",
		  "6.4.0-1-default" },
		{ "foo-kmp-default-k8", "1.0", "foo-kmp-default-k8", "default-k8", NULL },
	};

	(void)state;
	check_names(cases, COUNT(cases));
}

static void other_names_are_families_of_their_own(void **state)
{
	static const struct name_case cases[] = {
		{ "foo", "1.0_k6.4.0_1", "foo", NULL, NULL },
		{ "foo-kmp", "1.0_k6.4.0_1", "foo-kmp", NULL, NULL },
		{ "foo-kmp-", "1.0", "foo-kmp-", NULL, NULL },
		{ "-kmp-default", "1.0", "-kmp-default", NULL, NULL },
		{ "-kmp-", "1.0", "-kmp-", NULL, NULL },
		{ "", "", "", NULL, NULL },
		{ "kernel-firmware-foo", "20240101", "kernel-firmware-foo", NULL, NULL },
		{ "kqemu-kmp-kmp-default", "1.3_2.6.25.16_0.1", "kqemu-kmp-kmp-default", "default",
		  "2.6.25.16-0.1-default" },
	};

	(void)state;
	check_names(cases, COUNT(cases));
}

static void an_epoch_of_zero_is_left_out(void **state)
{
	auto_free char *plain = driver_nevra("foo", 0, "1.0", "2", "noarch");
	auto_free char *second = driver_nevra("foo", 4294967295, "1.0", "2.1", "x86_64");

	(void)state;
	assert_string_equal(plain, "foo-1.0-2.noarch");
	assert_string_equal(second, "foo-4294967295:1.0-2.1.x86_64");
}

static void roles_are_spelled_as_documented(void **state)
{
	(void)state;
	assert_string_equal(driver_role_id(ROLE_DRIVER), "driver");
	assert_string_equal(driver_role_id(ROLE_FIRMWARE), "firmware");
	assert_string_equal(driver_role_id(ROLE_CERTIFICATE), "certificate");
	assert_string_equal(driver_role_id(ROLE_USERSPACE), "userspace");
}

/* What all real names have in common. */
struct survey {
	struct strings flavors;
	regex_t kernel; /* finds the kernel's version in that of a package */
	size_t names, releases;
};

/* The release that VERSION was built for, by the pattern; NULL if it does not say. */
static char *expected_release(const struct survey *survey, const char *version, const char *flavor)
{
	regmatch_t found[2];
	char *release;

	if (regexec(&survey->kernel, version, COUNT(found), found, 0) != 0)
		return NULL;
	release = text_format("%s-%s", version + found[1].rm_so, flavor);
	for (char *c = release; c < release + strlen(version + found[1].rm_so); c++)
		if (*c == '_')
			*c = '-';
	return release;
}

static void survey_name(struct survey *survey, const char *name, const char *version)
{
	auto_free char *family = NULL;
	auto_free char *flavor = NULL;
	auto_free char *release = NULL;
	auto_free char *wanted = NULL;
	auto_free char *suffix = NULL;

	assert_int_equal(driver_parse_name(name, version, &family, &flavor, &release), 0);
	if (!flavor || !*flavor || strpbrk(flavor, ".-:") || !text_equal(family, name))
		fail_msg("%s: family %s, flavor %s", name, family, flavor ? flavor : "none");
	suffix = text_format("-kmp-%s", flavor);
	if (!text_ends(family, suffix))
		fail_msg("%s: family %s, flavor %s", name, family, flavor);
	wanted = expected_release(survey, version, flavor);
	if (!text_equal(release, wanted) || (release && !release_is_valid(release)))
		fail_msg("%s, %s: wanted %s, got %s", name, version, wanted ? wanted : "none",
			 release ? release : "none");
	survey->names++;
	survey->releases += release != NULL;
	assert_int_equal(strings_add_once(&survey->flavors, flavor), 0);
}

/* LINE is "[atom:]NAME-VERSION[-RELEASE[.ARCH]]", a TAB and where it was found. */
static void survey_line(struct survey *survey, char *line)
{
	char *name = text_starts(line, "atom:") ? line + strlen("atom:") : line;
	char *dash;

	name[strcspn(name, "\t\n")] = '\0';
	dash = strrchr(name, '-');
	assert_non_null(dash);
	/* One of them has no release: its version is the last word. */
	if (!strstr(dash, "_k")) {
		*dash = '\0';
		dash = strrchr(name, '-');
		assert_non_null(dash);
	}
	*dash = '\0';
	survey_name(survey, name, dash + 1);
}

static void every_real_name_has_family_flavor_and_a_sane_release(void **state)
{
	const char *data = getenv("KMP_DATA");
	auto_free char *path = text_format("%s/kmp/kmp-names.txt", data ? data : "../shared/data");
	auto_file FILE *file = fopen(path, "re");
	struct survey survey = { 0 };
	char line[1024];

	(void)state;
	if (!file) {
		print_message("no real package names in %s\n", path);
		skip();
	}
	assert_int_equal(regcomp(&survey.kernel, "_k?([0-9]+[.][0-9]+[.][0-9]+.*)$", REG_EXTENDED),
			 0);
	while (fgets(line, sizeof(line), file))
		if (*line != '#')
			survey_line(&survey, line);
	regfree(&survey.kernel);
	/* As the data's README counts them. */
	assert_int_equal(survey.names, 3661);
	assert_int_equal(survey.flavors.count, 22);
	assert_true(survey.releases > 3000);
	strings_done(&survey.flavors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_stands_in_the_version),
		cmocka_unit_test(old_versions_have_no_letter_before_the_kernel),
		cmocka_unit_test(the_kernel_may_stand_in_the_name),
		cmocka_unit_test(other_names_are_families_of_their_own),
		cmocka_unit_test(an_epoch_of_zero_is_left_out),
		cmocka_unit_test(roles_are_spelled_as_documented),
		cmocka_unit_test(every_real_name_has_family_flavor_and_a_sane_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
