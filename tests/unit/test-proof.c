/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "module-fixture.h"
#include "select/proof.h"

#define MODULES_IN_ITEM_MAX 4
#define RELEASE             "6.4.0-150600.21-default"
#define FLAGS               " SMP preempt mod_unload modversions "
#define VERMAGIC            RELEASE FLAGS
#define OTHER               "6.4.0-150600.7-default~SMP~preempt~mod_unload~modversions~"

#define ITEMS_MAX 4
/* What a kernel says to packages: a line for each module, '-' for one that cannot be read. */
struct row {
	const char *label;
	const char *symbols; /* NULL: none are known */
	const char *items[ITEMS_MAX];
	const char *statuses;
	const char *findings; /* "ITEM/MODULE FAULT SYMBOL[ WANTED/FOUND][ by ITEM]; ..." */
	const char *unverified; /* of all items */
	const char *vermagic; /* of the kernel; NULL: that above, "": not known */
	bool incomplete; /* the symbols are those of a module tree alone */
};

/* The facts of all modules of a row. */
struct facts {
	struct module *modules[ITEMS_MAX * MODULES_IN_ITEM_MAX];
	const struct module *pointers[ITEMS_MAX][MODULES_IN_ITEM_MAX];
	size_t count;
	struct proof_item items[ITEMS_MAX];
	size_t item_count;
};

static void add_facts(struct facts *facts, const char *text)
{
	auto_free char *lines = strdup(text);
	size_t at = facts->item_count++, count = 0;
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct module *module = *line == '-' ? NULL : fixture_module(line, VERMAGIC);

		facts->pointers[at][count++] = module;
		if (module)
			facts->modules[facts->count++] = module;
	}
	facts->items[at] = (struct proof_item){ facts->pointers[at], count };
}

static void release_facts(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		module_done(facts->modules[i]);
		free(facts->modules[i]);
	}
}

static char *describe_findings(const struct facts *facts, const struct proof *proof)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < proof->count; i++) {
		const struct proof_finding *finding = &proof->findings[i];
		const struct module *module = facts->pointers[finding->item][finding->module];

		fprintf(out, "%s%zu/%s %s %s", i ? "; " : "", finding->item,
			module ? module->name : "-", proof_fault_id(finding->fault),
			finding->symbol ? finding->symbol : "-");
		if (finding->fault == FAULT_DIFFERING_SYMBOL)
			fprintf(out, " %x/%x", finding->wanted, finding->found);
		if (finding->cause != PROOF_KERNEL)
			fprintf(out, " by %zu", finding->cause);
	}
	fclose(out);
	return text;
}

static char *describe_answers(const struct proof *proof, bool unverified)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < proof->item_count; i++) {
		const struct strings *names = &proof->answers[i].unverified;

		for (size_t j = 0; unverified && j < names->count; j++)
			fprintf(out, "%s%s", ftell(out) ? " " : "", names->items[j]);
		if (!unverified)
			fprintf(out, "%s%s", i ? " " : "",
				kabi_status_id(proof->answers[i].status));
	}
	fclose(out);
	return text;
}

static int differ(const char *label, const char *what, const char *wanted, const char *got)
{
	if (text_equal(wanted ? wanted : "", got))
		return 0;
	print_error("%s: %s\n  wanted: %s\n  got:    %s\n", label, what, wanted ? wanted : "", got);
	return 1;
}

static int check_row(const struct row *row)
{
	const char *vermagic = row->vermagic ? row->vermagic : VERMAGIC;
	auto_kernel struct kernel kernel = {
		.release = strdup(RELEASE),
		.flavor = strdup("default"),
		.arch = strdup("x86_64"),
		.symbols = fixture_symbols(row->symbols),
		.symbols_complete = !row->incomplete,
		.vermagic = *vermagic ? strdup(vermagic) : NULL,
	};
	AUTO(release_facts) struct facts facts = { 0 };
	auto_proof struct proof proof = { 0 };
	auto_free char *findings = NULL, *statuses = NULL, *unverified = NULL;

	assert_int_equal(strings_add(&kernel.builtins, "ext4"), 0);
	for (size_t i = 0; i < ITEMS_MAX && row->items[i]; i++)
		add_facts(&facts, row->items[i]);
	assert_int_equal(proof_run(&kernel, facts.items, facts.item_count, &proof), 0);
	findings = describe_findings(&facts, &proof);
	statuses = describe_answers(&proof, false);
	unverified = describe_answers(&proof, true);
	return differ(row->label, "findings", row->findings, findings) +
	       differ(row->label, "statuses", row->statuses, statuses) +
	       differ(row->label, "unverified", row->unverified, unverified);
}

static void check_rows(const struct row *rows, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += check_row(&rows[i]);
	assert_int_equal(bad, 0);
}

static void symbols_have_to_be_there_with_their_crcs(void **state)
{
	static const struct row rows[] = {
		{ .label = "all there",
		  .symbols = "s=1 t=2",
		  .items = { "a s=1 t=2" },
		  .statuses = "exact" },
		{ .label = "missing",
		  .symbols = "s=1",
		  .items = { "a s=1 t=2" },
		  .statuses = "mismatch",
		  .findings = "0/a missing-symbol t" },
		{ .label = "differing",
		  .symbols = "s=1 t=3",
		  .items = { "a s=1 t=2" },
		  .statuses = "mismatch",
		  .findings = "0/a differing-symbol t 2/3" },
		{ .label = "both, in two modules",
		  .symbols = "s=1 t=3",
		  .items = { "a s=1 t=2\nb s=1 u=1" },
		  .statuses = "mismatch",
		  .findings = "0/a differing-symbol t 2/3; 0/b missing-symbol u" },
		{ .label = "a weak one may be missing",
		  .symbols = "s=1",
		  .items = { "a s=1 weak u=1" },
		  .statuses = "exact" },
		{ .label = "a weak one may not differ, once it is there",
		  .symbols = "s=1 t=3",
		  .items = { "a s=1 weak t=2" },
		  .statuses = "mismatch",
		  .findings = "0/a differing-symbol t 2/3" },
		{ .label = "of a module that is there",
		  .symbols = "s=1 t=2@usb",
		  .items = { "a s=1 t=2" },
		  .statuses = "exact" },
		{ .label = "of a module that is not",
		  .symbols = "s=1 t=2@absent",
		  .items = { "a s=1 t=2" },
		  .statuses = "mismatch",
		  .findings = "0/a missing-module t" },
		{ .label = "a weak one of it",
		  .symbols = "s=1 t=2@absent",
		  .items = { "a s=1 weak t=2" },
		  .statuses = "exact" },
		{ .label = "made by the loader",
		  .symbols = "s=1",
		  .items = { "a s=1 __this_module _GLOBAL_OFFSET_TABLE_ TOC." },
		  .statuses = "exact" },
		{ .label = "no CRC on the kernel's side",
		  .symbols = "s=1 t",
		  .items = { "a s=1 t=2" },
		  .statuses = "unproven",
		  .unverified = "t" },
		{ .label = "a CRC of 0 there",
		  .symbols = "s=1 t=0",
		  .items = { "a s=1 t=2" },
		  .statuses = "unproven",
		  .unverified = "t" },
		{ .label = "no CRC on the module's side",
		  .symbols = "s=1 t=2",
		  .items = { "a s=1 t" },
		  .statuses = "unproven",
		  .unverified = "t" },
		{ .label = "two packages, one of them bad",
		  .symbols = "s=1 t=2",
		  .items = { "a s=1", "b s=2" },
		  .statuses = "exact mismatch",
		  .findings = "1/b differing-symbol s 2/1" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void what_is_not_known_is_not_missing(void **state)
{
	static const struct row rows[] = {
		{ .label = "an incomplete table",
		  .symbols = "s=1",
		  .items = { "a s=1 t=2" },
		  .statuses = "unproven",
		  .unverified = "t",
		  .incomplete = true },
		{ .label = "an incomplete table that knows better",
		  .symbols = "s=1 t=3",
		  .items = { "a s=1 t=2" },
		  .statuses = "mismatch",
		  .findings = "0/a differing-symbol t 2/3",
		  .incomplete = true },
		{ .label = "an incomplete table without any of them, another release",
		  .symbols = "x=1",
		  .items = { "a s=1 for=" OTHER },
		  .statuses = "unknown",
		  .unverified = "s",
		  .incomplete = true },
		{ .label = "an incomplete table without any of them, the same vermagic",
		  .symbols = "x=1",
		  .items = { "a s=1" },
		  .statuses = "unproven",
		  .unverified = "s",
		  .incomplete = true },
		{ .label = "no table, and the same vermagic",
		  .items = { "a s=1" },
		  .statuses = "unproven",
		  .unverified = "s" },
		{ .label = "no table, no vermagic",
		  .items = { "a s=1" },
		  .statuses = "unknown",
		  .unverified = "s",
		  .vermagic = "" },
		{ .label = "one module of two that nothing is known about",
		  .symbols = "s=1",
		  .items = { "a s=1\nb t=1 for=" OTHER },
		  .statuses = "unknown",
		  .unverified = "t",
		  .incomplete = true },
		{ .label = "no table, but a planned package has it",
		  .items = { "a s=1 for=" OTHER, "b s=1 gives s=2" },
		  .statuses = "mismatch unproven",
		  .findings = "0/a differing-symbol s 1/2 by 1",
		  .unverified = "s" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void vermagic_agrees_but_for_the_release(void **state)
{
#define NOT_SMP "6.4.0-150600.21-default~preempt~mod_unload~modversions~"
	static const struct row rows[] = {
		{ .label = "the release alone differs",
		  .symbols = "s=1",
		  .items = { "a s=1 for=" OTHER },
		  .statuses = "proven" },
		{ .label = "white space at its end",
		  .symbols = "s=1",
		  .items = { "a s=1 "
			     "for=6.4.0-150600.21-default~SMP~preempt~mod_unload~modversions" },
		  .statuses = "exact" },
		{ .label = "another flag",
		  .symbols = "s=1",
		  .items = { "a s=1 for=" NOT_SMP },
		  .statuses = "mismatch",
		  .findings =
			  "0/a vermagic 6.4.0-150600.21-default preempt mod_unload modversions " },
		{ .label = "none",
		  .symbols = "s=1",
		  .items = { "a s=1 for=" },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic -" },
		{ .label = "a release that begins alike",
		  .symbols = "s=1",
		  .items = { "a s=1 "
			     "for=6.4.0-150600.21-default2~SMP~preempt~mod_unload~modversions~" },
		  .statuses = "proven" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void without_crcs_vermagic_agrees_whole(void **state)
{
	static const struct row rows[] = {
		{ .label = "no CRCs in the module, all of it agrees but modversions",
		  .symbols = "s=1",
		  .items = { "a no-crc s for=" RELEASE "~SMP~preempt~mod_unload~" },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic " RELEASE " SMP preempt mod_unload ",
		  .unverified = "s" },
		{ .label = "no CRCs in the module, all of it agrees, modversions too",
		  .symbols = "s=1",
		  .items = { "a no-crc s" },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic " VERMAGIC,
		  .unverified = "s" },
		{ .label = "no CRCs anywhere, all of it agrees",
		  .symbols = "s",
		  .items = { "a no-crc s for=" RELEASE "~SMP~" },
		  .statuses = "exact",
		  .vermagic = RELEASE " SMP " },
		{ .label = "no CRCs anywhere, a symbol is missing",
		  .symbols = "s",
		  .items = { "a no-crc s t for=" RELEASE "~SMP~" },
		  .statuses = "mismatch",
		  .findings = "0/a missing-symbol t",
		  .vermagic = RELEASE " SMP " },
		{ .label = "no CRCs anywhere, another release",
		  .symbols = "s",
		  .items = { "a no-crc s for=6.4.0-1-default~SMP~" },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic 6.4.0-1-default SMP ",
		  .unverified = "s",
		  .vermagic = RELEASE " SMP " },
		{ .label = "CRCs in the module alone",
		  .symbols = "s",
		  .items = { "a s=1 for=" OTHER },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic 6.4.0-150600.7-default SMP preempt mod_unload "
			      "modversions ",
		  .unverified = "s",
		  .vermagic = RELEASE " SMP preempt mod_unload " },
		{ .label = "the kernel's is not known",
		  .symbols = "s=1",
		  .items = { "a s=1 for=" OTHER },
		  .statuses = "proven",
		  .vermagic = "" },
		{ .label = "the kernel's is not known, no CRCs, another release",
		  .symbols = "s=1",
		  .items = { "a no-crc s for=6.4.0-1-default~SMP~" },
		  .statuses = "mismatch",
		  .findings = "0/a vermagic 6.4.0-1-default SMP ",
		  .unverified = "s",
		  .vermagic = "" },
		{ .label = "the kernel's is not known, no CRCs, its release",
		  .symbols = "s=1",
		  .items = { "a no-crc s for=" RELEASE "~SMP~" },
		  .statuses = "unknown",
		  .unverified = "s",
		  .vermagic = "" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_module_has_to_be_one_that_the_kernel_takes(void **state)
{
	static const struct row rows[] = {
		{ .label = "built in",
		  .symbols = "s=1",
		  .items = { "ext4 s=1" },
		  .statuses = "mismatch",
		  .findings = "0/ext4 built-in ext4" },
		{ .label = "another machine",
		  .symbols = "s=1",
		  .items = { "a s=1 arch=ppc64le" },
		  .statuses = "mismatch",
		  .findings = "0/a arch ppc64le" },
		{ .label = "unreadable",
		  .symbols = "s=1",
		  .items = { "a s=1\n-" },
		  .statuses = "mismatch",
		  .findings = "0/- unreadable -" },
		{ .label = "GPL only, under the GPL",
		  .symbols = "s=1!",
		  .items = { "a s=1" },
		  .statuses = "exact" },
		{ .label = "GPL only",
		  .symbols = "s=1!",
		  .items = { "a mit s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a gpl-only s" },
		{ .label = "GPL only, weak",
		  .symbols = "s=1! t=1",
		  .items = { "a mit t=1 weak s=1" },
		  .statuses = "exact" },
		{ .label = "GPL only, weak, differing",
		  .symbols = "s=1! t=1",
		  .items = { "a mit t=1 weak s=2" },
		  .statuses = "exact" },
		{ .label = "GPL only, of a planned module",
		  .symbols = "t=1",
		  .items = { "a mit s=1", "b t=1 gives s=1!" },
		  .statuses = "mismatch exact",
		  .findings = "0/a gpl-only s" },
		{ .label = "GPL only, beside a symbol of a module that is not under the GPL",
		  .symbols = "s=1! t=1",
		  .items = { "a s=1 p=1", "b mit t=1 gives p=1" },
		  .statuses = "mismatch exact",
		  .findings = "0/a gpl-only s" },
		{ .label = "GPL only, behind a module that uses one that is not under the GPL",
		  .symbols = "s=1! t=1",
		  .items = { "a s=1 q=1", "b p=1 gives q=1", "c mit t=1 gives p=1" },
		  .statuses = "mismatch exact exact",
		  .findings = "0/a gpl-only s" },
		{ .label = "exported by the kernel itself",
		  .symbols = "s=1",
		  .items = { "a s=1 gives s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a duplicate-symbol s" },
		{ .label = "exported by a module that is not there",
		  .symbols = "s=1 t=1@absent",
		  .items = { "a s=1 gives t=1" },
		  .statuses = "exact" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void namespaces_are_for_those_that_import_them(void **state)
{
	static const struct row rows[] = {
		{ .label = "a namespace",
		  .symbols = "s=1/NS",
		  .items = { "a s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a namespace s" },
		{ .label = "a namespace, weak",
		  .symbols = "s=1/NS",
		  .items = { "a weak s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a namespace s" },
		{ .label = "a namespace, imported",
		  .symbols = "s=1/NS",
		  .items = { "a s=1 imports=NS" },
		  .statuses = "exact" },
		{ .label = "a namespace, another one imported",
		  .symbols = "s=1/NS",
		  .items = { "a s=1 imports=N" },
		  .statuses = "mismatch",
		  .findings = "0/a namespace s" },
		{ .label = "for named modules",
		  .symbols = "s=1/module:x,a",
		  .items = { "a s=1" },
		  .statuses = "exact" },
		{ .label = "for other named modules",
		  .symbols = "s=1/module:x,ab",
		  .items = { "a s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a namespace s" },
		{ .label = "for modules of a pattern",
		  .symbols = "s=1/module:kvm-*,x",
		  .items = { "kvm_amd s=1" },
		  .statuses = "exact" },
		{ .label = "for modules of another pattern",
		  .symbols = "s=1/module:kvm-*",
		  .items = { "kv s=1" },
		  .statuses = "mismatch",
		  .findings = "0/kv namespace s" },
		{ .label = "for named modules, imported",
		  .symbols = "s=1/module:x",
		  .items = { "a s=1 imports=module:x" },
		  .statuses = "mismatch",
		  .findings = "0/a namespace s" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void packages_serve_each_other(void **state)
{
	static const struct row rows[] = {
		{ .label = "within one",
		  .symbols = "s=1",
		  .items = { "a s=1 b=1\nb s=1 gives b=1" },
		  .statuses = "exact" },
		{ .label = "one of another",
		  .symbols = "s=1",
		  .items = { "c s=1 b=1", "b s=1 gives b=1" },
		  .statuses = "exact exact" },
		{ .label = "a chain of three",
		  .symbols = "s=1",
		  .items = { "a s=1 b=1", "b c=1 gives b=1", "c s=1 gives c=1" },
		  .statuses = "exact exact exact" },
		{ .label = "another build of the exporter",
		  .symbols = "s=1",
		  .items = { "c s=1 b=1", "b s=1 gives b=2" },
		  .statuses = "mismatch exact",
		  .findings = "0/c differing-symbol b 1/2" },
		{ .label = "the exporter is not planned",
		  .symbols = "s=1",
		  .items = { "c s=1 b=1", "x s=1" },
		  .statuses = "mismatch exact",
		  .findings = "0/c missing-symbol b" },
		{ .label = "what the tree lacks",
		  .symbols = "s=1 b=1@absent",
		  .items = { "c s=1 b=1", "b s=1 gives b=1" },
		  .statuses = "exact exact" },
		{ .label = "an export without a CRC",
		  .symbols = "s=1",
		  .items = { "c s=1 b=1", "b s=1 gives b" },
		  .statuses = "unproven exact",
		  .unverified = "b" },
		{ .label = "a module of the tree in a newer build",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a s=1 u=1", "usb s=1 gives u=1" },
		  .statuses = "exact exact" },
		{ .label = "both, and the second agrees",
		  .symbols = "s=1 b=2@?",
		  .items = { "a s=1 b=1", "x s=1 gives b=1" },
		  .statuses = "exact exact" },
		{ .label = "both, and the first agrees",
		  .symbols = "s=1 b=1@?",
		  .items = { "a s=1 b=1", "x s=1 gives b=2" },
		  .statuses = "exact exact" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void who_breaks_another_is_its_cause(void **state)
{
	static const struct row rows[] = {
		{ .label = "takes a symbol away",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a s=1 u=1", "usb s=1" },
		  .statuses = "mismatch exact",
		  .findings = "0/a missing-symbol u by 1" },
		{ .label = "changes a symbol",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a s=1 u=1", "usb s=1 gives u=2" },
		  .statuses = "mismatch exact",
		  .findings = "0/a differing-symbol u 1/2 by 1" },
		{ .label = "makes a symbol GPL-only",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a mit s=1 u=1", "usb s=1 gives u=1!" },
		  .statuses = "mismatch exact",
		  .findings = "0/a gpl-only u by 1" },
		{ .label = "exports it from elsewhere",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a s=1 u=1", "x s=1 gives u=2" },
		  .statuses = "mismatch exact",
		  .findings = "0/a differing-symbol u 1/2 by 1" },
		{ .label = "it does so itself",
		  .symbols = "s=1 u=1@usb",
		  .items = { "a s=1 u=1\nusb s=1" },
		  .statuses = "mismatch",
		  .findings = "0/a missing-symbol u" },
		{ .label = "it was broken before",
		  .symbols = "s=1 u=3@usb",
		  .items = { "a s=1 u=1", "usb s=1" },
		  .statuses = "mismatch exact",
		  .findings = "0/a missing-symbol u" },
		{ .label = "the two break each other",
		  .symbols = "s=1 u=1@usb h=1@hid",
		  .items = { "usb s=1 h=1 gives u=2", "hid s=1 u=1 gives h=2" },
		  .statuses = "mismatch mismatch",
		  .findings = "0/usb differing-symbol h 1/2 by 1; "
			      "1/hid differing-symbol u 1/2 by 0" },
		{ .label = "both export it",
		  .symbols = "s=1",
		  .items = { "a s=1 gives x=1", "b s=1 gives x=1" },
		  .statuses = "mismatch mismatch",
		  .findings = "0/a duplicate-symbol x by 1; 1/b duplicate-symbol x by 0" },
		{ .label = "both ship the same module, which is for others to part",
		  .symbols = "s=1",
		  .items = { "a s=1 gives x=1", "a s=1 gives x=1" },
		  .statuses = "exact exact" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void modules_that_need_each_other_cannot_be_loaded(void **state)
{
	static const struct row rows[] = {
		{ .label = "two of one package",
		  .symbols = "s=1",
		  .items = { "a s=1 b=1 gives a=1\nb s=1 a=1 gives b=1\nc s=1 a=1" },
		  .statuses = "mismatch",
		  .findings = "0/a cycle b; 0/b cycle a" },
		{ .label = "three packages",
		  .symbols = "s=1",
		  .items = { "a b=1 gives a=1", "b c=1 gives b=1", "c a=1 gives c=1", "d s=1" },
		  .statuses = "mismatch mismatch mismatch exact",
		  .findings = "0/a cycle b; 1/b cycle c; 2/c cycle a" },
		{ .label = "one that only another closes",
		  .symbols = "s=1 b=1@b a=1@a",
		  .items = { "a s=1 b=1 gives a=1", "b s=1 a=1 gives b=1" },
		  .statuses = "mismatch mismatch",
		  .findings = "0/a cycle b by 1; 1/b cycle a by 0" },
		{ .label = "one that one of them could do without",
		  .symbols = "s=1 b=1@b",
		  .items = { "a s=1 b=1 gives a=1", "b s=1 a=1 gives b=1" },
		  .statuses = "mismatch mismatch",
		  .findings = "0/a cycle b by 1; 1/b cycle a" },
		{ .label = "a diamond is none",
		  .symbols = "s=1",
		  .items = { "a b=1 c=1\nb d=1 gives b=1\nc d=1 gives c=1\nd s=1 gives d=1" },
		  .statuses = "exact" },
		{ .label = "itself is none",
		  .symbols = "s=1",
		  .items = { "a s=1 a=1 gives a=1" },
		  .statuses = "mismatch",
		  .findings = "0/a missing-symbol a" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_have_to_be_there_with_their_crcs),
		cmocka_unit_test(what_is_not_known_is_not_missing),
		cmocka_unit_test(vermagic_agrees_but_for_the_release),
		cmocka_unit_test(without_crcs_vermagic_agrees_whole),
		cmocka_unit_test(a_module_has_to_be_one_that_the_kernel_takes),
		cmocka_unit_test(namespaces_are_for_those_that_import_them),
		cmocka_unit_test(packages_serve_each_other),
		cmocka_unit_test(who_breaks_another_is_its_cause),
		cmocka_unit_test(modules_that_need_each_other_cannot_be_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
