/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/symvers.h"
#include "kernel/table-internal.h"

static const struct symbol symbols[] = {
	{ "printk", "vmlinux", NULL, 0x92997ed8, true, false, true, false },
	{ "usb_register", "usbcore", NULL, 0x3333, true, true, true, false },
	{ "usb_stor_probe", "usb_storage", "USB_STORAGE", 0xffffffff, true, true, true, false },
	{ "no_crc", "vmlinux", NULL, 0, false, false, true, false },
	{ "of_package", NULL, NULL, 7, true, false, false, false },
};

/* A kernel with all that a table can hold. */
static struct kernel make_kernel(void)
{
	struct kernel kernel = {
		.release = strdup("6.4.0-150600.23.7-default"),
		.flavor = strdup("default"),
		.arch = strdup("x86_64"),
		.vermagic = strdup("6.4.0-150600.23.7-default SMP preempt mod_unload modversions"),
		.symbols = symbol_table_new(),
		.symbols_complete = true,
		.decompressors = { .kmod_known = true,
				   .kmod_xz = true,
				   .kmod_zstd = true,
				   .kernel_known = true,
				   .kernel_gzip = true },
	};

	for (size_t i = 0; i < COUNT(symbols); i++)
		assert_int_equal(symbol_table_add(kernel.symbols, &symbols[i]), 0);
	assert_int_equal(strings_add(&kernel.builtins, "crc32c"), 0);
	assert_int_equal(strings_add(&kernel.builtins, "sd_mod"), 0);
	assert_int_equal(strings_add(&kernel.signers.own, "2a3b"), 0);
	return kernel;
}

static struct bytes make_table(void)
{
	auto_kernel struct kernel kernel = make_kernel();
	struct bytes file = { 0 };

	assert_int_equal(table_write(&kernel, &file, NULL), 0);
	return file;
}

/* Let the checksum of FILE fit what is in it. */
static void seal(const struct bytes *file)
{
	uint64_t sum = table_checksum(file->data + AT_FLAGS, file->size - AT_FLAGS);

	for (size_t i = 0; i < sizeof(sum); i++)
		file->data[AT_CHECKSUM + i] = (uint8_t)(sum >> 8 * i);
}

static void expect_same(const struct symbol_table *table, const struct symbol *expected)
{
	const struct symbol *found = symbol_table_find(table, expected->name);

	if (!found)
		fail_msg("%s: not found", expected->name);
	else if (found->crc != expected->crc || found->has_crc != expected->has_crc ||
		 found->gpl_only != expected->gpl_only ||
		 found->kind_known != expected->kind_known ||
		 !text_equal(found->exporter, expected->exporter) ||
		 !text_equal(found->name_space, expected->name_space))
		fail_msg("%s: %08x of %s in %s", expected->name, found->crc, found->exporter,
			 found->name_space);
}

static void what_is_written_is_read_again(void **state)
{
	auto_kernel struct kernel kernel = make_kernel(), read = { 0 };
	auto_bytes struct bytes file = { 0 }, again = { 0 };

	(void)state;
	assert_int_equal(table_write(&kernel, &file, NULL), 0);
	assert_true(table_is_one(&file));
	assert_int_equal(table_read(&file, "t", &read, NULL), 0);
	assert_string_equal(read.release, kernel.release);
	assert_string_equal(read.flavor, kernel.flavor);
	assert_string_equal(read.arch, kernel.arch);
	assert_string_equal(read.vermagic, kernel.vermagic);
	assert_int_equal(read.builtins.count, 2);
	assert_string_equal(read.builtins.items[1], "sd_mod");
	assert_int_equal(read.signers.own.count, 1);
	assert_true(read.symbols_complete);
	assert_memory_equal(&read.decompressors, &kernel.decompressors,
			    sizeof(kernel.decompressors));
	assert_int_equal(symbol_table_count(read.symbols), COUNT(symbols));
	for (size_t i = 0; i < COUNT(symbols); i++)
		expect_same(read.symbols, &symbols[i]);
	assert_null(symbol_table_find(read.symbols, "printk_"));
	assert_int_equal(table_write(&read, &again, NULL), 0);
	assert_int_equal(file.size, again.size);
	assert_memory_equal(file.data, again.data, file.size);
}

static void what_is_not_known_stays_unknown(void **state)
{
	auto_kernel struct kernel kernel = { .symbols = symbol_table_new() }, read = { 0 };
	auto_bytes struct bytes file = { 0 };

	(void)state;
	assert_int_equal(symbol_table_add(kernel.symbols, &symbols[4]), 0);
	assert_int_equal(table_write(&kernel, &file, NULL), 0);
	assert_int_equal(table_read(&file, "t", &read, NULL), 0);
	assert_null(read.release);
	assert_null(read.flavor);
	assert_null(read.arch);
	assert_null(read.vermagic);
	assert_false(read.symbols_complete);
	assert_false(read.decompressors.kmod_known || read.decompressors.kernel_known);
	assert_int_equal(read.builtins.count + read.signers.own.count, 0);
	expect_same(read.symbols, &symbols[4]);
}

/* Two names that have one hash, found by trying some millions; and one that has its own. */
static const struct symbol twins[] = {
	{ "symbol_288431", "vmlinux", NULL, 0x1111, true, false, true, false },
	{ "printk", "vmlinux", NULL, 0x92997ed8, true, false, true, false },
	{ "symbol_5207fd", "usbcore", "USB", 0x2222, true, true, true, false },
};

static struct bytes make_table_of_twins(void)
{
	auto_kernel struct kernel kernel = { .symbols = symbol_table_new() };
	struct bytes file = { 0 };

	for (size_t i = 0; i < COUNT(twins); i++)
		assert_int_equal(symbol_table_add(kernel.symbols, &twins[i]), 0);
	assert_int_equal(table_write(&kernel, &file, NULL), 0);
	return file;
}

static void symbols_of_one_hash_are_told_by_their_names(void **state)
{
	auto_bytes struct bytes file = make_table_of_twins(), again = { 0 };
	auto_kernel struct kernel read = { 0 };

	(void)state;
	assert_true(symbol_hash(twins[0].name) == symbol_hash(twins[2].name));
	assert_int_equal(file.data[AT_NAMES], 2);
	assert_int_equal(table_read(&file, "t", &read, NULL), 0);
	assert_int_equal(symbol_table_count(read.symbols), COUNT(twins));
	for (size_t i = 0; i < COUNT(twins); i++)
		expect_same(read.symbols, &twins[i]);
	assert_null(symbol_table_find(read.symbols, "printk")->name);
	assert_int_equal(table_write(&read, &again, NULL), 0);
	assert_int_equal(file.size, again.size);
	assert_memory_equal(file.data, again.data, file.size);
}

/* The file ends with both names, each of 13 bytes and a NUL. */
static void a_name_that_is_not_the_symbols_is_refused(void **state)
{
	static const struct {
		const char *label, *names;
	} cases[] = {
		{ "the last name is another", "symbol_288431\0symbol_5207fe" },
		{ "the first name is another", "symbol_288432\0symbol_5207fd" },
		{ "both names are the same", "symbol_288431\0symbol_288431" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes file = make_table_of_twins();
		auto_kernel struct kernel read = { 0 };

		memcpy(file.data + file.size - 28, cases[i].names, 28);
		seal(&file);
		if (table_read(&file, "t", &read, NULL) != -EBADMSG)
			fail_msg("%s: taken", cases[i].label);
	}
}

static void a_kernel_without_symbols_has_no_table(void **state)
{
	auto_kernel struct kernel kernel = { .symbols = symbol_table_new() }, nothing = { 0 };
	auto_error struct error error = { 0 };
	struct bytes file = { 0 };

	(void)state;
	assert_int_equal(table_write(&kernel, &file, &error), -ENODATA);
	assert_non_null(error.hint);
	assert_int_equal(table_write(&nothing, &file, NULL), -ENODATA);
}

static void a_cut_table_is_refused_at_every_length(void **state)
{
	auto_bytes struct bytes file = make_table();

	(void)state;
	for (size_t size = 0; size < file.size; size++) {
		auto_bytes struct bytes cut = { .data = malloc(size + 1), .size = size };
		auto_kernel struct kernel read = { 0 };
		auto_error struct error error = { 0 };

		memcpy(cut.data, file.data, size);
		cut.data[size] = '\0';
		if (table_read(&cut, "t", &read, &error) != -EBADMSG || !error.why || read.symbols)
			fail_msg("%zu of %zu bytes are taken", size, file.size);
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	auto_bytes struct bytes file = make_table();

	(void)state;
	for (size_t bit = 0; bit < file.size * 8; bit++) {
		auto_kernel struct kernel read = { 0 };

		file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (table_read(&file, "t", &read, NULL) != -EBADMSG)
			fail_msg("bit %zu of byte %zu is taken", bit % 8, bit / 8);
		file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

/* With a checksum that fits: nothing but the content may tell, and what is taken makes sense. */
static void a_sealed_table_of_any_content_does_no_harm(void **state)
{
	auto_bytes struct bytes file = make_table();
	size_t refused = 0;

	(void)state;
	for (size_t at = AT_FLAGS; at < file.size; at++)
		for (unsigned int value = 0; value < 256; value += 51) {
			auto_kernel struct kernel read = { 0 };
			uint8_t before = file.data[at];

			file.data[at] = (uint8_t)value;
			seal(&file);
			if (table_read(&file, "t", &read, NULL) == 0)
				assert_int_equal(symbol_table_count(read.symbols), COUNT(symbols));
			else
				refused++;
			file.data[at] = before;
		}
	assert_true(refused > 100);
}

static void what_makes_no_sense_is_refused_by_name(void **state)
{
	static const struct {
		const char *label, *why;
		size_t at;
		uint8_t value;
	} cases[] = {
		{ "another magic", "no symbol table", 0, 'K' },
		{ "another format", "does not know", AT_VERSION, 1 },
		{ "an unknown flag", "head", AT_FLAGS + 3, 1 },
		{ "no symbols", "head", AT_SYMBOLS, 0 },
		{ "more symbols than bytes", "head", AT_SYMBOLS + 1, 1 },
		{ "more symbols than any kernel", "head", AT_SYMBOLS + 3, 1 },
		{ "more exporters than texts", "content", AT_EXPORTERS + 3, 0xff },
		{ "fewer signers than texts", "content", AT_SIGNERS, 0 },
		{ "more names than texts", "content", AT_NAMES, 1 },
		{ "an exporter that is none", "content", HEAD_SIZE + 5 * 9, 0xee },
		{ "a namespace that is none", "content", HEAD_SIZE + 5 * 11, 0xee },
		{ "an unknown kind", "content", HEAD_SIZE + 5 * 13, 0x80 },
		{ "a release that is none", "content", HEAD_SIZE + 5 * 14, '/' },
		{ "an escape in the flavor", "content", HEAD_SIZE + 5 * 14 + 27, 033 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes file = make_table();
		auto_kernel struct kernel read = { 0 };
		auto_error struct error error = { 0 };

		file.data[cases[i].at] = cases[i].value;
		seal(&file);
		if (table_read(&file, "t", &read, &error) != -EBADMSG ||
		    !strstr(error.why, cases[i].why))
			fail_msg("%s: %s", cases[i].label, error.why ? error.why : "taken");
	}
}

static void a_hash_that_is_there_twice_is_refused(void **state)
{
	auto_bytes struct bytes file = make_table();
	auto_kernel struct kernel read = { 0 };

	(void)state;
	for (size_t byte = 0; byte < HASH_SIZE; byte++)
		file.data[HEAD_SIZE + byte * COUNT(symbols)] =
			file.data[HEAD_SIZE + byte * COUNT(symbols) + 1];
	seal(&file);
	assert_int_equal(table_read(&file, "t", &read, NULL), -EBADMSG);
}

/* Symbols of the list of a real kernel, if tools/fetch-kernel left one; else false. */
static bool read_real(struct symbol_table *table)
{
	static const char pattern[] = "build/kernel/root/usr/src/linux-headers-*/Module.symvers";
	auto_bytes struct bytes text = { 0 };
	auto_fd int fd = -1;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0)
		fd = file_open_regular(AT_FDCWD, found.gl_pathv[0]);
	globfree(&found);
	if (fd < 0) {
		print_message("tools/fetch-kernel did not run: no %s\n", pattern);
		return false;
	}
	assert_int_equal(symvers_load(fd, pattern, &text, NULL), 0);
	assert_int_equal(symvers_read(&text, pattern, table, NULL), 0);
	return true;
}

static void a_real_kernel_fits(void **state)
{
	auto_kernel struct kernel kernel = { .symbols = symbol_table_new() }, read = { 0 };
	auto_bytes struct bytes file = { 0 };
	const struct symbol *symbol;

	(void)state;
	if (!read_real(kernel.symbols))
		skip();
	assert_int_equal(table_write(&kernel, &file, NULL), 0);
	assert_int_equal(table_read(&file, "t", &read, NULL), 0);
	assert_int_equal(symbol_table_count(read.symbols), symbol_table_count(kernel.symbols));
	for (size_t i = 0; (symbol = symbol_table_at(kernel.symbols, i)); i++)
		expect_same(read.symbols, symbol);
	assert_true(file.size < symbol_table_count(kernel.symbols) * 15);
	for (size_t size = 0; size < file.size; size += 64) {
		auto_kernel struct kernel none = { 0 };
		const struct bytes cut = { file.data, size };

		if (table_read(&cut, "t", &none, NULL) != -EBADMSG)
			fail_msg("%zu of %zu bytes are taken", size, file.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_not_known_stays_unknown),
		cmocka_unit_test(symbols_of_one_hash_are_told_by_their_names),
		cmocka_unit_test(a_name_that_is_not_the_symbols_is_refused),
		cmocka_unit_test(a_kernel_without_symbols_has_no_table),
		cmocka_unit_test(a_cut_table_is_refused_at_every_length),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(a_sealed_table_of_any_content_does_no_harm),
		cmocka_unit_test(what_makes_no_sense_is_refused_by_name),
		cmocka_unit_test(a_hash_that_is_there_twice_is_refused),
		cmocka_unit_test(a_real_kernel_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
