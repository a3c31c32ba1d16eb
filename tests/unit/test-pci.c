/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "hardware/lines.h"
#include "hardware/lspci.h"
#include "hardware/pci.h"
#include "scratch.h"

/* "slot TAB modalias TAB driver" of each device, sorted. */
static void spell_rows(struct device_list *list, struct strings *ret)
{
	assert_int_equal(device_list_finish(list), 0);
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->items[i];
		const char *driver = device->driver ? device->driver : "-";

		assert_int_equal(device->modaliases.count, 1);
		assert_int_equal(strings_addf(ret, "%s\t%s\t%s", strrchr(device->path, '/') + 1,
					      device->modaliases.items[0],
					      device->driver_known ? driver : "?"),
				 0);
	}
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

static struct bytes bytes_of(const char *text)
{
	struct bytes bytes = { .data = (uint8_t *)strdup(text), .size = strlen(text) };

	assert_non_null(bytes.data);
	return bytes;
}

/* What the kernel says of the PCI devices here; WITH_DRIVERS false: as if nobody knew those. */
static void rows_of_kernel(bool with_drivers, struct strings *ret)
{
	static const char folder[] = "/sys/bus/pci/devices";
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_strings struct strings slots = { 0 };

	if (fd < 0)
		return;
	assert_int_equal(dir_names(fd, &slots), 0);
	for (size_t i = 0; i < slots.count; i++) {
		auto_free char *file = text_format("%s/%s/modalias", folder, slots.items[i]);
		auto_free char *link = text_format("%s/%s/driver", folder, slots.items[i]);
		auto_bytes struct bytes modalias = { 0 };
		char target[4096] = "/-";

		assert_int_equal(file_read_in_root(root, file, 4096, &modalias), 0);
		if (readlink(link, target, sizeof(target) - 1) < 0)
			strcpy(target, "/-");
		strings_addf(ret, "%s\t%.*s\t%s", slots.items[i], (int)modalias.size - 1,
			     (char *)modalias.data, with_drivers ? strrchr(target, '/') + 1 : "?");
	}
	strings_sort_unique(ret);
}

static void libpci_finds_here_what_the_kernel_says(void **state)
{
	static const struct {
		struct pci_way way;
		const char *needs;
	} rows[] = {
		{ { .method = "linux-sysfs", .drivers = true }, "/sys/bus/pci/devices" },
		{ { .method = "linux-proc" }, "/proc/bus/pci/devices" },
	};
	size_t compared = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_device_list struct device_list list = { 0 };
		auto_strings struct strings got = { 0 }, wanted = { 0 };

		rows_of_kernel(rows[i].way.drivers, &wanted);
		if (wanted.count == 0 || access(rows[i].needs, R_OK) < 0)
			continue;
		assert_int_equal(pci_read_by(&rows[i].way, &list), 1);
		spell_rows(&list, &got);
		compare_rows(rows[i].way.method, &got, &wanted);
		compared++;
	}
	if (compared == 0) {
		print_message("no PCI devices here\n");
		skip();
	}
}

/* libpci would end the program for each of these. */
static void a_way_that_leads_nowhere_finds_nothing(void **state)
{
	static const struct pci_way ways[] = {
		{ .method = "no-such-method" },
		{ .method = "linux-sysfs", .parameters = { { "sysfs.path", "/nonexistent" } } },
		{ .method = "linux-proc", .parameters = { { "proc.path", "/nonexistent" } } },
		{ .method = "linux-proc", .parameters = { { "proc.path", "/proc/self" } } },
		{ .method = "linux-proc", .parameters = { { "no.such", "parameter" } } },
		{ .method = "dump", .parameters = { { "dump.name", "/nonexistent" } } },
		{ .method = "dump", .parameters = { { "dump.name", "/proc/self/exe" } } },
		{ .method = "dump" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		auto_device_list struct device_list list = { 0 };
		int r = pci_read_by(&ways[i], &list);

		if (r != 0 || list.count != 0)
			fail_msg("row %zu, %s: %d", i, ways[i].method, r);
	}
}

/* As an initrd has it before it mounts sysfs. */
static void the_tree_of_proc_is_read(void **state)
{
	static const uint8_t registers[64] = { 0x86, 0x80,          0x29, 0x28, [0x09] = 1, 6,
					       1,    [0x2c] = 0xcf, 0x10, 0x15, 0x14 };
	auto_free char *path = NULL;
	auto_device_list struct device_list list = { 0 };
	auto_strings struct strings got = { 0 }, wanted = { 0 };
	struct scratch scratch;
	struct pci_way way = { .method = "linux-proc" };

	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "devices",
		      "00fa\t80862829\t1b\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\tahci\n");
	scratch_write_bytes(&scratch, "00/1f.2", registers, sizeof(registers));
	path = scratch_path(&scratch, "");
	path[strlen(path) - 1] = '\0';
	way.parameters[0].name = "proc.path";
	way.parameters[0].value = path;
	assert_int_equal(pci_read_by(&way, &list), 1);
	spell_rows(&list, &got);
	strings_add(&wanted,
		    "0000:00:1f.2\tpci:v00008086d00002829sv000010CFsd00001415bc01sc06i01\t?");
	compare_rows("proc", &got, &wanted);
	scratch_remove(&scratch);
}

#define ROW_DISK                                                                                   \
	"00: 86 80 29 28 07 00 b0 02 03 01 06 01 00 00 00 00\n"                                    \
	"10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"                                    \
	"20: 00 00 00 00 00 00 00 00 00 00 00 00 cf 10 15 14\n"
#define ROW_LAST "30: 00 00 00 00 80 00 00 00 00 00 00 00 0b 02 00 00\n"
#define DISK     "pci:v00008086d00002829sv000010CFsd00001415bc01sc06i01"

static const struct {
	const char *label, *text;
	int r;
	size_t diagnostics;
	const char *rows[3];
} dumps[] = {
	{ "a device",
	  "00:1f.2 SATA controller: x\n" ROW_DISK ROW_LAST,
	  0,
	  0,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "line ends of DOS",
	  "00:1f.2 x\r\n00: 86 80 29 28 07 00 b0 02 03 01 06 01 00 00 00 00\r\n",
	  0,
	  1,
	  { "0000:00:1f.2\tpci:v00008086d00002829sv00000000sd00000000bc01sc06i01\t?" } },
	{ "domains of four digits and of more",
	  "0001:02:00.0 x\n" ROW_DISK "\n10000:e1:00.7 x\n" ROW_DISK,
	  0,
	  0,
	  { "0001:02:00.0\t" DISK "\t?", "10000:e1:00.7\t" DISK "\t?" } },
	{ "text of -v between",
	  "# lspci -vxxx\n\n00:1f.2 x\n\tFlags: 00: 11\n\n" ROW_DISK,
	  0,
	  0,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "the rest of a row is rubbish",
	  "00:1f.2 x\n" ROW_DISK "30: 00 zz\n00:1f.3 x\n" ROW_DISK,
	  0,
	  1,
	  { "0000:00:1f.2\t" DISK "\t?", "0000:00:1f.3\t" DISK "\t?" } },
	{ "a row is missing",
	  "00:1f.2 x\n" ROW_DISK "40: 00\n",
	  0,
	  1,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "rows before any device", "00:1f.9 x\n", -EBADMSG, 0, { NULL } },
	{ "a device without rows among others",
	  "00:00.0 x\n00:1f.2 x\n" ROW_DISK,
	  0,
	  1,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "an empty slot among others",
	  "00:00.0 x\n00: ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 ff\n00:1f.2 "
	  "x\n" ROW_DISK,
	  0,
	  1,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "the same device twice",
	  "00:1f.2 x\n" ROW_DISK "00:1f.2 x\n" ROW_DISK,
	  0,
	  0,
	  { "0000:00:1f.2\t" DISK "\t?" } },
	{ "no registers",
	  "00:1f.2 SATA controller: x\n\tKernel driver in use: ahci\n",
	  -EBADMSG,
	  0,
	  { NULL } },
	{ "too few registers", "00:1f.2 x\n00: 86 80\n", -EBADMSG, 1, { NULL } },
	{ "a row that is too long",
	  "00:1f.2 x\n00: 0 0 0\n00: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n",
	  -EBADMSG,
	  2,
	  { NULL } },
	{ "registers beyond the last",
	  "00:1f.2 x\n" ROW_DISK "fff: 00 00\n",
	  0,
	  1,
	  { "0000:00:1f.2\t" DISK "\t?" } },
};

static void dumps_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dumps); i++) {
		auto_device_list struct device_list list = { 0 };
		auto_strings struct strings got = { 0 }, wanted = { 0 };
		auto_error struct error error = { 0 };
		auto_bytes struct bytes text = bytes_of(dumps[i].text);
		int r = probe_pci.read_dump(&text, "dump", &list, &error);

		if (r != dumps[i].r || (r < 0 && !(error.why && error.hint)) ||
		    list.diagnostics.count != dumps[i].diagnostics)
			fail_msg("%s: %d, %zu diagnostics, %s", dumps[i].label, r,
				 list.diagnostics.count,
				 list.diagnostics.count ? list.diagnostics.items[0].text : "-");
		for (size_t k = 0; k < COUNT(dumps[i].rows) && dumps[i].rows[k]; k++)
			strings_add(&wanted, dumps[i].rows[k]);
		strings_sort_unique(&wanted);
		spell_rows(&list, &got);
		compare_rows(dumps[i].label, &got, &wanted);
	}
}

static void only_dumps_are_taken_for_dumps(void **state)
{
	static const struct {
		const char *text;
		bool dump;
	} rows[] = {
		{ "00:1f.2 SATA controller", true },
		{ "00:1f.2", true },
		{ "# comment\n\n0000:00:1f.2 SATA\n", true },
		{ "10000:e0:17.0 RAID\n", true },
		{ "", false },
		{ "# comment\n", false },
		{ "pci:v00008086\n", false },
		{ "00:1f.8 no such function\n", false },
		{ "00:20.0 no such device\n", false },
		{ "000:1f.2 no such bus\n", false },
		{ "00:1f:2 x\n", false },
		{ "00:1f.2x\n", false },
		{ "ffffffff:00:00.0 no such domain\n", false },
		{ "00: 86 80\n", false },
		{ "{ \"format\": 1 }", false },
		{ "P: /devices/x\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes text = bytes_of(rows[i].text);

		if (lspci_sniff(&text) != rows[i].dump)
			fail_msg("'%s'", rows[i].text);
	}
}

static void a_dump_of_too_many_devices_is_refused(void **state)
{
	static const char line[] = "00:1f.2 x\n";
	size_t size = (LSPCI_DEVICES_MAX + 1) * (sizeof(line) - 1);
	auto_bytes struct bytes text = { .data = malloc(size + 1), .size = size };
	auto_device_list struct device_list list = { 0 };
	auto_error struct error error = { 0 };

	(void)state;
	assert_non_null(text.data);
	for (size_t i = 0; i <= LSPCI_DEVICES_MAX; i++)
		memcpy(text.data + i * (sizeof(line) - 1), line, sizeof(line));
	assert_int_equal(probe_pci.read_dump(&text, "dump", &list, &error), -E2BIG);
	assert_non_null(strstr(error.why, "65536"));
}

/* Each as names.c asks: a device that is not listed goes by its number. */
static void libpci_knows_names(void **state)
{
	static const struct {
		unsigned int vendor, device;
		const char *name;
	} rows[] = {
		{ 0x8086, 0x100e, "Intel Corporation 82540EM Gigabit Ethernet Controller" },
		{ 0x8086, 0xfffe, "Intel Corporation device fffe" },
		{ 0xfff0, 0x0001, NULL },
	};
	void *libpci = NULL;

	(void)state;
	if (access("/usr/share/misc/pci.ids", R_OK) < 0) {
		print_message("no pci.ids where libpci looks\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *name = NULL;

		assert_int_equal(
			probe_pci.find_name(&libpci, rows[i].vendor, rows[i].device, &name), 0);
		if (!text_equal(name, rows[i].name))
			fail_msg("%04x:%04x: %s", rows[i].vendor, rows[i].device,
				 name ? name : "-");
	}
	probe_pci.release_names(libpci);
}

/* Cut TEXT to lengths STEP bytes apart: read or refused in a sentence, never worse. */
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
		r = probe_pci.read_dump(&part, label, &list, &error);
		if (r != 0 && (r != -EBADMSG || !error.why))
			fail_msg("%s cut to %zu bytes: %d", label, size, r);
		if (r == 0 && list.count == 0)
			fail_msg("%s cut to %zu bytes: no device, and not a word", label, size);
		assert_int_equal(device_list_finish(&list), 0);
	}
}

static void a_dump_cut_anywhere_is_read_or_refused(void **state)
{
	auto_bytes struct bytes text =
		bytes_of("00:1f.2 SATA\n" ROW_DISK ROW_LAST "\n0000:00:1c.0 PCI bridge\n" ROW_DISK);

	(void)state;
	cut_everywhere("dump", &text, 1);
}

/* Bytes of a dump changed at random, always the same way. */
static void a_dump_changed_anywhere_is_read_or_refused(void **state)
{
	static const char letters[] = "0af: .\n\t\rz\xff#g";
	unsigned int random = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		auto_device_list struct device_list list = { 0 };
		auto_error struct error error = { 0 };
		auto_bytes struct bytes text = bytes_of("00:1f.2 SATA\n" ROW_DISK ROW_LAST
							"\n0000:00:1c.0 PCI bridge\n" ROW_DISK);
		int r;

		for (int i = 0; i < 3; i++) {
			random = random * 1103515245 + 12345;
			text.data[(random >> 8) % text.size] =
				(uint8_t)letters[(random >> 4) % (sizeof(letters) - 1)];
		}
		r = probe_pci.read_dump(&text, "dump", &list, &error);
		if (r != 0 && (r != -EBADMSG || !error.why))
			fail_msg("round %d: %d: %s", round, r, (char *)text.data);
		assert_int_equal(device_list_finish(&list), 0);
	}
}

static void real_dumps_are_read_whole_and_cut(void **state)
{
	const char *data = getenv("KMP_DATA") ? getenv("KMP_DATA") : "../shared/data";
	auto_free char *folder = text_format("%s/lspci", data);
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_strings struct strings names = { 0 };

	(void)state;
	if (fd < 0) {
		print_message("no dumps in %s\n", folder);
		free(take(folder));
		skip();
	}
	assert_int_equal(dir_names(fd, &names), 0);
	for (size_t i = 0; i < names.count; i++) {
		auto_device_list struct device_list list = { 0 };
		auto_error struct error error = { 0 };
		auto_bytes struct bytes text = { 0 };
		struct lines lines;
		size_t devices = 0;

		if (!text_ends(names.items[i], ".lspci"))
			continue;
		assert_int_equal(file_read_in_root(fd, names.items[i], 1 << 24, &text), 0);
		lines = lines_of(text.data, text.size);
		while (lines_next(&lines))
			devices += lines_start_with(&lines, "00: ");
		assert_true(lspci_sniff(&text));
		assert_int_equal(probe_pci.read_dump(&text, names.items[i], &list, &error), 0);
		assert_int_equal(list.count, devices);
		for (size_t k = 0; k < list.diagnostics.count; k++)
			assert_string_equal(list.diagnostics.items[k].id, "partial-registers");
		cut_everywhere(names.items[i], &text, 1 + text.size / 97);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libpci_finds_here_what_the_kernel_says),
		cmocka_unit_test(a_way_that_leads_nowhere_finds_nothing),
		cmocka_unit_test(the_tree_of_proc_is_read),
		cmocka_unit_test(dumps_are_read),
		cmocka_unit_test(only_dumps_are_taken_for_dumps),
		cmocka_unit_test(a_dump_of_too_many_devices_is_refused),
		cmocka_unit_test(libpci_knows_names),
		cmocka_unit_test(a_dump_cut_anywhere_is_read_or_refused),
		cmocka_unit_test(a_dump_changed_anywhere_is_read_or_refused),
		cmocka_unit_test(real_dumps_are_read_whole_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
