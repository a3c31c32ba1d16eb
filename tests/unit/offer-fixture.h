/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offer-fixture - random repositories whose packages have much to do with each other.
 *
 * Names and capabilities are few, so that what one package asks for is often provided, replaced or
 * broken by some other one, on offer or installed, that has no hint for this machine.
 */
#pragma once

#include "offer-goods.h"
#include "offer-words.h"
#include "shuffle-fixture.h"

/* In larger repositories packages say less, or all of them would be of interest. */
#define OFFER_CROWD 10

#define PICK(seed, list) ((list)[draw(seed, COUNT(list))])

static const char *const offer_files[] = { "/usr/bin/u0", "/usr/bin/a-kmp", "/lib/firmware/f0" };

static const char *const offer_patterns[] = {
	NIC_HINT, NIC_HINT,          DISK_HINT,
	NO_HINT,  NO_HINT,           "acpi*:PNP0501:*",
	"*",      "pci:v00008086d*", "pci:v00008086d000010d3sv*sd*bc*sc*i*"
};

/* TEXT with its marks replaced by what chance has. */
static inline void offer_put(FILE *out, const char *text, unsigned int *seed)
{
	for (; *text; text++) {
		if (*text == '#')
			fprintf(out, "%u", 1 + draw(seed, 3));
		else if (*text == '%')
			fputs(PICK(seed, offer_patterns), out);
		else if (*text == '@') {
			const char *wish = PICK(seed, offer_wishes);

			fprintf(out, "%.*s", (int)strcspn(wish, " "), wish);
		} else
			fputc(*text, out);
	}
}

static inline void offer_put_requirement(FILE *out, unsigned int *seed)
{
	static const char *const shapes[] = {
		"(@ or @)",     "(@ and @)",  "(@ if @)",
		"(@ unless @)", "(@ with @)", "(@ if @ else @)",
	};

	fputs("requires ", out);
	offer_put(out, draw(seed, 5) ? PICK(seed, offer_wishes) : PICK(seed, shapes), seed);
}

static inline void offer_put_line(FILE *out, unsigned int *seed)
{
	static const char *const others[] = { "conflicts", "obsoletes" };
	unsigned int kind = draw(seed, 20);

	if (kind < 9)
		offer_put_requirement(out, seed);
	else if (kind < 15)
		fprintf(out, "provides "), offer_put(out, PICK(seed, offer_goods), seed);
	else if (kind < 17)
		fprintf(out, "file %s", PICK(seed, offer_files));
	else
		fprintf(out, "%s ", PICK(seed, others)),
			offer_put(out, PICK(seed, offer_goods), seed);
	fputc('\n', out);
}

/* What modules need need not be among what their package requires. */
static inline void offer_put_modules(FILE *out, unsigned int *seed)
{
	for (unsigned int i = draw(seed, 3); i > 0; i--) {
		fprintf(out, "module m%u", draw(seed, 3));
		for (unsigned int words = draw(seed, 4); words > 0; words--)
			fprintf(out, " %s %s", PICK(seed, offer_modes), PICK(seed, offer_symbols));
		fputc('\n', out);
	}
}

/* One of up to MOST packages. Kernels mostly say of which release they are. */
static inline void offer_put_package(FILE *out, unsigned int most, unsigned int *seed)
{
	const char *name = PICK(seed, offer_names);

	fputs("package ", out);
	offer_put(out, name, seed);
	fputc('\n', out);
	if (text_starts(name, "kernel-default-6") || text_starts(name, "vendor-kernel-#"))
		fprintf(out, "provides kernel-uname-r = 6.4.0-150600.%s-default\n",
			draw(seed, 3) ? "21" : "30");
	if (text_starts(name, "kernel-default-"))
		fputs("provides kernel = 6.4.0\n", out);
	if (text_starts(name, "vendor-kernel-extra"))
		fputs("provides ksym(default:c) = 3333\n", out);
	for (unsigned int i = draw(seed, strstr(name, "-kmp-") ? 3 : 5) / 2; i < 1; i++) {
		offer_put(out, PICK(seed, offer_hints), seed);
		fputc('\n', out);
	}
	for (unsigned int i = draw(seed, 4); i > 0; i--)
		if (most < OFFER_CROWD || draw(seed, most) < OFFER_CROWD)
			offer_put_line(out, seed);
	if (text_starts(name, "n") && draw(seed, 3) == 0)
		offer_put_modules(out, seed);
}

/* From 1 up to MOST packages. Owned. */
static inline char *offer_make(unsigned int most, unsigned int *seed)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (unsigned int i = 1 + draw(seed, most); i > 0; i--)
		offer_put_package(out, most, seed);
	fclose(out);
	return text;
}
