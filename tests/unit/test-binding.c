/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "deliver/binding.h"
#include "scratch.h"

#define DEVICE "/devices/pci0000:00/0000:00:03.0"
#define NOTES  "sys/module/foo/notes/.note.gnu.build-id"
#define NOTE   "\x04\0\0\0\x03\0\0\0\x03\0\0\0GNU\0\xab\xcd\xef"

static struct scratch scratch;

static int setup(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "sys" DEVICE "/modalias", "pci:v1\n");
	scratch_folder(&scratch, "sys/bus/pci/drivers/foo_pci");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void bind(const char *module)
{
	scratch_link(&scratch, "sys" DEVICE "/driver", "../../../bus/pci/drivers/foo_pci");
	scratch_link(&scratch, "sys/bus/pci/drivers/foo_pci/0000:00:03.0", "../../../.." DEVICE);
	if (!module)
		return;
	scratch_write(&scratch, "sys/module/foo/initstate", "live\n");
	scratch_link(&scratch, "sys/bus/pci/drivers/foo_pci/module", "../../../../module/foo");
	scratch_link(&scratch, "sys/module/foo/drivers/pci:foo_pci",
		     "../../../bus/pci/drivers/foo_pci");
}

static void the_driver_of_a_device_and_its_module_are_found(void **state)
{
	auto_binding struct binding none = { 0 };
	auto_binding struct binding bound = { 0 };

	(void)state;
	assert_int_equal(binding_find(scratch.fd, DEVICE, &none), 0);
	assert_null(none.driver);
	bind("foo");
	assert_int_equal(binding_find(scratch.fd, DEVICE, &bound), 0);
	assert_string_equal(bound.driver, "foo_pci");
	assert_string_equal(bound.module, "foo");
}

static void a_driver_that_is_built_in_has_no_module(void **state)
{
	auto_binding struct binding bound = { 0 };

	(void)state;
	bind(NULL);
	assert_int_equal(binding_find(scratch.fd, DEVICE, &bound), 0);
	assert_string_equal(bound.driver, "foo_pci");
	assert_null(bound.module);
}

static void devices_and_drivers_of_a_module_are_listed(void **state)
{
	auto_strings struct strings devices = { 0 };
	auto_strings struct strings others = { 0 };
	auto_strings struct strings drivers = { 0 };

	(void)state;
	bind("foo");
	assert_int_equal(binding_devices(scratch.fd, "foo", NULL, &devices), 0);
	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0], DEVICE);
	assert_int_equal(binding_devices(scratch.fd, "foo", "usb", &others), 0);
	assert_int_equal(others.count, 0);
	assert_int_equal(binding_drivers(scratch.fd, "foo", "pci", &drivers), 0);
	assert_int_equal(drivers.count, 1);
	assert_string_equal(drivers.items[0], "foo_pci");
}

static void a_loaded_module_is_held_against_the_staged_one(void **state)
{
	static const struct {
		const char *label;
		const char *note; /* of three bytes of build id, or NULL */
		size_t note_size;
		const char *srcversion, *version; /* of the loaded one, or NULL */
		const char *staged[3]; /* build id, srcversion, version */
		enum identity wanted;
	} rows[] = {
		{ "build id",
		  NOTE,
		  sizeof(NOTE) - 1,
		  "A",
		  "1",
		  { "abcdef", NULL, NULL },
		  IDENTITY_BUILD_ID },
		{ "other build id, same version",
		  NOTE,
		  sizeof(NOTE) - 1,
		  NULL,
		  "1",
		  { "abcd00", NULL, "1" },
		  IDENTITY_OTHER },
		{ "note that is cut",
		  NOTE,
		  sizeof(NOTE) - 2,
		  "A",
		  NULL,
		  { "abcdef", "A", NULL },
		  IDENTITY_SRCVERSION },
		{ "name longer than the note",
		  "\xff\xff\xff\xff\1\0\0\0\3\0\0\0GNU",
		  16,
		  NULL,
		  "1",
		  { "abcdef", NULL, "1" },
		  IDENTITY_VERSION },
		{ "srcversion", NULL, 0, "A", "2", { NULL, "A", "1" }, IDENTITY_SRCVERSION },
		{ "other srcversion", NULL, 0, "A", "1", { NULL, "B", "1" }, IDENTITY_OTHER },
		{ "version", NULL, 0, NULL, "1", { NULL, NULL, "1" }, IDENTITY_VERSION },
		{ "nothing in common",
		  NULL,
		  0,
		  "A",
		  NULL,
		  { NULL, NULL, "1" },
		  IDENTITY_UNVERIFIED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct manifest_module staged = { 0 };
		enum identity found;

		scratch_folder(&scratch, "sys");
		assert_int_equal(file_remove_tree(scratch.fd, "sys/module"), 0);
		assert_int_equal(text_copy("foo", &staged.name), 0);
		assert_int_equal(text_copy(rows[i].staged[0], &staged.build_id), 0);
		assert_int_equal(text_copy(rows[i].staged[1], &staged.srcversion), 0);
		assert_int_equal(text_copy(rows[i].staged[2], &staged.version), 0);
		assert_int_equal(binding_identify(scratch.fd, &staged), IDENTITY_ABSENT);
		scratch_write(&scratch, "sys/module/foo/initstate", "live\n");
		if (rows[i].note)
			scratch_write_bytes(&scratch, NOTES, rows[i].note, rows[i].note_size);
		if (rows[i].srcversion)
			scratch_write(&scratch, "sys/module/foo/srcversion", rows[i].srcversion);
		if (rows[i].version)
			scratch_write(&scratch, "sys/module/foo/version", rows[i].version);
		found = binding_identify(scratch.fd, &staged);
		free(staged.name);
		free(staged.build_id);
		free(staged.srcversion);
		free(staged.version);
		if (found != rows[i].wanted)
			fail_msg("%s: %s", rows[i].label, identity_id(found));
	}
}

static void a_module_that_still_starts_is_not_loaded(void **state)
{
	(void)state;
	scratch_write(&scratch, "sys/module/foo/initstate", "coming\n");
	assert_false(binding_is_loaded(scratch.fd, "foo"));
	scratch_write(&scratch, "sys/module/foo/initstate", "live\n");
	assert_true(binding_is_loaded(scratch.fd, "foo"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_driver_of_a_device_and_its_module_are_found),
		TEST(a_driver_that_is_built_in_has_no_module),
		TEST(devices_and_drivers_of_a_module_are_listed),
		TEST(a_loaded_module_is_held_against_the_staged_one),
		TEST(a_module_that_still_starts_is_not_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
