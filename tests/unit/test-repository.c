/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/repository.h"

#define auto_repository __attribute__((cleanup(repository_done)))

static int make(const char *text, enum repository_manager manager, struct repository *ret)
{
	auto_repofile struct repofile file = { 0 };
	auto_variables struct variables variables = { 0 };

	assert_int_equal(repofile_parse(text, strlen(text), "x.repo", &file), 0);
	assert_int_equal(file.count, 1);
	assert_int_equal(variables_set(&variables, "releasever", "9"), 0);
	return repository_make(&file.sections[0], &variables, manager, ret);
}

static void settings_mean_what_each_manager_means_by_them(void **state)
{
	static const struct {
		const char *text;
		bool zypp_enabled, dnf_enabled;
		int zypp_priority, dnf_priority;
	} rows[] = {
		{ "[a]\n", true, true, 99, 99 },
		{ "[a]\nenabled=1\npriority=5\n", true, true, 5, 5 },
		{ "[a]\nenabled=0\npriority=0\n", false, false, 99, 0 },
		{ "[a]\nenabled=Yes\npriority=x\n", true, true, 99, 99 },
		{ "[a]\nenabled=no\npriority=5x\n", false, false, 99, 99 },
		{ "[a]\nenabled=ON\npriority=-3\n", true, true, INT_MAX, -3 },
		{ "[a]\nenabled=off\npriority=99999999999\n", false, false, INT_MAX, INT_MAX },
		{ "[a]\nenabled=2\n", true, true, 99, 99 },
		{ "[a]\nenabled=word\n", false, true, 99, 99 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_repository struct repository zypp = { 0 }, dnf = { 0 };

		assert_int_equal(make(rows[i].text, MANAGER_ZYPP, &zypp), 0);
		assert_int_equal(make(rows[i].text, MANAGER_DNF, &dnf), 0);
		if (zypp.enabled != rows[i].zypp_enabled || dnf.enabled != rows[i].dnf_enabled ||
		    zypp.priority != rows[i].zypp_priority || dnf.priority != rows[i].dnf_priority)
			fail_msg("%s: got %d %d %d %d", rows[i].text, zypp.enabled, dnf.enabled,
				 zypp.priority, dnf.priority);
	}
}

static void lists_are_split_and_variables_replaced(void **state)
{
	static const char text[] = "[a-$releasever]\n"
				   "baseurl=http://h/$releasever/,x\n http://i/\n"
				   "gpgkey=file:///k1 file:///k2\n http://k3\n"
				   "mirrorlist=http://m/$releasever\n"
				   "path=/sub\n";
	auto_repository struct repository zypp = { 0 }, dnf = { 0 };

	(void)state;
	assert_int_equal(make(text, MANAGER_ZYPP, &zypp), 0);
	assert_string_equal(zypp.alias, "a-$releasever");
	assert_int_equal(zypp.urls.count, 2);
	assert_string_equal(zypp.urls.items[0], "http://h/9/,x");
	assert_int_equal(zypp.gpgkeys.count, 3);
	assert_string_equal(zypp.gpgkeys.items[1], "file:///k2");
	assert_string_equal(zypp.mirrors, "http://m/9");
	assert_string_equal(zypp.path, "/sub");
	assert_int_equal(make(text, MANAGER_DNF, &dnf), 0);
	assert_string_equal(dnf.alias, "a-9");
	assert_int_equal(dnf.urls.count, 3);
	assert_string_equal(dnf.urls.items[1], "x");
	assert_null(dnf.path);
}

static void local_paths_are_found_in_urls(void **state)
{
	static const struct {
		const char *url, *path, *wanted;
	} rows[] = {
		{ "dir:///srv/repo", NULL, "/srv/repo" },
		{ "dir:/srv/repo", NULL, "/srv/repo" },
		{ "file:///srv/a%20b%2fc", NULL, "/srv/a b/c" },
		{ "FILE:///srv", NULL, "/srv" },
		{ "file://localhost/srv", NULL, "/srv" },
		{ "dir:///srv?mediahandler=x", NULL, "/srv" },
		{ "dir:///srv%zz%4", NULL, "/srv%zz%4" },
		{ "dir:///srv", "sub/dir", "/srv/sub/dir" },
		{ "dir:", NULL, "/" },
		{ "http://h/srv", NULL, NULL },
		{ "hd:///srv?device=/dev/sda1", NULL, NULL },
		{ "iso:/?iso=x.iso&url=dir:/srv", NULL, NULL },
		{ "/srv", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *path = rows[i].path ? strdup(rows[i].path) : NULL;
		struct repository repository = { .path = path };
		auto_free char *got = repository_local_path(&repository, rows[i].url);

		if (!text_equal(got, rows[i].wanted))
			fail_msg("%s: wanted %s, got %s", rows[i].url, rows[i].wanted, got);
	}
}

static void secrets_are_not_shown(void **state)
{
	static const struct {
		const char *url, *wanted;
	} rows[] = {
		{ "http://h/a", "http://h/a" },
		{ "https://user:pass@h/a?token", "https://h/a" },
		{ "https://user:p@ss@h/a@b", "https://h/a@b" },
		{ "dir:/srv", "dir:/srv" },
		{ "plugin:susemanager?x=http://u:p@h", "plugin:susemanager" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_repository struct repository repository = { 0 };
		auto_free char *got = NULL;

		assert_int_equal(strings_add(&repository.urls, rows[i].url), 0);
		got = repository_shown_url(&repository);
		assert_string_equal(got, rows[i].wanted);
	}
}

static void caches_are_named_as_their_managers_name_them(void **state)
{
	auto_repository struct repository repository = { 0 };
	auto_free char *zypp = NULL, *dnf = NULL;

	(void)state;
	assert_int_equal(
		make("[my repo/with:odd]\nbaseurl=file:///srv/repo\n", MANAGER_ZYPP, &repository),
		0);
	zypp = repository_zypp_cache(&repository);
	assert_string_equal(zypp, "my repo_with:odd");
	dnf = repository_dnf_cache(&repository);
	/* printf file:///srv/repo | sha256sum */
	assert_string_equal(dnf, "my repo/with:odd-93ef0015ed0ae167");
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const texts[] = { "[.]\n", "[..]\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_repository struct repository repository = { 0 };

		assert_int_equal(make(texts[i], MANAGER_ZYPP, &repository), -EINVAL);
		assert_non_null(repository.alias);
	}
}

static void repositories_go_by_priority_then_alias(void **state)
{
	char a[] = "a", b[] = "b";
	const struct repository first = { .alias = b, .priority = 1 };
	const struct repository second = { .alias = a, .priority = 99 };
	const struct repository third = { .alias = b, .priority = 99 };

	(void)state;
	assert_true(repository_compare(&first, &second) < 0);
	assert_true(repository_compare(&second, &first) > 0);
	assert_true(repository_compare(&second, &third) < 0);
	assert_int_equal(repository_compare(&third, &third), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_mean_what_each_manager_means_by_them),
		cmocka_unit_test(lists_are_split_and_variables_replaced),
		cmocka_unit_test(local_paths_are_found_in_urls),
		cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(caches_are_named_as_their_managers_name_them),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(repositories_go_by_priority_then_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
