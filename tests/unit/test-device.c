/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hardware/device.h"

static const struct device_origin here = { .file = "a list", .line = 7 };

static void add(struct device_list *list, const char *path, const char *modalias,
		const char *driver)
{
	struct device *device = device_list_add(list);

	assert_non_null(device);
	device->path = path ? strdup(path) : NULL;
	device->driver = driver ? strdup(driver) : NULL;
	device->driver_known = driver != NULL;
	if (modalias)
		assert_int_equal(
			device_list_add_modalias(list, device, modalias, strlen(modalias), &here),
			1);
}

/* The whole list as one line of text. Owned. */
static char *spell(const struct device_list *list)
{
	auto_file FILE *out = NULL;
	char *text = NULL;
	size_t size = 0;

	out = open_memstream(&text, &size);
	assert_non_null(out);
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->items[i];

		fprintf(out, "%s%s[%s]", i ? " " : "", device->path ? device->path : "-",
			device->driver_known ? device->driver ? device->driver : "none" : "?");
		for (size_t k = 0; k < device->modaliases.count; k++)
			fprintf(out, "%s%s", k ? "+" : "", device->modaliases.items[k]);
	}
	fclose(take(out));
	return text;
}

static void finish_sorts_drops_the_aliasless_and_fills_the_bus(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_free char *text = NULL;

	(void)state;
	add(&list, "/devices/b", "usb:v2", NULL);
	add(&list, "/devices/c", NULL, "hub");
	add(&list, "/devices/a", "pci:v1", "nvme");
	add(&list, NULL, "acpi:X:", NULL);
	assert_int_equal(device_list_finish(&list), 0);
	text = spell(&list);
	assert_string_equal(text, "-[?]acpi:X: /devices/a[nvme]pci:v1 /devices/b[?]usb:v2");
	assert_string_equal(list.items[1].bus, "pci");
}

static void an_empty_list_is_finished_at_once(void **state)
{
	auto_device_list struct device_list list = { 0 };

	(void)state;
	assert_int_equal(device_list_finish(&list), 0);
	add(&list, "/devices/c", NULL, NULL);
	assert_int_equal(device_list_finish(&list), 0);
	assert_int_equal(list.count, 0);
}

static void the_aliases_of_a_device_are_sorted_and_unique(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_free char *text = NULL;

	(void)state;
	add(&list, "/devices/a", "of:x", NULL);
	assert_int_equal(device_list_add_modalias(&list, &list.items[0], "acpi:y", 6, &here), 1);
	assert_int_equal(device_list_add_modalias(&list, &list.items[0], "of:x", 4, &here), 1);
	assert_int_equal(device_list_finish(&list), 0);
	text = spell(&list);
	assert_string_equal(text, "/devices/a[?]acpi:y+of:x");
	assert_string_equal(list.items[0].bus, "acpi");
}

static void a_link_joins_the_device_that_it_leads_to(void **state)
{
	static const struct {
		const char *label, *path, *modalias, *expected;
	} rows[] = {
		{ "the same", "/devices/pci0000:00/0000:00:1f.2", "pci:v1",
		  "/devices/pci0000:00/0000:00:1f.2[ahci]pci:v1" },
		{ "another alias", "/devices/pci0000:00/0000:00:1f.2", "of:x",
		  "/bus/pci/devices/0000:00:1f.2[?]pci:v1 "
		  "/devices/pci0000:00/0000:00:1f.2[ahci]of:x" },
		{ "another name", "/devices/pci0000:00/0000:00:1f.3", "pci:v1",
		  "/bus/pci/devices/0000:00:1f.2[?]pci:v1 "
		  "/devices/pci0000:00/0000:00:1f.3[ahci]pci:v1" },
		{ "no path", NULL, "pci:v1",
		  "-[ahci]pci:v1 /bus/pci/devices/0000:00:1f.2[?]pci:v1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_device_list struct device_list list = { 0 };
		auto_free char *text = NULL;

		add(&list, "/bus/pci/devices/0000:00:1f.2", "pci:v1", NULL);
		add(&list, rows[i].path, rows[i].modalias, "ahci");
		assert_int_equal(device_list_finish(&list), 0);
		text = spell(&list);
		if (strcmp(text, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].label, text);
	}
}

static void fill_part(struct device_list *list, int part)
{
	if (part == 0) {
		add(list, "/devices/a", "pci:v1", NULL);
		add(list, NULL, "usb:v9", NULL);
		add(list, NULL, "usb:v9", NULL);
	} else if (part == 1) {
		add(list, "/devices/a", "of:v1", "nvme");
		add(list, "/devices/a/b", "pci:v1", NULL);
		add(list, NULL, "usb:v9", NULL);
	} else {
		add(list, "/devices/a", "pci:v1", "aardvark");
		add(list, NULL, "usb:v8", NULL);
	}
}

static void a_union_does_not_depend_on_the_order_of_its_parts(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 } };
	static const char expected[] = "-[?]usb:v8 -[?]usb:v9 /devices/a[aardvark]of:v1+pci:v1 "
				       "/devices/a/b[?]pci:v1";

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		auto_device_list struct device_list all = { 0 };
		auto_free char *text = NULL;

		for (size_t k = 0; k < 3; k++) {
			auto_device_list struct device_list part = { 0 };

			fill_part(&part, orders[i][k]);
			assert_int_equal(device_list_merge(&all, &part), 0);
			assert_int_equal(part.count, 0);
		}
		text = spell(&all);
		if (strcmp(text, expected) != 0)
			fail_msg("order %zu: %s", i, text);
	}
}

static void a_known_driver_wins_over_an_unknown_one(void **state)
{
	auto_device_list struct device_list all = { 0 }, part = { 0 };
	auto_free char *text = NULL;

	(void)state;
	add(&all, "/devices/a", "pci:v1", NULL);
	add(&part, "/devices/a", "pci:v1", "nvme");
	assert_int_equal(device_list_merge(&all, &part), 0);
	text = spell(&all);
	assert_string_equal(text, "/devices/a[nvme]pci:v1");
}

static void two_architectures_are_said_and_the_first_stays(void **state)
{
	auto_device_list struct device_list all = { 0 }, part = { 0 }, same = { 0 };

	(void)state;
	part.arch = strdup("x86_64");
	assert_int_equal(device_list_merge(&all, &part), 0);
	assert_string_equal(all.arch, "x86_64");
	same.arch = strdup("x86_64");
	assert_int_equal(device_list_merge(&all, &same), 0);
	assert_int_equal(all.diagnostics.count, 0);
	part.arch = strdup("s390x");
	assert_int_equal(device_list_merge(&all, &part), 0);
	assert_string_equal(all.arch, "x86_64");
	assert_int_equal(all.diagnostics.count, 1);
	assert_string_equal(all.diagnostics.items[0].id, "mixed-arch");
}

static void a_malformed_alias_is_a_diagnostic_that_names_file_and_line(void **state)
{
	auto_device_list struct device_list list = { 0 };
	struct device *device = device_list_add(&list);

	(void)state;
	assert_int_equal(device_list_add_modalias(&list, device, "rubbish", 7, &here), 0);
	assert_int_equal(device->modaliases.count, 0);
	assert_int_equal(list.diagnostics.count, 1);
	assert_string_equal(list.diagnostics.items[0].id, "malformed-modalias");
	assert_string_equal(list.diagnostics.items[0].culprit, "rubbish");
	assert_non_null(strstr(list.diagnostics.items[0].text, "line 7 of 'a list'"));
}

static void a_flood_of_malformed_lines_is_cut_and_that_is_said(void **state)
{
	auto_device_list struct device_list list = { 0 };
	struct device *device = device_list_add(&list);

	(void)state;
	for (size_t i = 0; i < DEVICE_DIAGNOSTICS_MAX * 3; i++)
		assert_int_equal(device_list_add_modalias(&list, device, "x", 1, &here), 0);
	assert_int_equal(list.diagnostics.count, DEVICE_DIAGNOSTICS_MAX + 1);
	assert_string_equal(list.diagnostics.items[DEVICE_DIAGNOSTICS_MAX].id, "more-malformed");
}

static void a_device_is_found_by_its_path(void **state)
{
	auto_device_list struct device_list list = { 0 };

	(void)state;
	add(&list, NULL, "usb:v1", NULL);
	add(&list, "/devices/a", "usb:v2", NULL);
	assert_ptr_equal(device_list_find(&list, "/devices/a"), &list.items[1]);
	assert_null(device_list_find(&list, "/devices"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finish_sorts_drops_the_aliasless_and_fills_the_bus),
		cmocka_unit_test(an_empty_list_is_finished_at_once),
		cmocka_unit_test(the_aliases_of_a_device_are_sorted_and_unique),
		cmocka_unit_test(a_link_joins_the_device_that_it_leads_to),
		cmocka_unit_test(a_union_does_not_depend_on_the_order_of_its_parts),
		cmocka_unit_test(a_known_driver_wins_over_an_unknown_one),
		cmocka_unit_test(two_architectures_are_said_and_the_first_stays),
		cmocka_unit_test(a_malformed_alias_is_a_diagnostic_that_names_file_and_line),
		cmocka_unit_test(a_flood_of_malformed_lines_is_cut_and_that_is_said),
		cmocka_unit_test(a_device_is_found_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
