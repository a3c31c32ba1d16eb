/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "module-world.h"
#include "report/report.h"

/* Symbols of the kernel; usb and hid are modules of its tree. */
#define SYMBOLS "s=1 t=1 u=1@usb h=1@hid g=1!"

#define NIC        "supplements modalias(kernel-default:" NIC_HINT ")\n"
#define DISK       "supplements modalias(kernel-default:" DISK_HINT ")\n"
#define A(version) "package a-kmp-default-" version "-1.x86_64\n" NIC
#define B(version) "package b-kmp-default-" version "-1.x86_64\n" DISK
#define C(version) "package c-kmp-default-" version "-1.x86_64\n" NIC

#define FATES_MAX 5
struct scene {
	const char *label, *packages;
	struct fate fates[FATES_MAX];
};

static void check_scenes(const struct scene *scenes, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++) {
		struct world world = {
			.repos = { scenes[i].packages },
			.symbols = fixture_symbols(SYMBOLS),
		};

		module_world_plan(&world);
		for (size_t j = 0; j < FATES_MAX && scenes[i].fates[j].package; j++)
			bad += world_check_fate(&world, &scenes[i].fates[j], scenes[i].label);
		world_done(&world);
	}
	assert_int_equal(bad, 0);
}

static void what_fails_alone_makes_room_for_the_next(void **state)
{
	static const struct scene scenes[] = {
		{ "an older build fits",
		  A("2") "module a s=2\n" A("1") "module a s=1\n",
		  { { "a-kmp-default-1", "selected", NULL },
		    { "a-kmp-default-2", "kabi-mismatch", "s" } } },
		{ "metadata alone is no worse than what was looked at",
		  A("2") A("1") "module a s=1\n",
		  { { "a-kmp-default-2", "selected", NULL },
		    { "a-kmp-default-1", "older", "a-kmp-default-2-1.x86_64" } } },
		{ "its metadata promises what its module does not keep",
		  A("1") "requires ksym(default:s) = 1\nmodule a s=2\n",
		  { { "a-kmp-default", "kabi-mismatch", "s" } } },
		{ "not under the GPL",
		  A("1") "module a mit g=1\n",
		  { { "a-kmp-default", "gpl-only-symbol", "g" } } },
		{ "one of two modules",
		  A("1") "module a s=1\nmodule x gone=1\n",
		  { { "a-kmp-default", "kabi-mismatch", "gone" } } },
		{ "a rival that does not fit takes nobody's place",
		  A("2") "module shared s=2\n" B("1") "module shared s=1\n",
		  { { "b-kmp-default", "selected", NULL },
		    { "a-kmp-default", "kabi-mismatch", "s" } } },
		{ "of rivals the one that is proven for this release",
		  A("2") "module shared s=1 for=6.4.0-1-default~SMP~preempt~mod_unload~"
			 "modversions~\n" B("1") "module shared s=1\n",
		  { { "b-kmp-default", "selected", NULL },
		    { "a-kmp-default", "outranked", "b-kmp-default-1-1.x86_64" } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

static void what_another_package_exports_counts(void **state)
{
	static const struct scene scenes[] = {
		{ "another one exports it",
		  C("1") "module c b=1\n" B("1") "module b s=1 gives b=1\n",
		  { { "c-kmp-default", "selected", NULL },
		    { "b-kmp-default", "selected", NULL } } },
		{ "a chain of three",
		  A("1") "module a b=1\n" B("1") "module b c=1 gives b=1\n" C(
			  "1") "module c s=1 gives c=1\n",
		  { { "a-kmp-default", "selected", NULL },
		    { "b-kmp-default", "selected", NULL },
		    { "c-kmp-default", "selected", NULL } } },
		{ "a chain whose end breaks",
		  A("1") "module a b=1\n" B("1") "module b c=1 gives b=1\n" C(
			  "1") "module c s=2 gives c=1\n",
		  { { "a-kmp-default", "kabi-mismatch", "b" },
		    { "b-kmp-default", "kabi-mismatch", "c" },
		    { "c-kmp-default", "kabi-mismatch", "s" } } },
		{ "its metadata says that it exports it",
		  C("1") "module c b=1\n" B("1") "provides ksym(default:b) = 1\n",
		  { { "c-kmp-default", "selected", NULL },
		    { "b-kmp-default", "selected", NULL } } },
		{ "its metadata says so, its module does not",
		  C("1") "module c b=1\n" B("1") "provides ksym(default:b) = 1\nmodule b s=1\n",
		  { { "c-kmp-default", "kabi-mismatch", "b" },
		    { "b-kmp-default", "selected", NULL } } },
		{ "the build that is picked exports another one",
		  C("1") "module c b=1\n" B("2") "module b s=1 gives b=2\n" B(
			  "1") "module b s=1 gives b=1\n",
		  { { "c-kmp-default", "kabi-mismatch", "b" },
		    { "b-kmp-default-2", "selected", NULL },
		    { "b-kmp-default-1", "older", NULL } } },
		{ "that build does not fit itself",
		  C("1") "module c b=1\n" B("2") "module b s=2 gives b=2\n" B(
			  "1") "module b s=1 gives b=1\n",
		  { { "c-kmp-default", "selected", NULL },
		    { "b-kmp-default-2", "kabi-mismatch", "s" },
		    { "b-kmp-default-1", "selected", NULL } } },
		{ "that build leans on another one that will not do",
		  A("2") "module a s=1 gives a=2\n" A("1") "module a s=1 gives a=1\n" B(
			  "2") "module b a=1 gives b=2\n" B("1") "module b s=1 gives "
								 "b=1\n" C("1") "module c "
										"b=1\n",
		  { { "a-kmp-default-2", "selected", NULL },
		    { "b-kmp-default-2", "kabi-mismatch", "a" },
		    { "b-kmp-default-1", "selected", NULL },
		    { "c-kmp-default-1", "selected", NULL } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

static void packages_that_break_each_other_are_parted_by_rank(void **state)
{
	static const struct scene scenes[] = {
		{ "the better one needs what the other takes away",
		  A("2") "module a s=1 u=1\n" B("1") "module usb s=1\n",
		  { { "a-kmp-default", "selected", NULL },
		    { "b-kmp-default", "conflict", "a-kmp-default-2-1.x86_64" } } },
		{ "the better one takes it away",
		  A("1") "module a s=1 u=1\n" B("2") "module usb s=1\n",
		  { { "a-kmp-default", "conflict", "b-kmp-default-2-1.x86_64" },
		    { "b-kmp-default", "selected", NULL } } },
		{ "each breaks the other",
		  A("1") "module usb s=1 h=1 gives u=2\n" B("2") "module hid s=1 u=1 gives h=2\n",
		  { { "a-kmp-default", "conflict", "b-kmp-default-2-1.x86_64" },
		    { "b-kmp-default", "selected", NULL } } },
		{ "both export the same",
		  A("2") "module a s=1 gives x=1\n" B("1") "module b s=1 gives x=1\n",
		  { { "a-kmp-default", "selected", NULL },
		    { "b-kmp-default", "conflict", "a-kmp-default-2-1.x86_64" } } },
		{ "an older build does not break it",
		  A("3") "module a s=1 u=1\n" B("2") "module usb s=1\n" B(
			  "1") "module usb s=1 gives u=1\n",
		  { { "a-kmp-default", "selected", NULL },
		    { "b-kmp-default-2", "conflict", "a-kmp-default-3-1.x86_64" },
		    { "b-kmp-default-1", "selected", NULL } } },
		{ "the loser's loser may stay",
		  A("3") "module a s=1 u=1\n" B("2") "module usb s=1 h=1\n" C(
			  "1") "module hid s=1\n",
		  { { "a-kmp-default", "selected", NULL },
		    { "b-kmp-default", "conflict", "a-kmp-default-3-1.x86_64" },
		    { "c-kmp-default", "selected", NULL } } },
		{ "packages that need each other",
		  A("2") "module a s=1 b=1 gives a=1\n" B("1") "module b s=1 a=1 gives b=1\n" C(
			  "1") "module c s=1\n",
		  { { "a-kmp-default", "dependency-cycle", "b" },
		    { "b-kmp-default", "dependency-cycle", "a" },
		    { "c-kmp-default", "selected", NULL } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

static void a_proof_says_how_close_a_package_is(void **state)
{
	static const struct {
		const char *lines, *status;
		int closeness;
	} rows[] = {
		{ "module a s=1\n", "exact", 3 },
		{ "module a s=1 for=6.4.0-1-default~SMP~preempt~mod_unload~modversions~\n",
		  "proven", 2 },
		{ "module a s=1 t\n", "unproven", 1 },
		{ "requires ksym(default:s) = 1\n", "metadata", 1 },
		{ "", "unproven", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *repo = text_format(A("1") "%s", rows[i].lines);
		struct world world = {
			.repos = { repo },
			.symbols = fixture_symbols(SYMBOLS),
		};
		const struct plan_package *package;

		module_world_plan(&world);
		package = world_package(&world, "a-kmp-default");
		assert_string_equal(kabi_status_id(package->kabi.status), rows[i].status);
		assert_int_equal(package->rank.closeness, rows[i].closeness);
		world_done(&world);
	}
}

#define PACKAGES 24
#define ROUNDS   50

/* One of eight families in one of three builds, with modules that may serve or break others. */
static char *random_package(unsigned int number, unsigned int *seed)
{
	static const char *const lines[] = {
		"module m%u s=1\n",
		"module m%u s=1 gives x=1\n",
		"module m%u s=1 gives x=2\n",
		"module m%u x=1\n",
		"module m%u x=2 t=1\n",
		"module m%u s=2\n",
		"module m%u y=1 gives x=1\n",
		"module m%u x=1 gives y=1\n",
		"module m%u u=1\n",
		"module usb s=1 gives u=1\n",
		"module usb h=1 gives u=2\n",
		"module hid u=1\n",
		"requires ksym(default:x) = 1\n",
		"provides ksym(default:x) = 1\n",
		"conflicts p1-kmp-default\n",
		"module m%u mit g=1\n",
	};
	unsigned int family = number % 8;
	char *text = text_format("package p%u-kmp-default-%u-1.x86_64\n%s", family, number / 8 + 1,
				 draw(seed, 2) ? NIC : DISK);

	for (unsigned int i = draw(seed, 4); i > 0; i--) {
		const char *line = lines[draw(seed, COUNT(lines))];
		const char *mark = strstr(line, "%u");
		char *longer = mark ? text_format("%s%.*s%u%s", text, (int)(mark - line), line,
						  family * 10 + i, mark + 2)
				    : text_format("%s%s", text, line);

		free(text);
		text = longer;
	}
	return text;
}

/* The whole answer; a repository is called the same wherever it lies. */
static char *answer(struct world *world)
{
	const struct report report = {
		.dry_run = true,
		.kernel = &world->kernel,
		.sources = world->sources,
		.source_count = WORLD_SOURCES_MAX,
		.devices = &world->devices,
		.plan = world->plan,
	};
	auto_json struct json *json = NULL;

	for (size_t i = 0; i < WORLD_SOURCES_MAX; i++) {
		free(world->sources[i].location);
		world->sources[i].location = text_format("repository %zu", i);
	}
	json = report_json(&report);
	return json_text(json);
}

/* Some packages are in two repositories. */
static char *answer_in_order(char *const *packages, unsigned int seed)
{
	struct world world = {
		.symbols = fixture_symbols(SYMBOLS),
		.one_priority = true,
		.seed = seed,
	};
	char *repos[WORLD_SOURCES_MAX] = { NULL };
	unsigned int order[PACKAGES];
	char *text;

	shuffle(order, PACKAGES, &seed);
	for (size_t i = 0; i < WORLD_SOURCES_MAX; i++) {
		size_t size = 0;
		FILE *out = open_memstream(&repos[i], &size);

		for (size_t j = 0; j < PACKAGES; j++)
			if (order[j] % WORLD_SOURCES_MAX == i || order[j] % 7 == i)
				fputs(packages[order[j]], out);
		fclose(out);
		world.repos[i] = repos[i];
	}
	module_world_plan(&world);
	text = answer(&world);
	world_done(&world);
	for (size_t i = 0; i < WORLD_SOURCES_MAX; i++)
		free(repos[i]);
	return text;
}

static void check_shuffles(unsigned int world_seed)
{
	unsigned int seed = world_seed;
	char *packages[PACKAGES];
	auto_free char *first = NULL;

	for (unsigned int i = 0; i < PACKAGES; i++)
		packages[i] = random_package(i, &seed);
	first = answer_in_order(packages, 0);
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		auto_free char *again = answer_in_order(packages, world_seed * 1000 + round);

		if (!text_equal(first, again))
			fail_msg("world %u, order %u: another answer", world_seed, round);
	}
	for (size_t i = 0; i < PACKAGES; i++)
		free(packages[i]);
}

static void a_thousand_orders_of_packages_repositories_and_devices_change_nothing(void **state)
{
	(void)state;
	for (unsigned int world = 1; world <= 1000 / ROUNDS; world++)
		check_shuffles(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_alone_makes_room_for_the_next),
		cmocka_unit_test(what_another_package_exports_counts),
		cmocka_unit_test(packages_that_break_each_other_are_parted_by_rank),
		cmocka_unit_test(a_proof_says_how_close_a_package_is),
		cmocka_unit_test(
			a_thousand_orders_of_packages_repositories_and_devices_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
