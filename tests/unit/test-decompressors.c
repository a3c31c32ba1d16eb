/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/decompressors.h"
#include "scratch-setup.h"

static bool are_same(const struct decompressors *left, const struct decompressors *right)
{
	return memcmp(left, right, sizeof(*left)) == 0;
}

#define HEAD "# Linux/x86 6.4.0 Kernel Configuration\nCONFIG_MODULES=y\n"

static void the_configuration_tells_what_the_kernel_can(void **state)
{
	static const struct {
		const char *label, *text;
		struct decompressors expected;
	} cases[] = {
		{ "none",
		  HEAD "# CONFIG_MODULE_DECOMPRESS is not set\nCONFIG_MODULE_COMPRESS_ZSTD=y\n",
		  { .kernel_known = true } },
		{ "zstd",
		  HEAD "CONFIG_MODULE_COMPRESS_ZSTD=y\nCONFIG_MODULE_DECOMPRESS=y\n",
		  { .kernel_known = true, .kernel_zstd = true } },
		{ "several",
		  HEAD "CONFIG_MODULE_COMPRESS_GZIP=y\nCONFIG_MODULE_COMPRESS_XZ=y\n"
		       "CONFIG_MODULE_DECOMPRESS=y\n",
		  { .kernel_known = true, .kernel_gzip = true, .kernel_xz = true } },
		{ "no configuration", "hello\n", { 0 } },
		{ "empty", "", { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decompressors found = { 0 };

		scratch_write(&scratch, "boot/config-6.4.0", cases[i].text);
		decompressors_find(scratch.fd, "6.4.0", false, &found);
		if (!are_same(&found, &cases[i].expected))
			fail_msg("%s: gzip %d, xz %d, zstd %d", cases[i].label, found.kernel_gzip,
				 found.kernel_xz, found.kernel_zstd);
	}
}

static void the_libraries_that_libkmod_names_tell_what_it_can(void **state)
{
	static const char *const places[] = {
		"usr/lib64/libkmod.so.2",
		"lib64/libkmod.so.2",
		"usr/lib/libkmod.so.2",
		"usr/lib/x86_64-linux-gnu/libkmod.so.2",
		"lib/aarch64-linux-gnu/libkmod.so.2",
	};
	static const struct decompressors expected = { .kmod_known = true,
						       .kmod_xz = true,
						       .kmod_zstd = true };

	for (size_t i = 0; i < COUNT(places); i++) {
		struct decompressors found = { 0 };

		set_up(state);
		scratch_write_bytes(&scratch, places[i], "\177ELF\0libzstd.so.1\0liblzma.so.5\0",
				    31);
		decompressors_find(scratch.fd, "6.4.0", false, &found);
		if (!are_same(&found, &expected))
			fail_msg("%s: known %d", places[i], found.kmod_known);
		tear_down(state);
	}
}

static void the_running_kernel_says_what_it_can(void **state)
{
	static const struct decompressors expected = { .kernel_known = true, .kernel_xz = true };
	struct decompressors found = { 0 };

	(void)state;
	scratch_write(&scratch, "sys/module/compression", "xz\n");
	scratch_write(&scratch, "boot/config-6.4.0", HEAD);
	decompressors_find(scratch.fd, "6.4.0", true, &found);
	assert_true(are_same(&found, &expected));
	found = (struct decompressors){ 0 };
	decompressors_find(scratch.fd, "6.4.0", false, &found);
	assert_false(found.kernel_xz);
	assert_true(found.kernel_known);
}

static void what_is_not_found_stays_as_it_was_known(void **state)
{
	static const struct decompressors told = { .kmod_known = true, .kmod_gzip = true };
	struct decompressors found = told;

	(void)state;
	decompressors_find(scratch.fd, "6.4.0", true, &found);
	assert_true(are_same(&found, &told));
}

int main(void)
{
#define in_scratch(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		in_scratch(the_configuration_tells_what_the_kernel_can),
		cmocka_unit_test(the_libraries_that_libkmod_names_tell_what_it_can),
		in_scratch(the_running_kernel_says_what_it_can),
		in_scratch(what_is_not_found_stays_as_it_was_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
