/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libkmod and Module.symvers say of each module of a real kernel is what we read. libkmod is
 * the oracle here, and never reads a module elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/module.h"
#include "kernel/symvers.h"
#include "kernel/tree.h"

/** Differences that are shown. */
#define SHOWN_MAX 10

static struct kernel_files {
	char root[PATH_MAX], release[256], symvers[PATH_MAX];
} kernel;

static struct tree *tree;
static struct kmod_ctx *context;
static size_t differences;

static void read_line(FILE *lines, char *line, size_t size)
{
	if (!fgets(line, (int)size, lines))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static int set_up(void **state)
{
	static const char *const no_configuration[] = { NULL };
	FILE *lines = popen("tools/fetch-kernel", "r");
	auto_free char *path = NULL;

	(void)state;
	read_line(lines, kernel.root, sizeof(kernel.root));
	read_line(lines, kernel.release, sizeof(kernel.release));
	read_line(lines, kernel.symvers, sizeof(kernel.symvers));
	if (pclose(lines) != 0)
		return 0;
	path = text_format("%s/lib/modules/%s", kernel.root, kernel.release);
	context = kmod_new(path, no_configuration);
	return tree_open(path, NULL, &tree, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	tree_free(tree);
	if (context)
		kmod_unref(context);
	return 0;
}

static void need_kernel(void)
{
	if (tree)
		return;
	print_message("there is no kernel here, and none could be downloaded\n");
	skip();
}

static void compare(const char *path, const char *what, const char *ours, const char *theirs)
{
	if (!text_equal(ours, theirs) && differences++ < SHOWN_MAX)
		print_error("%s: %s: '%s', should be '%s'\n", path, what, ours ? ours : "none",
			    theirs ? theirs : "none");
}

static void compare_number(const char *path, const char *what, uint64_t ours, uint64_t theirs)
{
	if (ours != theirs && differences++ < SHOWN_MAX)
		print_error("%s: %s: %#llx, should be %#llx\n", path, what,
			    (unsigned long long)ours, (unsigned long long)theirs);
}

/* NULL stands for what is not there. */
static char *join(const struct strings *list, const char *separator)
{
	return list->count ? strings_join(list, separator) : NULL;
}

/* All values of KEY, and NULL for none or an empty one. */
static char *values_of(struct kmod_list *info, const char *key)
{
	auto_strings struct strings values = { 0 };
	struct kmod_list *entry;

	kmod_list_foreach(entry, info)
	{
		if (text_equal(kmod_module_info_get_key(entry), key) &&
		    *kmod_module_info_get_value(entry))
			assert_int_equal(strings_add(&values, kmod_module_info_get_value(entry)),
					 0);
	}
	return join(&values, "\n");
}

static void compare_values(const char *path, struct kmod_list *info, const char *key,
			   const char *ours)
{
	auto_free char *theirs = values_of(info, key);

	compare(path, key, ours, theirs);
}

static void compare_list(const char *path, struct kmod_list *info, const char *key,
			 const struct strings *list, const char *separator)
{
	auto_free char *ours = join(list, separator);

	compare_values(path, info, key, ours);
}

static void compare_signature(const char *path, struct kmod_list *info,
			      const struct module_signature *signature)
{
	auto_free char *theirs = values_of(info, "sig_key");
	char *to = theirs;

	/* "AB:CD" */
	for (const char *from = theirs; from && *from; from++)
		if (*from != ':')
			*to++ = *from >= 'A' && *from <= 'F' ? (char)(*from + 32) : *from;
	if (to)
		*to = '\0';
	compare(path, "sig_key", signature->key_id, theirs);
	compare_values(path, info, "signer", signature->signer);
	compare_values(path, info, "sig_hashalgo", signature->hash);
}

static void compare_info(const char *path, struct kmod_module *theirs, const struct module *ours)
{
	struct kmod_list *info = NULL;

	compare(path, "name", ours->name, kmod_module_get_name(theirs));
	assert_true(kmod_module_get_info(theirs, &info) > 0);
	compare_values(path, info, "vermagic", ours->vermagic);
	compare_values(path, info, "version", ours->version);
	compare_values(path, info, "srcversion", ours->srcversion);
	compare_values(path, info, "supported", ours->supported);
	compare_list(path, info, "license", &ours->licenses, "\n");
	compare_list(path, info, "depends", &ours->depends, ",");
	compare_list(path, info, "softdep", &ours->softdeps, "\n");
	compare_list(path, info, "firmware", &ours->firmware, "\n");
	compare_list(path, info, "import_ns", &ours->import_namespaces, "\n");
	compare_list(path, info, "alias", &ours->aliases, "\n");
	compare_signature(path, info, &ours->signature);
	kmod_module_info_free_list(info);
}

static int compare_import(const void *name, const void *import)
{
	return strcmp(name, ((const struct module_import *)import)->name);
}

static const struct module_import *find_import(const struct module *module, const char *name)
{
	return bsearch(name, module->imports, module->import_count, sizeof(*module->imports),
		       compare_import);
}

static void compare_imports(const char *path, struct kmod_module *theirs, const struct module *ours)
{
	struct kmod_list *versions = NULL, *needed = NULL, *entry;
	size_t with_crc = 0, version_count = 0, needed_count = 0;

	(void)kmod_module_get_versions(theirs, &versions);
	(void)kmod_module_get_dependency_symbols(theirs, &needed);
	kmod_list_foreach(entry, versions)
	{
		const char *name = kmod_module_version_get_symbol(entry);
		const struct module_import *import = find_import(ours, name);

		version_count++;
		compare_number(path, name, import && import->has_crc ? import->crc : UINT64_MAX,
			       kmod_module_version_get_crc(entry));
	}
	kmod_list_foreach(entry, needed)
	{
		const char *name = kmod_module_dependency_symbol_get_symbol(entry);
		const struct module_import *import = find_import(ours, name);

		needed_count++;
		compare(path, name,
			!import        ? "none"
			: import->weak ? "weak"
				       : "strong",
			kmod_module_dependency_symbol_get_bind(entry) == KMOD_SYMBOL_WEAK
				? "weak"
				: "strong");
	}
	for (size_t i = 0; i < ours->import_count; i++)
		with_crc += ours->imports[i].has_crc;
	compare_number(path, "imports with a CRC", with_crc, version_count);
	compare_number(path, "imports", ours->import_count, needed_count);
	kmod_module_versions_free_list(versions);
	kmod_module_dependency_symbols_free_list(needed);
}

static void compare_exports(const char *path, struct kmod_module *theirs, const struct module *ours,
			    const struct symbol_table *symvers)
{
	struct kmod_list *symbols = NULL, *entry;
	size_t count = 0;

	(void)kmod_module_get_symbols(theirs, &symbols);
	kmod_list_foreach(entry, symbols) count++;
	compare_number(path, "exports", ours->export_count, count);
	kmod_list_foreach(entry, symbols)
	{
		const char *name = kmod_module_symbol_get_symbol(entry);
		const struct symbol *found = NULL, *row = symbol_table_find(symvers, name);

		for (size_t i = 0; i < ours->export_count && !found; i++)
			if (text_equal(ours->exports[i].name, name))
				found = &ours->exports[i];
		compare_number(path, name, found ? found->crc : UINT64_MAX,
			       kmod_module_symbol_get_crc(entry));
		assert_non_null(row);
		if (!found)
			continue;
		compare_number(path, name, found->gpl_only, row->gpl_only);
		compare(path, name, found->name_space, row->name_space);
		compare(path, name, found->exporter, row->exporter);
	}
	kmod_module_symbols_free_list(symbols);
}

static void each_module_of_a_kernel_is_read_as_libkmod_reads_it(void **state)
{
	auto_symbol_table struct symbol_table *symvers = symbol_table_new();
	auto_error struct error error = { 0 };
	auto_bytes struct bytes rows = { 0 };
	auto_fd int symvers_fd = -1;

	(void)state;
	need_kernel();
	symvers_fd = open(kernel.symvers, O_RDONLY | O_CLOEXEC);
	assert_int_equal(symvers_load(symvers_fd, kernel.symvers, &rows, &error), 0);
	assert_int_equal(symvers_read(&rows, kernel.symvers, symvers, &error), 0);
	for (size_t i = 0; i < tree->files.count; i++) {
		auto_free char *path = text_format("%s/%s", tree->path, tree->files.items[i]);
		auto_module struct module ours = { 0 };
		struct kmod_module *theirs = NULL;
		auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

		assert_int_equal(kmod_module_new_from_path(context, path, &theirs), 0);
		assert_int_equal(module_read_fd(fd, path, &ours, &error), 0);
		compare_info(path, theirs, &ours);
		compare_imports(path, theirs, &ours);
		compare_exports(path, theirs, &ours, symvers);
		kmod_module_unref(theirs);
	}
	assert_int_equal(differences, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_module_of_a_kernel_is_read_as_libkmod_reads_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
