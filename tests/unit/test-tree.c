/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

#include "kernel/release.h"
#include "kernel/tree.h"
#include "module-image.h"
#include "scratch-setup.h"

#define RELEASE "6.4.0-150600.23.7-default"
#define TREE    "lib/modules/" RELEASE

static void write_module(const char *path, const struct module_image *image)
{
	struct module_file file;

	module_image_make(&file, image);
	scratch_write_bytes(&scratch, path, &file, sizeof(file));
}

static struct tree *find_tree(void)
{
	struct tree *tree = NULL;

	assert_int_equal(tree_find(scratch.fd, "", RELEASE, NULL, &tree, NULL), 0);
	return tree;
}

static const char *arch_of(const struct tree *tree)
{
	AUTO(tree_sample_done) struct tree_sample sample = { 0 };

	assert_int_equal(tree_sample(tree, &sample), 0);
	return sample.arch;
}

static void only_what_is_below_kernel_belongs_to_the_kernel(void **state)
{
	static const char *const modules[] = {
		TREE "/kernel/drivers/net/e1000e.ko",
		TREE "/kernel/drivers/scsi/mpt3-sas.ko.zst",
		TREE "/kernel/fs/ext-4.x.ko.xz",
		TREE "/kernel/extra/in-tree.ko.gz",
	};
	static const char *const others[] = {
		TREE "/updates/kmp1.ko",      TREE "/extra/kmp2.ko.zst",
		TREE "/weak-updates/kmp3.ko", TREE "/kmp/kmp4.ko",
		TREE "/kernel/notes.txt",     TREE "/kernel/firmware.ko.bin",
		TREE "/kernel-extra/kmp5.ko",
	};
	static const char *const expected[] = { "af_packet", "dm_mod",  "e1000e",
						"ext_4",     "in_tree", "mpt3_sas" };
	auto_tree struct tree *tree = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(modules); i++)
		scratch_write(&scratch, modules[i], "");
	for (size_t i = 0; i < COUNT(others); i++)
		scratch_write(&scratch, others[i], "");
	scratch_write(&scratch, TREE "/modules.builtin",
		      "kernel/net/packet/af_packet.ko\r\n\nkernel/drivers/md/dm-mod.ko");
	scratch_write(&scratch, "elsewhere/outside.ko", "");
	scratch_link(&scratch, TREE "/kernel/linked", "../../../../elsewhere");
	scratch_link(&scratch, TREE "/kernel/linked.ko", "../../../../elsewhere/outside.ko");
	scratch_link(&scratch, TREE "/kernel/loop", ".");
	tree = find_tree();
	assert_int_equal(tree->files.count, COUNT(modules));
	assert_int_equal(tree->modules.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_string_equal(tree->modules.items[i], expected[i]);
}

static void a_tree_is_found_where_usr_is_merged_and_where_it_is_not(void **state)
{
	static const struct {
		const char *label, *module, *link, *target;
	} cases[] = {
		{ "not merged", "lib/modules/" RELEASE "/kernel/a.ko", NULL, NULL },
		{ "merged", "usr/lib/modules/" RELEASE "/kernel/a.ko", "lib", "usr/lib" },
		{ "usr only", "usr/lib/modules/" RELEASE "/kernel/a.ko", NULL, NULL },
		{ "absolute link, below the root", "data/" RELEASE "/kernel/a.ko",
		  "lib/modules/" RELEASE, "/data/" RELEASE },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_tree struct tree *tree = NULL;

		set_up(state);
		scratch_write(&scratch, cases[i].module, "");
		if (cases[i].link)
			scratch_link(&scratch, cases[i].link, cases[i].target);
		if (tree_find(scratch.fd, "/root", RELEASE, NULL, &tree, NULL) != 0)
			fail_msg("%s: not found", cases[i].label);
		assert_true(text_starts(tree->path, "/root/"));
		assert_true(text_ends(tree->path, "lib/modules/" RELEASE));
		tear_down(state);
	}
}

static void what_a_removed_kernel_leaves_is_no_tree(void **state)
{
	static const struct {
		const char *label, *file;
	} cases[] = {
		{ "links of KMPs", TREE "/weak-updates/kmp.ko" },
		{ "an index", TREE "/modules.dep" },
		{ "an empty folder", TREE "/kernel/drivers/readme" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_tree struct tree *tree = NULL;
		auto_error struct error error = { 0 };

		set_up(state);
		scratch_write(&scratch, cases[i].file, "");
		if (tree_find(scratch.fd, "", RELEASE, NULL, &tree, &error) != -ENOENT ||
		    error.what)
			fail_msg("%s: taken for a tree", cases[i].label);
		assert_null(tree);
		tear_down(state);
	}
}

static void a_linked_kernel_folder_is_not_followed(void **state)
{
	auto_tree struct tree *tree = NULL;

	(void)state;
	scratch_write(&scratch, "elsewhere/a.ko", "");
	scratch_folder(&scratch, TREE);
	scratch_link(&scratch, TREE "/kernel", "../../../elsewhere");
	assert_int_equal(tree_find(scratch.fd, "", RELEASE, NULL, &tree, NULL), -ENOENT);
}

static void a_link_never_leads_out_of_the_root(void **state)
{
	auto_tree struct tree *tree = NULL;

	(void)state;
	scratch_write(&scratch, "outside/" RELEASE "/kernel/a.ko", "");
	scratch_folder(&scratch, "root/lib");
	scratch_link(&scratch, "root/lib/modules", "../../outside");
	scratch.fd = dup2(openat(scratch.fd, "root", O_RDONLY | O_DIRECTORY), scratch.fd);
	assert_int_equal(tree_find(scratch.fd, "", RELEASE, NULL, &tree, NULL), -ENOENT);
}

static void releases_are_listed_once_and_only_with_modules(void **state)
{
	auto_strings struct strings releases = { 0 };

	(void)state;
	scratch_write(&scratch, "usr/lib/modules/6.4.0-1-default/kernel/a.ko", "");
	scratch_write(&scratch, "lib/modules/6.4.0-1-default/kernel/a.ko", "");
	scratch_write(&scratch, "lib/modules/5.3.18-1-azure/modules.builtin", "");
	scratch_write(&scratch, "lib/modules/5.3.18-2-azure/updates/a.ko", "");
	scratch_write(&scratch, "lib/modules/kmp/kernel/a.ko", "");
	scratch_write(&scratch, "lib/modules/7.0.0-file", "");
	assert_int_equal(tree_releases(scratch.fd, &releases), 0);
	assert_int_equal(releases.count, 2);
	assert_string_equal(releases.items[0], "5.3.18-1-azure");
	assert_string_equal(releases.items[1], "6.4.0-1-default");
}

static void a_root_without_modules_has_no_releases(void **state)
{
	auto_strings struct strings releases = { 0 };

	(void)state;
	assert_int_equal(tree_releases(scratch.fd, &releases), 0);
	assert_int_equal(releases.count, 0);
}

static void a_directory_without_modules_is_refused_as_tree(void **state)
{
	auto_free char *path = scratch_path(&scratch, TREE);
	auto_tree struct tree *tree = NULL;
	auto_error struct error error = { 0 };

	(void)state;
	scratch_write(&scratch, TREE "/kernel/README", "");
	assert_int_equal(tree_open(path, NULL, &tree, &error), -EBADMSG);
	assert_non_null(strstr(error.why, "no module"));
	assert_null(tree);
}

static void folders_nested_without_end_are_refused(void **state)
{
	char path[PATH_MAX] = TREE "/kernel";
	auto_tree struct tree *tree = NULL;
	auto_error struct error error = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		strcat(path, "/a");
	scratch_folder(&scratch, path);
	assert_int_equal(tree_find(scratch.fd, "", RELEASE, NULL, &tree, &error), -E2BIG);
	assert_non_null(error.what);
}

static void the_root_of_a_tree_is_what_stands_before_it(void **state)
{
	static const struct {
		const char *path, *root, *release;
		bool alone;
	} cases[] = {
		{ "lib/modules/6.4.0-1-default", "", "6.4.0-1-default", false },
		{ "a/usr/lib/modules/6.4.0-1-default", "/a", "6.4.0-1-default", false },
		{ "trees/6.4.0-1-default", "/trees/6.4.0-1-default", "6.4.0-1-default", true },
		{ "notlib/modules/6.4.0", "/notlib/modules/6.4.0", "6.4.0", true },
		{ "lib/modules/mine", "", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *path = scratch_path(&scratch, cases[i].path);
		auto_free char *module = text_format("%s/kernel/a.ko", cases[i].path);
		auto_free char *root = text_format("%s%s", scratch.path, cases[i].root);
		auto_free char *real = NULL;
		auto_tree struct tree *tree = NULL;

		scratch_write(&scratch, module, "");
		real = realpath(root, NULL);
		assert_int_equal(tree_open(path, NULL, &tree, NULL), 0);
		if (!text_equal(tree->root, real) || !text_equal(tree->release, cases[i].release) ||
		    tree->alone != cases[i].alone)
			fail_msg("%s: root %s, release %s", cases[i].path, tree->root,
				 tree->release ? tree->release : "-");
	}
}

static const struct module_image core = { EM_X86_64, "core_open", 0x11, "phys_base", 0x4c9d28b0 };
static const struct module_image user = { EM_X86_64, NULL, 0, "core_open", 0x22 };

static void modules_tell_what_they_export_and_were_built_against(void **state)
{
	auto_symbol_table struct symbol_table *table = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_tree struct tree *tree = NULL;
	const struct symbol *symbol;

	(void)state;
	/* "a" is read first: what it saw of core_open must not hide what "core" exports. */
	write_module(TREE "/kernel/a.ko", &user);
	write_module(TREE "/kernel/core-mod.ko", &core);
	tree = find_tree();
	assert_int_equal(tree_symbols(tree, NULL, &table, &diagnostics), 0);
	assert_int_equal(diagnostics.count, 0);
	assert_int_equal(symbol_table_count(table), 2);
	symbol = symbol_table_find(table, "core_open");
	assert_non_null(symbol);
	assert_string_equal(symbol->exporter, "core_mod");
	assert_true(symbol->has_crc);
	assert_int_equal(symbol->crc, 0x11);
	symbol = symbol_table_find(table, "phys_base");
	assert_non_null(symbol);
	assert_null(symbol->exporter);
	assert_int_equal(symbol->crc, 0x4c9d28b0);
}

static void a_damaged_module_is_reported_and_the_others_are_read(void **state)
{
	auto_symbol_table struct symbol_table *table = NULL;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_tree struct tree *tree = NULL;

	(void)state;
	write_module(TREE "/kernel/core.ko", &core);
	scratch_write(&scratch, TREE "/kernel/garbage.ko", "this is no module");
	scratch_write(&scratch, TREE "/kernel/zempty.ko", "");
	tree = find_tree();
	assert_int_equal(tree_symbols(tree, NULL, &table, &diagnostics), 0);
	assert_non_null(symbol_table_find(table, "core_open"));
	assert_int_equal(diagnostics.count, 1);
	assert_string_equal(diagnostics.items[0].id, "module-unreadable");
	assert_string_equal(diagnostics.items[0].culprit, "kernel/garbage.ko");
	assert_true(text_starts(diagnostics.items[0].text, "2 of 3 modules"));
}

static void a_module_cut_anywhere_does_no_harm(void **state)
{
	struct module_file file;

	(void)state;
	module_image_make(&file, &core);
	for (size_t size = 0; size < sizeof(file); size++) {
		auto_symbol_table struct symbol_table *table = NULL;
		auto_diagnostics struct diagnostics diagnostics = { 0 };
		auto_tree struct tree *tree = NULL;

		scratch_write_bytes(&scratch, TREE "/kernel/core.ko", &file, size);
		tree = find_tree();
		assert_int_equal(tree_symbols(tree, NULL, &table, &diagnostics), 0);
		assert_true(symbol_table_count(table) <= 2);
		(void)arch_of(tree);
	}
}

/* Run PROGRAM on the scratch file PATH; skip the test where it is not installed. */
static void compress(const char *program, const char *option, const char *path)
{
	extern char **environ;
	auto_free char *name = strdup(program), *flag = strdup(option);
	auto_free char *whole = scratch_path(&scratch, path);
	char *arguments[] = { name, flag, whole, NULL };
	int status = 0;
	pid_t child;

	if (posix_spawnp(&child, program, NULL, NULL, arguments, environ) != 0) {
		print_message("%s is not installed\n", program);
		skip();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void modules_of_every_compression_are_read(void **state)
{
	static const struct {
		const char *program, *option, *suffix;
	} cases[] = {
		{ "gzip", "-9", ".gz" },
		{ "xz", "--check=crc32", ".xz" },
		{ "zstd", "-q", ".zst" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_symbol_table struct symbol_table *table = NULL;
		auto_diagnostics struct diagnostics diagnostics = { 0 };
		auto_tree struct tree *tree = NULL;

		set_up(state);
		write_module(TREE "/kernel/core.ko", &core);
		compress(cases[i].program, cases[i].option, TREE "/kernel/core.ko");
		unlinkat(scratch.fd, TREE "/kernel/core.ko", 0);
		tree = find_tree();
		assert_true(text_ends(tree->files.items[0], cases[i].suffix));
		assert_int_equal(tree_symbols(tree, NULL, &table, &diagnostics), 0);
		if (symbol_table_count(table) != 2)
			fail_msg("%s: %zu symbols", cases[i].program, symbol_table_count(table));
		assert_string_equal(arch_of(tree), "x86_64");
		tear_down(state);
	}
}

static void the_machine_is_that_of_the_first_readable_module(void **state)
{
	static const struct {
		uint16_t machine;
		const char *expected;
	} cases[] = {
		{ EM_X86_64, "x86_64" }, { EM_AARCH64, "aarch64" }, { EM_PPC64, "ppc64le" },
		{ EM_RISCV, "riscv64" }, { EM_386, NULL },          { EM_NONE, NULL },
	};

	(void)state;
	scratch_write(&scratch, TREE "/kernel/a-damaged.ko", "no module");
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_tree struct tree *tree = NULL;

		write_module(TREE "/kernel/b.ko",
			     &(struct module_image){ .machine = cases[i].machine });
		tree = find_tree();
		if (!text_equal(arch_of(tree), cases[i].expected))
			fail_msg("machine %d is not %s", cases[i].machine, cases[i].expected);
	}
}

int main(void)
{
#define in_scratch(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		in_scratch(only_what_is_below_kernel_belongs_to_the_kernel),
		cmocka_unit_test(a_tree_is_found_where_usr_is_merged_and_where_it_is_not),
		cmocka_unit_test(what_a_removed_kernel_leaves_is_no_tree),
		in_scratch(a_linked_kernel_folder_is_not_followed),
		in_scratch(a_link_never_leads_out_of_the_root),
		in_scratch(releases_are_listed_once_and_only_with_modules),
		in_scratch(a_root_without_modules_has_no_releases),
		in_scratch(a_directory_without_modules_is_refused_as_tree),
		in_scratch(folders_nested_without_end_are_refused),
		in_scratch(the_root_of_a_tree_is_what_stands_before_it),
		in_scratch(modules_tell_what_they_export_and_were_built_against),
		in_scratch(a_damaged_module_is_reported_and_the_others_are_read),
		in_scratch(a_module_cut_anywhere_does_no_harm),
		cmocka_unit_test(modules_of_every_compression_are_read),
		in_scratch(the_machine_is_that_of_the_first_readable_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
