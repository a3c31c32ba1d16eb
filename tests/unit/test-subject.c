/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "repo-fixture.h"
#include "select/subject.h"

#define SLOT   "/devices/pci0000:00/0000:00:1c.0/0000:3b:00.0"
#define CARD   "pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00"
#define BRIDGE "pci:v00008086d0000A110sv00000000sd00000000bc06sc04i00"
#define DONGLE "usb:v1234pABCDd0100dc00dsc00dp00icFFiscFFip00in00"

static void release_subject(struct subject *subject)
{
	subject_done(subject);
}
#define auto_subject AUTO(release_subject)

static void add_device(struct device_list *devices, const char *path, const char *modalias)
{
	struct device *device = device_list_add(devices);

	assert_non_null(device);
	device->path = path ? strdup(path) : NULL;
	assert_int_equal(strings_add(&device->modaliases, modalias), 0);
}

/* Bridge, card behind it, both interfaces of a dongle, one that only a list knows. */
static void make_devices(struct device_list *devices)
{
	*devices = (struct device_list){ 0 };
	add_device(devices, "/devices/pci0000:00/0000:00:1c.0", BRIDGE);
	add_device(devices, SLOT, CARD);
	add_device(devices, "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0", DONGLE);
	add_device(devices, "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.1", DONGLE);
	add_device(devices, NULL, "acpi:PNP0501:");
	assert_int_equal(device_list_finish(devices), 0);
}

static void a_device_is_told_by_the_way_it_is_written(void **state)
{
	static const struct {
		const char *text, *kind;
		size_t count;
	} cases[] = {
		{ SLOT, "path", 1 },
		{ "/sys" SLOT, "path", 1 },
		{ "/sys" SLOT "/net/eth0", "path", 1 },
		{ "/sys/devices/pci0000:00/0000:00:1c.0", "path", 1 },
		{ "/sys/bus/pci/devices/0000:3b:00.0", "path", 1 },
		{ "3b:00.0", "pci-slot", 1 },
		{ "0000:3B:00.0", "pci-slot", 1 },
		{ "3b:00", "pci-slot", 1 },
		{ "1-4", "usb-port", 2 },
		{ "1-4:1.1", "usb-port", 1 },
		{ "8086:10d3", "id", 1 },
		{ "1234:abcd", "id", 2 },
		{ CARD, "modalias", 1 },
		{ "pci:v00008086d*", "modalias", 2 },
		{ "acpi:PNP0501:", "modalias", 1 },
		{ "acpi:PNP0502:", "made-up", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_device_list struct device_list devices;
		auto_subject struct subject subject = { 0 };

		make_devices(&devices);
		assert_int_equal(subject_find_device(cases[i].text, &devices, &subject, NULL), 0);
		if (!subject.found || subject.device_count != cases[i].count ||
		    strcmp(subject_kind_id(subject.kind), cases[i].kind) != 0)
			fail_msg("%s: %s, %zu devices", cases[i].text,
				 subject_kind_id(subject.kind), subject.device_count);
	}
}

static void what_only_a_device_can_be_is_refused_if_none_is(void **state)
{
	static const char *const texts[] = {
		"3b:00.1",   "0001:3b:00.0",      "1-5",    "1-4:2.0",
		"8086:ffff", "/sys/devices/none", "scsi:*",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_device_list struct device_list devices;
		auto_subject struct subject subject = { 0 };
		auto_error struct error error = { 0 };

		make_devices(&devices);
		if (subject_find_device(texts[i], &devices, &subject, &error) != -ENOENT ||
		    !error.why)
			fail_msg("%s is not refused", texts[i]);
	}
}

static void what_no_device_is_may_be_a_package(void **state)
{
	static const char *const texts[] = {
		"foo-kmp-default", "foo*", "e1000e", "foo-kmp-default-1:2.0-1.x86_64", "5e:0", "",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_device_list struct device_list devices;
		auto_subject struct subject subject = { 0 };

		make_devices(&devices);
		assert_int_equal(subject_find_device(texts[i], &devices, &subject, NULL), 0);
		if (subject.found || devices.count != 5)
			fail_msg("'%s' is taken for a device", texts[i]);
	}
}

static void a_made_up_device_joins_the_machine(void **state)
{
	auto_device_list struct device_list devices;
	auto_subject struct subject subject = { 0 };

	(void)state;
	make_devices(&devices);
	assert_int_equal(subject_find_device("acpi:AAAA0000:", &devices, &subject, NULL), 0);
	assert_int_equal(devices.count, 6);
	assert_string_equal(devices.items[subject.devices[0]].modaliases.items[0],
			    "acpi:AAAA0000:");
	assert_string_equal(devices.items[subject.devices[0]].bus, "acpi");
}

static const char repository[] = "package foo-kmp-default-1.0-1.x86_64\n"
				 "provides kmod(e1000e.ko)\n"
				 "package foo-kmp-default-1:2.0-1.x86_64\n"
				 "provides kmod(e1000e)\n"
				 "package bar-kmp-default-1.0-1.x86_64\n"
				 "provides kmod(snd-hda.ko)\n"
				 "package tool-1.0-1.x86_64\n";

static void packages_and_modules_are_found_by_name(void **state)
{
	static const struct {
		const char *text, *kind;
		size_t count;
		const char *hint;
	} cases[] = {
		{ "foo-kmp-default", "package", 2, NULL },
		{ "*-kmp-*", "package", 3, NULL },
		{ "tool", "package", 1, NULL },
		{ "foo-kmp-default-1.0-1.x86_64", "package", 1, NULL },
		{ "foo-kmp-default-1:2.0-1.x86_64", "package", 1, NULL },
		{ "foo-kmp-default-2.0-1.x86_64", NULL, 0, NULL },
		{ "e1000e", "module", 2, NULL },
		{ "snd_hda", "module", 1, NULL },
		{ "snd-hda.ko.xz", "module", 1, NULL },
		{ "fat", "module", 0, NULL },
		{ "fo-kmp-defualt", NULL, 0, "did you mean foo-kmp-default" },
		{ "r-kmp", NULL, 0, "did you mean bar-kmp-default" },
		{ "zzzzzzzzzz", NULL, 0, NULL },
		{ "", NULL, 0, NULL },
	};
	struct source source = { 0 };
	auto_kernel struct kernel kernel = { .tree_known = true };
	auto_catalog struct catalog *catalog = NULL;
	auto_device_list struct device_list devices;
	struct scratch scratch;
	static const struct interest everything = { 0 };
	auto_free char *path = NULL;

	(void)state;
	make_devices(&devices);
	scratch_make(&scratch);
	repo_write(&scratch, "repo", repository);
	path = scratch_path(&scratch, "repo");
	assert_int_equal(strings_add(&kernel.tree_modules, "fat"), 0);
	assert_int_equal(catalog_new(&catalog), 0);
	assert_int_equal(source_open(path, 0, NULL, &source), 0);
	assert_int_equal(catalog_add_sources(catalog, &source, 0, 1, &everything, NULL), 0);
	assert_false(source.failed);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_subject struct subject subject = { 0 };
		auto_error struct error error = { 0 };
		int r = subject_find_device(cases[i].text, &devices, &subject, NULL);

		if (r == 0)
			r = subject_find_package(&subject, catalog, &kernel, &error);
		if (r != (cases[i].kind ? 0 : -ENOENT) ||
		    (r == 0 && strcmp(subject_kind_id(subject.kind), cases[i].kind) != 0) ||
		    (r == 0 && subject.packages.count != cases[i].count) ||
		    (cases[i].hint && !strstr(error.hint, cases[i].hint)))
			fail_msg("'%s': %d, %s, %zu packages, %s", cases[i].text, r,
				 subject_kind_id(subject.kind), subject.packages.count,
				 error.hint ? error.hint : "no hint");
	}
	source_done(&source);
	scratch_remove(&scratch);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_told_by_the_way_it_is_written),
		cmocka_unit_test(what_only_a_device_can_be_is_refused_if_none_is),
		cmocka_unit_test(what_no_device_is_may_be_a_package),
		cmocka_unit_test(a_made_up_device_joins_the_machine),
		cmocka_unit_test(packages_and_modules_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
