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
#include "base/limits.h"
#include "deliver/config.h"
#include "select/payload.h"

#define KERNEL  "6.4.0-150600.21-default"
#define NAME64  "0123456789012345678901234567890123456789012345678901234567890123"
#define NAME256 NAME64 NAME64 NAME64 NAME64

static const char *const kinds[] = { "module", "firmware", "modprobe", "modules-load" };

/* "kind target" of the only file, or the only diagnostic's id, or "nothing"; owned. */
static char *place(const char *path)
{
	auto_strings struct strings paths = { 0 };
	auto_payload struct payload payload = { 0 };
	auto_diagnostics struct diagnostics diagnostics = { 0 };

	assert_int_equal(strings_add(&paths, path), 0);
	assert_int_equal(payload_choose(&paths, KERNEL, &payload, &diagnostics), 0);
	assert_true(payload.count + diagnostics.count <= 1);
	if (diagnostics.count)
		return strdup(diagnostics.items[0].id);
	if (!payload.count)
		return strdup("nothing");
	assert_ptr_equal(payload_find(&payload, path), payload.files);
	return text_format("%s %s", kinds[payload.files[0].kind], payload.files[0].target);
}

static void each_file_has_its_place(void **state)
{
	static const struct {
		const char *path, *expected;
	} cases[] = {
		{ "/lib/modules/" KERNEL "/updates/foo.ko", "module updates/foo.ko" },
		{ "/usr/lib/modules/" KERNEL "/extra/a/foo.ko.xz", "module extra/a/foo.ko.xz" },
		{ "/lib/modules/" KERNEL "/foo.ko.zst", "module foo.ko.zst" },
		{ "/usr/lib/modules/kmp/" KERNEL "/updates/foo-1/foo.ko.gz",
		  "module updates/foo-1/foo.ko.gz" },
		{ "/lib/modules/kmp/" KERNEL "/foo.ko", "module foo.ko" },
		{ "/opt/vendor/drivers/foo.ko", "module opt/vendor/drivers/foo.ko" },
		{ "/lib/modules/kmp/foo.ko", "module lib/modules/kmp/foo.ko" },
		{ "/lib/modules/" NAME64 "x/foo.ko", "module lib/modules/" NAME64 "x/foo.ko" },
		{ "/lib/modules/" KERNEL "/modules.dep", "nothing" },
		{ "/lib/modules/" KERNEL "/foo.ko.debug", "nothing" },
		{ "/usr/lib/debug/lib/modules/" KERNEL "/foo.ko", "nothing" },
		{ "/usr/src/foo/foo.ko", "nothing" },
		{ "/lib/firmware/foo/fw.bin", "firmware foo/fw.bin" },
		{ "/usr/lib/firmware/fw.bin.xz", "firmware fw.bin.xz" },
		{ "/lib/firmware/", "nothing" },
		{ "/etc/modprobe.d/50-foo.conf", "modprobe 50-foo.conf" },
		{ "/usr/lib/modprobe.d/foo.conf", "modprobe foo.conf" },
		{ "/lib/modprobe.d/foo.alias", "modprobe foo.alias" },
		{ "/run/modprobe.d/foo.conf", "modprobe foo.conf" },
		{ "/etc/modprobe.d/foo.conf.rpmsave", "nothing" },
		{ "/etc/modprobe.d/sub/foo.conf", "nothing" },
		{ "/usr/lib/modules-load.d/foo.conf", "modules-load foo.conf" },
		{ "/etc/modules-load.d/README", "nothing" },
		{ "/usr/bin/foo", "nothing" },
		{ "/boot/symvers.gz", "nothing" },
		{ "", "nothing" },
		{ "/", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *found = place(cases[i].path);

		if (strcmp(found, cases[i].expected) != 0)
			fail_msg("%s: got '%s'", cases[i].path, found);
	}
}

static void evil_paths_are_told_and_left_out(void **state)
{
	static const char *const evil[] = {
		"/lib/modules/" KERNEL "/../../../etc/foo.ko",
		"/lib/modules/../../foo.ko",
		"/lib/modules/" KERNEL "/./foo.ko",
		"/lib/modules/" KERNEL "//foo.ko",
		"//lib/modules/" KERNEL "/foo.ko",
		"lib/modules/" KERNEL "/foo.ko",
		"/lib/modules/" KERNEL "/a\nb.ko",
		"/lib/modules/" KERNEL "/a\033[2Jb.ko",
		"/lib/modules/" KERNEL "/a b.ko",
		"/lib/modules/" KERNEL "/a:b.ko",
		"/lib/modules/" KERNEL "/" NAME256 ".ko",
		"/lib/firmware/../../etc/shadow",
		"/lib/firmware//etc/shadow",
		"/lib/firmware/a/",
		"/lib/firmware/..",
		"/lib/firmware/" NAME256,
		"/etc/modprobe.d/a\001.conf",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(evil); i++) {
		auto_free char *found = place(evil[i]);

		if (strcmp(found, "unsafe-path") != 0)
			fail_msg("%s: got '%s'", evil[i], found);
	}
}

static void the_better_build_is_chosen(void **state)
{
	static const struct {
		const char *label, *better, *worse;
	} cases[] = {
		{ "equal", KERNEL, "6.4.0-150600.9-default" },
		{ "equal before newer", KERNEL, "6.4.0-150600.30-default" },
		{ "flavor before version", "6.4.0-150600.9-default", "6.4.0-150600.21-rt" },
		{ "nearest older", "6.4.0-150600.20-default", "6.4.0-150600.9-default" },
		{ "older before newer", "5.14.21-150400.9-default", "6.4.0-150600.22-default" },
		{ "nearest newer", "6.4.0-150600.22-default", "6.4.0-150700.1-default" },
		{ "other flavors too", "6.4.0-150600.20-rt", "6.4.0-150600.9-rt" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (payload_compare_releases(cases[i].better, cases[i].worse, KERNEL) >= 0 ||
		    payload_compare_releases(cases[i].worse, cases[i].better, KERNEL) <= 0)
			fail_msg("%s", cases[i].label);
	assert_int_equal(payload_compare_releases("6.4.0-1-a", "6.4.0-1-a", KERNEL), 0);
}

static void choose(const char *const *list, size_t count, bool backwards, struct payload *ret,
		   struct diagnostics *diagnostics)
{
	auto_strings struct strings paths = { 0 };

	for (size_t i = 0; i < count; i++)
		assert_int_equal(strings_add(&paths, list[backwards ? count - 1 - i : i]), 0);
	assert_int_equal(payload_choose(&paths, KERNEL, ret, diagnostics), 0);
}

static void of_two_builds_one_is_taken_and_the_other_told(void **state)
{
	static const char *const paths[] = {
		"/lib/modules/6.4.0-150600.9-default/updates/foo.ko",
		"/lib/modules/6.4.0-150600.9-default/updates/bar.ko",
		"/lib/modules/6.4.0-150600.20-default/updates/foo.ko",
		"/lib/modules/6.4.0-150600.20-rt/updates/foo.ko",
		"/opt/x/any.ko",
		"/lib/firmware/foo.bin",
	};

	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		auto_payload struct payload payload = { 0 };
		auto_diagnostics struct diagnostics diagnostics = { 0 };

		choose(paths, COUNT(paths), backwards, &payload, &diagnostics);
		assert_string_equal(payload.release, "6.4.0-150600.20-default");
		assert_int_equal(payload.count, 3);
		assert_non_null(payload_find(&payload, paths[2]));
		assert_non_null(payload_find(&payload, paths[4]));
		assert_non_null(payload_find(&payload, paths[5]));
		assert_null(payload_find(&payload, paths[0]));
		assert_null(payload_find(&payload, "/nowhere"));
		assert_int_equal(diagnostics.count, 2);
		for (size_t i = 0; i < 2; i++)
			assert_string_equal(diagnostics.items[i].id, "other-build");
		assert_string_equal(diagnostics.items[1].culprit, "6.4.0-150600.9-default");
		assert_non_null(strstr(diagnostics.items[1].text, "2 modules"));
	}
}

static void a_name_is_taken_once_whatever_the_order(void **state)
{
	static const char *const paths[] = {
		"/lib/modules/" KERNEL "/kernel/foo-bar.ko",
		"/lib/modules/" KERNEL "/extra/foo_bar.ko",
		"/lib/modules/" KERNEL "/updates/foo_bar.ko.xz",
		"/opt/foo_bar.ko",
		"/usr/lib/firmware/fw.bin",
		"/lib/firmware/fw.bin",
		"/usr/lib/modprobe.d/foo.conf",
		"/etc/modprobe.d/foo.conf",
	};

	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		auto_payload struct payload payload = { 0 };
		auto_diagnostics struct diagnostics diagnostics = { 0 };

		choose(paths, COUNT(paths), backwards, &payload, &diagnostics);
		assert_int_equal(payload.count, 3);
		assert_non_null(payload_find(&payload, paths[2]));
		assert_non_null(payload_find(&payload, paths[5]));
		assert_non_null(payload_find(&payload, paths[7]));
		assert_int_equal(diagnostics.count, 5);
		for (size_t i = 0; i < 5; i++)
			assert_string_equal(diagnostics.items[i].id, "duplicate-file");
	}
}

static void an_empty_package_has_nothing(void **state)
{
	auto_payload struct payload payload = { 0 };
	auto_diagnostics struct diagnostics diagnostics = { 0 };

	(void)state;
	choose(NULL, 0, false, &payload, &diagnostics);
	assert_int_equal(payload.count, 0);
	assert_null(payload.release);
	assert_null(payload_find(&payload, "/x"));
}

#define SPACES "                    "

static void only_harmless_commands_are_kept(void **state)
{
	static const struct {
		const char *label, *text, *kept;
		size_t dropped;
	} cases[] = {
		{ "the four commands", "alias a b\nblacklist c\noptions d e=1\nsoftdep f pre: g\n",
		  "alias a b\nblacklist c\noptions d e=1\nsoftdep f pre: g\n", 0 },
		{ "comments and blanks", "# hello\n\n \t\nblacklist x\n",
		  "# hello\n\n \t\nblacklist x\n", 0 },
		{ "install and remove", "install x /bin/sh\nblacklist y\nremove x /bin/sh\n",
		  "blacklist y\n", 2 },
		{ "no final newline", "blacklist x", "blacklist x", 0 },
		{ "indented", "  blacklist x\n\tinstall x y\n", "  blacklist x\n", 1 },
		{ "behind many blanks", SPACES SPACES SPACES SPACES SPACES "install x y\n", "", 1 },
		{ "another word", "blacklistx y\nblack z\n", "", 2 },
		{ "upper case", "Options x y\n", "", 1 },
		{ "continued option", "options x \\\n  y=1\ninstall a \\\n  b\n",
		  "options x \\\n  y=1\n", 1 },
		{ "word split by a continuation", "inst\\\nall x y\nopt\\\nions x y=1\n",
		  "opt\\\nions x y=1\n", 1 },
		{ "backslash inside a word", "\\install x y\nin\\stall x y\n", "", 2 },
		{ "comment continued", "# a \\\ninstall x y\nblacklist z\n", "blacklist z\n", 1 },
		{ "install as a line of its own", "options a \\\n install b=1\nalias c \\\nd\n",
		  "alias c \\\nd\n", 1 },
		{ "blank line continued", " \\\ninstall x y\n", "", 1 },
		{ "two backslashes end a line", "# a \\\\\ninstall x y\n", "# a \\\\\n", 1 },
		{ "three continue it", "# a \\\\\\\ninstall x y\n", "", 1 },
		{ "hash not in the first column", " # install x y\n", "", 1 },
		{ "carriage return", "install\r x\nblacklist y\r\n", "blacklist y\r\n", 1 },
		{ "backslash at the end", "blacklist x\\", "blacklist x\\", 0 },
		{ "vertical tab is no blank", "blacklist\vx\n", "", 1 },
		{ "nothing", "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_diagnostics struct diagnostics diagnostics = { 0 };
		auto_bytes struct bytes text = { (uint8_t *)strdup(cases[i].text),
						 strlen(cases[i].text) };
		auto_bytes struct bytes kept = { 0 };

		assert_int_equal(
			config_filter("x.conf", PAYLOAD_MODPROBE, &text, &kept, &diagnostics), 0);
		if (kept.size != strlen(cases[i].kept) ||
		    memcmp(kept.data, cases[i].kept, kept.size) != 0 ||
		    diagnostics.count != cases[i].dropped)
			fail_msg("%s: %zu dropped, kept '%s'", cases[i].label, diagnostics.count,
				 kept.data);
	}
}

static void only_names_of_modules_are_kept_to_be_loaded(void **state)
{
	static const struct {
		const char *label, *text, *kept;
		size_t dropped;
	} cases[] = {
		{ "names", "foo\n  foo-bar_2 \n", "foo\n  foo-bar_2 \n", 0 },
		{ "comments and blanks", "# a\n; b\n\n \t\n", "# a\n; b\n\n \t\n", 0 },
		{ "line ends of DOS", "foo\r\n\r\n", "foo\r\n\r\n", 0 },
		{ "no final newline", "foo", "foo", 0 },
		{ "option", "-r foo\n--remove\nfoo\n", "foo\n", 2 },
		{ "two words", "foo bar\n", "", 1 },
		{ "for a shell", "$(reboot)\n`reboot`\nfoo;reboot\n*\n", "", 4 },
		{ "path", "/tmp/evil.ko\n../evil\n", "", 2 },
		{ "no continuation", "# \\\nfoo bar\nfoo\\\n", "# \\\n", 2 },
		{ "bytes over 127", "f\303\266\n", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_diagnostics struct diagnostics diagnostics = { 0 };
		auto_bytes struct bytes text = { (uint8_t *)strdup(cases[i].text),
						 strlen(cases[i].text) };
		auto_bytes struct bytes kept = { 0 };

		assert_int_equal(
			config_filter("x.conf", PAYLOAD_MODULES_LOAD, &text, &kept, &diagnostics),
			0);
		if (strcmp((char *)kept.data, cases[i].kept) != 0 ||
		    diagnostics.count != cases[i].dropped)
			fail_msg("%s: %zu dropped, kept '%s'", cases[i].label, diagnostics.count,
				 (char *)kept.data);
	}
}

static void long_and_many_lines_are_told_in_short(void **state)
{
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_bytes struct bytes text = { .data = calloc(1, 20000) };
	auto_bytes struct bytes kept = { 0 };

	(void)state;
	assert_non_null(text.data);
	memcpy(text.data, "options a b=", 12);
	memset(text.data + 12, 'x', 5000);
	text.data[5012] = '\n';
	for (text.size = 5013; text.size < 19990; text.size += 2)
		memcpy(text.data + text.size, "x\n", 2);
	memcpy(text.data + text.size, "alias a\n", 8);
	text.size += 8;
	assert_int_equal(config_filter("x.conf", PAYLOAD_MODPROBE, &text, &kept, &diagnostics), 0);
	assert_string_equal((char *)kept.data, "alias a\n");
	assert_int_equal(diagnostics.count, CONFIG_TOLD_MAX + 1);
	assert_int_equal(strlen(diagnostics.items[0].culprit), 200);
	assert_string_equal(diagnostics.items[CONFIG_TOLD_MAX].culprit, "x.conf");
}

static void a_file_with_a_nul_byte_is_not_taken_at_all(void **state)
{
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_bytes struct bytes text = { calloc(1, 16), 15 };
	auto_bytes struct bytes kept = { 0 };

	(void)state;
	memcpy(text.data, "blacklist x\0\nab", 15);
	assert_int_equal(config_filter("x.conf", PAYLOAD_MODPROBE, &text, &kept, &diagnostics), 0);
	assert_int_equal(kept.size, 0);
	assert_int_equal(diagnostics.count, 1);
	assert_string_equal(diagnostics.items[0].id, "config-binary");
	assert_string_equal(diagnostics.items[0].culprit, "x.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_has_its_place),
		cmocka_unit_test(evil_paths_are_told_and_left_out),
		cmocka_unit_test(the_better_build_is_chosen),
		cmocka_unit_test(of_two_builds_one_is_taken_and_the_other_told),
		cmocka_unit_test(a_name_is_taken_once_whatever_the_order),
		cmocka_unit_test(an_empty_package_has_nothing),
		cmocka_unit_test(only_harmless_commands_are_kept),
		cmocka_unit_test(only_names_of_modules_are_kept_to_be_loaded),
		cmocka_unit_test(long_and_many_lines_are_told_in_short),
		cmocka_unit_test(a_file_with_a_nul_byte_is_not_taken_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
