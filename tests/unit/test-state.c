/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "deliver/manifest.h"
#include "deliver/state.h"
#include "scratch.h"

#define BOOT    "5d7362d7-a976-4a53-b7da-f506ccc6ae29"
#define RELEASE "6.4.0-1-default"
#define NEVRA   "foo-kmp-default-1.0-1.x86_64"

static struct scratch scratch;

static int setup(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void write_one(void)
{
	auto_state struct state written = { .generation = 7 };

	assert_int_equal(text_copy(BOOT, &written.boot_id), 0);
	assert_int_equal(text_copy(RELEASE, &written.release), 0);
	assert_int_equal(strings_add(&written.undone, NEVRA), 0);
	assert_int_equal(strings_add(&written.undone_details, "it is not bound"), 0);
	assert_int_equal(strings_add(&written.replaced, "foo"), 0);
	assert_int_equal(state_write(scratch.fd, &written), 0);
}

static void the_next_run_finds_what_it_goes_by(void **state)
{
	auto_state struct state found = { 0 };

	(void)state;
	write_one();
	assert_int_equal(state_read(scratch.fd, BOOT, RELEASE, &found, NULL), 0);
	assert_int_equal(found.generation, 7);
	assert_string_equal(found.undone.items[0], NEVRA);
	assert_string_equal(found.undone_details.items[0], "it is not bound");
	assert_string_equal(found.replaced.items[0], "foo");
}

static void another_boot_or_kernel_has_no_state(void **state)
{
	auto_state struct state absent = { 0 };
	auto_state struct state boot = { 0 };
	auto_state struct state kernel = { 0 };

	(void)state;
	assert_int_equal(state_read(scratch.fd, BOOT, RELEASE, &absent, NULL), 0);
	write_one();
	assert_int_equal(state_read(scratch.fd, "another", RELEASE, &boot, NULL), 0);
	assert_int_equal(state_read(scratch.fd, BOOT, "6.4.0-2-default", &kernel, NULL), 0);
	assert_int_equal(absent.undone.count + boot.undone.count + kernel.undone.count, 0);
	assert_int_equal(boot.generation, 0);
}

static void a_damaged_state_is_an_error(void **state)
{
	static const char *const rows[] = {
		"",
		"{",
		"[]",
		"{\"format\": 2, \"kernel\": {\"release\": \"" RELEASE "\"}}",
		"{\"format\": 1}",
		"{\"format\": 1, \"boot_id\": \"" BOOT "\", \"kernel\": {\"release\": \"" RELEASE
		"\"}, \"undone\": [7]}",
		"{\"format\": 1, \"boot_id\": \"" BOOT "\", \"kernel\": {\"release\": \"" RELEASE
		"\"}, \"replaced\": [{}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_state struct state found = { 0 };
		auto_error struct error error = { 0 };

		scratch_write(&scratch, "state.json", rows[i]);
		if (state_read(scratch.fd, BOOT, RELEASE, &found, &error) != -EBADMSG)
			fail_msg("taken: %s", rows[i]);
	}
}

#define MANIFEST(package)                                                                          \
	"{\"format\": 1, \"kernel\": {\"release\": \"" RELEASE "\"}, \"packages\": [" package "]}"
#define PACKAGE(more)                                                                              \
	"{\"nevra\": \"" NEVRA "\", \"verdict\": \"selected\", \"rpm_sha256\": \"00\", " more "}"

static void a_manifest_names_what_is_safe_only(void **state)
{
	static const char *const rows[] = {
		"[]",
		"{\"format\": 1, \"packages\": []}",
		"{\"format\": 1, \"kernel\": {\"release\": \"../x\"}, \"packages\": []}",
		MANIFEST("{\"verdict\": \"selected\", \"rpm_sha256\": \"00\"}"),
		MANIFEST("{\"nevra\": \"..\", \"verdict\": \"selected\", \"rpm_sha256\": \"00\"}"),
		MANIFEST(PACKAGE("\"modules\": [{\"name\": \"foo\", \"path\": \"../foo.ko\"}]")),
		MANIFEST(PACKAGE("\"modules\": [{\"name\": \"--all\", \"path\": \"foo.ko\"}]")),
		MANIFEST(PACKAGE("\"modules\": [{\"name\": \"a/b\", \"path\": \"foo.ko\"}]")),
		MANIFEST(PACKAGE("\"modules\": [{\"name\": \"\", \"path\": \"foo.ko\"}]")),
		MANIFEST(PACKAGE("\"firmware\": [\"/etc/passwd\"]")),
		MANIFEST(PACKAGE("\"hints\": [{}]")),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_manifest struct manifest found = { 0 };
		auto_error struct error error = { 0 };

		scratch_write(&scratch, "manifest.json", rows[i]);
		if (manifest_read(scratch.fd, "stage", &found, &error) != -EBADMSG)
			fail_msg("taken: %s", rows[i]);
	}
}

static void a_manifest_tells_what_was_unpacked(void **state)
{
	auto_manifest struct manifest found = { 0 };
	const struct manifest_module *module;

	(void)state;
	scratch_write(
		&scratch, "manifest.json",
		MANIFEST("{\"nevra\": \"bar-1-1.x86_64\", \"verdict\": \"rejected\"}, " PACKAGE(
			"\"modules\": [{\"name\": \"foo\", \"path\": \"up/foo.ko.xz\", "
			"\"build_id\": \"ab\", \"compression\": \"xz\"}], "
			"\"firmware\": [\"foo/fw.bin\"], "
			"\"hints\": [{\"pattern\": \"pci:v1*\"}]")));
	assert_int_equal(manifest_read(scratch.fd, "stage", &found, NULL), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.release, RELEASE);
	module = manifest_find(&found.packages[0], "foo");
	assert_non_null(module);
	assert_string_equal(module->build_id, "ab");
	assert_null(module->srcversion);
	assert_true(manifest_fits(&found.packages[0], "pci:v12"));
	assert_false(manifest_fits(&found.packages[0], "usb:v12"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_next_run_finds_what_it_goes_by), TEST(another_boot_or_kernel_has_no_state),
		TEST(a_damaged_state_is_an_error),        TEST(a_manifest_names_what_is_safe_only),
		TEST(a_manifest_tells_what_was_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
