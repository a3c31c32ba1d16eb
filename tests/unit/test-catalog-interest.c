/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left out of the catalog must be without effect: the plan of random worlds, over a bare
 * base and a real one, is the same as if everything had been loaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "interest-fixture.h"
#include "offer-fixture.h"

#define WORLDS   2000
#define PACKAGES 9

/* A world, and what its texts are kept in. */
struct chance {
	struct interest_case it;
	struct strings texts;
	bool cached;
};

/* TEXT, owned, belongs to CHANCE now. */
static const char *keep(struct chance *chance, char *text)
{
	assert_int_equal(strings_add(&chance->texts, text), 0);
	free(text);
	return chance->texts.items[chance->texts.count - 1];
}

/* Each repository has up to MOST packages. */
static void make_chance(unsigned int seed, unsigned int most, struct chance *ret)
{
	static const char *const locks[] = { "n0-kmp-default", "n1-kmp-default", "u0", "n*" };
	static const char *const policies[] = {
		"[prefer]\npackage = n1-kmp-*\n", "[prefer]\npackage = n0-*\nweight = -1\n",
		"[block]\npackage = n2-kmp-*\n",  "[pin]\npackage = n*\nversion = 2\n",
		"[block]\npackage = f*\n",
	};
	unsigned int number = seed;

	*ret = (struct chance){ .cached = seed % 4 == 0 };
	for (unsigned int i = 0, count = 1 + draw(&number, WORLD_SOURCES_MAX); i < count; i++)
		ret->it.offers[i] = keep(ret, offer_make(most, &number));
	if (draw(&number, 2))
		ret->it.installed = keep(ret, offer_make(most, &number));
	if (draw(&number, 2))
		ret->it.symbols = "a=1111 b=2222 d=4444";
	ret->it.one_priority = draw(&number, 2);
	ret->it.offered_kernel = draw(&number, 2);
	if (ret->it.installed && draw(&number, 4) == 0)
		ret->it.lock = PICK(&number, locks);
	if (draw(&number, 4) == 0)
		ret->it.policy = PICK(&number, policies);
}

static bool differs(struct interest_case *it, bool cached)
{
	struct interest_outcome outcome;
	bool answer;

	interest_compare(it, cached, &outcome);
	answer = outcome.differs;
	interest_outcome_done(&outcome);
	return answer;
}

/* TEXT without the line at *AT, and those of its package if it is one's first. Owned. */
static char *without_line(const char *text, size_t at)
{
	size_t end = at + strcspn(text + at, "\n") + 1;

	if (text_starts(text + at, "package "))
		while (text[end] && !text_starts(text + end, "package "))
			end += strcspn(text + end, "\n") + 1;
	return text_format("%.*s%s", (int)at, text, text + end);
}

/* Take lines away for as long as the answers differ. */
static bool shrink_text(struct chance *chance, const char **text)
{
	bool any = false;

	for (size_t at = 0; *text && (*text)[at];) {
		const char *before = *text;

		*text = keep(chance, without_line(before, at));
		if (differs(&chance->it, chance->cached)) {
			any = true;
			continue;
		}
		*text = before;
		at += strcspn(before + at, "\n") + 1;
	}
	return any;
}

/* Take it away if the answers differ without it, too. */
static void shrink_wish(struct chance *chance, const char **wish)
{
	const char *before = *wish;

	*wish = NULL;
	if (!differs(&chance->it, chance->cached))
		*wish = before;
}

static void shrink(struct chance *chance)
{
	bool any = true;

	shrink_wish(chance, &chance->it.installed);
	shrink_wish(chance, &chance->it.lock);
	shrink_wish(chance, &chance->it.policy);
	shrink_wish(chance, &chance->it.symbols);
	while (any) {
		any = shrink_text(chance, &chance->it.installed);
		for (size_t i = 0; i < WORLD_SOURCES_MAX; i++)
			any |= shrink_text(chance, &chance->it.offers[i]);
	}
}

/* Too long for cmocka's messages. */
static void print_case(struct interest_case *it, bool cached)
{
	struct interest_outcome outcome;

	for (size_t i = 0; i < WORLD_SOURCES_MAX && it->offers[i]; i++)
		fprintf(stderr, "--- repository %zu\n%s", i + 1, it->offers[i]);
	fprintf(stderr, "--- installed\n%s", it->installed ? it->installed : "nothing\n");
	fprintf(stderr, "--- symbols %s, kernel %s, priorities %s, lock %s\n%s",
		it->symbols ? it->symbols : "unknown",
		it->offered_kernel ? "of its package" : "of its release",
		it->one_priority ? "equal" : "by place", it->lock ? it->lock : "none",
		it->policy ? it->policy : "");
	interest_compare(it, cached, &outcome);
	fprintf(stderr, "--- of all %d packages:\n%s\n--- of %d, %s:\n%s\n",
		outcome.whole.considered, outcome.whole.text, outcome.part.considered,
		outcome.differs ? outcome.differs : "the same", outcome.part.text);
	interest_outcome_done(&outcome);
}

/* What the worlds were good for. */
struct tally {
	size_t left_out, selected, differ;
};

static void try_chance(unsigned int seed, unsigned int most, struct tally *tally)
{
	struct chance chance;
	struct interest_outcome outcome;
	bool left_out;

	make_chance(seed, most, &chance);
	interest_compare(&chance.it, chance.cached, &outcome);
	left_out = outcome.part.considered < outcome.whole.considered;
	tally->left_out += left_out;
	tally->selected += left_out && outcome.whole.selected;
	if (outcome.differs) {
		tally->differ++;
		fprintf(stderr, "world %u of up to %u packages differs when it is %s:\n", seed,
			most, outcome.differs);
		shrink(&chance);
		print_case(&chance.it, chance.cached);
	}
	interest_outcome_done(&outcome);
	strings_done(&chance.texts);
}

/* Which worlds are tried: the number of the first, how many, and how large they are. */
static unsigned int asked[] = { 1, WORLDS, PACKAGES };

static void what_is_left_out_is_without_effect(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (unsigned int i = 0; i < asked[1]; i++)
		try_chance(asked[0] + i, asked[2], &tally);
	assert_int_equal(tally.differ, 0);
	print_message("%zu worlds had something left out, %zu of them something selected\n",
		      tally.left_out, tally.selected);
	/* Often enough something must be left out, and something chosen, to have tried it. */
	if (asked[2] == PACKAGES) {
		assert_in_range(tally.left_out, asked[1] / 3, asked[1]);
		assert_in_range(tally.selected, asked[1] / 8, asked[1]);
	}
}

#define PACKAGE(nevra) "package " nevra "\n"
#define FITS           "supplements modalias(kernel-default:" NIC_HINT ")\n"

/* Once the answer was another one with these. */
static struct interest_case found[] = {
	{
		.label = "the first of two alike has no hint that fits",
		.offers = { PACKAGE("f0-firmware-3-1.noarch") "supplements modalias(" NO_HINT
							      ")\n" //
			    PACKAGE("f0-firmware-3-1.noarch") "requires kernel(default:set) = 12\n",
			    PACKAGE("n0-kmp-default-3-1.x86_64") FITS "requires f0-firmware\n" },
		.one_priority = true,
	},
	{
		.label = "what is required is installed as a part of a kernel",
		.offers = { PACKAGE("n4-modules-3-1.x86_64") //
			    PACKAGE("u1-3-1.x86_64") FITS "requires n4-modules\n" },
		.installed = PACKAGE("n4-modules-3-1.x86_64") "provides kernel-uname-r = 6.4.0\n",
	},
	{
		.label = "a checksum is to be larger than one that another kernel mentions",
		.offers = { PACKAGE(
			"n2-kmp-default-2-1.x86_64") "provides kernel-uname-r = "
						     "6.4.0-150600.30-default\n"
						     "obsoletes ksym(default:a) = 1111\n" //
			    PACKAGE("n1-kmp-default-1-1.x86_64") FITS
			    "requires ksym(default:a) >= 1\n" },
	},
	{
		.label = "what takes the place of a provider is on offer, as is what requires it",
		.offers = { PACKAGE("f0-firmware-2-1.noarch") "file /usr/bin/u0\n",
			    PACKAGE("kernel-default-extra-6.4.0-150600.21.1.x86_64") "requires "
										     "f0-firmware "
										     ">= 1\n" //
			    PACKAGE("n2-kmp-default-2-1.x86_64") "supplements "
								 "modalias(f0-firmware:" NIC_HINT
								 ")\n" //
			    PACKAGE("kernel-firmware-f1-3-1.noarch") },
		.installed = PACKAGE("kernel-firmware-f1-3-1.noarch") "requires /usr/bin/u0\n" //
		PACKAGE("n2-kmp-default-1-1.x86_64") "file /usr/bin/u0\n",
		.one_priority = true,
	},
	{
		.label = "a driver that nobody asks for has one of two symbols that a module needs",
		.offers = { PACKAGE("n3-kmp-default-1:1-1.x86_64") FITS
			    "module m0 needs c=3333 needs e=5555\n" //
			    PACKAGE("vendor-modules-3-1.x86_64") "provides ksym(default:c) = "
								 "3333\n" },
		.symbols = "a=1111 b=2222 d=4444",
	},
	{
		.label = "of two that will do one has a newer build that will not",
		.offers = { PACKAGE("n5-kmp-default-1-1.x86_64") "provides kernel-macros\n" //
			    PACKAGE("n0-kmp-default-1-1.x86_64") "provides kernel-macros\n" //
			    PACKAGE("n3-kmp-default-2:3-1.x86_64") FITS
			    "requires kernel-macros\n" PACKAGE("n0-kmp-default-3-1.x86_64") },
	},
};

static void what_was_found_before_is_without_effect(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(found); i++) {
		struct interest_outcome outcome;

		interest_compare(&found[i], true, &outcome);
		if (outcome.differs) {
			wrong++;
			print_error("%s: another answer when it is %s\n", found[i].label,
				    outcome.differs);
		}
		interest_outcome_done(&outcome);
	}
	assert_int_equal(wrong, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_found_before_is_without_effect),
		cmocka_unit_test(what_is_left_out_is_without_effect),
	};

	for (int i = 1; i < argc && (size_t)i <= COUNT(asked); i++)
		asked[i - 1] = (unsigned int)strtoul(argv[i], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
