/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match [PATTERNS [DEVICES [ROUNDS]]]: which of the patterns fit the modaliases of a machine? Asked
 * of fnmatch(3) for all pairs, of the index of patterns, and of the index of modaliases with one
 * pattern after the other. Exit 1 if they disagree, never for a time. Prints "name, median, ratio".
 */
#include <fnmatch.h>
#include <malloc.h>
#include <time.h>

#include "../unit/alias-fixture.h"
#include "packages/modalias-index.h"
#include "packages/pattern-index.h"

#define ROUNDS 15

struct bench {
	struct strings patterns, modaliases;
	struct pattern_builder *builder;
	struct pattern_index index;
	struct modalias_index *asked;
	bool *fits; /* of the latest answer: whether each pattern fits a device */
};

static void answer_by_fnmatch(struct bench *bench)
{
	for (size_t i = 0; i < bench->patterns.count; i++) {
		bench->fits[i] = false;
		for (size_t j = 0; j < bench->modaliases.count; j++)
			bench->fits[i] |= fnmatch(bench->patterns.items[i],
						  bench->modaliases.items[j], 0) == 0;
	}
}

static void answer_by_patterns(struct bench *bench)
{
	auto_pattern_fits struct pattern_fits fits = { 0 };

	memset(bench->fits, 0, bench->patterns.count);
	for (size_t i = 0; i < bench->modaliases.count; i++) {
		if (pattern_index_find(&bench->index, bench->modaliases.items[i], &fits) < 0)
			abort();
	}
	for (size_t i = 0; i < fits.count; i++)
		bench->fits[fits.numbers[i]] = true;
}

static void answer_by_modaliases(struct bench *bench)
{
	for (size_t i = 0; i < bench->patterns.count; i++)
		bench->fits[i] = modalias_index_any(bench->asked, bench->patterns.items[i]);
}

static void build_patterns(struct bench *bench)
{
	bench->builder = pattern_builder_free(bench->builder);
	if (pattern_builder_new(&bench->builder) < 0)
		abort();
	for (size_t i = 0; i < bench->patterns.count; i++) {
		if (pattern_builder_add(bench->builder, bench->patterns.items[i], (uint32_t)i) < 0)
			abort();
	}
	if (pattern_builder_finish(bench->builder, &bench->index) < 0)
		abort();
}

static void build_modaliases(struct bench *bench)
{
	bench->asked = modalias_index_free(bench->asked);
	if (modalias_index_new(&bench->modaliases, &bench->asked) < 0)
		abort();
}

/* COUNT distinct patterns, real ones first, and so many DEVICES that some of them fit. */
static void make_inputs(struct bench *bench, size_t count, size_t devices)
{
	auto_strings struct strings real = { 0 };
	char text[ALIAS_SIZE];
	unsigned int seed = 1;

	aliases_read(&real);
	printf("%zu aliases of a kernel\n", real.count);
	for (size_t i = 0; i < real.count && i < count; i++)
		strings_add(&bench->patterns, real.items[i]);
	strings_sort_unique(&bench->patterns);
	while (bench->patterns.count < count) {
		for (size_t i = bench->patterns.count; i < count; i++) {
			alias_derive(any_of(&real, &seed), &seed, text);
			strings_add(&bench->patterns, text);
		}
		strings_sort_unique(&bench->patterns);
	}
	while (bench->modaliases.count < devices) {
		alias_fitted(any_of(&real, &seed), &seed, text);
		strings_add(&bench->modaliases, text);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* What is allocated, in MiB. */
static double held(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)(info.uordblks + info.hblkhd) / 0x1p20;
}

static int compare_times(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* The median of ROUNDS in milliseconds, printed beside BASE, which is 0 for what stands alone. */
static double measure(struct bench *bench, const char *name, void (*run)(struct bench *),
		      size_t rounds, double base)
{
	double times[ROUNDS], median;

	for (size_t i = 0; i < rounds; i++) {
		double start = now();

		run(bench);
		times[i] = now() - start;
	}
	qsort(times, rounds, sizeof(*times), compare_times);
	median = times[rounds / 2];
	printf("%-44s %12.3f ms", name, median);
	printf(base > 0 ? " %10.1f times as fast\n" : "\n", base / median);
	return median;
}

static bool same(const struct bench *bench, const bool *wanted, const char *name)
{
	for (size_t i = 0; i < bench->patterns.count; i++) {
		if (bench->fits[i] != wanted[i]) {
			printf("%s disagrees with fnmatch: %s\n", name, bench->patterns.items[i]);
			return false;
		}
	}
	return true;
}

static bool run_all(struct bench *bench, size_t rounds)
{
	auto_free bool *wanted = calloc(bench->patterns.count, sizeof(*wanted));
	size_t fitting = 0;
	double base, before;
	bool agreed;

	base = measure(bench, "all-pairs fnmatch", answer_by_fnmatch, 1, 0);
	memcpy(wanted, bench->fits, bench->patterns.count);
	before = held();
	measure(bench, "index of patterns, built", build_patterns, rounds, 0);
	printf("%-44s %12.3f MiB\n", "index of patterns, takes", held() - before);
	measure(bench, "index of patterns, asked", answer_by_patterns, rounds, base);
	agreed = same(bench, wanted, "the index of patterns");
	before = held();
	measure(bench, "index of modaliases, built", build_modaliases, rounds, 0);
	printf("%-44s %12.3f MiB\n", "index of modaliases, takes", held() - before);
	measure(bench, "index of modaliases, asked", answer_by_modaliases, rounds, base);
	agreed &= same(bench, wanted, "the index of modaliases");
	for (size_t i = 0; i < bench->patterns.count; i++)
		fitting += wanted[i];
	printf("%zu patterns fit\n", fitting);
	return agreed;
}

static size_t number(int argc, char **argv, int at, size_t usual)
{
	return argc > at ? strtoul(argv[at], NULL, 10) : usual;
}

int main(int argc, char **argv)
{
	size_t rounds = number(argc, argv, 3, ROUNDS);
	struct bench bench = { 0 };
	bool agreed;

	make_inputs(&bench, number(argc, argv, 1, 100000), number(argc, argv, 2, 300));
	bench.fits = calloc(bench.patterns.count, sizeof(*bench.fits));
	printf("%zu patterns, %zu modaliases\n", bench.patterns.count, bench.modaliases.count);
	agreed = run_all(&bench, rounds > 0 && rounds < ROUNDS ? rounds : ROUNDS);
	pattern_builder_free(bench.builder);
	modalias_index_free(bench.asked);
	strings_done(&bench.patterns);
	strings_done(&bench.modaliases);
	free(bench.fits);
	return agreed ? 0 : 1;
}
