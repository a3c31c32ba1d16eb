/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/utsname.h>

#include "kernel/kernel.h"
#include "kernel/release.h"
#include "module-image.h"
#include "scratch-setup.h"

#define RELEASE "6.4.0-150600.23.7-default"
#define SYMVERS                                                                                    \
	"0x00000001\tcore\tvmlinux\tEXPORT_SYMBOL\t\n"                                             \
	"0x00000002\there\tdrivers/is-here\tEXPORT_SYMBOL\t\n"                                     \
	"0x00000003\tgone\tdrivers/is-gone\tEXPORT_SYMBOL\t\n"

/* Ask for up to two KERNELS below the scratch directory; paths that begin with '@' are in it. */
static int find(struct kernel *kernel, struct kernel_request *request, const char *const kernels[2],
		struct error *reterr)
{
	int r;

	request->root_fd = scratch.fd;
	for (size_t i = 0; i < 2 && kernels[i]; i++) {
		if (kernels[i][0] == '@')
			r = strings_addf(&request->kernels, "%s/%s", scratch.path, kernels[i] + 1);
		else
			r = strings_add(&request->kernels, kernels[i]);
		assert_int_equal(r, 0);
	}
	r = kernel_find(request, kernel, reterr);
	if (r == 0)
		r = kernel_find_symbols(kernel, request, reterr);
	strings_done(&request->kernels);
	return r;
}

static void a_release_is_looked_up_below_the_root(void **state)
{
	static const char *const places[] = {
		"boot/symvers-" RELEASE ".gz",
		"usr/lib/modules/" RELEASE "/symvers.gz",
		"lib/modules/" RELEASE "/symvers.gz",
		"lib/modules/" RELEASE "/symvers.xz",
		"lib/modules/" RELEASE "/symvers.zst",
		"usr/lib/modules/" RELEASE "/build/Module.symvers",
		"lib/modules/" RELEASE "/build/Module.symvers",
		"usr/src/linux-headers-" RELEASE "/Module.symvers",
	};

	for (size_t i = 0; i < COUNT(places); i++) {
		struct kernel_request request = { .root = "/target" };
		auto_kernel struct kernel kernel = { 0 };
		auto_error struct error error = { 0 };
		auto_free char *shown = text_format("/target/%s", places[i]);

		set_up(state);
		scratch_write(&scratch, places[i], SYMVERS);
		if (find(&kernel, &request, (const char *[]){ RELEASE, NULL }, &error) != 0 ||
		    !kernel.symbols)
			fail_msg("%s: not found", places[i]);
		assert_int_equal(symbol_table_count(kernel.symbols), 3);
		assert_string_equal(kernel.symbols_from, shown);
		assert_true(kernel.symbols_complete);
		assert_string_equal(kernel.release, RELEASE);
		assert_false(kernel.tree_known);
		tear_down(state);
	}
}

static void a_release_that_nothing_is_known_of_is_just_a_release(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	assert_int_equal(find(&kernel, &request, (const char *[]){ RELEASE, NULL }, NULL), 0);
	assert_string_equal(kernel.release, RELEASE);
	assert_null(kernel.symbols);
	assert_int_equal(kernel_finish(&kernel, &request, "s390x", NULL), 0);
	assert_string_equal(kernel.flavor, "default");
	assert_string_equal(kernel.arch, "s390x");
	assert_null(kernel.symbols);
}

static void the_build_link_of_a_tree_is_resolved_below_its_root(void **state)
{
	static const char *const kernels[][2] = {
		{ RELEASE, NULL },
		{ "@lib/modules/" RELEASE, NULL },
	};

	(void)state;
	scratch_write(&scratch, "lib/modules/" RELEASE "/kernel/is-here.ko", "");
	scratch_write(&scratch, "usr/src/headers/Module.symvers", SYMVERS);
	scratch_link(&scratch, "lib/modules/" RELEASE "/build", "/usr/src/headers");
	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct kernel_request request = { 0 };
		auto_kernel struct kernel kernel = { 0 };

		assert_int_equal(find(&kernel, &request, kernels[i], NULL), 0);
		assert_string_equal(kernel.release, RELEASE);
		assert_true(kernel.tree_known);
		if (!kernel.symbols)
			fail_msg("%s: no symbols", kernels[i][0]);
	}
}

static void a_build_link_that_leads_out_of_the_root_is_ignored(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	scratch_write(&scratch, "root/lib/modules/" RELEASE "/kernel/is-here.ko", "");
	scratch_write(&scratch, "outside/Module.symvers", SYMVERS);
	scratch_link(&scratch, "root/lib/modules/" RELEASE "/build", "../../../../outside");
	assert_int_equal(find(&kernel, &request,
			      (const char *[]){ "@root/lib/modules/" RELEASE, NULL }, NULL),
			 0);
	assert_true(kernel.tree_known);
	assert_null(kernel.symbols);
}

/* The one row "0x01020304 compressed_symbol vmlinux EXPORT_SYMBOL", as each tool packs it. */
static const uint8_t gz[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x33, 0xa8, 0x30, 0x30, 0x34,
	0x30, 0x32, 0x30, 0x36, 0x30, 0xe1, 0x4c, 0xce, 0xcf, 0x2d, 0x28, 0x4a, 0x2d, 0x2e, 0x4e,
	0x4d, 0x89, 0x2f, 0xae, 0xcc, 0x4d, 0xca, 0xcf, 0xe1, 0x2c, 0xcb, 0xcd, 0xc9, 0xcc, 0x2b,
	0xad, 0xe0, 0x74, 0x8d, 0x08, 0xf0, 0x0f, 0x0a, 0x89, 0x0f, 0x8e, 0xf4, 0x75, 0xf2, 0xf7,
	0xe1, 0xe4, 0x02, 0x00, 0xe0, 0xff, 0x82, 0xeb, 0x34, 0x00, 0x00, 0x00,
};
static const uint8_t xz[] = {
	0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x01, 0x69, 0x22, 0xde, 0x36, 0x02, 0x00, 0x21,
	0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x33, 0x30, 0x78, 0x30,
	0x31, 0x30, 0x32, 0x30, 0x33, 0x30, 0x34, 0x09, 0x63, 0x6f, 0x6d, 0x70, 0x72, 0x65, 0x73,
	0x73, 0x65, 0x64, 0x5f, 0x73, 0x79, 0x6d, 0x62, 0x6f, 0x6c, 0x09, 0x76, 0x6d, 0x6c, 0x69,
	0x6e, 0x75, 0x78, 0x09, 0x45, 0x58, 0x50, 0x4f, 0x52, 0x54, 0x5f, 0x53, 0x59, 0x4d, 0x42,
	0x4f, 0x4c, 0x09, 0x0a, 0x00, 0xe0, 0xff, 0x82, 0xeb, 0x00, 0x01, 0x48, 0x34, 0x93, 0x84,
	0x92, 0x39, 0x90, 0x42, 0x99, 0x0d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5a,
};
static const uint8_t zst[] = {
	0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0xa1, 0x01, 0x00, 0x30, 0x78, 0x30, 0x31,
	0x30, 0x32, 0x30, 0x33, 0x30, 0x34, 0x09, 0x63, 0x6f, 0x6d, 0x70, 0x72, 0x65,
	0x73, 0x73, 0x65, 0x64, 0x5f, 0x73, 0x79, 0x6d, 0x62, 0x6f, 0x6c, 0x09, 0x76,
	0x6d, 0x6c, 0x69, 0x6e, 0x75, 0x78, 0x09, 0x45, 0x58, 0x50, 0x4f, 0x52, 0x54,
	0x5f, 0x53, 0x59, 0x4d, 0x42, 0x4f, 0x4c, 0x09, 0x0a, 0xfa, 0xa0, 0x83, 0xc7,
};

static const struct {
	const char *label;
	const uint8_t *data;
	size_t size;
} packed[] = {
	{ "gzip", gz, sizeof(gz) },
	{ "xz", xz, sizeof(xz) },
	{ "zstd", zst, sizeof(zst) },
};

static void a_symvers_file_is_read_in_any_compression_whatever_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packed); i++) {
		struct kernel_request request = { .release = RELEASE };
		auto_kernel struct kernel kernel = { 0 };

		scratch_write_bytes(&scratch, "table.txt", packed[i].data, packed[i].size);
		if (find(&kernel, &request, (const char *[]){ "@table.txt", NULL }, NULL) != 0 ||
		    !symbol_table_find(kernel.symbols, "compressed_symbol"))
			fail_msg("%s: not read", packed[i].label);
		assert_string_equal(kernel.release, RELEASE);
	}
}

static void a_symvers_file_cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packed); i++)
		for (size_t size = 1; size < packed[i].size; size++) {
			struct kernel_request request = { .release = RELEASE };
			auto_kernel struct kernel kernel = { 0 };
			auto_error struct error error = { 0 };
			int r;

			scratch_write_bytes(&scratch, "table", packed[i].data, size);
			r = find(&kernel, &request, (const char *[]){ "@table", NULL }, &error);
			if (r != -EBADMSG || !error.why)
				fail_msg("%s cut at %zu: %d", packed[i].label, size, r);
			assert_null(kernel.release);
		}
}

static void headers_say_their_release_themselves(void **state)
{
	static const struct {
		const char *folder, *utsrelease, *config, *expected;
	} cases[] = {
		{ "linux-headers-6.1.0-56-amd64", NULL, "6.1.192\n", "6.1.0-56-amd64" },
		{ "headers", "#define UTS_RELEASE \"6.1.0-56-amd64\"\n", "6.1.192\n",
		  "6.1.0-56-amd64" },
		{ "headers", NULL, RELEASE "\n", RELEASE },
		{ "headers", "#define UTS_RELEASE \"../../etc\"\n", RELEASE "\n", RELEASE },
		{ "linux-6.4.0-150600.23.7-obj/x86_64/default", NULL, NULL, RELEASE },
		{ "headers", NULL, NULL, NULL },
		{ "headers", "#define UTS_RELEASE \"", "not one\n", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kernel_request request = { 0 };
		auto_kernel struct kernel kernel = { 0 };
		auto_free char *text = text_format("@%s", cases[i].folder);
		auto_free char *symvers = text_format("%s/Module.symvers", cases[i].folder);
		auto_free char *header =
			text_format("%s/include/generated/utsrelease.h", cases[i].folder);
		auto_free char *config =
			text_format("%s/include/config/kernel.release", cases[i].folder);
		int r;

		set_up(state);
		scratch_write(&scratch, symvers, SYMVERS);
		if (cases[i].utsrelease)
			scratch_write(&scratch, header, cases[i].utsrelease);
		if (cases[i].config)
			scratch_write(&scratch, config, cases[i].config);
		r = find(&kernel, &request, (const char *[]){ text, NULL }, NULL);
		if (r != (cases[i].expected ? 0 : -EINVAL) ||
		    !text_equal(kernel.release, cases[i].expected))
			fail_msg("row %zu: %d, %s", i, r, kernel.release ? kernel.release : "none");
		tear_down(state);
	}
}

static void an_rpm_is_left_to_be_opened(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	scratch_write(&scratch, "kernel.bin", "\355\253\356\333\003");
	assert_int_equal(find(&kernel, &request, (const char *[]){ "@kernel.bin", NULL }, NULL), 0);
	assert_non_null(kernel.package);
	assert_true(text_ends(kernel.package, "/kernel.bin"));
	assert_null(kernel.release);
	assert_null(kernel.symbols);
}

static void a_tree_and_a_symvers_file_are_one_kernel(void **state)
{
	static const char *const kernels[][2] = {
		{ "@t/lib/modules/" RELEASE, "@Module.symvers" },
		{ "@Module.symvers", "@t/lib/modules/" RELEASE },
		{ "@symvers-" RELEASE ".gz", "@t/lib/modules/" RELEASE },
	};

	(void)state;
	scratch_write(&scratch, "t/lib/modules/" RELEASE "/kernel/is-here.ko", "");
	scratch_write(&scratch, "t/lib/modules/" RELEASE "/symvers.gz", "unread");
	scratch_write(&scratch, "Module.symvers", SYMVERS);
	scratch_write(&scratch, "symvers-" RELEASE ".gz", SYMVERS);
	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct kernel_request request = { 0 };
		auto_kernel struct kernel kernel = { 0 };

		assert_int_equal(find(&kernel, &request, kernels[i], NULL), 0);
		assert_string_equal(kernel.release, RELEASE);
		assert_int_equal(kernel_finish(&kernel, &request, "x86_64", NULL), 0);
		assert_int_equal(kernel.diagnostics.count, 0);
		if (symbol_table_count(kernel.symbols) != 2 ||
		    !symbol_table_find(kernel.symbols, "gone")->absent)
			fail_msg("%s: %zu symbols", kernels[i][0],
				 symbol_table_count(kernel.symbols));
	}
}

static void what_makes_no_sense_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *label, *kernels[2], *release, *flavor;
		int r;
		const char *why;
	} cases[] = {
		{ "no release", { "default" }, NULL, NULL, -EINVAL, "look like a release" },
		{ "two releases", { "6.1.0-1-a", "6.1.0-2-a" }, NULL, NULL, -EINVAL, "6.1.0-1-a" },
		{ "a release and another kernel's file",
		  { "6.1.0-1-a", "@symvers-" RELEASE },
		  NULL,
		  NULL,
		  -EINVAL,
		  RELEASE },
		{ "typed and given", { RELEASE }, "6.1.0-1-a", NULL, -EINVAL, RELEASE },
		{ "odd --kernel-release", { RELEASE }, "../6", NULL, -EINVAL, "look like" },
		{ "odd --flavor", { RELEASE }, NULL, "a:b", -EINVAL, "flavor" },
		{ "empty --flavor", { RELEASE }, NULL, "", -EINVAL, "flavor" },
		{ "symvers of unknown release",
		  { "@Module.symvers" },
		  NULL,
		  NULL,
		  -EINVAL,
		  "which" },
		{ "two trees",
		  { "@a/lib/modules/6.1", "@b/lib/modules/6.1" },
		  NULL,
		  NULL,
		  -EINVAL,
		  "another module tree" },
		{ "two packages", { "@a.rpm", "@a.rpm" }, NULL, NULL, -EINVAL, "another kernel" },
		{ "a path that is not there", { "@none" }, NULL, NULL, -ENOENT, "No such file" },
		{ "a device", { "/dev/null" }, NULL, NULL, -EINVAL, "neither" },
		{ "a directory of something else", { "@empty" }, NULL, NULL, -EBADMSG, "neither" },
		{ "a tree without modules",
		  { "@bare/lib/modules/6.1" },
		  NULL,
		  NULL,
		  -EBADMSG,
		  "no module" },
		{ "text that is no symvers", { "@readme" }, RELEASE, NULL, -EBADMSG, "line 2" },
		{ "an empty file", { "@nothing" }, RELEASE, NULL, -EBADMSG, "no symbol" },
	};

	(void)state;
	scratch_write(&scratch, "symvers-" RELEASE, SYMVERS);
	scratch_write(&scratch, "Module.symvers", SYMVERS);
	scratch_write(&scratch, "a/lib/modules/6.1/kernel/a.ko", "");
	scratch_write(&scratch, "b/lib/modules/6.1/kernel/a.ko", "");
	scratch_write(&scratch, "bare/lib/modules/6.1/kernel/readme", "");
	scratch_write(&scratch, "a.rpm", "\355\253\356\333");
	scratch_write(&scratch, "readme", "\nhello\n");
	scratch_write(&scratch, "nothing", "");
	scratch_folder(&scratch, "empty");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kernel_request request = { .release = cases[i].release,
						  .flavor = cases[i].flavor };
		auto_kernel struct kernel kernel = { 0 };
		auto_error struct error error = { 0 };
		int r = find(&kernel, &request, cases[i].kernels, &error);

		if (r != cases[i].r || !error.what || !strstr(error.why, cases[i].why))
			fail_msg("%s: %d, %s", cases[i].label, r, error.why ? error.why : "-");
		assert_null(kernel.release);
	}
}

static void kernel_release_outdoes_the_path(void **state)
{
	static const char *const kernels[][2] = {
		{ "@lib/modules/" RELEASE, NULL },
		{ "@lib/modules/" RELEASE "/symvers.gz", NULL },
		{ "@linux-headers-" RELEASE, NULL },
	};

	(void)state;
	scratch_write(&scratch, "lib/modules/" RELEASE "/kernel/a.ko", "");
	scratch_write(&scratch, "lib/modules/" RELEASE "/symvers.gz", SYMVERS);
	scratch_write(&scratch, "linux-headers-" RELEASE "/Module.symvers", SYMVERS);
	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct kernel_request request = { .release = "6.1.0-1-a" };
		auto_kernel struct kernel kernel = { 0 };

		if (find(&kernel, &request, kernels[i], NULL) != 0 ||
		    !text_equal(kernel.release, "6.1.0-1-a") || !kernel.symbols)
			fail_msg("%s: %s", kernels[i][0],
				 kernel.release ? kernel.release : "refused");
	}
}

static void install(const char *release)
{
	auto_free char *path = text_format("lib/modules/%s/kernel/a.ko", release);

	scratch_write(&scratch, path, "");
}

static void the_newest_kernel_of_the_booted_flavor_is_the_default(void **state)
{
	struct kernel_request request = { .root = "/target" };
	auto_kernel struct kernel kernel = { 0 };
	auto_free char *flavor = NULL, *older = NULL, *newer = NULL;
	struct utsname name;

	(void)state;
	assert_int_equal(uname(&name), 0);
	flavor = kernel_flavor_of(name.release);
	if (!flavor) {
		print_message("the running kernel %s has no flavor\n", name.release);
		skip();
	}
	older = text_format("6.9.0-1-%s", flavor);
	newer = text_format("6.10.0-1-%s", flavor);
	install(older);
	install(newer);
	install("7.0.0-1-other");
	assert_int_equal(find(&kernel, &request, (const char *[]){ NULL, NULL }, NULL), 0);
	assert_string_equal(kernel.release, newer);
}

static void the_only_flavor_is_the_default_and_of_several_one_must_be_named(void **state)
{
	struct kernel_request request = { .root = "/target" };
	auto_kernel struct kernel kernel = { 0 }, none = { 0 }, named = { 0 };
	auto_error struct error error = { 0 };

	(void)state;
	install("6.9.0-1-one");
	install("6.10.0-1-one");
	assert_int_equal(find(&kernel, &request, (const char *[]){ NULL, NULL }, NULL), 0);
	assert_string_equal(kernel.release, "6.10.0-1-one");
	install("7.0.0-1-two");
	assert_int_equal(find(&none, &request, (const char *[]){ NULL, NULL }, &error), -EINVAL);
	assert_non_null(strstr(error.why, "6.10.0-1-one, 7.0.0-1-two"));
	request.flavor = "two";
	assert_int_equal(find(&named, &request, (const char *[]){ NULL, NULL }, NULL), 0);
	assert_string_equal(named.release, "7.0.0-1-two");
}

static void a_root_without_the_wanted_kernel_is_an_error(void **state)
{
	struct kernel_request request = { .root = "/target" };
	auto_kernel struct kernel kernel = { 0 };
	auto_error struct error empty = { 0 }, other = { 0 };

	(void)state;
	assert_int_equal(find(&kernel, &request, (const char *[]){ NULL, NULL }, &empty), -ENOENT);
	assert_string_equal(empty.on, "/target");
	install("6.9.0-1-one");
	request.flavor = "two";
	assert_int_equal(find(&kernel, &request, (const char *[]){ NULL, NULL }, &other), -ENOENT);
	assert_non_null(strstr(other.why, "flavor"));
}

static void without_a_root_the_running_kernel_is_the_default(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };
	struct utsname name;

	(void)state;
	install("6.9.0-1-one");
	assert_int_equal(uname(&name), 0);
	assert_int_equal(find(&kernel, &request, (const char *[]){ NULL, NULL }, NULL), 0);
	assert_string_equal(kernel.release, name.release);
}

struct provide {
	const char *name, *version;
};

static int add_provides(struct kernel *kernel, const struct provide *provides)
{
	const char *names[16], *versions[16];
	size_t count = 0;

	for (; provides[count].name; count++) {
		names[count] = provides[count].name;
		versions[count] = provides[count].version;
	}
	return kernel_add_provides(kernel, "package k", names, versions, count);
}

static const struct provide suse[] = {
	{ "kernel-default-devel", "1" },
	{ "kernel-default-srchash-0123", NULL },
	{ "kernel", "6.4.0-150600.23.7" },
	{ "kernel-uname-r", RELEASE },
	{ "kernel-default_x86_64", "6.4.0" },
	{ "multiversion(kernel)", "" },
	{ "kmod(e1000e.ko)", NULL },
	{ "kmod(dm-mod)", NULL },
	{ "ksym(default:module_layout)", "fa596f96" },
	{ "ksym(default:other)", "bd" },
	{ NULL, NULL },
};

static void a_kernel_package_says_all_about_its_kernel(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	assert_int_equal(add_provides(&kernel, suse), 0);
	assert_string_equal(kernel.release, RELEASE);
	assert_string_equal(kernel.flavor, "default");
	assert_string_equal(kernel.arch, "x86_64");
	assert_string_equal(kernel.symbols_from, "package k");
	assert_true(kernel.symbols_complete);
	assert_int_equal(symbol_table_count(kernel.symbols), 2);
	assert_int_equal(symbol_table_find(kernel.symbols, "other")->crc, 0xbd);
	assert_false(kernel.tree_known);
	assert_int_equal(kernel.tree_modules.count, 2);
	assert_string_equal(kernel.tree_modules.items[0], "dm_mod");
	assert_int_equal(kernel.provides.count, 8);
	assert_true(strings_contain(&kernel.provides, "kernel-uname-r = " RELEASE));
	assert_true(strings_contain(&kernel.provides, "multiversion(kernel)"));
	assert_int_equal(kernel_finish(&kernel, &request, "s390x", NULL), 0);
	assert_string_equal(kernel.arch, "x86_64");
	assert_int_equal(kernel.diagnostics.count, 0);
}

static void what_is_known_already_is_not_replaced_by_a_package(void **state)
{
	struct kernel_request request = { .release = RELEASE };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	scratch_write(&scratch, "lib/modules/" RELEASE "/kernel/is-here.ko", "");
	scratch_write(&scratch, "lib/modules/" RELEASE "/symvers.gz", SYMVERS);
	assert_int_equal(find(&kernel, &request, (const char *[]){ RELEASE, NULL }, NULL), 0);
	assert_int_equal(add_provides(&kernel, suse), 0);
	assert_null(symbol_table_find(kernel.symbols, "module_layout"));
	assert_true(text_ends(kernel.symbols_from, "symvers.gz"));
	assert_int_equal(kernel.tree_modules.count, 1);
	assert_int_equal(kernel.provides.count, 8);
}

static void the_flavor_fits_the_release_that_the_package_gives(void **state)
{
	static const struct {
		const char *label;
		struct provide provides[5];
		int r;
		const char *flavor;
	} cases[] = {
		{ "no symbols",
		  { { "kernel-uname-r", "6.1.0-56-rt-amd64" },
		    { "kernel-amd64", NULL },
		    { "kernel-rt-amd64", NULL } },
		  0,
		  "rt-amd64" },
		{ "no symbols, the longest first",
		  { { "kernel-rt-amd64", NULL },
		    { "kernel-amd64", NULL },
		    { "kernel-uname-r", "6.1.0-56-rt-amd64" } },
		  0,
		  "rt-amd64" },
		{ "names only of others",
		  { { "kernel-default-devel", NULL }, { "kernel-uname-r", RELEASE } },
		  0,
		  "default" },
		{ "a flavor with a dot",
		  { { "kernel-uname-r", "6.1.0-5-el9.x86_64" }, { "ksym(el9.x86_64:s)", "1" } },
		  0,
		  "el9.x86_64" },
		{ "symbols of another flavor",
		  { { "ksym(rt:s)", "1" }, { "kernel-uname-r", RELEASE } },
		  0,
		  "default" },
		{ "no release",
		  { { "kernel-rt-amd64", "1" }, { "ksym(rt-amd64:s)", "1" } },
		  0,
		  "rt-amd64" },
		{ "a KMP",
		  { { "foo-kmp-default", "1" },
		    { "kmod(foo.ko)", NULL },
		    { "ksym(default:s)", "1" } },
		  -EBADMSG,
		  NULL },
		{ "a KMP of in-tree modules",
		  { { "kernel", "1" }, { "kmp_in_kernel", NULL } },
		  -EBADMSG,
		  NULL },
		{ "nothing", { { NULL, NULL } }, -EBADMSG, NULL },
		{ "an odd release", { { "kernel-uname-r", "../../etc" } }, -EBADMSG, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_kernel struct kernel kernel = { 0 };
		int r = add_provides(&kernel, cases[i].provides);

		if (r != cases[i].r || !text_equal(kernel.flavor, cases[i].flavor))
			fail_msg("%s: %d, %s", cases[i].label, r,
				 kernel.flavor ? kernel.flavor : "none");
	}
}

static void the_package_of_another_kernel_is_refused_and_leaves_no_trace(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	assert_int_equal(find(&kernel, &request, (const char *[]){ "6.4.0-1-default", NULL }, NULL),
			 0);
	assert_int_equal(add_provides(&kernel, suse), -EBADMSG);
	assert_string_equal(kernel.release, "6.4.0-1-default");
	assert_null(kernel.flavor);
	assert_null(kernel.symbols);
	assert_int_equal(kernel.provides.count, 0);
}

static void the_flavor_asked_for_comes_first_and_none_is_an_error(void **state)
{
	static const struct {
		const char *asked, *package, *release, *expected;
	} cases[] = {
		{ "mine", "default", "6.4.0-1-rt", "mine" },
		{ NULL, "default", "6.4.0-1-rt", "default" },
		{ NULL, NULL, "6.4.0-1-rt", "rt" },
		{ NULL, NULL, "6.5.6-300.fc39.x86_64", NULL },
		{ NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kernel_request request = { .flavor = cases[i].asked };
		auto_error struct error error = { 0 };
		auto_kernel struct kernel kernel = {
			.flavor = cases[i].package ? strdup(cases[i].package) : NULL,
			.release = cases[i].release ? strdup(cases[i].release) : NULL,
		};
		int r = kernel_finish(&kernel, &request, "x86_64", &error);

		if (r != (cases[i].expected ? 0 : -EINVAL) ||
		    !text_equal(kernel.flavor, cases[i].expected))
			fail_msg("row %zu: %d, %s", i, r, kernel.flavor ? kernel.flavor : "none");
		assert_true(!error.hint == !r);
	}
}

static void symbols_of_modules_are_assumed_where_no_tree_is_known(void **state)
{
	struct kernel_request request = { .release = RELEASE, .arch = "ppc64le" };
	auto_kernel struct kernel kernel = { 0 };

	(void)state;
	scratch_write(&scratch, "Module.symvers", SYMVERS);
	assert_int_equal(find(&kernel, &request, (const char *[]){ "@Module.symvers", NULL }, NULL),
			 0);
	assert_int_equal(kernel_finish(&kernel, &request, "x86_64", NULL), 0);
	assert_string_equal(kernel.arch, "ppc64le");
	assert_int_equal(symbol_table_count(kernel.symbols), 3);
	assert_int_equal(kernel.diagnostics.count, 1);
	assert_string_equal(kernel.diagnostics.items[0].id, "module-symbols-assumed");
	assert_non_null(strstr(kernel.diagnostics.items[0].text, " 2 "));
}

static void a_tree_alone_gives_what_its_modules_show(void **state)
{
	struct kernel_request request = { 0 };
	auto_kernel struct kernel kernel = { 0 };
	struct module_file file;

	(void)state;
	module_image_make(&file, &(struct module_image){ EM_AARCH64, "own", 1, "used", 2 });
	scratch_write_bytes(&scratch, "lib/modules/" RELEASE "/kernel/a.ko", &file, sizeof(file));
	assert_int_equal(find(&kernel, &request, (const char *[]){ RELEASE, NULL }, NULL), 0);
	assert_null(kernel.symbols); /* a package may still know all of them */
	assert_int_equal(kernel_finish(&kernel, &request, "x86_64", NULL), 0);
	assert_string_equal(kernel.arch, "aarch64");
	assert_int_equal(symbol_table_count(kernel.symbols), 2);
	assert_false(kernel.symbols_complete);
	assert_int_equal(kernel.diagnostics.count, 1);
	assert_string_equal(kernel.diagnostics.items[0].id, "symbols-incomplete");
}

int main(void)
{
#define in_scratch(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_looked_up_below_the_root),
		in_scratch(a_release_that_nothing_is_known_of_is_just_a_release),
		in_scratch(the_build_link_of_a_tree_is_resolved_below_its_root),
		in_scratch(a_build_link_that_leads_out_of_the_root_is_ignored),
		in_scratch(a_symvers_file_is_read_in_any_compression_whatever_its_name),
		in_scratch(a_symvers_file_cut_anywhere_is_refused),
		cmocka_unit_test(headers_say_their_release_themselves),
		in_scratch(an_rpm_is_left_to_be_opened),
		in_scratch(a_tree_and_a_symvers_file_are_one_kernel),
		in_scratch(what_makes_no_sense_is_refused_with_a_reason),
		in_scratch(kernel_release_outdoes_the_path),
		in_scratch(the_newest_kernel_of_the_booted_flavor_is_the_default),
		in_scratch(the_only_flavor_is_the_default_and_of_several_one_must_be_named),
		in_scratch(a_root_without_the_wanted_kernel_is_an_error),
		in_scratch(without_a_root_the_running_kernel_is_the_default),
		cmocka_unit_test(a_kernel_package_says_all_about_its_kernel),
		in_scratch(what_is_known_already_is_not_replaced_by_a_package),
		cmocka_unit_test(the_flavor_fits_the_release_that_the_package_gives),
		in_scratch(the_package_of_another_kernel_is_refused_and_leaves_no_trace),
		cmocka_unit_test(the_flavor_asked_for_comes_first_and_none_is_an_error),
		in_scratch(symbols_of_modules_are_assumed_where_no_tree_is_known),
		in_scratch(a_tree_alone_gives_what_its_modules_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
