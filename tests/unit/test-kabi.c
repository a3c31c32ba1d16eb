/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world-fixture.h"

struct row {
	const char *label;
	const char *symbols; /* "name=crc name name!=crc", '!' for one whose module is not there */
	bool incomplete; /* they are those of a module tree alone */
	const char *lines; /* what foo says of itself beside its hint */
	const char *verdict, *culprit, *status;
	size_t checked, missing, differing, unverified;
	const char *diagnostic; /* its first one, or NULL */
};

#define NEEDS(symbol) "requires ksym(default:" symbol "\n"
/* Another driver that exports `shared`. */
#define EXPORTER                                                                                   \
	"package bar-kmp-default-1.0-1.x86_64\nprovides ksym(default:shared) = 5\n"                \
	"requires ksym(default:a) = bd\n"

static struct symbol_table *make_symbols(const char *text)
{
	struct symbol_table *table = symbol_table_new();
	auto_free char *copy = strdup(text);
	char *rest = copy;

	for (char *word; (word = strsep(&rest, " "));) {
		const char *crc = strchr(word, '=');
		struct symbol symbol = { .name = word, .has_crc = crc };

		symbol.crc = crc ? (uint32_t)strtoul(crc + 1, NULL, 16) : 0;
		symbol.absent = strchr(word, '!');
		word[strcspn(word, "!=")] = '\0';
		assert_int_equal(symbol_table_add(table, &symbol), 0);
	}
	return table;
}

static bool counts_agree(const struct row *row, const struct kabi *kabi)
{
	return text_equal(kabi_status_id(kabi->status), row->status) &&
	       kabi->checked == row->checked && kabi->missing.count == row->missing &&
	       kabi->differing.count == row->differing && kabi->unverified.count == row->unverified;
}

static int check_row(const struct row *row)
{
	auto_free char *repo =
		text_format("package foo-kmp-default-1.0-1.x86_64\n"
			    "supplements modalias(kernel-default:" NIC_HINT ")\n%s" EXPORTER,
			    row->lines);
	struct world world = {
		.repos = { repo },
		.symbols = row->symbols ? make_symbols(row->symbols) : NULL,
		.incomplete = row->incomplete,
	};
	const struct plan_package *foo;
	const char *diagnostic = NULL;
	int bad;

	world_plan(&world);
	foo = world_package(&world, "foo-kmp-default");
	for (size_t i = 0; i < foo->diagnostics.count && !diagnostic; i++)
		if (!text_equal(foo->diagnostics.items[i].id, "rpm-not-at-hand"))
			diagnostic = foo->diagnostics.items[i].id;
	bad = !text_equal(reason_id(foo->reason), row->verdict) ||
	      !text_equal(foo->culprit, row->culprit) || !counts_agree(row, &foo->kabi) ||
	      !text_equal(diagnostic, row->diagnostic);
	if (bad)
		print_error("%s: got %s, %s, %s; %zu checked, %zu missing, %zu differing, %zu "
			    "unverified, diagnostic %s\n",
			    row->label, reason_id(foo->reason),
			    foo->culprit ? foo->culprit : "no culprit",
			    kabi_status_id(foo->kabi.status), foo->kabi.checked,
			    foo->kabi.missing.count, foo->kabi.differing.count,
			    foo->kabi.unverified.count, diagnostic ? diagnostic : "none");
	world_done(&world);
	return bad;
}

static void check_rows(const struct row *rows, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += check_row(&rows[i]);
	assert_int_equal(bad, 0);
}

static void crcs_are_compared_as_numbers(void **state)
{
	static const struct row rows[] = {
		{ "the same", "a=bd", false, NEEDS("a) = bd"), "selected", NULL, "metadata", 1, 0,
		  0, 0, NULL },
		{ "padded", "a=bd", false, NEEDS("a) = 000000bd"), "selected", NULL, "metadata", 1,
		  0, 0, 0, NULL },
		{ "with 0x", "a=bd", false, NEEDS("a) = 0xbd"), "selected", NULL, "metadata", 1, 0,
		  0, 0, NULL },
		{ "upper case", "a=bd", false, NEEDS("a) = BD"), "selected", NULL, "metadata", 1, 0,
		  0, 0, NULL },
		{ "another one", "a=bd", false, NEEDS("a) = bdd"), "kabi-mismatch", "a", "mismatch",
		  1, 0, 1, 0, NULL },
		{ "a kernel without CRCs", "a", false, NEEDS("a) = bd"), "selected", NULL,
		  "metadata", 1, 0, 0, 0, NULL },
		{ "in a condition", "a=bd", false, "requires (ksym(default:a) = 1 if kernel)\n",
		  "kabi-mismatch", "a", "mismatch", 1, 0, 1, 0, NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void every_symbol_at_fault_is_counted(void **state)
{
	static const struct row rows[] = {
		{ "missing", "a=bd", false, NEEDS("b) = 1"), "kabi-mismatch", "b", "mismatch", 1, 1,
		  0, 0, NULL },
		{ "of each kind", "a=bd c=2", false,
		  NEEDS("a) = bd") NEEDS("b) = 1") NEEDS("c) = 3") NEEDS("d) = 4"), "kabi-mismatch",
		  "b", "mismatch", 4, 2, 1, 0, NULL },
		{ "its module is not there", "a=bd m!=3", false, NEEDS("m) = 3"), "missing-module",
		  "m", "mismatch", 1, 1, 0, 0, NULL },
		{ "an incomplete table", "a=bd", true, NEEDS("a) = bd") NEEDS("b) = 1"), "selected",
		  NULL, "metadata", 2, 0, 0, 1, "symbols-unverified" },
		{ "an incomplete table that differs", "a=bd", true, NEEDS("a) = 1"),
		  "kabi-mismatch", "a", "mismatch", 1, 0, 1, 0, NULL },
		{ "no table", NULL, false, NEEDS("a) = bd"), "selected", NULL, "unknown", 1, 0, 0,
		  0, "kabi-unknown" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void without_symbols_nothing_is_proven(void **state)
{
	static const struct row rows[] = {
		{ "none", "a=bd", false, "", "selected", NULL, "unproven", 0, 0, 0, 0,
		  "kabi-unproven" },
		{ "none, no table", NULL, false, "", "selected", NULL, "unproven", 0, 0, 0, 0,
		  "kabi-unproven" },
		{ "symbol sets", "a=bd", false,
		  "requires kernel(default:vmlinux) = 8ba92a0d25ad3e53\n", "selected", NULL,
		  "unknown", 0, 0, 0, 0, "kabi-unknown" },
		{ "symbol sets of another flavor", "a=bd", false,
		  "requires kernel(rt:vmlinux) = 8ba92a0d25ad3e53\n", "missing-dependency",
		  "kernel(rt:vmlinux) = 8ba92a0d25ad3e53", "unknown", 0, 0, 0, 0, "kabi-unknown" },
		{ "symbols of another flavor", "a=bd", false, "requires ksym(rt:a) = bd\n",
		  "other-flavor", "a", "unknown", 0, 0, 0, 0, NULL },
		{ "symbols of two flavors", "a=bd", false,
		  NEEDS("a) = bd") "requires ksym(rt:a) = bd\n", "missing-dependency",
		  "ksym(rt:a) = bd", "metadata", 1, 0, 0, 0, NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void another_driver_may_export_the_symbol(void **state)
{
	static const struct row rows[] = {
		{ "it does", "a=bd", false, NEEDS("shared) = 5"), "selected", NULL, "metadata", 1,
		  0, 0, 0, NULL },
		{ "with another CRC", "a=bd", false, NEEDS("shared) = 6"), "kabi-mismatch",
		  "shared", "mismatch", 1, 1, 0, 0, NULL },
		{ "it does not fit itself", "a=1", false, NEEDS("shared) = 5"),
		  "missing-dependency", "ksym(default:a) = bd", "metadata", 1, 0, 0, 0, NULL },
		{ "instead of the kernel's", "a=bd shared=6", false, NEEDS("shared) = 5"),
		  "selected", NULL, "metadata", 1, 0, 0, 0, NULL },
		{ "its own", "a=bd", false, "provides ksym(default:own) = 7\n" NEEDS("own) = 7"),
		  "selected", NULL, "metadata", 1, 0, 0, 0, NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crcs_are_compared_as_numbers),
		cmocka_unit_test(every_symbol_at_fault_is_counted),
		cmocka_unit_test(without_symbols_nothing_is_proven),
		cmocka_unit_test(another_driver_may_export_the_symbol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
