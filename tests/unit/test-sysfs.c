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
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "hardware/sysfs.h"

/* A tree below a temporary directory; each test makes its own. */
struct tree {
	char *root;
	int fd;
};

static int make_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	assert_non_null(tree);
	tree->root =
		text_format("%s/kmp-sysfs-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(tree->root));
	tree->fd = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->fd >= 0);
	*state = tree;
	return 0;
}

static int drop_tree(void **state)
{
	struct tree *tree = *state;
	int r = file_remove_tree(AT_FDCWD, tree->root);

	close(tree->fd);
	free(tree->root);
	free(tree);
	return r;
}

static void put(struct tree *tree, const char *path, const char *text)
{
	auto_free char *folder = strdup(path);
	auto_fd int fd = -1;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(dir_make_path(tree->fd, folder, 0755), 0);
	fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(file_write_fd(fd, text, strlen(text)), 0);
}

/* "path[driver]alias+alias ..." of what is found, or "error N". Owned. */
static char *scan(struct tree *tree)
{
	auto_device_list struct device_list list = { 0 };
	auto_file FILE *out = NULL;
	char *text = NULL;
	size_t size = 0;
	int r = sysfs_read(tree->fd, tree->root, &list);

	if (r < 0)
		return text_format("error %d", r);
	assert_int_equal(device_list_finish(&list), 0);
	out = open_memstream(&text, &size);
	for (size_t i = 0; i < list.count; i++) {
		const struct device *device = &list.items[i];

		fprintf(out, "%s%s[%s]", i ? " " : "", device->path,
			device->driver_known ? device->driver ? device->driver : "none" : "?");
		for (size_t k = 0; k < device->modaliases.count; k++)
			fprintf(out, "%s%s", k ? "+" : "", device->modaliases.items[k]);
	}
	for (size_t i = 0; i < list.diagnostics.count; i++)
		fprintf(out, " !%s", list.diagnostics.items[i].id);
	fclose(take(out));
	return text;
}

static void expect(struct tree *tree, const char *expected)
{
	auto_free char *text = scan(tree);

	assert_string_equal(text, expected);
}

static void every_line_of_a_modalias_file_counts(void **state)
{
	put(*state, "devices/a/modalias", "acpi:X:\n\nof:Ny\n");
	expect(*state, "/devices/a[?]acpi:X:+of:Ny");
}

static void a_uevent_alone_is_enough(void **state)
{
	put(*state, "devices/a/uevent", "DRIVER=atkbd\nMODALIAS=serio:ty06\nMODALIAS=of:Nz\nX=y\n");
	put(*state, "devices/b/uevent", "DEVNAME=null\n");
	put(*state, "devices/c/uevent", "MODALIAS=serio:ty01\n");
	expect(*state, "/devices/a[atkbd]of:Nz+serio:ty06 /devices/c[none]serio:ty01");
}

static void the_driver_is_the_end_of_the_links_text(void **state)
{
	struct tree *tree = *state;

	put(tree, "devices/a/modalias", "pci:v1\n");
	put(tree, "devices/a/uevent", "DRIVER=other\nMODALIAS=pci:v1\n");
	assert_int_equal(symlinkat("../../nowhere/drivers/e1000e", tree->fd, "devices/a/driver"),
			 0);
	expect(tree, "/devices/a[e1000e]pci:v1");
}

static void symlinks_are_never_followed(void **state)
{
	struct tree *tree = *state;

	put(tree, "devices/a/modalias", "pci:v1\n");
	put(tree, "elsewhere/text", "pci:v2\n");
	assert_int_equal(dir_make_path(tree->fd, "class/net", 0755), 0);
	assert_int_equal(symlinkat("../../devices/a", tree->fd, "class/net/a"), 0);
	assert_int_equal(symlinkat("../..", tree->fd, "devices/a/subsystem"), 0);
	assert_int_equal(dir_make_path(tree->fd, "devices/b", 0755), 0);
	assert_int_equal(symlinkat("../../elsewhere/text", tree->fd, "devices/b/modalias"), 0);
	expect(tree, "/devices/a[?]pci:v1");
}

static void memory_blocks_are_not_entered_and_hidden_names_neither(void **state)
{
	put(*state, "devices/system/memory/memory0/modalias", "memory:x\n");
	put(*state, "devices/system/memory/uevent", "MODALIAS=memory:y\n");
	put(*state, "devices/system/cpu/modalias", "cpu:type:x86\n");
	put(*state, "devices/x/memory/modalias", "pci:v1\n");
	put(*state, "devices/.hidden/modalias", "pci:v2\n");
	expect(*state, "/devices/system/cpu[?]cpu:type:x86 /devices/x/memory[?]pci:v1");
}

static void fifos_and_directories_in_place_of_files_do_no_harm(void **state)
{
	struct tree *tree = *state;

	put(tree, "devices/a/modalias", "pci:v1\n");
	assert_int_equal(dir_make_path(tree->fd, "devices/b/modalias", 0755), 0);
	assert_int_equal(dir_make_path(tree->fd, "devices/c", 0755), 0);
	assert_int_equal(mkfifoat(tree->fd, "devices/c/modalias", 0600), 0);
	assert_int_equal(mkfifoat(tree->fd, "devices/c/uevent", 0600), 0);
	expect(tree, "/devices/a[?]pci:v1");
}

static void a_root_with_sys_below_is_a_tree_too(void **state)
{
	put(*state, "sys/devices/a/modalias", "pci:v1\n");
	put(*state, "home/b/modalias", "pci:v2\n");
	expect(*state, "/devices/a[?]pci:v1");
}

static void any_directory_with_modalias_files_is_a_tree(void **state)
{
	put(*state, "x/modalias", "pci:v1\n");
	put(*state, "y/z/modalias", "pci:v2");
	expect(*state, "/x[?]pci:v1 /y/z[?]pci:v2");
}

static void a_directory_without_any_device_is_refused(void **state)
{
	auto_free char *expected = text_format("error %d", -ENOENT);

	put(*state, "home/file", "text");
	expect(*state, expected);
	put(*state, "devices/none", "text");
	expect(*state, "");
}

static void long_lines_are_read_whole(void **state)
{
	auto_free char *text = malloc(40001);
	auto_free char *expected = NULL;

	memset(text, 'A', 40000);
	memcpy(text, "cpu:type:", 9);
	text[40000] = '\0';
	expected = text_format("/devices/a[?]%s", text);
	put(*state, "devices/a/modalias", text);
	expect(*state, expected);
}

static void malformed_lines_are_said_and_the_rest_is_used(void **state)
{
	put(*state, "devices/a/modalias", "rubbish\npci:v1\n");
	expect(*state, "/devices/a[?]pci:v1 !malformed-modalias");
}

static void depth_is_bounded_and_that_is_said(void **state)
{
	auto_free char *path = strdup("devices");
	auto_free char *text = NULL;

	for (int i = 0; i < SYSFS_DEPTH_MAX + 4; i++) {
		auto_free char *shorter = take(path);

		path = text_format("%s/d", shorter);
	}
	text = text_format("%s/modalias", path);
	put(*state, text, "pci:v1\n");
	put(*state, "devices/d/modalias", "pci:v2\n");
	expect(*state, "/devices/d[?]pci:v2 !too-deep");
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, make_tree, drop_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(every_line_of_a_modalias_file_counts),
		TREE_TEST(a_uevent_alone_is_enough),
		TREE_TEST(the_driver_is_the_end_of_the_links_text),
		TREE_TEST(symlinks_are_never_followed),
		TREE_TEST(memory_blocks_are_not_entered_and_hidden_names_neither),
		TREE_TEST(fifos_and_directories_in_place_of_files_do_no_harm),
		TREE_TEST(a_root_with_sys_below_is_a_tree_too),
		TREE_TEST(any_directory_with_modalias_files_is_a_tree),
		TREE_TEST(a_directory_without_any_device_is_refused),
		TREE_TEST(long_lines_are_read_whole),
		TREE_TEST(malformed_lines_are_said_and_the_rest_is_used),
		TREE_TEST(depth_is_bounded_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
