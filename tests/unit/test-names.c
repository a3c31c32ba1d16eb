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
#include "hardware/device.h"
#include "hardware/names.h"

/* Ids that no real database has, so that udev's own on the test's machine stays silent. */
static const char pci_ids[] = "# comment\n"
			      "fff0  Example Vendor\n"
			      "\t0001  First Device\n"
			      "\t\tfff0 0002  A Subsystem\n"
			      "# between\n"
			      "\n"
			      "\t0002  Second Device\n"
			      "fff1  Other Vendor\n"
			      "\t0000  Device Zero\n"
			      "\t0003  Third Device\n"
			      "C 02  Network controller\n"
			      "\t00  Ethernet controller\n";
static const char usb_ids[] = "fff2  Usb Vendor\n\tabcd  Usb Thing\n\tabce  Cut";

static char *new_root(bool with_usb)
{
	auto_free char *root =
		text_format("%s/kmp-names-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	auto_fd int fd = -1, pci = -1, usb = -1;

	assert_non_null(mkdtemp(root));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(dir_make_path(fd, "usr/share/misc", 0755), 0);
	assert_int_equal(dir_make_path(fd, "usr/share/hwdata", 0755), 0);
	pci = openat(fd, "usr/share/hwdata/pci.ids", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(file_write_fd(pci, pci_ids, strlen(pci_ids)), 0);
	if (with_usb) {
		usb = openat(fd, "usr/share/misc/usb.ids", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		assert_int_equal(file_write_fd(usb, usb_ids, strlen(usb_ids)), 0);
	}
	return take(root);
}

static void remove_root(const char *root)
{
	assert_int_equal(file_remove_tree(AT_FDCWD, root), 0);
}

static void names_come_from_the_databases_and_from_the_alias(void **state)
{
	static const struct {
		const char *modalias, *name;
	} rows[] = {
		{ "pci:v0000FFF0d00000001sv00000000sd00000000bc02sc00i00",
		  "Example Vendor First Device" },
		{ "pci:v0000FFF0d00000002sv00000000sd00000000bc02sc00i00",
		  "Example Vendor Second Device" },
		{ "pci:v0000FFF1d00000003", "Other Vendor Third Device" },
		{ "pci:v0000FFF1d00000000", "Other Vendor Device Zero" },
		{ "pci:v0000FFF0d00000003sv0000FFF0", "Example Vendor device 0003" },
		{ "pci:v0000FFF3d00000001", NULL },
		{ "pci:v0001FFF0d00000001", NULL },
		{ "pci:v0000FFF0", NULL },
		{ "pci:x0000FFF0d00000001", NULL },
		{ "usb:vFFF2pABCDd0100dc00", "Usb Vendor Usb Thing" },
		{ "usb:vFFF2pABCEd0100dc00", "Usb Vendor Cut" },
		{ "usb:vFFF2p", NULL },
		{ "dmi:bvnX:bvr1:svnExampleInc.:pnServer1:pvr:", "ExampleInc. Server1" },
		{ "dmi:bvnX:bvr1:svn:pn:pvr:", NULL },
		{ "virtio:d00000008v00001AF4", "Virtio SCSI host" },
		{ "scsi:t-0x0d", "SCSI enclosure" },
		{ "platform:no-such-thing", NULL },
	};
	auto_free char *root = new_root(true);
	auto_fd int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_names struct names *names = names_new(fd);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(names_want(names, rows[i].modalias), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *name = NULL;
		int r = names_find(names, rows[i].modalias, &name);

		if (r != 0 || !text_equal(name, rows[i].name))
			fail_msg("%s: %d, %s", rows[i].modalias, r, name ? name : "nothing");
	}
	remove_root(root);
}

/* Vendors 0x1000 to 0x2fff, each with a device of the same number; one has a very long name. */
static void write_large_database(const char *root)
{
	auto_free char *path = text_format("%s/usr/share/misc/pci.ids", root);
	auto_file FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (unsigned int id = 0x1000; id < 0x3000; id++)
		fprintf(file, "%04x  %*s Vendor %u\n\t%04x  Device %u\n", id,
			id == 0x2000 ? 200000 : 0, "", id, id, id);
}

static void a_database_is_read_in_pieces(void **state)
{
	auto_free char *root = new_root(false);
	auto_fd int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_names struct names *names = names_new(fd);

	(void)state;
	write_large_database(root);
	for (int round = 0; round < 2; round++)
		for (unsigned int id = 0x1000; id < 0x3000; id++) {
			auto_free char *alias = text_format("pci:v%08Xd%08Xsv", id, id);
			auto_free char *wanted = text_format(" Vendor %u Device %u", id, id);
			auto_free char *name = NULL;

			if (round == 0)
				assert_int_equal(names_want(names, alias), 0);
			else
				assert_int_equal(names_find(names, alias, &name), 0);
			if (round == 1 && id != 0x2000)
				assert_string_equal(name, wanted);
		}
	remove_root(root);
}

static void an_absent_database_is_no_error(void **state)
{
	auto_free char *root = new_root(false);
	auto_fd int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_names struct names *names = names_new(fd);
	auto_free char *name = NULL;

	(void)state;
	assert_int_equal(names_want(names, "usb:vFFF2pABCDd0100dc00"), 0);
	assert_int_equal(names_find(names, "usb:vFFF2pABCDd0100dc00", &name), 0);
	assert_null(name);
	remove_root(root);
}

static void a_long_name_is_cut_at_a_character(void **state)
{
	auto_free char *name = NULL;
	auto_free char *none = NULL;
	char text[DEVICE_TEXT_MAX * 2 + 1];

	(void)state;
	for (size_t i = 0; i < DEVICE_TEXT_MAX; i++)
		memcpy(text + i * 2, "\xc3\xa9", 2);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(names_join(NULL, text, &name), 0);
	assert_int_equal(strlen(name), DEVICE_TEXT_MAX - 1);
	assert_int_equal(names_join(NULL, NULL, &none), 0);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_from_the_databases_and_from_the_alias),
		cmocka_unit_test(a_database_is_read_in_pieces),
		cmocka_unit_test(an_absent_database_is_no_error),
		cmocka_unit_test(a_long_name_is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
