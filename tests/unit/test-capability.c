/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"

static void escapes_are_decoded_once(void **state)
{
	static const struct {
		const char *text, *decoded;
	} cases[] = {
		{ "", "" },
		{ "pci:v00008086d*", "pci:v00008086d*" },
		{ "of:N*T*Cfoo%2Cbar", "of:N*T*Cfoo,bar" },
		{ "%2c%2C%5b%5B", ",,[[" },
		{ "%41%42", "AB" },
		{ "%2525", "%25" },
		{ "%252C", "%2C" },
		{ "%25%32%43", "%2C" },
		{ "%", "%" },
		{ "%2", "%2" },
		{ "%%", "%%" },
		{ "%%2C", "%," },
		{ "%2%2C", "%2," },
		{ "%G1", "%G1" },
		{ "%1G", "%1G" },
		{ "%2[CD]", "%2[CD]" },
		{ "%2C%", ",%" },
		{ "%-1", "%-1" },
		{ "% 1", "% 1" },
		{ "%00a", "%00a" },
		{ "%5B0%2D9%5D", "[0-9]" },
		{ "%2A%3F%5C%2A", "*?\\*" },
		{ "%C3%A9%9c", "\xc3\xa9\x9c" },
		{ "a%0Ab", "a\nb" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *decoded = pattern_decode(cases[i].text);

		if (!text_equal(decoded, cases[i].decoded))
			fail_msg("'%s': wanted '%s', got '%s'", cases[i].text, cases[i].decoded,
				 decoded);
	}
}

static void a_pattern_of_wildcards_alone_fits_anything(void **state)
{
	static const struct {
		const char *pattern;
		bool all;
	} cases[] = {
		{ "*", true },     { "**", true },      { "*:*", true },    { "?*", true },
		{ ":*", true },    { "*:", true },      { "", false },      { "?", false },
		{ ":", false },    { "???", false },    { "pci:*", false }, { "p*", false },
		{ "*:v*", false }, { "[a-z]*", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (pattern_is_match_all(cases[i].pattern) != cases[i].all)
			fail_msg("'%s'", cases[i].pattern);
}

/* What a dependency means; PATTERNS are the decoded ones, a space between them. */
struct hint_case {
	const char *text;
	const char *prefix, *patterns;
	unsigned int repairs;
	bool match_all;
};

/* 1 if HINT is not what C says, told on stderr. */
static int check_hint(const struct hint_case *c, const struct hint *hint)
{
	auto_free char *patterns = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&patterns, &size);

	for (size_t i = 0; i < hint->patterns.count; i++)
		fprintf(out, "%s%s", i ? " " : "", hint->patterns.items[i]);
	fclose(out);
	if (text_equal(hint->prefix, c->prefix) && text_equal(patterns, c->patterns) &&
	    hint->repairs == c->repairs && hint->match_all == c->match_all)
		return 0;
	print_error("'%s': got prefix '%s', patterns '%s', repairs %u, match-all %d\n", c->text,
		    hint->prefix ? hint->prefix : "none", patterns, hint->repairs, hint->match_all);
	return 1;
}

static void check_hints(const struct hint_case *cases, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++) {
		auto_hint struct hint hint = { 0 };
		int r = hint_parse(cases[i].text, &hint);

		if (r != (cases[i].patterns != NULL)) {
			print_error("'%s': got %d\n", cases[i].text, r);
			bad++;
		} else if (r > 0) {
			bad += check_hint(&cases[i], &hint);
		}
	}
	assert_int_equal(bad, 0);
}

static void a_prefix_ends_at_the_first_of_two_colons(void **state)
{
	static const struct hint_case cases[] = {
		{ "modalias(pci:v1*)", NULL, "pci:v1*", HINT_AS_IT_IS, false },
		{ "modalias(kernel-default:pci:v1*)", "kernel-default", "pci:v1*", HINT_AS_IT_IS,
		  false },
		{ "modalias(xorg-x11-server:pci:v1*)", "xorg-x11-server", "pci:v1*", HINT_AS_IT_IS,
		  false },
		{ "modalias(kernel-default:acpi*:A:*)", "kernel-default", "acpi*:A:*",
		  HINT_AS_IT_IS, false },
		{ "modalias(kernel-default:*)", NULL, "kernel-default:*", HINT_AS_IT_IS, false },
		{ "modalias(kernel-default:*:*)", "kernel-default", "*:*", HINT_AS_IT_IS, true },
		{ "modalias(a::)", "a", ":", HINT_AS_IT_IS, false },
		{ "modalias(kernel-default:pci%3Av1*)", NULL, "kernel-default:pci:v1*",
		  HINT_AS_IT_IS, false },
		{ "modalias(k:a(b):c)", "k", "a(b):c", HINT_AS_IT_IS, false },
		{ "modalias(nvram)", NULL, "nvram", HINT_AS_IT_IS, false },
		{ "modalias(a)", NULL, "a", HINT_AS_IT_IS, false },
		{ "modalias(*)", NULL, "*", HINT_AS_IT_IS, true },
		{ "modalias(%2A)", NULL, "*", HINT_AS_IT_IS, true },
		{ "modalias())", NULL, ")", HINT_AS_IT_IS, false },
	};

	(void)state;
	check_hints(cases, COUNT(cases));
}

static void what_libsolv_leaves_alone_is_no_hint(void **state)
{
	static const struct hint_case cases[] = {
		{ .text = "" },
		{ .text = "modalias" },
		{ .text = "modalias(" },
		{ .text = "modalias()" },
		{ .text = "modalias(a" },
		{ .text = "modalias(pci:v1*" },
		{ .text = "modalias(pci:v1*) " },
		{ .text = "modalias(pci:v1*)x" },
		{ .text = " modalias(pci:v1*)" },
		{ .text = "MODALIAS(pci:v1*)" },
		{ .text = "xmodalias(pci:v1*)" },
		{ .text = "(kernel-default and modalias(pci:v1*))" },
		{ .text = "packageand(kernel-default:modalias(pci:v1*))" },
		{ .text = "ksym(default:printk)" },
	};

	(void)state;
	check_hints(cases, COUNT(cases));
}

/* So it is for libsolv; and no alias begins with a colon. */
static void a_colon_in_front_belongs_to_the_pattern(void **state)
{
	auto_hint struct hint hint = { 0 };

	(void)state;
	assert_int_equal(hint_parse("modalias(:pci:v1*)", &hint), 1);
	assert_null(hint.prefix);
	assert_string_equal(hint.patterns.items[0], ":pci:v1*");
	assert_false(hint.match_all);
}

static char *hint_of_length(size_t length)
{
	char *text = calloc(length + 1, 1);

	assert_non_null(text);
	memset(text, 'a', length);
	memcpy(text, "modalias(", strlen("modalias("));
	text[length - 1] = ')';
	return text;
}

static void a_hint_has_a_greatest_length(void **state)
{
	auto_free char *longest = hint_of_length(CAPABILITY_MAX);
	auto_free char *too_long = hint_of_length(CAPABILITY_MAX + 1);
	auto_hint struct hint hint = { 0 }, none = { 0 };

	(void)state;
	assert_int_equal(hint_parse(longest, &hint), 1);
	assert_int_equal(strlen(hint.patterns.items[0]), CAPABILITY_MAX - strlen("modalias()"));
	assert_int_equal(hint_parse(too_long, &none), -E2BIG);
	assert_null(none.text);
}

/* The prefix of these is a bus, so that nothing but the alias is meant (kmp-match's repair). */
static void a_bus_is_no_prefix(void **state)
{
	static const struct hint_case cases[] = {
		{ "modalias(acpi*:PNP0501:*)", NULL, "acpi*:PNP0501:*", HINT_UNPREFIXED, false },
		{ "modalias(acpi:PNP0501:)", NULL, "acpi:PNP0501:", HINT_UNPREFIXED, false },
		{ "modalias(dmi*:svnA:pnB:*)", NULL, "dmi*:svnA:pnB:*", HINT_UNPREFIXED, false },
		{ "modalias(cpu:type:x86,ven0000*)", NULL, "cpu:type:x86,ven0000*", HINT_UNPREFIXED,
		  false },
		{ "modalias(cpu%3Atype:x86:ven*)", NULL, "cpu:type:x86:ven*", HINT_UNPREFIXED,
		  false },
		{ "modalias(mei:a:b:*)", NULL, "mei:a:b:*", HINT_UNPREFIXED, false },
		{ "modalias(mei*:a:b:*)", NULL, "mei*:a:b:*", HINT_UNPREFIXED, false },
		{ "modalias(pci:v1*:*)", NULL, "pci:v1*:*", HINT_UNPREFIXED, false },
		{ "modalias(usb[:]v1:*)", NULL, "usb[:]v1:*", HINT_UNPREFIXED, false },
		{ "modalias(x86cpu:vendor:0000:*)", NULL, "x86cpu:vendor:0000:*", HINT_UNPREFIXED,
		  false },
		{ "modalias(fsl-mc:v1:d2)", NULL, "fsl-mc:v1:d2", HINT_UNPREFIXED, false },
		{ "modalias(acpid:PNP0501:*)", "acpid", "PNP0501:*", HINT_AS_IT_IS, false },
		{ "modalias(acp:PNP0501:*)", "acp", "PNP0501:*", HINT_AS_IT_IS, false },
		{ "modalias(usbutils:usb:v1*)", "usbutils", "usb:v1*", HINT_AS_IT_IS, false },
		{ "modalias(kernel-pci:usb:v1*)", "kernel-pci", "usb:v1*", HINT_AS_IT_IS, false },
	};

	(void)state;
	check_hints(cases, COUNT(cases));
}

/* What rpm's generator makes of neighbours that differ in one character, after it escaped them. */
static void a_class_merged_into_an_escape_stands_for_each(void **state)
{
	static const struct hint_case cases[] = {
		{ "modalias(k:of:N%2[CD]x)", "k", "of:N,x of:N-x", HINT_MERGED_ESCAPE, false },
		{ "modalias(k:of:Cfoo%2[CF]bar)", "k", "of:Cfoo,bar of:Cfoo/bar",
		  HINT_MERGED_ESCAPE, false },
		{ "modalias(k:a:b%[25]Dc)", "k", "a:b-c a:b]c", HINT_MERGED_ESCAPE, false },
		{ "modalias(k:a:%2%2[cd])", "k", "a:%2, a:%2-", HINT_MERGED_ESCAPE, false },
		{ "modalias(k:a:v5%5B0%2D[35]%5D)", "k", "a:v5[0-3] a:v5[0-5]", HINT_MERGED_ESCAPE,
		  false },
		{ "modalias(k:a:%5b[35]9%5d%2[CD])", "k", "a:[39], a:[39]- a:[59], a:[59]-",
		  HINT_MERGED_ESCAPE, false },
		{ "modalias(k:a:%2[CD]%2[EF])", "k", "a:,. a:,/ a:-. a:-/", HINT_MERGED_ESCAPE,
		  false },
		{ "modalias(k:a:d0[12]%2[CD])", "k", "a:d0[12], a:d0[12]-", HINT_MERGED_ESCAPE,
		  false },
		{ "modalias(k:a:%2[C])", "k", "a:,", HINT_MERGED_ESCAPE, false },
		{ "modalias(acpi*:A%2[CD]:*)", NULL, "acpi*:A,:* acpi*:A-:*",
		  HINT_UNPREFIXED | HINT_MERGED_ESCAPE, false },
		{ "modalias(a%2[CD]b)", NULL, "a,b a-b", HINT_MERGED_ESCAPE, false },
		/* Where libsolv and fnmatch read what was meant, nothing is repaired. */
		{ "modalias(k:a:d0[123])", "k", "a:d0[123]", HINT_AS_IT_IS, false },
		{ "modalias(k:a:%2C[ab])", "k", "a:,[ab]", HINT_AS_IT_IS, false },
		{ "modalias(k:a:%5B0%5D[ab])", "k", "a:[0][ab]", HINT_AS_IT_IS, false },
		{ "modalias(k:a:[ab]%5B0%5D)", "k", "a:[ab][0]", HINT_AS_IT_IS, false },
		{ "modalias(k:a:[%2C])", "k", "a:[,]", HINT_AS_IT_IS, false },
		/* No class at all: as libzypp has it. */
		{ "modalias(k:a:%2[CD)", "k", "a:%2[CD", HINT_AS_IT_IS, false },
		{ "modalias(k:a:%2[]x)", "k", "a:%2[]x", HINT_AS_IT_IS, false },
		{ "modalias(k:a:%2CD])", "k", "a:,D]", HINT_AS_IT_IS, false },
		{ "modalias(k:a:%[)", "k", "a:%[", HINT_AS_IT_IS, false },
	};

	(void)state;
	check_hints(cases, COUNT(cases));
}

/* A kernel writes the ids of pci and usb in upper case, and those of other buses as they are. */
static void lower_case_ids_of_pci_and_usb_are_read_in_upper_case_too(void **state)
{
	static const struct hint_case cases[] = {
		{ "modalias(k:pci:v00008086d000010d3sv*sd*bc*sc*i*)", "k",
		  "pci:v00008086d000010d3sv*sd*bc*sc*i* pci:v00008086d000010D3sv*sd*bc*sc*i*",
		  HINT_LOWER_CASE, false },
		{ "modalias(k:pci:v000010ded*sv*sd*bc03sc0[02]i00*)", "k",
		  "pci:v000010ded*sv*sd*bc03sc0[02]i00* pci:v000010DEd*sv*sd*bc03sc0[02]i00*",
		  HINT_LOWER_CASE, false },
		{ "modalias(usb:v046dpc12[1a-f]d*dc*)", NULL,
		  "usb:v046dpc12[1a-f]d*dc* usb:v046DpC12[1A-F]d*dc*", HINT_LOWER_CASE, false },
		{ "modalias(usb:v*p*d*dc0edsc*dp*ic0eisc01ip*in*)", NULL,
		  "usb:v*p*d*dc0edsc*dp*ic0eisc01ip*in* usb:v*p*d*dc0Edsc*dp*ic0Eisc01ip*in*",
		  HINT_LOWER_CASE, false },
		{ "modalias(usb:v*dc0edsc*)", NULL, "usb:v*dc0edsc* usb:v*dc0Edsc*",
		  HINT_LOWER_CASE, false },
		{ "modalias(pci:v0000abcd*)", NULL, "pci:v0000abcd* pci:v0000ABCD*",
		  HINT_LOWER_CASE, false },
		{ "modalias(pci:v0000abcdd0000?bcdsv*)", NULL,
		  "pci:v0000abcdd0000?bcdsv* pci:v0000ABCDd0000?BCDsv*", HINT_LOWER_CASE, false },
		{ "modalias(pci:v00008086d0000ab%2[DE])", NULL,
		  "pci:v00008086d0000ab- pci:v00008086d0000ab.", HINT_MERGED_ESCAPE, false },
		/* Both cases are there already. */
		{ "modalias(usb:v1234p567[0-9a-fA-F]d*)", NULL, "usb:v1234p567[0-9a-fA-F]d*",
		  HINT_AS_IT_IS, false },
		/* Not the fields of a kernel: left alone. */
		{ "modalias(pci:v8086d10d3)", NULL, "pci:v8086d10d3", HINT_AS_IT_IS, false },
		{ "modalias(pci:v0000808gd0000abcd*)", NULL, "pci:v0000808gd0000abcd*",
		  HINT_AS_IT_IS, false },
		{ "modalias(pci:v*abcd*)", NULL, "pci:v*abcd*", HINT_AS_IT_IS, false },
		{ "modalias(pci:v0000abc[d)", NULL, "pci:v0000abc[d", HINT_AS_IT_IS, false },
		{ "modalias(pci:v0000abc[]d*)", NULL, "pci:v0000abc[]d*", HINT_AS_IT_IS, false },
		{ "modalias(pci:abcd)", NULL, "pci:abcd", HINT_AS_IT_IS, false },
		{ "modalias(pci:)", NULL, "pci:", HINT_AS_IT_IS, false },
		/* Other buses write lower case, or names. */
		{ "modalias(hid:b0003g*v0000046dp*)", NULL, "hid:b0003g*v0000046dp*", HINT_AS_IT_IS,
		  false },
		{ "modalias(of:N*T*Cabcd)", NULL, "of:N*T*Cabcd", HINT_AS_IT_IS, false },
		{ "modalias(sdio:c*v02dfd9103*)", NULL, "sdio:c*v02dfd9103*", HINT_AS_IT_IS,
		  false },
	};

	(void)state;
	check_hints(cases, COUNT(cases));
}

static void no_hint_stands_for_more_patterns_than_allowed(void **state)
{
	static const struct {
		const char *text;
		size_t patterns;
	} cases[] = {
		{ "modalias(k:a:%2[0123456789ABCDE]%3[0123456789ABCDE])", 225 },
		{ "modalias(k:a:%2[0123456789ABCDEF]%3[0123456789ABCDEFabcdef])", 1 },
		{ "modalias(k:a:%2[CD]%2[CD]%2[CD]%2[CD]%2[CD]%2[CD])", 64 },
		{ "modalias(k:a:%2[CD]%2[CD]%2[CD]%2[CD]%2[CD]%2[CD]%2[CD]%2[CD]%2[CD])", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_hint struct hint hint = { 0 };

		assert_int_equal(hint_parse(cases[i].text, &hint), 1);
		if (hint.patterns.count != cases[i].patterns)
			fail_msg("%s: %zu patterns", cases[i].text, hint.patterns.count);
		assert_true(hint.patterns.count <= HINT_PATTERNS_MAX);
		/* What is too much is left as libzypp has it. */
		assert_int_equal(hint.repairs,
				 cases[i].patterns == 1 ? HINT_AS_IT_IS : HINT_MERGED_ESCAPE);
	}
}

/* A repository has as many of these as it likes: 21,845 classes took seconds each. */
static void the_longest_hint_is_read_in_a_moment(void **state)
{
	auto_hint struct hint hint = { 0 };
	char text[CAPABILITY_MAX + 1];
	size_t length = (size_t)sprintf(text, "modalias(k:a:");
	clock_t start = clock();

	(void)state;
	while (length + 4 <= CAPABILITY_MAX)
		length += (size_t)sprintf(text + length, "[a]");
	sprintf(text + length, ")");
	assert_int_equal(hint_parse(text, &hint), 1);
	assert_int_equal(hint.patterns.count, 1);
	assert_true(clock() - start < CLOCKS_PER_SEC);
}

static void a_hint_in_two_parts_is_made_without_a_split(void **state)
{
	static const struct {
		const char *prefix, *pattern;
		struct hint_case wanted;
	} cases[] = {
		{ NULL, "acpi*:A:*", { "1", NULL, "acpi*:A:*", HINT_AS_IT_IS, false } },
		{ "k", "a:b%2Cc", { "2", "k", "a:b,c", HINT_AS_IT_IS, false } },
		{ "acpi*", "A:*", { "3", NULL, "acpi*:A:*", HINT_UNPREFIXED, false } },
		{ "k", "*", { "4", "k", "*", HINT_AS_IT_IS, true } },
		{ "k", "", { "5", "k", "", HINT_AS_IT_IS, false } },
	};
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_hint struct hint hint = { 0 };

		assert_int_equal(hint_make(cases[i].prefix, cases[i].pattern, &hint), 0);
		bad += check_hint(&cases[i].wanted, &hint);
	}
	assert_int_equal(bad, 0);
}

static void a_crc_is_a_number_however_spelled(void **state)
{
	static const struct {
		const char *text;
		bool valid;
		uint32_t crc;
	} cases[] = {
		{ "bdfb6dbb", true, 0xbdfb6dbb },
		{ "0xbdfb6dbb", true, 0xbdfb6dbb },
		{ "0XBDFB6DBB", true, 0xbdfb6dbb },
		{ "bd", true, 0xbd },
		{ "000000bd", true, 0xbd },
		{ "0x0bd", true, 0xbd },
		{ "0", true, 0 },
		{ "00000000", true, 0 },
		{ "ffffffff", true, 0xffffffff },
		{ "0000000000000000ffffffff", true, 0xffffffff },
		{ "100000000", false, 0 },
		{ "ffffffffffffffffffffff", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "x1", false, 0 },
		{ "1g", false, 0 },
		{ "-1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1-1", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t crc = 12345;

		if (crc_parse(cases[i].text, &crc) != cases[i].valid ||
		    crc != (cases[i].valid ? cases[i].crc : 12345))
			fail_msg("'%s': got %x", cases[i].text, crc);
	}
}

static void a_symbol_has_a_flavor_and_a_name(void **state)
{
	static const struct {
		const char *text, *flavor, *symbol;
	} cases[] = {
		{ "ksym(default:printk)", "default", "printk" },
		{ "ksym(rt-amd64:_raw_spin_lock)", "rt-amd64", "_raw_spin_lock" },
		{ "ksym(default:a:b)", "default", "a:b" },
		{ "ksym(d:s)", "d", "s" },
		{ "ksym(printk)", NULL, NULL },
		{ "ksym(:printk)", NULL, NULL },
		{ "ksym(default:)", NULL, NULL },
		{ "ksym()", NULL, NULL },
		{ "ksym(", NULL, NULL },
		{ "ksym(default:printk", NULL, NULL },
		{ "ksym(default:printk)x", NULL, NULL },
		{ "kernel(default:vmlinux)", NULL, NULL },
		{ "kmod(e1000e.ko)", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ksym ksym = { .flavor = NULL };
		bool r = ksym_parse(cases[i].text, &ksym);
		auto_free char *flavor = r ? strndup(ksym.flavor, ksym.flavor_length) : NULL;
		auto_free char *symbol = r ? strndup(ksym.symbol, ksym.symbol_length) : NULL;

		if (r != (cases[i].flavor != NULL) || !text_equal(flavor, cases[i].flavor) ||
		    !text_equal(symbol, cases[i].symbol))
			fail_msg("'%s': got %d, %s, %s", cases[i].text, r, flavor ? flavor : "none",
				 symbol ? symbol : "none");
	}
}

static void a_module_that_is_provided_has_a_name(void **state)
{
	static const struct {
		const char *text, *module;
	} cases[] = {
		{ "kmod(e1000e.ko)", "e1000e" },
		{ "kmod(nvme-core)", "nvme_core" },
		{ "kmod(nvme-core.ko)", "nvme_core" },
		{ "kmod()", NULL },
		{ "kmod(.ko)", NULL },
		{ "kmod(e1000e.ko", NULL },
		{ "ksym(default:e)", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *module = NULL;
		int r = kmod_parse(cases[i].text, &module);

		if (r != (cases[i].module != NULL) || !text_equal(module, cases[i].module))
			fail_msg("'%s': got %d, %s", cases[i].text, r, module ? module : "none");
	}
}

/* A row of the collection of real capabilities, by its number; without FITS it is no hint. */
struct real_case {
	unsigned int row;
	const char *prefix;
	const char *fits, *fails; /* an alias that the pattern fits, and one that it does not */
};

/* Follows from how libsolv splits and libzypp decodes them, and from fnmatch(3). */
static const struct real_case real_cases[] = {
	{ 1, "kernel-default", "pci:v0000104Cd00008401sv0sd0bc02sc80i00",
	  "pci:v0000104Cd00008402sv0sd0bc02sc80i00" },
	/* XXXX is no wildcard. */
	{ 2, "kernel-default", "pci:v000010DEd0000XXXXsv0sd0bc03sc02i00",
	  "pci:v000010DEd00001234sv0sd0bc03sc02i00" },
	{ 3, "kernel-default", "pci:v000010DEd00001234sv0sd0bc03sc00i00",
	  "pci:v000010DEd00001234sv0sd0bc03sc02i00" },
	{ 4, NULL, "pci:v000010DEd00001234sv0sd0bc03sc00i00",
	  "pci:v00001002d00001234sv0sd0bc03sc00i00" },
	{ 5, NULL, "char-major-195-254", "char-major-196-254" },
	{ 6, "kernel-default", "acpi:MAT0012:", "acpi:MAT0014:" },
	{ 7, "kernel-default", "usb:v1p2d3dc0dsc0dp0ic0Eisc01ip00", "usb:v1p2d3dc0Eisc01ip00" },
	{ 8, NULL, "pci:v1d2sv3sd4bc06sc07i00", "pci:v1d2sv3sd4bc06sc04i00" },
	{ 9, NULL, "pci:v000014E4d00004320sv0sd0bc02sc80i00",
	  "pci:v000014E4d00004420sv0sd0bc02sc80i00" },
	{ 10, NULL, "pci:v00001014d00000219sv00001014sd0000021Abc01sc04i00",
	  "pci:v00001014d00000219sv00001014sd0000021Bbc01sc04i00" },
	{ 11, NULL, "usb:v0A5Cp21E6d0112dcFFdsc01dp01icFFisc01ip01in00",
	  "usb:v0A5Cp21E6d0112dcFFdsc01dp01icFFisc01ip01" },
	/* The row compares two spellings; of these only the first fits what old kernels say. */
	{ 12, NULL, "usb:...ip01", "usb:v1p2ip01" },
	{ 12, NULL, "usb:...ip01in00", "usb:...ip01" },
	/* Fields in the wrong order: no kernel says that. */
	{ 13, NULL, "usb:ic0Bisc00d1dc0dsc0dp0ic0isc0ip0",
	  "usb:v1p2d1dc00dsc00dp00ic0Bisc00ip00in00" },
	/* A dot is a dot. */
	{ 14, NULL, "usb:v046Dp....d1dc0dsc0dp0ic0isc0ip0",
	  "usb:v046DpC121d1dc0dsc0dp0ic0isc0ip0" },
	{ 15, NULL, "sdio:c00v02DFd9103", "sdio:c00v02DFd9104x" },
	{ 16, NULL, "of:NremoteprocT(null)Cqcom,x1e80100-adsp-pasCx",
	  "of:NremoteprocT(null)Cqcom%2Cx1e80100-adsp-pasCx" },
	{ 17, NULL, "dmi:bvnX:svnMicrosoftCorporation:pnVirtualMachine:rnVirtualMachine:",
	  "dmi:bvnX:svnMicrosoftCorporation:pnVirtualMachine:" },
	{ 18, NULL, "dmi:bvnX:svnDellInc.:", "dmi:bvnDell:" },
	/* As it is told, with the kind of the dependency before it. */
	{ .row = 19 },
	{ .row = 20 },
	{ .row = 21 },
	{ .row = 22 },
	{ .row = 23 },
	{ .row = 24 },
	{ .row = 25 },
	{ .row = 26 },
};

static void check_real_case(const struct real_case *c, const char *text)
{
	auto_hint struct hint hint = { 0 };
	int r = hint_parse(text, &hint);

	if (r != (c->fits != NULL))
		fail_msg("row %u, %s: got %d", c->row, text, r);
	if (r == 0)
		return;
	if (!text_equal(hint.prefix, c->prefix) || hint.patterns.count != 1 ||
	    hint.repairs != HINT_AS_IT_IS || hint.match_all)
		fail_msg("row %u, %s: prefix %s, %zu patterns, repairs %u", c->row, text,
			 hint.prefix ? hint.prefix : "none", hint.patterns.count, hint.repairs);
	if (fnmatch(hint.patterns.items[0], c->fits, 0) != 0)
		fail_msg("row %u, %s does not fit %s", c->row, text, c->fits);
	if (fnmatch(hint.patterns.items[0], c->fails, 0) == 0)
		fail_msg("row %u, %s fits %s", c->row, text, c->fails);
}

/* Check the capability, or the several ones, in ROW; moves *AT to the cases of the next row. */
static void check_real_row(unsigned int row, char *text, size_t *at)
{
	static const char between[] = " vs ";

	for (char *next; text; text = next) {
		next = strstr(text, between);
		if (next) {
			*next = '\0';
			next += strlen(between);
		}
		if (*at >= COUNT(real_cases) || real_cases[*at].row != row)
			fail_msg("row %u is new: %s", row, text);
		check_real_case(&real_cases[(*at)++], text);
	}
}

static void every_real_capability_means_what_libsolv_says(void **state)
{
	const char *data = getenv("KMP_DATA");
	auto_free char *path =
		text_format("%s/kmp/modalias-syntax.tsv", data ? data : "../shared/data");
	auto_file FILE *file = fopen(path, "re");
	unsigned int row = 0;
	char line[1024];
	size_t at = 0;

	(void)state;
	if (!file) {
		print_message("no real capabilities in %s\n", path);
		skip();
	}
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#')
			continue;
		line[strcspn(line, "\t\n")] = '\0';
		check_real_row(++row, line, &at);
	}
	if (at != COUNT(real_cases))
		fail_msg("%u rows, but answers up to row %u", row,
			 real_cases[COUNT(real_cases) - 1].row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_are_decoded_once),
		cmocka_unit_test(a_pattern_of_wildcards_alone_fits_anything),
		cmocka_unit_test(a_prefix_ends_at_the_first_of_two_colons),
		cmocka_unit_test(what_libsolv_leaves_alone_is_no_hint),
		cmocka_unit_test(a_colon_in_front_belongs_to_the_pattern),
		cmocka_unit_test(a_hint_has_a_greatest_length),
		cmocka_unit_test(a_bus_is_no_prefix),
		cmocka_unit_test(a_class_merged_into_an_escape_stands_for_each),
		cmocka_unit_test(lower_case_ids_of_pci_and_usb_are_read_in_upper_case_too),
		cmocka_unit_test(no_hint_stands_for_more_patterns_than_allowed),
		cmocka_unit_test(the_longest_hint_is_read_in_a_moment),
		cmocka_unit_test(a_hint_in_two_parts_is_made_without_a_split),
		cmocka_unit_test(a_crc_is_a_number_however_spelled),
		cmocka_unit_test(a_symbol_has_a_flavor_and_a_name),
		cmocka_unit_test(a_module_that_is_provided_has_a_name),
		cmocka_unit_test(every_real_capability_means_what_libsolv_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
