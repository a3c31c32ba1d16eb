/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world-fixture.h"

/* What a table says about the package "foo" in the company of others. */
struct row {
	const char *label;
	const char *lines; /* what foo says of itself */
	const char *others; /* packages on offer besides; NULL if none */
	const char *verdict; /* "selected", another reason, or "no candidate" */
	const char *said; /* its culprit, or the id of a flaw; NULL: not looked at */
};

#define KMP         "package foo-1.0-1.x86_64\n"
#define HINT(alias) "supplements modalias(kernel-default:" alias ")\n"
#define BARE(alias) "supplements modalias(" alias ")\n"
/* On offer but wanted by nothing, and picked for the disk. */
#define IDLE_BAR   "package bar-1.0-1.x86_64\n"
#define PICKED_BAR IDLE_BAR HINT(DISK_HINT)

static bool says(const struct plan_package *package, const char *what)
{
	const struct diagnostics *flaws = &package->driver.diagnostics;

	for (size_t i = 0; i < flaws->count; i++)
		if (text_equal(flaws->items[i].id, what))
			return true;
	return text_equal(package->culprit, what);
}

/* 1 if ROW does not hold, with its label on stderr. */
static int check_row(const struct row *row)
{
	auto_free char *foo = text_format(KMP "%s", row->lines);
	struct world world = { .repos = { foo, row->others } };
	const struct plan_package *package;
	const char *got;
	int bad;

	world_plan(&world);
	package = world_find(&world, "foo");
	got = world_verdict(&world, "foo");
	bad = !text_equal(got, row->verdict) ||
	      (row->said && (!package || !says(package, row->said)));
	if (bad)
		print_error("%s: wanted %s (%s), got %s (%s)\n", row->label, row->verdict,
			    row->said ? row->said : "anything", got,
			    package && package->culprit ? package->culprit : "no culprit");
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

static void a_plain_hint_asks_for_hardware_and_its_prefix(void **state)
{
	static const struct row rows[] = {
		{ "no colon", BARE("nvram"), NULL, "no candidate", NULL },
		{ "no colon, a wildcard", BARE("pci*"), NULL, "selected", NULL },
		{ "one colon", BARE(NIC_HINT), NULL, "selected", NULL },
		{ "one colon, no such hardware", BARE(NO_HINT), NULL, "no candidate", NULL },
		{ "one colon, the prefix's", BARE("kernel-default:*"), NULL, "no candidate", NULL },
		{ "prefix", HINT(NIC_HINT), NULL, "selected", NULL },
		{ "prefix, no such hardware", HINT(NO_HINT), NULL, "no candidate", NULL },
		{ "encoded", HINT("pci:v00008086%64%2A"), NULL, "selected", NULL },
		{ "encoded twice", HINT("pci:v00008086%2564*"), NULL, "no candidate", NULL },
		{ "lower-case escapes", HINT("pci:v00008086d000010D3%2a"), NULL, "selected", NULL },
		{ "escaped class", HINT("pci:v0000808%5B5%2D7%5Dd*"), NULL, "selected", NULL },
		{ "prefix of another flavor", "supplements modalias(kernel-rt:" NIC_HINT ")\n",
		  NULL, "other-flavor", "kernel-rt" },
		{ "an empty prefix is none", "supplements modalias(:" NIC_HINT ")\n", NULL,
		  "no candidate", NULL },
		{ "an encoded colon splits nothing", BARE("kernel-default:pci%3Av00008086*"), NULL,
		  "no candidate", NULL },
		{ "one character", BARE("*"), NULL, "match-all-hint", "match-all-hint" },
		{ "one character, rich", "supplements (kernel-default and modalias(*))\n", NULL,
		  "match-all-hint", "match-all-hint" },
		{ "nothing in it", "supplements modalias()\n", NULL, "no candidate", NULL },
		{ "a bracket short", "supplements modalias(" NIC_HINT "\n", NULL, "no candidate",
		  NULL },
		{ "something behind it", "supplements modalias(" NIC_HINT ")x\n", NULL,
		  "no candidate", NULL },
		{ "match-all of the flavor", HINT("*:*"), NULL, "match-all-hint",
		  "match-all-hint" },
		{ "match-all beside a real one", HINT("*:*") HINT(NIC_HINT), NULL, "selected",
		  "match-all-hint" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_prefix_is_any_capability_that_will_be_there(void **state)
{
	static const struct row rows[] = {
		{ "nothing provides it", BARE("bar:" NIC_HINT), NULL, "missing-dependency", "bar" },
		{ "it stays on offer", BARE("bar:" NIC_HINT), IDLE_BAR, "missing-dependency",
		  "bar" },
		{ "it is picked", BARE("bar:" NIC_HINT), PICKED_BAR, "selected", NULL },
		{ "a picked package provides it", BARE("baz:" NIC_HINT),
		  PICKED_BAR "provides baz = 3\n", "selected", NULL },
		{ "it is picked because of foo's friend", BARE("bar:" NIC_HINT),
		  "package friend-1-1.noarch\n" HINT(DISK_HINT) "requires bar\n" IDLE_BAR,
		  "selected", NULL },
		{ "the kernel's other names", BARE("kernel:" NIC_HINT), NULL, "selected", NULL },
		{ "one of two lines", BARE("bar:" NIC_HINT) HINT(NIC_HINT), NULL, "selected",
		  NULL },
		{ "two lines, no hardware for one", HINT(NO_HINT) HINT(NIC_HINT), NULL, "selected",
		  NULL },
		{ "two lines, both dead", BARE("bar:" NIC_HINT) HINT(NO_HINT), NULL,
		  "missing-dependency", "bar" },
		{ "foo provides it itself", BARE("foo:" NIC_HINT), NULL, "missing-dependency",
		  "foo" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_bus_is_never_taken_for_a_prefix(void **state)
{
	static const struct row rows[] = {
		{ "acpi, one colon", BARE("acpi*PNP0501*"), NULL, "selected", NULL },
		{ "acpi, two colons", BARE("acpi*:PNP0501:*"), NULL, "selected",
		  "unprefixed-hint" },
		{ "acpi, another one", BARE("acpi*:PNP0502:*"), NULL, "no candidate", NULL },
		{ "acpi, with prefix", HINT("acpi*:PNP0501:*"), NULL, "selected", NULL },
		{ "acpi, rich", "supplements (kernel-default and modalias(acpi*:PNP0501:*))\n",
		  NULL, "selected", NULL },
		{ "acpi, rich, dead", "supplements (kernel-rt and modalias(acpi*:PNP0501:*))\n",
		  NULL, "other-flavor", "kernel-rt" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* A merged class is read as what it was made from, and said to be a flaw. */
static void a_class_merged_into_an_escape_is_repaired(void **state)
{
	static const struct row rows[] = {
		{ "in an escape", HINT("acpi%3[AB]PNP0501:"), NULL, "selected", "merged-escape" },
		{ "no alternative fits", HINT("acpi%3[BC]PNP0501:*"), NULL, "no candidate", NULL },
		{ "in an escaped class", HINT("pci:v0000%5B0%2D[57]%5D086d*"), NULL, "no candidate",
		  NULL },
		{ "in an escaped class that fits", HINT("pci:v0000%5B0%2D[58]%5D086d*"), NULL,
		  "selected", "merged-escape" },
		{ "no flaw", HINT("pci:v0000[78]086d*"), NULL, "selected", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/*
 * zypper's inr asks for hardware only (libsolv: SOLVER_FLAG_ONLY_NAMESPACE_RECOMMENDED), so that
 * conditions without any hint never pull a package in, whether they hold or not.
 */
static void conditions_without_hardware_select_nothing(void **state)
{
	static const struct row rows[] = {
		{ "packageand, missing", "supplements packageand(kernel-default:bar)\n", NULL,
		  "no candidate", NULL },
		{ "packageand, present", "supplements packageand(kernel-default:bar)\n", PICKED_BAR,
		  "no candidate", NULL },
		{ "packageand, three", "supplements packageand(kernel-default::bar:kernel)\n",
		  PICKED_BAR, "no candidate", NULL },
		{ "packageand, a pattern", "supplements packageand(kernel-default:pattern:bar)\n",
		  PICKED_BAR, "no candidate", NULL },
		{ "packageand, a hint in it",
		  "supplements packageand(kernel-default:modalias(" NIC_HINT "))\n", NULL,
		  "no candidate", NULL },
		{ "packageand, empty", "supplements packageand()\nsupplements packageand(:)\n",
		  NULL, "no candidate", NULL },
		{ "packageand beside a hint",
		  "supplements packageand(kernel-default:pattern:x)\n" HINT(NIC_HINT), NULL,
		  "selected", NULL },
		{ "a plain package", "supplements kernel-default\n", NULL, "no candidate", NULL },
		{ "a rich one", "supplements (kernel-default and bar)\n", PICKED_BAR,
		  "no candidate", NULL },
		{ "versioned hint", "supplements modalias(" NIC_HINT ") = 1\n", NULL,
		  "no candidate", NULL },
		{ "Enhances", "enhances modalias(" NIC_HINT ")\nenhances kernel-default\n", NULL,
		  "no candidate", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* Kmp-match's repair: nothing else reads these. */
static void a_hint_among_the_provides_is_one_if_there_is_no_other(void **state)
{
	static const struct row rows[] = {
		{ "plain", "provides modalias(" NIC_HINT ")\n", NULL, "selected", NULL },
		{ "prefixed", "provides modalias(kernel-default:" NIC_HINT ")\n", NULL, "selected",
		  NULL },
		{ "one of two", "provides modalias(" NO_HINT ")\nprovides modalias(" NIC_HINT ")\n",
		  NULL, "selected", NULL },
		{ "of another flavor", "provides modalias(kernel-rt:" NIC_HINT ")\n", NULL,
		  "other-flavor", "kernel-rt" },
		{ "beside a package", "supplements bar\nprovides modalias(" NIC_HINT ")\n", NULL,
		  "selected", NULL },
		{ "that fits nothing", "provides modalias(" NO_HINT ")\n", NULL, "no candidate",
		  NULL },
		{ "beside a real one",
		  "supplements modalias(" NO_HINT ")\nprovides modalias(" NIC_HINT ")\n", NULL,
		  "no candidate", NULL },
		{ "with a version", "provides modalias(" NIC_HINT ") = 1\n", NULL, "no candidate",
		  NULL },
		{ "too short", "provides modalias()\n", NULL, "no candidate", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void required_and_freshening_packages_follow(void **state)
{
	static const struct row rows[] = {
		{ "required", "provides firmware(foo)\n",
		  "package bar-kmp-default-1-1.x86_64\nrequires foo >= 1.0\n" HINT(NIC_HINT),
		  "required", NULL },
		{ "freshens what is there", HINT(NIC_HINT) "freshens kernel-default\n", NULL,
		  "selected", NULL },
		{ "freshens what is not there", HINT(NIC_HINT) "freshens bar\n", NULL,
		  "missing-dependency", NULL },
		{ "only freshens", "freshens modalias(kernel-default:" NIC_HINT ")\n", NULL,
		  "no candidate", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define H          "modalias(" NIC_HINT ")"
#define N          "modalias(" NO_HINT ")"
#define RICH(text) "supplements (" text ")\n"

/* libsolv before 0.7.36 leaves a hint inside a rich dependency alone; here it counts with any. */
static void a_rich_dependency_is_true_or_not_as_a_whole(void **state)
{
	static const struct row rows[] = {
		{ "and", RICH("kernel-default and " H), NULL, "selected", NULL },
		{ "and, turned", RICH(H " and kernel-default"), NULL, "selected", NULL },
		{ "and, no hardware", RICH("kernel-default and " N), NULL, "no candidate", NULL },
		{ "and, other flavor", RICH("kernel-rt and " H), NULL, "other-flavor",
		  "kernel-rt" },
		{ "and, missing", RICH("bar and " H), NULL, "missing-dependency", "bar" },
		{ "and, on offer", RICH("bar and " H), IDLE_BAR, "missing-dependency", "bar" },
		{ "and, picked", RICH("bar and " H), PICKED_BAR, "selected", NULL },
		{ "and, version", RICH("(bar >= 1.0 and kernel-default) and " H), PICKED_BAR,
		  "selected", NULL },
		{ "and, later version", RICH("(bar >= 2.0 and kernel-default) and " H), PICKED_BAR,
		  "missing-dependency", NULL },
		{ "and, a prefix too",
		  RICH("kernel-default and modalias(kernel-default:" NIC_HINT ")"), NULL,
		  "selected", NULL },
		{ "and, a prefix of another flavor",
		  RICH("kernel-default and modalias(kernel-rt:" NIC_HINT ")"), NULL, "other-flavor",
		  "kernel-rt" },
		{ "three", RICH("kernel-default and bar and " H), PICKED_BAR, "selected", NULL },
		{ "three, missing", RICH("kernel-default and bar and " H), NULL,
		  "missing-dependency", NULL },
		{ "or", RICH(N " or " H), NULL, "selected", NULL },
		{ "or, a package", RICH(H " or bar"), NULL, "selected", NULL },
		{ "or, nothing", RICH(N " or bar"), NULL, "no candidate", NULL },
		{ "or inside and", RICH("kernel-default and (" N " or " H ")"), NULL, "selected",
		  NULL },
		{ "or inside and, missing", RICH("bar and (" N " or " H ")"), NULL,
		  "missing-dependency", NULL },
		{ "with", RICH(H " with kernel-default"), NULL, "no candidate", NULL },
		{ "without", RICH(H " without bar"), NULL, "no candidate", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_conditional_dependency_follows_its_condition(void **state)
{
	static const struct row rows[] = {
		{ "if, there", RICH(H " if kernel-default"), NULL, "selected", NULL },
		{ "if, there, no hardware", RICH(N " if kernel-default"), NULL, "no candidate",
		  NULL },
		{ "if, not there", RICH(H " if bar"), NULL, "selected", NULL },
		{ "if else, there", RICH(H " if kernel-default else " N), NULL, "selected", NULL },
		{ "if else, there, no hardware", RICH(N " if kernel-default else " H), NULL,
		  "missing-dependency", NULL },
		{ "if else, not there", RICH(N " if bar else " H), NULL, "selected", NULL },
		{ "if else, not there, no hardware", RICH(H " if bar else " N), NULL,
		  "missing-dependency", NULL },
		{ "unless, there", RICH(H " unless kernel-default"), NULL, "missing-dependency",
		  NULL },
		{ "unless, not there", RICH(H " unless bar"), NULL, "selected", NULL },
		{ "unless, no hardware", RICH(N " unless bar"), NULL, "no candidate", NULL },
		{ "unless else, there", RICH(N " unless kernel-default else " H), NULL, "selected",
		  NULL },
		{ "unless else, there, no hardware", RICH(H " unless kernel-default else " N), NULL,
		  "missing-dependency", NULL },
		{ "unless else, not there", RICH(H " unless bar else " N), NULL, "selected", NULL },
		{ "two lines", RICH(H " unless kernel-default") HINT(NIC_HINT), NULL, "selected",
		  NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* Other namespaces of libsolv's: nobody answers for them, and nothing breaks. */
static void other_namespaces_do_no_harm(void **state)
{
	static const struct row rows[] = {
		{ "filesystem", "supplements filesystem(btrfs)\n", NULL, "no candidate", NULL },
		{ "language", "supplements language(de;fr)\nsupplements language(;)\n", NULL,
		  "no candidate", NULL },
		{ "locale", "provides locale(kernel-default:de;fr)\nprovides locale()\n", NULL,
		  "no candidate", NULL },
		{ "split provides", "provides bar:/usr/bin/foo\n", NULL, "no candidate", NULL },
		{ "beside a hint",
		  "supplements filesystem(btrfs)\nsupplements language(de)\n"
		  "provides locale(bar:de)\n" HINT(NIC_HINT),
		  NULL, "selected", NULL },
		{ "together with a hint", RICH("filesystem(btrfs) and " H), NULL,
		  "missing-dependency", NULL },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_hint_asks_for_hardware_and_its_prefix),
		cmocka_unit_test(a_prefix_is_any_capability_that_will_be_there),
		cmocka_unit_test(a_bus_is_never_taken_for_a_prefix),
		cmocka_unit_test(a_class_merged_into_an_escape_is_repaired),
		cmocka_unit_test(conditions_without_hardware_select_nothing),
		cmocka_unit_test(a_hint_among_the_provides_is_one_if_there_is_no_other),
		cmocka_unit_test(required_and_freshening_packages_follow),
		cmocka_unit_test(a_rich_dependency_is_true_or_not_as_a_whole),
		cmocka_unit_test(a_conditional_dependency_follows_its_condition),
		cmocka_unit_test(other_namespaces_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
