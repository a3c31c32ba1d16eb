/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/limits.h"
#include "packages/metadata.h"
#include "packages/modalias-index.h"
#include "repo-fixture.h"

#define RELEASE "6.4.0-150600.21-default"
#define HINT    "supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)\n"
#define NO_HINT "supplements modalias(kernel-default:pci:v00008086d0000FFFFsv*sd*bc*sc*i*)\n"

/* A repository, what was told of it so far, and a machine with one device. */
struct reading {
	struct scratch scratch;
	struct strings aliases;
	struct modalias_index *hardware;
	struct metadata *metadata;
	char *checksum; /* that repomd.xml gives */
	int fd;
	struct strings names; /* of the packages that came */
	struct error error;
};

static char *primary_path(const struct reading *reading)
{
	return scratch_path(&reading->scratch, "1/repodata/primary.xml");
}

static void reading_make(struct reading *reading, const char *packages)
{
	auto_free char *path = NULL;
	auto_bytes struct bytes bytes = { 0 };

	*reading = (struct reading){ 0 };
	scratch_make(&reading->scratch);
	repo_write(&reading->scratch, "1", packages);
	assert_int_equal(
		strings_add(&reading->aliases, "pci:v00008086d000010D3sv00sd00bc02sc00i00"), 0);
	assert_int_equal(modalias_index_new(&reading->aliases, &reading->hardware), 0);
	assert_int_equal(metadata_new(&reading->metadata), 0);
	path = primary_path(reading);
	reading->fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(reading->fd >= 0);
	assert_int_equal(file_read_fd(reading->fd, 1 << 24, &bytes), 0);
	assert_int_equal(digest_hex(DIGEST_SHA256, bytes.data, bytes.size, &reading->checksum), 0);
}

static void reading_done(struct reading *reading)
{
	close(reading->fd);
	free(reading->checksum);
	metadata_free(reading->metadata);
	modalias_index_free(reading->hardware);
	strings_done(&reading->aliases);
	strings_done(&reading->names);
	error_done(&reading->error);
	scratch_remove(&reading->scratch);
}

static int note_name(void *context, const struct record *record)
{
	struct reading *reading = context;

	return strings_add(&reading->names, record_text(record, record->name));
}

static struct metadata_origin origin_of(const struct reading *reading)
{
	return (struct metadata_origin){
		.fd = reading->fd,
		.repository = "repository",
		.name = "primary.xml",
		.checksum = reading->checksum,
		.checksum_type = "sha256",
	};
}

static int scan_for(struct reading *reading, const char *release)
{
	char *const target = (char *)(uintptr_t)release;
	const struct interest interest = {
		.hardware = reading->hardware,
		.releases = { (char **)(uintptr_t)&target, release != NULL },
	};
	const struct metadata_origin origin = origin_of(reading);

	return metadata_scan(reading->metadata, &origin, &interest, note_name, reading,
			     &reading->error);
}

static int take_marked(struct reading *reading)
{
	const struct metadata_origin origin = origin_of(reading);

	return metadata_take_marked(reading->metadata, &origin, note_name, reading,
				    &reading->error);
}

/* The names that came so far must be WORDS, with a blank between them. */
static void assert_names(const struct reading *reading, const char *words)
{
	auto_free char *names = strings_join(&reading->names, " ");

	assert_string_equal(names, words);
}

/* Make whoever reads the file once more fail. */
static void destroy(const struct reading *reading)
{
	assert_int_equal(ftruncate(reading->fd, 3), 0);
}

static void what_fits_comes_at_once_and_all_else_is_counted(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package a-kmp-default-1-1.x86_64\n" HINT
			       "package b-kmp-default-1-1.x86_64\n" NO_HINT
			       "package c-1-1.x86_64\n" HINT "package d-1-1.x86_64\n"
			       "package e-kmp-default-1-1.src\n" HINT);
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_names(&reading, "a-kmp-default c");
	assert_int_equal(metadata_packages(reading.metadata), 4);
	assert_int_equal(metadata_drivers(reading.metadata), 2);
	reading_done(&reading);
}

static void of_thousands_of_malformed_packages_the_first_are_named(void **state)
{
	auto_strings struct strings packages = { 0 };
	auto_free char *text = NULL;
	const struct diagnostics *diagnostics;
	struct reading reading;

	(void)state;
	for (int i = 0; i < 5000; i++)
		assert_int_equal(strings_addf(&packages, "package a%d-x:1-1.x86_64\n", i), 0);
	text = strings_join(&packages, "");
	reading_make(&reading, text);
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_int_equal(metadata_packages(reading.metadata), 0);
	diagnostics = metadata_diagnostics(reading.metadata);
	assert_int_equal(diagnostics->count, METADATA_DIAGNOSTICS_MAX + 1);
	assert_string_equal(diagnostics->items[0].culprit, "a0-x:1-1.x86_64");
	assert_non_null(strstr(diagnostics->items[METADATA_DIAGNOSTICS_MAX].text, "are not named"));
	reading_done(&reading);
}

static void versions_that_are_longer_than_any_are_malformed(void **state)
{
	static const struct {
		const char *label, *before, *after;
		int digits;
		size_t packages;
	} rows[] = {
		{ "required, as a version may be", "b-1-1.x86_64\nrequires c = ", "-1\n", 255, 1 },
		{ "of the package", "b-", "-1.x86_64\n", 256, 0 },
		{ "release of the package", "b-1-", ".x86_64\n", 256, 0 },
		{ "required", "b-1-1.x86_64\nrequires c = ", "-1\n", 256, 0 },
		{ "provided", "b-1-1.x86_64\nprovides c = 1-", "\n", 256, 0 },
	};
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *text =
			text_format("package a-1-1.x86_64\npackage %s%0*d%s", rows[i].before,
				    rows[i].digits, 1, rows[i].after);
		struct reading reading;

		reading_make(&reading, text);
		assert_int_equal(scan_for(&reading, RELEASE), 0);
		if (metadata_packages(reading.metadata) != 1 + rows[i].packages) {
			print_error("%s\n", rows[i].label);
			bad++;
		}
		reading_done(&reading);
	}
	assert_int_equal(bad, 0);
}

static void hints_are_found_wherever_libsolv_is_given_some(void **state)
{
	static const char *const lines[] = {
		"supplements modalias(pci:v00008086d000010D3sv*)",
		"supplements modalias(nobody:pci:v00008086d000010D3sv*)",
		"supplements (modalias(kernel-default:pci:v00008086d000010D3sv*) and b)",
		"supplements (b or modalias(kernel-default:pci:v00008086d000010D3sv*))",
		"supplements system:modalias(kernel-default:pci:v00008086d000010D3sv*)",
		"supplements b\nfreshens modalias(kernel-default:pci:v00008086d000010D3sv*)",
		"provides modalias(kernel-default:pci:v00008086d000010D3sv*)",
		"supplements modalias(kernel-default:*:*)",
		"supplements modalias(kernel-default:pci:v00008086d000010D3%73v*)",
		"supplements modalias(kernel-default:pci:v00008086d000010d3sv*)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		auto_free char *text =
			text_format("package a-kmp-default-1-1.x86_64\n%s\n", lines[i]);
		struct reading reading;

		reading_make(&reading, text);
		assert_int_equal(scan_for(&reading, RELEASE), 0);
		if (reading.names.count != 1)
			print_error("not found: %s\n", lines[i]);
		assert_int_equal(reading.names.count, 1);
		reading_done(&reading);
	}
}

static void what_is_required_comes_without_another_look(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package a-kmp-default-1-1.x86_64\nprovides ksym(default:x) = 1\n"
			       "package b-firmware-1-1.noarch\n"
			       "package c-ueficert-1-1.noarch\n"
			       "package d-1-1.noarch\nprovides kernel-thing\n"
			       "package e-1-1.noarch\nprovides thing\n");
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_names(&reading, "");
	destroy(&reading);
	assert_false(metadata_mark_providers(reading.metadata, "thing"));
	assert_true(metadata_mark_providers(reading.metadata, "ksym(default:x)"));
	assert_true(metadata_mark_providers(reading.metadata, "b-firmware"));
	assert_true(metadata_mark_providers(reading.metadata, "c-ueficert"));
	assert_true(metadata_mark_providers(reading.metadata, "kernel-thing"));
	assert_int_equal(take_marked(&reading), 0);
	assert_names(&reading, "a-kmp-default b-firmware c-ueficert d");
	assert_false(metadata_mark_providers(reading.metadata, "b-firmware"));
	assert_int_equal(take_marked(&reading), 0);
	assert_int_equal(reading.names.count, 4);
	reading_done(&reading);
}

static void what_has_other_hints_and_is_required_is_read_again(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package a-kmp-default-1-1.x86_64\n" HINT
			       "package b-kmp-default-1-1.x86_64\n" NO_HINT
			       "package c-kmp-default-1-1.x86_64\n" NO_HINT);
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_true(metadata_mark_providers(reading.metadata, "c-kmp-default"));
	assert_int_equal(take_marked(&reading), 0);
	assert_names(&reading, "a-kmp-default c-kmp-default");
	assert_int_equal(metadata_packages(reading.metadata), 3);
	reading_done(&reading);
}

static void a_file_that_changed_in_between_is_refused(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package b-kmp-default-1-1.x86_64\n" NO_HINT
			       "package c-kmp-default-1-1.x86_64\n" NO_HINT);
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_true(metadata_mark_providers(reading.metadata, "c-kmp-default"));
	repo_write(&reading.scratch, "2", "package c-kmp-default-9-1.x86_64\n" NO_HINT);
	{
		auto_free char *path = scratch_path(&reading.scratch, "2/repodata/primary.xml");
		auto_fd int other = open(path, O_RDONLY | O_CLOEXEC);

		assert_true(dup2(other, reading.fd) >= 0);
	}
	assert_int_equal(take_marked(&reading), -EBADMSG);
	assert_non_null(strstr(reading.error.why, "repomd.xml says"));
	reading_done(&reading);
}

static void a_wrong_checksum_explains_all_else_that_is_wrong(void **state)
{
	static const off_t sizes[] = { 0, 40, 200 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct reading reading;

		reading_make(&reading, "package a-kmp-default-1-1.x86_64\n" HINT);
		assert_int_equal(ftruncate(reading.fd, sizes[i]), 0);
		assert_int_equal(scan_for(&reading, RELEASE), -EBADMSG);
		assert_non_null(strstr(reading.error.why, "repomd.xml says"));
		reading_done(&reading);
	}
}

static void damage_that_the_checksum_vouches_for_is_told_as_such(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package a-kmp-default-1-1.x86_64\n" HINT);
	assert_int_equal(ftruncate(reading.fd, 200), 0);
	{
		auto_bytes struct bytes bytes = { 0 };

		free(reading.checksum);
		assert_int_equal(lseek(reading.fd, 0, SEEK_SET), 0);
		assert_int_equal(file_read_fd(reading.fd, 4096, &bytes), 0);
		assert_int_equal(
			digest_hex(DIGEST_SHA256, bytes.data, bytes.size, &reading.checksum), 0);
	}
	assert_int_equal(scan_for(&reading, RELEASE), -EBADMSG);
	assert_null(strstr(reading.error.why, "repomd.xml says"));
	reading_done(&reading);
}

/* Kernels, their parts and whether they come at once, if one looks for RELEASE. */
static void only_kernels_of_the_release_come(void **state)
{
	static const struct {
		const char *text;
		bool comes;
	} rows[] = {
		{ "package kernel-default-6.4.0-150600.21.1.x86_64\n"
		  "provides kernel-uname-r = 6.4.0-150600.21-default\n",
		  true },
		{ "package kernel-default-6.4.0-150600.30.1.x86_64\n"
		  "provides kernel-uname-r = 6.4.0-150600.30-default\n",
		  false },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r\n", true },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r >= 3\n", true },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r = 6.4.0\n", true },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r = 6.04.0-150600.021-default\n",
		  true },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r = 6.4.1-150600.21-default\n",
		  false },
		{ "package odd-1-1.x86_64\nprovides kernel-uname-r = 6.40.0-150600.21-default\n",
		  false },
		{ "package kernel-default-extra-6.4.0-150600.21.1.x86_64\nprovides kernel\n",
		  true },
		{ "package kernel-default-extra-6.4.0-150600.30.1.x86_64\nprovides kernel\n",
		  false },
		{ "package kernel-default-6.4.0-150600.30.1.x86_64\n" HINT
		  "provides kernel-uname-r = 6.4.0-150600.30-default\n",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading reading;

		reading_make(&reading, rows[i].text);
		assert_int_equal(scan_for(&reading, RELEASE), 0);
		if (rows[i].comes != (reading.names.count == 1))
			print_error("row %zu: %s", i, rows[i].text);
		assert_int_equal(reading.names.count, rows[i].comes);
		reading_done(&reading);
		reading_make(&reading, rows[i].text);
		assert_int_equal(scan_for(&reading, NULL), 0);
		assert_int_equal(reading.names.count, 1);
		reading_done(&reading);
	}
}

static void parts_of_another_version_come_if_their_kernel_does(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading,
		     "package vendor-kernel-7-1.x86_64\n"
		     "provides kernel-uname-r = " RELEASE "\n"
		     "package vendor-kernel-extra-7-1.x86_64\nprovides kernel-uname-r = 1\n"
		     "package vendor-kernel-extra-8-1.x86_64\nprovides kernel-uname-r = 1\n"
		     "package other-extra-7-1.x86_64\nprovides kernel-uname-r = 1\n");
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	assert_names(&reading, "vendor-kernel");
	assert_true(metadata_mark_parts(reading.metadata, "vendor-kernel", "7-1"));
	assert_int_equal(take_marked(&reading), 0);
	assert_names(&reading, "vendor-kernel vendor-kernel-extra");
	reading_done(&reading);
}

static void all_that_may_be_required_comes_if_need_be(void **state)
{
	struct reading reading;

	(void)state;
	reading_make(&reading, "package a-kmp-default-1-1.x86_64\n" NO_HINT
			       "package b-firmware-1-1.noarch\npackage c-1-1.noarch\n"
			       "package d-1-1.noarch\nobsoletes a-kmp-default\n");
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	metadata_mark_all(reading.metadata);
	assert_int_equal(take_marked(&reading), 0);
	strings_sort_unique(&reading.names);
	assert_names(&reading, "a-kmp-default b-firmware d");
	reading_done(&reading);
}

/* COUNT packages of userspace, each with a requirement of its own. Owned. */
static char *make_userspace(unsigned int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	fputs("package a-kmp-default-1-1.x86_64\n" HINT, out);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "package u%u-1-1.noarch\nrequires cap%u\nfile /usr/bin/u%u\n", i, i,
			i);
	fclose(out);
	return text;
}

/* What is in use after COUNT such packages were read, in bytes. */
static size_t memory_of(unsigned int count)
{
	auto_free char *text = make_userspace(count);
	struct reading reading;
	size_t before, after;

	reading_make(&reading, text);
	before = mallinfo2().uordblks;
	assert_int_equal(scan_for(&reading, RELEASE), 0);
	after = mallinfo2().uordblks;
	reading_done(&reading);
	return after - before;
}

static void memory_does_not_grow_with_what_does_not_matter(void **state)
{
	size_t few = memory_of(1000), many = memory_of(20000);

	(void)state;
	/* Two bits a package, and room to grow, are all that may be added. */
	assert_in_range(many, 0, few + 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_comes_at_once_and_all_else_is_counted),
		cmocka_unit_test(of_thousands_of_malformed_packages_the_first_are_named),
		cmocka_unit_test(versions_that_are_longer_than_any_are_malformed),
		cmocka_unit_test(hints_are_found_wherever_libsolv_is_given_some),
		cmocka_unit_test(what_is_required_comes_without_another_look),
		cmocka_unit_test(what_has_other_hints_and_is_required_is_read_again),
		cmocka_unit_test(a_file_that_changed_in_between_is_refused),
		cmocka_unit_test(a_wrong_checksum_explains_all_else_that_is_wrong),
		cmocka_unit_test(damage_that_the_checksum_vouches_for_is_told_as_such),
		cmocka_unit_test(only_kernels_of_the_release_come),
		cmocka_unit_test(parts_of_another_version_come_if_their_kernel_does),
		cmocka_unit_test(all_that_may_be_required_comes_if_need_be),
		cmocka_unit_test(memory_does_not_grow_with_what_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
