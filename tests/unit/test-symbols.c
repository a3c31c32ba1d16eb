/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/provides.h"
#include "kernel/symvers.h"

/* What the rows TEXT of SIZE bytes give; *LINE as symvers_parse() sets it. */
static int read_text(struct symbol_table *table, const char *text, size_t size, size_t *line)
{
	auto_bytes struct bytes bytes = { .data = malloc(size + 1), .size = size };

	assert_non_null(bytes.data);
	memcpy(bytes.data, text, size);
	bytes.data[size] = '\0';
	*line = 0;
	return symvers_parse(table, &bytes, line);
}

static void rows_of_every_age_are_understood(void **state)
{
	static const struct {
		const char *label, *row;
		struct symbol expected;
	} cases[] = {
		{ "of the kernel itself",
		  "0x4c9d28b0\tphys_base\tvmlinux\tEXPORT_SYMBOL\t\n",
		  { "phys_base", "vmlinux", NULL, 0x4c9d28b0, true, false, true, false } },
		{ "of a module, by path",
		  "0xe1cc2a05\ts\tdrivers/usb/usb-storage\tEXPORT_SYMBOL_GPL\t\n",
		  { "s", "usb_storage", NULL, 0xe1cc2a05, true, true, true, false } },
		{ "in a namespace",
		  "0x00000001\ts\tvmlinux\tEXPORT_SYMBOL_NS_GPL\tUSB_STORAGE\n",
		  { "s", "vmlinux", "USB_STORAGE", 1, true, true, true, false } },
		{ "namespace third, as 5.4 wrote it",
		  "0x00000001\ts\tNS\tdrivers/x-y\tEXPORT_SYMBOL\n",
		  { "s", "x_y", "NS", 1, true, false, true, false } },
		{ "empty namespace third",
		  "0x00000001\ts\t\tvmlinux\tEXPORT_SYMBOL_GPL\n",
		  { "s", "vmlinux", NULL, 1, true, true, true, false } },
		{ "four columns",
		  "0xffffffff\ts\tvmlinux\tEXPORT_SYMBOL\n",
		  { "s", "vmlinux", NULL, 0xffffffff, true, false, true, false } },
		{ "three columns",
		  "0x12345678\ts\tvmlinux\n",
		  { "s", "vmlinux", NULL, 0x12345678, true, false, false, false } },
		{ "object file of the kernel",
		  "0x12345678\ts\tnet/built-in\n",
		  { "s", "vmlinux", NULL, 0x12345678, true, false, false, false } },
		{ "unused but GPL",
		  "0x00000002\ts\tvmlinux\tEXPORT_UNUSED_SYMBOL_GPL\n",
		  { "s", "vmlinux", NULL, 2, true, true, true, false } },
		{ "without a CRC",
		  "0x00000000\ts\tvmlinux\tEXPORT_SYMBOL\t\n",
		  { "s", "vmlinux", NULL, 0, false, false, true, false } },
		{ "ends in CR LF",
		  "0x00000003\ts\tvmlinux\tEXPORT_SYMBOL\t\r\n",
		  { "s", "vmlinux", NULL, 3, true, false, true, false } },
		{ "no newline at the end",
		  "0x00000004\ts\tvmlinux\tEXPORT_SYMBOL",
		  { "s", "vmlinux", NULL, 4, true, false, true, false } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_symbol_table struct symbol_table *table = symbol_table_new();
		const struct symbol *expected = &cases[i].expected, *found;
		size_t line;

		if (read_text(table, cases[i].row, strlen(cases[i].row), &line) != 0)
			fail_msg("%s: refused", cases[i].label);
		found = symbol_table_find(table, expected->name);
		if (!found || symbol_table_count(table) != 1)
			fail_msg("%s: not found", cases[i].label);
		else if (!text_equal(found->exporter, expected->exporter) ||
			 !text_equal(found->name_space, expected->name_space) ||
			 found->crc != expected->crc || found->has_crc != expected->has_crc ||
			 found->gpl_only != expected->gpl_only ||
			 found->kind_known != expected->kind_known || found->absent)
			fail_msg("%s: read as %s %s %08x %d %d", cases[i].label, found->exporter,
				 found->name_space ? found->name_space : "-", found->crc,
				 found->has_crc, found->gpl_only);
	}
}

#define GOOD "0x00000001\tgood\tvmlinux\tEXPORT_SYMBOL\t\n"

static void what_is_no_row_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *label, *text;
		size_t size; /* 0: up to the NUL */
		size_t line;
	} cases[] = {
		{ "no TAB at all", GOOD "0x00000001 s vmlinux EXPORT_SYMBOL\n", 0, 2 },
		{ "two columns", "0x00000001\ts\n", 0, 1 },
		{ "six columns", GOOD GOOD "0x00000001\ts\tvmlinux\tEXPORT_SYMBOL\t\t\n", 0, 3 },
		{ "no 0x", "00000001\ts\tvmlinux\tEXPORT_SYMBOL\n", 0, 1 },
		{ "an empty CRC", "0x\ts\tvmlinux\tEXPORT_SYMBOL\n", 0, 1 },
		{ "a CRC that is not hexadecimal", "0x0000000g\ts\tvmlinux\n", 0, 1 },
		{ "a CRC of more than 32 bits", "0x100000000\ts\tvmlinux\n", 0, 1 },
		{ "an empty name", "0x00000001\t\tvmlinux\tEXPORT_SYMBOL\n", 0, 1 },
		{ "a blank in the name", "0x00000001\ta b\tvmlinux\tEXPORT_SYMBOL\n", 0, 1 },
		{ "an escape in the name", "0x00000001\ta\033[2J\tvmlinux\n", 0, 1 },
		{ "an empty exporter", "0x00000001\ts\t\tEXPORT_SYMBOL\n", 0, 1 },
		{ "an exporter without a name", "0x00000001\ts\tdrivers/\tEXPORT_SYMBOL\n", 0, 1 },
		{ "another kind", "0x00000001\ts\tvmlinux\tIMPORT\n", 0, 1 },
		{ "a NUL in a row", GOOD "0x00000001\ts\tvmlinux\0\tEXPORT_SYMBOL\n",
		  sizeof(GOOD) + 35, 2 },
		{ "an ELF file", "\177ELF\002\001\001\0\0\0", 10, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_symbol_table struct symbol_table *table = symbol_table_new();
		size_t size = cases[i].size ? cases[i].size : strlen(cases[i].text), line;

		if (read_text(table, cases[i].text, size, &line) != -EBADMSG)
			fail_msg("%s: not refused", cases[i].label);
		if (line != cases[i].line)
			fail_msg("%s: line %zu", cases[i].label, line);
	}
}

static void a_row_of_any_length_does_no_harm(void **state)
{
	static const size_t lengths[] = { 511, 512, 1023, 1024, 4096, 1U << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		auto_symbol_table struct symbol_table *table = symbol_table_new();
		auto_free char *name = malloc(lengths[i] + 1), *row = NULL;
		size_t line;
		int r;

		memset(name, 'a', lengths[i]);
		name[lengths[i]] = '\0';
		row = text_format("0x00000001\t%s\tvmlinux\tEXPORT_SYMBOL\n", name);
		r = read_text(table, row, strlen(row), &line);
		if (r != (lengths[i] <= 511 ? 0 : -EBADMSG))
			fail_msg("a name of %zu bytes gives %d", lengths[i], r);
	}
}

static void a_cut_file_gives_rows_or_a_line_but_never_more(void **state)
{
	static const char text[] = GOOD "0x00000002\tnext\tdrivers/a\tEXPORT_SYMBOL_GPL\tSPACE\n";

	(void)state;
	for (size_t size = 0; size < sizeof(text); size++) {
		auto_symbol_table struct symbol_table *table = symbol_table_new();
		size_t line;
		int r = read_text(table, text, size, &line);

		assert_true(r == 0 || (r == -EBADMSG && line >= 1 && line <= 2));
		assert_true(symbol_table_count(table) <= 2);
	}
}

static void empty_lines_are_no_rows(void **state)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	size_t line;

	(void)state;
	assert_int_equal(read_text(table, "\n\r\n" GOOD "\n", strlen(GOOD) + 4, &line), 0);
	assert_int_equal(symbol_table_count(table), 1);
}

static void the_first_row_of_a_name_stays(void **state)
{
	static const char text[] = "0x00000001\ts\tvmlinux\tEXPORT_SYMBOL\n"
				   "0x00000002\ts\tdrivers/a\tEXPORT_SYMBOL_GPL\n";
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	size_t line;

	(void)state;
	assert_int_equal(read_text(table, text, strlen(text), &line), 0);
	assert_int_equal(symbol_table_count(table), 1);
	assert_int_equal(symbol_table_find(table, "s")->crc, 1);
	assert_string_equal(symbol_table_find(table, "s")->exporter, "vmlinux");
}

static void many_symbols_are_all_found_in_order(void **state)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	const size_t count = 50000;
	char name[32];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "symbol_%zu", i);
		assert_int_equal(symbol_table_add(table, &(struct symbol){ .name = name,
									   .crc = (uint32_t)i }),
				 0);
	}
	assert_int_equal(symbol_table_count(table), count);
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "symbol_%zu", i);
		assert_int_equal(symbol_table_find(table, name)->crc, i);
		assert_string_equal(symbol_table_at(table, i)->name, name);
	}
	assert_null(symbol_table_find(table, "symbol_50000"));
	assert_null(symbol_table_find(table, ""));
	assert_null(symbol_table_at(table, count));
}

static void an_empty_table_finds_nothing(void **state)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();

	(void)state;
	assert_null(symbol_table_find(table, "s"));
	assert_null(symbol_table_at(table, 0));
	assert_int_equal(symbol_table_count(table), 0);
	assert_null(symbol_table_free(NULL));
}

static void symbols_of_missing_modules_do_not_count(void **state)
{
	static const char text[] = "0x00000001\tcore\tvmlinux\tEXPORT_SYMBOL\n"
				   "0x00000002\there\tdrivers/is-here\tEXPORT_SYMBOL\n"
				   "0x00000003\tgone\tdrivers/is-gone\tEXPORT_SYMBOL\n";
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	auto_strings struct strings modules = { 0 };
	size_t line;

	(void)state;
	assert_int_equal(strings_add(&modules, "is_here"), 0);
	assert_int_equal(read_text(table, text, strlen(text), &line), 0);
	assert_int_equal(symbol_table_add(table, &(struct symbol){ .name = "unknown" }), 0);
	assert_int_equal(symbol_table_mark_absent(table, &modules), 1);
	assert_int_equal(symbol_table_count(table), 3);
	assert_true(symbol_table_find(table, "gone")->absent);
	assert_false(symbol_table_find(table, "here")->absent);
	assert_false(symbol_table_find(table, "core")->absent);
	assert_false(symbol_table_find(table, "unknown")->absent);
	assert_int_equal(strings_add(&modules, "is_gone"), 0);
	strings_sort_unique(&modules);
	assert_int_equal(symbol_table_mark_absent(table, &modules), 0);
	assert_int_equal(symbol_table_count(table), 4);
}

static void provides_are_read_as_the_generator_writes_them(void **state)
{
	static const struct {
		const char *name, *version;
		const char *symbol; /* NULL: none is added */
		uint32_t crc;
		bool has_crc;
	} cases[] = {
		{ "ksym(default:module_layout)", "fa596f96", "module_layout", 0xfa596f96, true },
		{ "ksym(default:short)", "bd", "short", 0xbd, true },
		{ "ksym(default:padded)", "000000bd", "padded", 0xbd, true },
		{ "ksym(default:upper)", "00BD", "upper", 0xbd, true },
		{ "ksym(default:zero)", "0", "zero", 0, false },
		{ "ksym(default:bare)", NULL, "bare", 0, false },
		{ "ksym(default:odd)", "1.0-1", "odd", 0, false },
		{ "ksym(rt:s)", "1", NULL, 0, false },
		{ "ksym(defaults:s)", "1", NULL, 0, false },
		{ "ksym(default)", "1", NULL, 0, false },
		{ "ksym(default:s", "1", NULL, 0, false },
		{ "ksym(default:)", "1", NULL, 0, false },
		{ "ksym(default:a b)", "1", NULL, 0, false },
		{ "kmod(s.ko)", NULL, NULL, 0, false },
		{ "", NULL, NULL, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct provides provides = { &cases[i].name, &cases[i].version, 1 };
		auto_symbol_table struct symbol_table *table = NULL;
		const struct symbol *found;

		assert_int_equal(provides_symbols(&provides, "default", &table), 0);
		found = table ? symbol_table_at(table, 0) : NULL;
		if (!found != !cases[i].symbol)
			fail_msg("%s: %s", cases[i].name, found ? "added" : "not added");
		if (found &&
		    (!text_equal(found->name, cases[i].symbol) || found->crc != cases[i].crc ||
		     found->has_crc != cases[i].has_crc || found->exporter))
			fail_msg("%s: read as %s %08x", cases[i].name, found->name, found->crc);
	}
}

static void what_a_row_does_not_say_is_taken_from_later_ones_that_agree(void **state)
{
	static const struct symbol of_package = { .name = "s", .crc = 7, .has_crc = true };
	static const struct {
		const char *label;
		struct symbol later;
		bool completes;
	} cases[] = {
		{ "the same, with all facts",
		  { "s", "usbcore", "NS", 7, true, true, true, false },
		  true },
		{ "another CRC", { "s", "usbcore", "NS", 8, true, true, true, false }, false },
		{ "no CRC", { "s", "usbcore", "NS", 0, false, true, true, false }, true },
		{ "nothing new", { "s", NULL, NULL, 7, true, false, false, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_symbol_table struct symbol_table *table = symbol_table_new();
		auto_symbol_table struct symbol_table *later = symbol_table_new();
		const struct symbol *found;
		struct symbol_merge merge = { 0 };

		assert_int_equal(symbol_table_add(table, &of_package), 0);
		assert_int_equal(symbol_table_add(later, &cases[i].later), 0);
		assert_int_equal(symbol_table_merge(table, later, &merge), 0);
		found = symbol_table_find(table, "s");
		if (merge.changed != cases[i].completes ||
		    merge.differing != (cases[i].later.crc == 8) || found->crc != 7 ||
		    !found->has_crc || found->gpl_only != cases[i].completes ||
		    found->kind_known != cases[i].completes ||
		    !text_equal(found->exporter, cases[i].completes ? "usbcore" : NULL) ||
		    !text_equal(found->name_space, cases[i].completes ? "NS" : NULL))
			fail_msg("%s: %zu changed, now of %s", cases[i].label, merge.changed,
				 found->exporter);
	}
}

static void a_symbol_is_found_by_the_hash_of_its_name_alone(void **state)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	static const struct symbol nameless = { .exporter = "vmlinux", .crc = 5, .has_crc = true };

	(void)state;
	assert_int_equal(symbol_table_add_hash(table, symbol_hash("printk"), &nameless), 0);
	assert_null(symbol_table_find(table, "print"));
	assert_int_equal(symbol_table_find(table, "printk")->crc, 5);
	assert_null(symbol_table_find(table, "printk")->name);
	assert_int_equal(symbol_table_hash_at(table, 0), symbol_hash("printk"));
	assert_int_equal(symbol_table_add(table, &(struct symbol){ .name = "printk" }), 0);
	assert_int_equal(symbol_table_count(table), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_every_age_are_understood),
		cmocka_unit_test(what_is_no_row_is_refused_with_its_line),
		cmocka_unit_test(a_row_of_any_length_does_no_harm),
		cmocka_unit_test(a_cut_file_gives_rows_or_a_line_but_never_more),
		cmocka_unit_test(empty_lines_are_no_rows),
		cmocka_unit_test(the_first_row_of_a_name_stays),
		cmocka_unit_test(many_symbols_are_all_found_in_order),
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(symbols_of_missing_modules_do_not_count),
		cmocka_unit_test(what_a_row_does_not_say_is_taken_from_later_ones_that_agree),
		cmocka_unit_test(a_symbol_is_found_by_the_hash_of_its_name_alone),
		cmocka_unit_test(provides_are_read_as_the_generator_writes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
