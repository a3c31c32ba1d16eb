/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "deliver/stage.h"
#include "rpm-damage-fixture.h"
#include "rpm-fixture.h"

#define KERNEL   "6.4.0-150600.21-default"
#define OLDER    "6.4.0-150600.9-default"
#define MODULES  "/lib/modules/" KERNEL "/updates/"
#define FOO      "foo-kmp-default-1.0-1.x86_64"
#define BAR      "bar-kmp-default-7:2.0-1.x86_64"
#define BAR_NAME "bar-kmp-default-7_2.0-1.x86_64"
#define CLASH    "clash-kmp-default-1.0-1.x86_64"
#define BIG      "big-kmp-default-1.0-1.x86_64"
#define BIG_SIZE 200000

/* Looks like zstd and is not: whoever recompresses or strips it would fail or change it. */
#define ZSTD_BYTES "\x28\xb5\x2f\xfd\x00not really zstd~Module signature appended~\n"

static const struct fixture_file foo_files[] = {
	{ .path = MODULES "foo.ko", .content = "\177ELF foo", .mode = 06755 },
	{ .path = MODULES "foo-core.ko.zst", .content = ZSTD_BYTES, .size = sizeof(ZSTD_BYTES) },
	{ .path = MODULES "link.ko", .symlink = "/etc/passwd" },
	{ .path = "/lib/modules/" OLDER "/updates/foo.ko", .content = "older foo" },
	{ .path = "/lib/firmware/foo/fw.bin", .content = "firmware" },
	{ .path = "/lib/firmware/foo/same.bin", .link = "/lib/firmware/foo/fw.bin" },
	{ .path = "/etc/modprobe.d/foo.conf", .content = "options foo a=1\ninstall foo sh\n" },
	{ .path = "/usr/lib/modules-load.d/foo.conf", .content = "foo\n" },
	{ .path = "/usr/bin/foo", .content = "#!/bin/sh\n", .mode = 0755 },
	{ 0 },
};
static const struct fixture_file bar_files[] = {
	{ .path = "/usr/lib/modules/" KERNEL "/extra/bar.ko.xz", .content = "bar" },
	{ 0 },
};
static const struct fixture_file clash_files[] = {
	{ .path = MODULES "clash.ko", .content = "clash" },
	{ .path = "/opt/vendor/foo_core.ko", .content = "foo core again" },
	{ 0 },
};
static const struct fixture_file evil_files[] = {
	{ .path = MODULES "evil.ko", .content = "evil content" },
	{ 0 },
};
static char big_content[BIG_SIZE];
static const struct fixture_file big_files[] = {
	{ .path = MODULES "big.ko", .content = big_content, .size = BIG_SIZE },
	{ 0 },
};

enum { RPM_FOO, RPM_BAR, RPM_CLASH, RPM_EVIL, RPM_BIG, RPM_COUNT };
static const struct fixture_package packages[RPM_COUNT] = {
	[RPM_FOO] = { "foo-kmp-default", "1.0", "1", 0, "w3.zstdio", NULL, foo_files },
	[RPM_BAR] = { "bar-kmp-default", "2.0", "1", 7, "w6.xzdio", NULL, bar_files },
	[RPM_CLASH] = { "clash-kmp-default", "1.0", "1", 0, "w9.gzdio", NULL, clash_files },
	[RPM_EVIL] = { "evil-kmp-default", "1.0", "1", 0, "w.ufdio", NULL, evil_files },
	[RPM_BIG] = { "big-kmp-default", "1.0", "1", 0, "w.ufdio", NULL, big_files },
};

static char *scratch;
static char *rpms[RPM_COUNT];

static int build_all(void **state)
{
	(void)state;
	if (!fixture_can_build())
		return 0;
	scratch = fixture_scratch();
	/* Not compressible, so that sizes mean something whatever rpmbuild does. */
	srand(1);
	for (size_t i = 0; i < BIG_SIZE; i++)
		big_content[i] = (char)rand();
	for (size_t i = 0; i < RPM_COUNT; i++) {
		rpms[i] = fixture_build(scratch, &packages[i]);
		if (!rpms[i])
			return -1;
	}
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < RPM_COUNT; i++)
		free(rpms[i]);
	if (scratch)
		fixture_remove(scratch);
	free(scratch);
	return 0;
}

static void need_rpmbuild(void)
{
	if (scratch)
		return;
	print_message("rpmbuild is not installed\n");
	skip();
}

/* A path for a fresh staging directory, which does not exist yet; owned. */
static char *new_stage(void)
{
	char *path = fixture_path(scratch, "stage-XXXXXX");

	assert_non_null(mkdtemp(path));
	assert_int_equal(rmdir(path), 0);
	return path;
}

static struct stage *begin(const char *path)
{
	auto_error struct error error = { 0 };
	struct stage *stage = NULL;
	int r = stage_begin(path, KERNEL, 1000, &stage, &error);

	if (r != 0)
		fail_msg("%s: %d %s", path, r, error.why);
	return stage;
}

static struct plan_package *planned(struct plan *plan, const char *nevra)
{
	struct plan_package *package = plan_add(plan);

	package->driver.nevra = strdup(nevra);
	package->driver.location = strdup("some/where.rpm");
	return package;
}

static int add(struct stage *stage, const char *rpm, struct plan_package *package,
	       struct error *error)
{
	auto_fd int fd = open(rpm, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return stage_add(stage, &(struct stage_rpm){ .fd = fd }, package, error);
}

/* As a build that was not chosen. */
static int keep(struct stage *stage, const char *rpm, struct plan_package *package,
		struct error *error)
{
	auto_fd int fd = open(rpm, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return stage_keep(stage, &(struct stage_rpm){ .fd = fd }, package, error);
}

/* A manifest that says what the caller wants and the generation. */
static int render(void *context, unsigned int generation, struct bytes *ret)
{
	char *text = text_format("%s %u\n", (const char *)context, generation);

	*ret = (struct bytes){ (uint8_t *)text, strlen(text) };
	return 0;
}

static unsigned int commit(struct stage *stage, const char *manifest)
{
	auto_error struct error error = { 0 };
	unsigned int number = 0;
	int r = stage_commit(stage, render, (void *)(uintptr_t)manifest, &number, &error);

	if (r != 0)
		fail_msg("%d %s", r, error.why);
	return number;
}

static void expect_file(const char *stage, const char *name, const void *content, size_t size)
{
	auto_free char *path = fixture_path(stage, name);
	auto_bytes struct bytes found = fixture_read(path);

	if (!found.data || found.size != size || memcmp(found.data, content, size) != 0)
		fail_msg("%s: %zu bytes", path, found.size);
}

static void expect_text(const char *stage, const char *name, const char *text)
{
	expect_file(stage, name, text, strlen(text));
}

static bool exists(const char *stage, const char *name)
{
	auto_free char *path = fixture_path(stage, name);
	struct stat st;

	return lstat(path, &st) == 0;
}

static void expect_current(const char *stage, const char *target)
{
	auto_free char *path = fixture_path(stage, "current");
	char found[100] = { 0 };

	assert_true(readlink(path, found, sizeof(found) - 1) > 0);
	assert_string_equal(found, target);
}

/* Names in a directory, in order, each followed by a blank; owned. */
static char *list(const char *stage, const char *name)
{
	auto_free char *path = fixture_path(stage, name);
	auto_strings struct strings names = { 0 };
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *text = strdup("");

	assert_true(fd >= 0);
	assert_int_equal(dir_names(fd, &names), 0);
	for (size_t i = 0; i < names.count; i++) {
		char *longer = text_format("%s%s ", text, names.items[i]);

		free(text);
		text = longer;
	}
	return text;
}

static bool has_diagnostic(const struct plan_package *package, const char *id, const char *culprit)
{
	for (size_t i = 0; i < package->diagnostics.count; i++)
		if (text_equal(package->diagnostics.items[i].id, id) &&
		    text_equal(package->diagnostics.items[i].culprit, culprit))
			return true;
	return false;
}

static void a_package_is_taken_apart_as_promised(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	auto_stage struct stage *stage = NULL;
	auto_bytes struct bytes rpm = { 0 };
	struct plan_package *foo;
	struct stat st;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	foo = planned(&plan, FOO);
	assert_int_equal(add(stage, rpms[RPM_FOO], foo, NULL), 0);
	assert_int_equal(commit(stage, "m"), 1);
	expect_current(path, "generations/1");
	expect_text(path, "current/manifest.json", "m 1\n");
	expect_text(path, "current/packages", FOO "\n");
#define BELOW "current/modules/" KERNEL "/" FOO "/updates/"
	expect_text(path, BELOW "foo.ko", "\177ELF foo");
	expect_file(path, BELOW "foo-core.ko.zst", ZSTD_BYTES, sizeof(ZSTD_BYTES));
	assert_false(exists(path, BELOW "link.ko"));
	expect_text(path, "current/firmware/" FOO "/foo/fw.bin", "firmware");
	expect_text(path, "current/firmware/" FOO "/foo/same.bin", "firmware");
	expect_text(path, "current/config/" FOO "/modprobe.d/foo.conf", "options foo a=1\n");
	expect_text(path, "current/config/" FOO "/modules-load.d/foo.conf", "foo\n");
	rpm = fixture_read(rpms[RPM_FOO]);
	assert_string_equal(foo->rpm_staged, "rpms/where.rpm");
	expect_file(path, "current/rpms/where.rpm", rpm.data, rpm.size);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(chdir(path), 0);
	assert_int_equal(stat(BELOW "foo.ko", &st), 0);
	assert_int_equal(st.st_mode & 07133, 0);
	assert_int_equal(chdir("/"), 0);
}

static void what_was_staged_and_left_out_is_told(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	auto_free char *foo_sum = NULL;
	auto_free char *rpm_sum = NULL;
	auto_stage struct stage *stage = NULL;
	auto_bytes struct bytes rpm = { 0 };
	struct plan_package *foo;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	foo = planned(&plan, FOO);
	/* What planning guessed gives way to what is true. */
	assert_int_equal(plan_package_add_module(foo, "guess.ko", NULL), 0);
	foo->rpm_sha256 = strdup("guess");
	assert_int_equal(add(stage, rpms[RPM_FOO], foo, NULL), 0);
	rpm = fixture_read(rpms[RPM_FOO]);
	assert_int_equal(digest_hex("sha256", rpm.data, rpm.size, &rpm_sum), 0);
	assert_int_equal(digest_hex("sha256", "\177ELF foo", 8, &foo_sum), 0);
	assert_string_equal(foo->rpm_sha256, rpm_sum);
	assert_int_equal(foo->module_count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool core = strcmp(foo->modules[i].name, "foo_core") == 0;

		assert_string_equal(foo->modules[i].path,
				    core ? "updates/foo-core.ko.zst" : "updates/foo.ko");
		assert_true(core || strcmp(foo->modules[i].sha256, foo_sum) == 0);
	}
	assert_int_equal(foo->firmware.count, 2);
	assert_true(strings_contain(&foo->firmware, "foo/same.bin"));
	assert_int_equal(foo->diagnostics.count, 3);
	assert_true(has_diagnostic(foo, "symlink", MODULES "link.ko"));
	assert_true(has_diagnostic(foo, "other-build", OLDER));
	assert_true(has_diagnostic(foo, "config-line", "install foo sh"));
}

static void the_same_input_makes_no_new_generation(void **state)
{
	static const struct {
		const char *manifest;
		unsigned int number;
	} runs[] = { { "a", 1 }, { "a", 1 }, { "b", 2 }, { "b", 2 }, { "a", 3 } };
	auto_free char *path = NULL;
	auto_free char *names = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	for (size_t i = 0; i < COUNT(runs); i++) {
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);

		assert_int_equal(add(stage, rpms[RPM_BAR], planned(&plan, BAR), NULL), 0);
		assert_int_equal(commit(stage, runs[i].manifest), runs[i].number);
	}
	names = list(path, "generations");
	assert_string_equal(names, "1 2 3 ");
	expect_current(path, "generations/3");
	expect_text(path, "generations/1/manifest.json", "a 1\n");
	expect_text(path, "generations/2/manifest.json", "b 2\n");
}

static void what_was_published_takes_nothing_more(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	auto_stage struct stage *stage = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(commit(stage, "m"), 1);
	assert_true(add(stage, rpms[RPM_FOO], planned(&plan, FOO), NULL) < 0);
	assert_false(exists(path, "current/rpms"));
}

static void an_abandoned_generation_leaves_nothing(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	auto_free char *names = NULL;
	struct stage *stage;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(add(stage, rpms[RPM_FOO], planned(&plan, FOO), NULL), 0);
	assert_null(stage_end(stage));
	names = list(path, "generations");
	assert_string_equal(names, "");
	assert_false(exists(path, "current"));
}

static void one_module_name_is_staged_once(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_error struct error error = { 0 };
	auto_free char *path = NULL;
	auto_free char *sentence = NULL;
	auto_free char *names = NULL;
	auto_stage struct stage *stage = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(add(stage, rpms[RPM_FOO], planned(&plan, FOO), NULL), 0);
	assert_int_equal(add(stage, rpms[RPM_CLASH], planned(&plan, CLASH), &error), -EEXIST);
	sentence = error_sentence(&error);
	assert_string_equal(sentence, "cannot stage the package '" CLASH
				      "': its module foo_core is in " FOO " too");
	assert_int_equal(add(stage, rpms[RPM_FOO], planned(&plan, FOO), NULL), -EEXIST);
	assert_int_equal(add(stage, rpms[RPM_BAR], planned(&plan, BAR), NULL), 0);
	assert_int_equal(commit(stage, "m"), 1);
	expect_text(path, "current/packages", FOO "\n" BAR "\n");
	names = list(path, "current/rpms");
	assert_string_equal(names, BAR_NAME ".rpm where.rpm ");
	/* Kmod reads no path with a ':' in it. */
	expect_text(path, "current/modules/" KERNEL "/" BAR_NAME "/extra/bar.ko.xz", "bar");
	assert_false(exists(path, "current/modules/" KERNEL "/" CLASH));
}

static void an_rpm_that_has_the_name_of_another_costs_it_nothing(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	auto_free char *names = NULL;
	auto_stage struct stage *stage = NULL;
	struct plan_package *foo, *bar;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	foo = planned(&plan, FOO);
	free(foo->driver.location);
	foo->driver.location = strdup("odd/" BAR_NAME ".rpm");
	assert_int_equal(add(stage, rpms[RPM_FOO], foo, NULL), 0);
	bar = planned(&plan, BAR);
	free(bar->driver.location);
	bar->driver.location = strdup(BAR_NAME ".rpm");
	assert_int_equal(add(stage, rpms[RPM_BAR], bar, NULL), 0);
	assert_string_equal(bar->rpm_staged, "rpms/" BAR_NAME ".2.rpm");
	assert_int_equal(commit(stage, "m"), 1);
	names = list(path, "current/rpms");
	assert_string_equal(names, BAR_NAME ".2.rpm " BAR_NAME ".rpm ");
}

static void an_rpm_keeps_its_file_name_where_that_is_safe(void **state)
{
	static const struct {
		const char *location, *staged;
	} cases[] = {
		{ "foo.rpm", "rpms/foo.rpm" },     { "x86_64/foo-1.rpm", "rpms/foo-1.rpm" },
		{ "a b.rpm", "rpms/" FOO ".rpm" }, { "foo", "rpms/" FOO ".rpm" },
		{ "..", "rpms/" FOO ".rpm" },      { "x/", "rpms/" FOO ".rpm" },
		{ NULL, "rpms/" FOO ".rpm" },
	};
	auto_free char *path = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);
		struct plan_package *foo = planned(&plan, FOO);

		free(foo->driver.location);
		foo->driver.location = cases[i].location ? strdup(cases[i].location) : NULL;
		assert_int_equal(add(stage, rpms[RPM_FOO], foo, NULL), 0);
		assert_string_equal(foo->rpm_staged, cases[i].staged);
	}
}

static void a_package_that_is_not_the_one_described_is_refused(void **state)
{
	static const struct {
		const char *label, *nevra, *type, *sum;
		uint64_t size;
		int expected;
	} cases[] = {
		{ "other name", "foo-kmp-default-1.0-2.x86_64", NULL, NULL, 0, -EBADMSG },
		{ "other size", FOO, NULL, NULL, 12, -EBADMSG },
		{ "other sha256", FOO, "sha256", "00", 0, -EBADMSG },
		{ "other md5", FOO, "md5", "00", 0, -EBADMSG },
		{ "unknown type", FOO, "sha3", "00", 0, -EBADMSG },
		{ "sum without type", FOO, NULL, "00", 0, -EBADMSG },
		{ "type without sum", FOO, "sha3", NULL, 0, 0 },
		{ "path as a name", "../../foo", NULL, NULL, 0, -EBADMSG },
		{ "blank in the name", "foo bar", NULL, NULL, 0, -EBADMSG },
		{ "no name", "", NULL, NULL, 0, -EBADMSG },
	};
	auto_free char *path = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_error struct error error = { 0 };
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);
		struct plan_package *package = planned(&plan, cases[i].nevra);
		auto_free char *names = NULL;
		int r;

		package->driver.size = cases[i].size;
		package->driver.checksum = cases[i].sum ? strdup(cases[i].sum) : NULL;
		package->driver.checksum_type = cases[i].type ? strdup(cases[i].type) : NULL;
		r = add(stage, rpms[RPM_FOO], package, &error);
		if (r != cases[i].expected || (r < 0 && (!error.why || package->rpm_sha256)))
			fail_msg("%s: %d %s", cases[i].label, r, error.why);
		if (r == 0)
			continue;
		commit(stage, cases[i].label);
		names = list(path, "current");
		if (strcmp(names, "manifest.json packages rpms ") != 0 &&
		    strcmp(names, "manifest.json packages ") != 0)
			fail_msg("%s left %s", cases[i].label, names);
	}
}

static void the_checksums_of_the_metadata_are_accepted(void **state)
{
	static const char *const types[] = { "sha256", "sha512", "sha", "md5" };
	auto_free char *path = NULL;
	auto_bytes struct bytes rpm = { 0 };

	(void)state;
	need_rpmbuild();
	path = new_stage();
	rpm = fixture_read(rpms[RPM_FOO]);
	for (size_t i = 0; i < COUNT(types); i++) {
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);
		struct plan_package *package = planned(&plan, FOO);

		package->driver.size = rpm.size;
		package->driver.checksum_type = strdup(types[i]);
		assert_int_equal(
			digest_hex(types[i], rpm.data, rpm.size, &package->driver.checksum), 0);
		assert_int_equal(add(stage, rpms[RPM_FOO], package, NULL), 0);
	}
}

static void a_damaged_package_leaves_the_others_alone(void **state)
{
	auto_free char *path = NULL;
	auto_free char *damaged = NULL;
	auto_bytes struct bytes rpm = { 0 };

	(void)state;
	need_rpmbuild();
	path = new_stage();
	damaged = fixture_path(scratch, "damaged.rpm");
	rpm = fixture_read(rpms[RPM_FOO]);
	for (size_t cut = 0; cut < rpm.size; cut += 97) {
		auto_error struct error error = { 0 };
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);

		fixture_write(damaged, rpm.data, cut);
		assert_int_equal(add(stage, rpms[RPM_BAR], planned(&plan, BAR), NULL), 0);
		if (add(stage, damaged, planned(&plan, FOO), &error) != -EBADMSG || !error.why)
			fail_msg("cut to %zu was taken", cut);
		assert_int_equal(commit(stage, "bar alone"), 1);
		expect_text(path, "current/packages", BAR "\n");
	}
}

/* A copy of NEW as long as OLD: filled up before its last byte, so that all offsets stay. */
static char *as_long_as(const char *new, const char *old)
{
	size_t length = strlen(old), given = strlen(new);
	char *text = malloc(length + 1);

	assert_true(text && given > 0 && given <= length);
	memset(text, 'a', length);
	memcpy(text, new, given - 1);
	text[length - 1] = new[given - 1];
	text[length] = '\0';
	return text;
}

static void evil_paths_of_a_whole_rpm_go_nowhere(void **state)
{
	static const struct {
		const char *label, *old, *new;
	} cases[] = {
		{ "climbs", "/updates/", "/../../a/" },
		{ "climbs out", MODULES, "/../../../../../../tmp/" },
		{ "firmware that climbs", MODULES, "/lib/firmware/../../../../tmp/" },
		{ "empty component", "/updates/", "/update//" },
		{ "slash in a file name", "evil.ko", "../x.ko" },
		{ "newline", "evil.ko", "ev\nl.ko" },
		{ "dot", "/updates/", "/updat/./" },
	};
	auto_bytes struct bytes before = { 0 };
	auto_free char *evil = NULL;

	(void)state;
	need_rpmbuild();
	evil = fixture_path(scratch, "evil.rpm");
	before = fixture_read(rpms[RPM_EVIL]);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_error struct error error = { 0 };
		auto_plan struct plan plan = { 0 };
		auto_free char *path = new_stage();
		auto_free char *new = as_long_as(cases[i].new, cases[i].old);
		auto_free char *names = NULL;
		auto_stage struct stage *stage = begin(path);
		auto_bytes struct bytes rpm = fixture_read(rpms[RPM_EVIL]);
		struct plan_package *package = planned(&plan, "evil-kmp-default-1.0-1.x86_64");
		int r;

		/* In the header, and in the payload. */
		assert_true(fixture_replace(&rpm, cases[i].old, new) >= 2);
		fixture_resum(&before, &rpm);
		fixture_write(evil, rpm.data, rpm.size);
		r = add(stage, evil, package, &error);
		if (r != 0)
			fail_msg("%s: %d %s", cases[i].label, r, error.why);
		commit(stage, "m");
		names = list(path, "current");
		if (strcmp(names, "manifest.json packages rpms ") != 0 ||
		    package->diagnostics.count != 1 ||
		    strcmp(package->diagnostics.items[0].id, "unsafe-path") != 0)
			fail_msg("%s: %s, %zu diagnostics", cases[i].label, names,
				 package->diagnostics.count);
	}
}

/* No metadata speaks here: the RPM's own digests have to. */
static void an_edited_payload_is_refused_by_the_rpm_itself(void **state)
{
	static const struct {
		const char *label, *why;
		bool resum;
	} cases[] = {
		{ "file edited", "its payload has another digest than its header says", false },
		{ "digest of the payload made true",
		  MODULES "evil.ko has another digest than the header says", true },
		{ "only padding edited", "its payload has another digest than its header says",
		  false },
	};
	auto_bytes struct bytes before = { 0 };
	auto_free char *edited = NULL;

	(void)state;
	need_rpmbuild();
	edited = fixture_path(scratch, "edited.rpm");
	before = fixture_read(rpms[RPM_EVIL]);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_error struct error error = { 0 };
		auto_plan struct plan plan = { 0 };
		auto_free char *path = new_stage();
		auto_stage struct stage *stage = begin(path);
		auto_bytes struct bytes rpm = fixture_read(rpms[RPM_EVIL]);
		int r;

		if (i < 2)
			assert_int_equal(fixture_replace(&rpm, "evil content", "evil Content"), 1);
		else
			rpm.data[rpm.size - 1] ^= 1;
		if (cases[i].resum)
			fixture_resum(&before, &rpm);
		fixture_write(edited, rpm.data, rpm.size);
		r = add(stage, edited, planned(&plan, "evil-kmp-default-1.0-1.x86_64"), &error);
		if (r != -EBADMSG || !text_equal(error.why, cases[i].why))
			fail_msg("%s: %d %s", cases[i].label, r, error.why);
	}
}

static void leftovers_of_an_interrupted_run_are_cleared(void **state)
{
	auto_free char *path = NULL;
	auto_free char *names = NULL;
	auto_free char *junk = NULL;
	auto_free char *link = NULL;
	struct stage *stage;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(commit(stage, "m"), 1);
	stage_end(stage);
	junk = fixture_path(path, "generations/.new/modules/x/y/z.ko");
	fixture_make_parents(junk);
	fixture_write(junk, "z", 1);
	link = fixture_path(path, ".current");
	assert_int_equal(symlink("generations/.new", link), 0);
	stage = begin(path);
	assert_false(exists(path, "generations/.new/modules"));
	assert_int_equal(commit(stage, "n"), 2);
	stage_end(stage);
	names = list(path, "generations");
	assert_string_equal(names, "1 2 ");
	assert_false(exists(path, ".current"));
}

static int die(void *context, unsigned int generation, struct bytes *ret)
{
	(void)context;
	(void)generation;
	(void)ret;
	_exit(7);
}

/* A child that ends without any clean-up, in the middle of a run. */
static void a_run_that_dies_leaves_the_old_generation(void **state)
{
	auto_plan struct plan plan = { 0 };
	auto_free char *path = NULL;
	struct stage *stage;
	int status = 0;
	pid_t pid;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(commit(stage, "old"), 1);
	stage_end(stage);
	pid = fork();
	if (pid == 0) {
		unsigned int number;

		if (stage_begin(path, KERNEL, 0, &stage, NULL) < 0 ||
		    add(stage, rpms[RPM_FOO], planned(&plan, FOO), NULL) < 0)
			_exit(1);
		stage_commit(stage, die, NULL, &number, NULL);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
	expect_text(path, "current/manifest.json", "old 1\n");
	assert_true(exists(path, "generations/.new"));
	stage = begin(path);
	assert_int_equal(commit(stage, "new"), 2);
	stage_end(stage);
	assert_false(exists(path, "generations/.new"));
}

static void a_second_run_says_who_holds_the_lock(void **state)
{
	auto_free char *path = NULL;
	auto_free char *expected = NULL;
	auto_error struct error error = { 0 };
	auto_stage struct stage *stage = NULL;
	struct stage *second = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(stage_begin(path, KERNEL, 0, &second, &error), -EBUSY);
	assert_null(second);
	expected = text_format("process %ld is using it", (long)getpid());
	assert_string_equal(error.why, expected);
	/* The one that was refused left the generation of the other alone. */
	assert_int_equal(commit(stage, "m"), 1);
	stage = stage_end(stage);
	stage = begin(path);
}

/* What stands at the path of the staging directory before the run. */
static void make_file(const char *path)
{
	fixture_write(path, "x", 1);
}

static void make_link(const char *path)
{
	assert_int_equal(symlink("/tmp", path), 0);
}

static void make_dangling(const char *path)
{
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
}

static void make_open(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0777), 0);
}

static void make_current(const char *path)
{
	auto_free char *current = fixture_path(path, "current");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(current, 0700), 0);
}

static void make_linked_generations(const char *path)
{
	auto_free char *generations = fixture_path(path, "generations");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(symlink("/tmp", generations), 0);
}

static void make_linked_lock(const char *path)
{
	auto_free char *lock = fixture_path(path, "lock");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(symlink("/tmp/kmp-match-not-made", lock), 0);
}

/* A file that somebody else counts on, by two names. */
static void make_precious_lock(const char *path)
{
	auto_free char *precious = fixture_path(path, "precious");
	auto_free char *lock = fixture_path(path, "lock");

	assert_int_equal(mkdir(path, 0700), 0);
	fixture_write(precious, "root:x:0:0", 10);
	assert_int_equal(link(precious, lock), 0);
}

static void make_other_lock(const char *path)
{
	auto_free char *lock = fixture_path(path, "lock");

	assert_int_equal(mkdir(path, 0700), 0);
	fixture_write(lock, "a lock of another program\n", 26);
}

static void make_pipe_lock(const char *path)
{
	auto_free char *lock = fixture_path(path, "lock");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkfifo(lock, 0600), 0);
}

static void make_foreign(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12345, 12345), 0);
	else
		assert_int_equal(chmod(path, 0722), 0);
}

static void a_directory_that_is_not_ours_is_refused(void **state)
{
	static const struct {
		const char *label;
		void (*make)(const char *path);
		int expected;
		const char *why;
	} cases[] = {
		{ "file", make_file, -ENOTDIR, "Not a directory" },
		{ "symlink", make_link, -ELOOP, "it is a symbolic link" },
		{ "dangling", make_dangling, -ELOOP, "it is a symbolic link" },
		{ "open to all", make_open, -EPERM, "others than its owner may write to it" },
		{ "current", make_current, -EINVAL, "its entry 'current' is no symbolic link" },
		{ "generations", make_linked_generations, -ELOOP, "it is a symbolic link" },
		{ "lock", make_linked_lock, -ELOOP, NULL },
		{ "hard link", make_precious_lock, -EEXIST, "its file 'lock' is not kmp-match's" },
		{ "other lock", make_other_lock, -EEXIST, "its file 'lock' is not kmp-match's" },
		{ "pipe", make_pipe_lock, -EEXIST, "its file 'lock' is not kmp-match's" },
		{ "foreign", make_foreign, -EPERM, NULL },
	};

	(void)state;
	need_rpmbuild();
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		const size_t row = i / 2;
		auto_free char *path = new_stage();
		auto_free char *slashed = fixture_path(path, i % 2 ? "/" : "");
		auto_error struct error error = { 0 };
		auto_free char *sentence = NULL;
		struct stage *stage = NULL;
		int r;

		cases[row].make(path);
		r = stage_begin(slashed, KERNEL, 0, &stage, &error);
		sentence = error_sentence(&error);
		if (r != cases[row].expected || !sentence || strchr(sentence, '\n') ||
		    (cases[row].why && !text_equal(error.why, cases[row].why)))
			fail_msg("%s: %d %s", cases[row].label, r, sentence);
	}
	assert_int_equal(access("/tmp/kmp-match-not-made", F_OK), -1);
}

static void a_kernel_release_that_is_a_path_is_refused(void **state)
{
	static const char *const releases[] = { "", "..", ".", "a/b", "/etc", "a b", "a\nb" };
	auto_free char *path = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	for (size_t i = 0; i < COUNT(releases); i++) {
		auto_error struct error error = { 0 };
		struct stage *stage = NULL;

		if (stage_begin(path, releases[i], 0, &stage, &error) != -EINVAL || !error.why)
			fail_msg("'%s' was taken", releases[i]);
	}
	assert_int_equal(access(path, F_OK), -1);
}

static void too_little_room_is_known_before_anything_is_written(void **state)
{
	auto_free char *path = NULL;
	auto_free char *names = NULL;
	auto_error struct error error = { 0 };
	struct stage *stage = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	assert_int_equal(stage_begin(path, KERNEL, UINT64_MAX / 2, &stage, &error), -ENOSPC);
	assert_non_null(strstr(error.why, "are needed"));
	assert_non_null(error.hint);
	names = list(path, "generations");
	assert_string_equal(names, "");
}

/* Each limit lets the writing fail at another place: the copy, a module, the manifest. */
static void a_write_that_fails_is_one_sentence_and_leaves_nothing(void **state)
{
	static const rlim_t limits[] = { 10, 5000, BIG_SIZE - 1 };
	struct rlimit before;
	auto_free char *path = NULL;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < COUNT(limits); i++) {
		auto_error struct error error = { 0 };
		auto_plan struct plan plan = { 0 };
		auto_stage struct stage *stage = begin(path);
		struct rlimit limit = { limits[i], before.rlim_max };
		int r;

		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		r = add(stage, rpms[RPM_BIG], planned(&plan, BIG), &error);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		if (r != -EFBIG || !error.why || !error.hint)
			fail_msg("limit %zu: %d %s", (size_t)limits[i], r, error.why);
		assert_false(exists(path, "generations/.new/rpms/where.rpm"));
		stage = stage_end(stage);
		assert_false(exists(path, "current"));
	}
}

/* In a mount namespace of its own: fill a small tmpfs. Exit status 77 says that it is not allowed.
 */
static int fill_tmpfs(const char *path)
{
	auto_error struct error error = { 0 };
	auto_plan struct plan plan = { 0 };
	auto_free char *inside = fixture_path(path, "stage");
	struct stage *stage = NULL;
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", path, "tmpfs", 0, "size=256k") < 0)
		return 77;
	if (stage_begin(inside, KERNEL, 1 << 20, &stage, &error) != -ENOSPC)
		return 1;
	error_done(&error);
	if (stage_begin(inside, KERNEL, 1000, &stage, &error) < 0)
		return 2;
	r = add(stage, rpms[RPM_BIG], planned(&plan, BIG), &error);
	stage_end(stage);
	if (r != -ENOSPC || !error.hint || exists(inside, "generations/.new"))
		return 3;
	error_done(&error);
	stage = begin(inside);
	r = keep(stage, rpms[RPM_FOO], planned(&plan, FOO), &error);
	if (r != -ENOSPC || !strstr(error.why, "are needed") ||
	    exists(inside, "generations/.new/rpms"))
		return 5;
	r = add(stage, rpms[RPM_BAR], planned(&plan, BAR), NULL) < 0 || commit(stage, "m") != 1;
	stage_end(stage);
	return r ? 4 : 0;
}

static void a_full_disk_is_told_and_loses_nothing(void **state)
{
	auto_free char *path = NULL;
	int status = 0;
	pid_t pid;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	assert_int_equal(mkdir(path, 0700), 0);
	pid = fork();
	if (pid == 0)
		_exit(fill_tmpfs(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("mounting a tmpfs is not allowed here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static int refuse_manifest(void *context, unsigned int generation, struct bytes *ret)
{
	(void)context;
	(void)generation;
	(void)ret;
	return -ENOMEM;
}

static void a_manifest_that_cannot_be_made_publishes_nothing(void **state)
{
	auto_free char *path = NULL;
	auto_error struct error error = { 0 };
	auto_stage struct stage *stage = NULL;
	unsigned int number = 9;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage = begin(path);
	assert_int_equal(stage_commit(stage, refuse_manifest, NULL, &number, &error), -ENOMEM);
	assert_int_equal(number, 9);
	stage = stage_end(stage);
	assert_false(exists(path, "current"));
	assert_false(exists(path, "generations/1"));
}

static void strange_names_among_the_generations_are_left_alone(void **state)
{
	static const char *const strange[] = { "007", "x", "12345678901", "5x", ".hidden" };
	auto_free char *path = NULL;
	struct stage *stage;

	(void)state;
	need_rpmbuild();
	path = new_stage();
	stage_end(begin(path));
	for (size_t i = 0; i < COUNT(strange); i++) {
		auto_free char *name = text_format("generations/%s", strange[i]);
		auto_free char *full = fixture_path(path, name);

		assert_int_equal(mkdir(full, 0700), 0);
	}
	stage = begin(path);
	assert_int_equal(commit(stage, "m"), 1);
	stage_end(stage);
	for (size_t i = 0; i < COUNT(strange); i++) {
		auto_free char *name = text_format("generations/%s", strange[i]);

		assert_true(exists(path, name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_is_taken_apart_as_promised),
		cmocka_unit_test(what_was_staged_and_left_out_is_told),
		cmocka_unit_test(the_same_input_makes_no_new_generation),
		cmocka_unit_test(what_was_published_takes_nothing_more),
		cmocka_unit_test(an_abandoned_generation_leaves_nothing),
		cmocka_unit_test(one_module_name_is_staged_once),
		cmocka_unit_test(an_rpm_that_has_the_name_of_another_costs_it_nothing),
		cmocka_unit_test(an_rpm_keeps_its_file_name_where_that_is_safe),
		cmocka_unit_test(a_package_that_is_not_the_one_described_is_refused),
		cmocka_unit_test(the_checksums_of_the_metadata_are_accepted),
		cmocka_unit_test(a_damaged_package_leaves_the_others_alone),
		cmocka_unit_test(evil_paths_of_a_whole_rpm_go_nowhere),
		cmocka_unit_test(an_edited_payload_is_refused_by_the_rpm_itself),
		cmocka_unit_test(leftovers_of_an_interrupted_run_are_cleared),
		cmocka_unit_test(a_run_that_dies_leaves_the_old_generation),
		cmocka_unit_test(a_second_run_says_who_holds_the_lock),
		cmocka_unit_test(a_directory_that_is_not_ours_is_refused),
		cmocka_unit_test(a_kernel_release_that_is_a_path_is_refused),
		cmocka_unit_test(too_little_room_is_known_before_anything_is_written),
		cmocka_unit_test(a_write_that_fails_is_one_sentence_and_leaves_nothing),
		cmocka_unit_test(a_full_disk_is_told_and_loses_nothing),
		cmocka_unit_test(a_manifest_that_cannot_be_made_publishes_nothing),
		cmocka_unit_test(strange_names_among_the_generations_are_left_alone),
	};

	return cmocka_run_group_tests(tests, build_all, remove_all);
}
