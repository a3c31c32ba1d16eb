/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "hardware/hardware.h"
#include "hardware/lines.h"
#include "hardware/modalias.h"
#include "hardware/snapshot.h"

static const char machines[] = "hwdata-fixtures/machines";

static const char *data_folder(void)
{
	const char *folder = getenv("KMP_DATA");

	return folder ? folder : "../shared/data";
}

/* The sorted names in FOLDER that end in SUFFIX. */
static void list_folder(const char *folder, const char *suffix, struct strings *ret)
{
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_strings struct strings names = { 0 };

	if (fd < 0)
		return;
	assert_int_equal(dir_names(fd, &names), 0);
	for (size_t i = 0; i < names.count; i++)
		if (text_ends(names.items[i], suffix))
			assert_int_equal(strings_add(ret, names.items[i]), 0);
}

/*
 * The path of FOLDER of the real data, or an end of the test. Called before anything is owned: a
 * skipped test never comes back to release it.
 */
static const char *data_or_skip(const char *folder)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", data_folder(), folder);
	if (access(path, R_OK) < 0) {
		print_message("no real data: %s is not there\n", path);
		skip();
	}
	return path;
}

static int read_sources(const char *first, const char *second, struct device_list *ret,
			struct error *error)
{
	auto_strings struct strings sources = { 0 };

	assert_int_equal(strings_add(&sources, first), 0);
	if (second)
		assert_int_equal(strings_add(&sources, second), 0);
	return hardware_read(&sources, ret, error);
}

static void read_well(const char *source, struct device_list *ret)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;

	if (read_sources(source, NULL, ret, &error) == 0)
		return;
	sentence = error_sentence(&error);
	fail_msg("%s", sentence);
}

static void read_file(const char *path, struct bytes *ret)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || file_read_fd(fd, 1 << 26, ret) < 0)
		fail_msg("%s: %s", path, strerror(errno));
}

/* "path TAB modalias TAB driver" of each device and alias, sorted. */
static void spell_rows(const struct device_list *list, struct strings *ret)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->items[i];
		const char *driver = device->driver ? device->driver : "-";

		for (size_t k = 0; k < device->modaliases.count; k++)
			assert_int_equal(strings_addf(ret, "%s\t%s\t%s",
						      device->path ? device->path : "-",
						      device->modaliases.items[k],
						      device->driver_known ? driver : "?"),
					 0);
	}
	strings_sort_unique(ret);
}

static void read_rows(const char *path, struct strings *ret)
{
	auto_bytes struct bytes text = { 0 };
	struct lines lines;

	read_file(path, &text);
	lines = lines_of(text.data, text.size);
	while (lines_next(&lines))
		if (lines.length > 0 && lines.text[0] != '#')
			assert_int_equal(strings_add_length(ret, lines.text, lines.length), 0);
	strings_sort_unique(ret);
}

static void compare_rows(const char *label, const struct strings *got, const struct strings *wanted)
{
	for (size_t i = 0; i < got->count; i++)
		if (!strings_contain_sorted(wanted, got->items[i]))
			fail_msg("%s: not expected: %s", label, got->items[i]);
	for (size_t i = 0; i < wanted->count; i++)
		if (!strings_contain_sorted(got, wanted->items[i]))
			fail_msg("%s: missing: %s", label, wanted->items[i]);
}

/* The one entry of a machine's folder that begins with "hardware.". Owned. */
static char *hardware_of(const char *machine)
{
	auto_free char *folder = text_format("%s/%s", machines, machine);
	auto_strings struct strings names = { 0 };
	char *found = NULL;

	list_folder(folder, "", &names);
	for (size_t i = 0; i < names.count; i++)
		if (text_starts(names.items[i], "hardware.")) {
			assert_null(found);
			found = text_format("%s/%s", folder, names.items[i]);
		}
	if (!found)
		fail_msg("%s has no hardware.*", folder);
	return found;
}

static void each_machine_has_the_devices_that_are_expected(void **state)
{
	auto_strings struct strings names = { 0 };

	(void)state;
	list_folder(machines, "", &names);
	assert_true(names.count >= 6);
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *source = hardware_of(names.items[i]);
		auto_free char *expected =
			text_format("%s/%s/devices.expected", machines, names.items[i]);
		auto_device_list struct device_list list = { 0 };
		auto_strings struct strings got = { 0 }, wanted = { 0 };

		read_well(source, &list);
		spell_rows(&list, &got);
		read_rows(expected, &wanted);
		compare_rows(names.items[i], &got, &wanted);
		assert_int_equal(list.diagnostics.count, 0);
	}
}

static void a_snapshot_says_its_architecture(void **state)
{
	auto_free char *source = hardware_of("ibm-z15-lpar-dasd-fcp");
	auto_device_list struct device_list list = { 0 };

	(void)state;
	read_well(source, &list);
	assert_string_equal(list.arch, "s390x");
}

static void several_sources_make_a_union(void **state)
{
	auto_free char *first = hardware_of("hp-z8-g4-nvidia");
	auto_free char *second = hardware_of("smsc-usb-only-board");
	auto_device_list struct device_list one = { 0 }, two = { 0 }, both = { 0 };
	auto_strings struct strings got = { 0 }, wanted = { 0 };
	auto_error struct error error = { 0 };

	(void)state;
	read_well(first, &one);
	read_well(second, &two);
	spell_rows(&one, &wanted);
	spell_rows(&two, &wanted);
	assert_int_equal(read_sources(first, second, &both, &error), 0);
	spell_rows(&both, &got);
	compare_rows("union", &got, &wanted);
	assert_int_equal(both.count, one.count + two.count);
}

static void this_machine_has_every_alias_of_its_sysfs(void **state)
{
	auto_device_list struct device_list here = { 0 }, tree = { 0 };
	auto_strings struct strings none = { 0 }, got = { 0 };
	auto_error struct error error = { 0 };
	struct utsname machine;

	(void)state;
	if (access("/sys/devices", R_OK) < 0) {
		print_message("no sysfs here\n");
		skip();
	}
	assert_int_equal(read_sources("/sys", NULL, &tree, &error), 0);
	assert_int_equal(hardware_read(&none, &here, &error), 0);
	for (size_t i = 0; i < here.count; i++)
		for (size_t k = 0; k < here.items[i].modaliases.count; k++)
			strings_add(&got, here.items[i].modaliases.items[k]);
	strings_sort_unique(&got);
	for (size_t i = 0; i < tree.count; i++)
		for (size_t k = 0; k < tree.items[i].modaliases.count; k++)
			if (!strings_contain_sorted(&got, tree.items[i].modaliases.items[k]))
				fail_msg("missing: %s", tree.items[i].modaliases.items[k]);
	assert_int_equal(uname(&machine), 0);
	assert_string_equal(here.arch, machine.machine);
}

static void what_cannot_be_read_is_an_error_that_names_it(void **state)
{
	static const struct {
		const char *source, *why;
		int r;
	} rows[] = {
		{ "/nonexistent/list", "No such file", -ENOENT },
		{ "hwdata-fixtures/machines/smsc-usb-only-board", "holds no 'modalias'", -ENOENT },
		{ "COPYING", "no line of it is a modalias", -EBADMSG },
		{ "/proc/self/exe", "no text", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_device_list struct device_list list = { 0 };
		auto_error struct error error = { 0 };
		int r = read_sources(rows[i].source, NULL, &list, &error);

		if (r != rows[i].r || !text_equal(error.on, rows[i].source) ||
		    !strstr(error.why, rows[i].why) || !error.hint || list.items)
			fail_msg("%s: %d, %s", rows[i].source, r, error.why ? error.why : "?");
	}
}

static void real_plain_lists_are_read_whole(void **state)
{
	const char *folder = data_or_skip("hardware");
	auto_strings struct strings names = { 0 };

	(void)state;
	list_folder(folder, ".modalias", &names);
	assert_true(names.count >= 100);
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);
		auto_device_list struct device_list list = { 0 };
		auto_strings struct strings wanted = { 0 };

		read_well(path, &list);
		read_rows(path, &wanted);
		if (list.diagnostics.count > 0)
			fail_msg("%s: %s", names.items[i], list.diagnostics.items[0].text);
		if (list.count != wanted.count)
			fail_msg("%s: %zu devices of %zu lines", names.items[i], list.count,
				 wanted.count);
	}
}

/* The id in the index of the machine whose export is FILE: "checkbox-" and its name. Owned. */
static char *machine_id(const char *file)
{
	char *id = text_format("checkbox-%.*s", (int)(strlen(file) - strlen(".txt")), file);

	for (char *c = id; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	return id;
}

/* Columns 2 to 4 of the table of bound drivers, as spell_rows() spells them. */
static void read_driver_table(const char *path, struct strings *ret)
{
	auto_strings struct strings rows = { 0 };

	read_rows(path, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		char *rest = rows.items[i];
		const char *columns[4];

		for (size_t k = 0; k < COUNT(columns); k++)
			columns[k] = strsep(&rest, "\t");
		if (columns[3])
			strings_addf(ret, "%s\t%s\t%s", columns[1], columns[2],
				     columns[3][0] ? columns[3] : "-");
	}
	strings_sort_unique(ret);
}

static void all_aliases(const struct device_list *list, struct strings *ret)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < list->items[i].modaliases.count; k++)
			assert_int_equal(strings_add(ret, list->items[i].modaliases.items[k]), 0);
	strings_sort_unique(ret);
}

static void compare_with_list(const char *label, const struct device_list *list, const char *path)
{
	auto_device_list struct device_list plain = { 0 };
	auto_strings struct strings got = { 0 }, wanted = { 0 };

	read_well(path, &plain);
	all_aliases(list, &got);
	all_aliases(&plain, &wanted);
	compare_rows(label, &got, &wanted);
}

/* Its rows have the aliases as the kernel printed them, so spell those like the reader does. */
static void normalise_rows(struct strings *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		char *alias = strchr(rows->items[i], '\t') + 1;
		size_t length = strcspn(alias, "\t");
		auto_free char *normal = NULL;

		assert_int_equal(modalias_parse(alias, length, &normal), 0);
		memcpy(alias, normal, length);
	}
	strings_sort_unique(rows);
}

static void compare_with_drivers(const char *label, const struct device_list *list,
				 const char *path)
{
	auto_strings struct strings got = { 0 }, wanted = { 0 };

	spell_rows(list, &got);
	read_driver_table(path, &wanted);
	normalise_rows(&wanted);
	for (size_t i = 0; i < wanted.count; i++)
		if (!strings_contain_sorted(&got, wanted.items[i]))
			fail_msg("%s: missing: %s", label, wanted.items[i]);
}

static void real_exports_have_the_aliases_and_drivers_known_of_them(void **state)
{
	const char *folder = data_or_skip("udevadm");
	auto_strings struct strings names = { 0 };
	size_t compared = 0;

	(void)state;
	list_folder(folder, ".txt", &names);
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);
		auto_free char *id = machine_id(names.items[i]);
		auto_free char *plain = text_format("%s/hardware/%s.modalias", data_folder(), id);
		auto_free char *drivers =
			text_format("%s/hardware-extra/%s.tsv", data_folder(), id);
		auto_device_list struct device_list list = { 0 };

		read_well(path, &list);
		assert_true(list.count > 20);
		/* Two exports are of machines that the lists do not have. */
		if (access(plain, R_OK) < 0)
			continue;
		compare_with_list(names.items[i], &list, plain);
		compare_with_drivers(names.items[i], &list, drivers);
		compared++;
	}
	assert_true(compared >= 7);
}

static void real_recordings_have_every_alias_written_in_them(void **state)
{
	const char *folder = data_or_skip("umockdev");
	auto_strings struct strings names = { 0 };
	size_t aliases = 0;

	(void)state;
	list_folder(folder, ".umockdev", &names);
	assert_true(names.count > 0);
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);
		auto_device_list struct device_list list = { 0 };
		auto_bytes struct bytes text = { 0 };
		auto_strings struct strings got = { 0 };
		struct lines lines;

		read_well(path, &list);
		all_aliases(&list, &got);
		aliases += got.count;
		read_file(path, &text);
		lines = lines_of(text.data, text.size);
		while (lines_next(&lines)) {
			static const char tag[] = "E: MODALIAS=";
			auto_free char *line = strndup(lines.text, lines.length);

			if (text_starts(line, tag) &&
			    !strings_contain_sorted(&got, line + sizeof(tag) - 1))
				fail_msg("%s: missing: %s", names.items[i], line);
		}
		if (list.diagnostics.count > 0)
			fail_msg("%s: %s", names.items[i], list.diagnostics.items[0].text);
	}
	assert_true(aliases > 30);
}

/* Cut TEXT to lengths some STEP bytes apart: read or refused, never worse. */
static void cut_everywhere(const char *label, const struct bytes *text, size_t step)
{
	for (size_t size = 0; size < text->size; size += step) {
		auto_device_list struct device_list list = { 0 };
		auto_error struct error error = { 0 };
		auto_bytes struct bytes part = { .data = malloc(size + 1), .size = size };
		int r;

		assert_non_null(part.data);
		memcpy(part.data, text->data, size);
		part.data[size] = '\0';
		r = snapshot_read(&part, label, &list, &error);
		if (r != 0 && (r != -EBADMSG || !error.why))
			fail_msg("%s cut to %zu bytes: %d", label, size, r);
		assert_int_equal(device_list_finish(&list), 0);
	}
}

static void cuts_of_real_samples_are_read_or_refused(void **state)
{
	static const char *const samples[] = {
		"udevadm/VM_WITH_FLOPPY.txt",
		"umockdev/umockdev-fido2.umockdev",
		"hardware/checkbox-ibm-s390x-dasd.modalias",
	};

	(void)state;
	data_or_skip("udevadm");
	for (size_t i = 0; i < COUNT(samples); i++) {
		auto_free char *path = text_format("%s/%s", data_folder(), samples[i]);
		auto_bytes struct bytes text = { 0 };

		read_file(path, &text);
		cut_everywhere(samples[i], &text, 1 + text.size / 97);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_machine_has_the_devices_that_are_expected),
		cmocka_unit_test(a_snapshot_says_its_architecture),
		cmocka_unit_test(several_sources_make_a_union),
		cmocka_unit_test(this_machine_has_every_alias_of_its_sysfs),
		cmocka_unit_test(what_cannot_be_read_is_an_error_that_names_it),
		cmocka_unit_test(real_plain_lists_are_read_whole),
		cmocka_unit_test(real_exports_have_the_aliases_and_drivers_known_of_them),
		cmocka_unit_test(real_recordings_have_every_alias_written_in_them),
		cmocka_unit_test(cuts_of_real_samples_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
