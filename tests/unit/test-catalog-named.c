/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever asks for packages by name gets the answer of a catalog that has everything, out of one
 * that has what is called so and what that needs, read from metadata or asked of a cache.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "interest-world.h"
#include "offer-fixture.h"
#include "report/report.h"
#include "select/subject.h"

#define WORLDS        1200
#define REPOSITORIES  2
#define PACKAGES_MOST 12

static const char *const texts[] = {
	"n0-kmp-default",
	"n1-kmp-default",
	"n3-kmp-default",
	"n4-modules",
	"n2-kmp-default-1-1.x86_64",
	"n1-kmp-default-2-1.x86_64",
	"u0",
	"u1",
	"u0-1-1.x86_64",
	"u3-libs",
	"u3-libs-3-1.x86_64",
	"f2-data",
	"f0-firmware",
	"n*-kmp-*",
	"*-kmp-d?fault",
	"u*",
	"n[0-2]-kmp-default",
	"kernel-default",
	"kernel-default-base",
	"vendor-kernel",
	"kernel-macros",
	"m0",
	"m1",
	"m1.ko.xz",
	"n0-kmp-defualt",
	"n0-kmp",
	"nothing",
	"n3-kmp-default-1:2-1.x86_64",
};

/* All that an answer may depend on. */
struct question {
	struct scratch scratch;
	char *offers[REPOSITORIES];
	size_t count;
	char *installed; /* NULL: the base is bare */
	const char *text;
	bool drivers; /* as `check` asks, and not as `explain` does */
	struct cache_dir *cache;
};

static void make_question(unsigned int seed, struct question *ret)
{
	auto_diagnostics struct diagnostics unused = { 0 };
	auto_free char *path = NULL;

	*ret = (struct question){ .drivers = seed % 3 == 0 };
	scratch_make(&ret->scratch);
	ret->count = 1 + draw(&seed, REPOSITORIES);
	for (size_t i = 0; i < ret->count; i++) {
		const char name[] = { (char)('1' + i), '\0' };

		ret->offers[i] = offer_make(PACKAGES_MOST, &seed);
		repo_write(&ret->scratch, name, ret->offers[i]);
	}
	if (draw(&seed, 2))
		ret->installed = offer_make(PACKAGES_MOST, &seed);
	ret->text = PICK(&seed, texts);
	path = scratch_path(&ret->scratch, "cache");
	assert_int_equal(cache_dir_open(path, "metadata", &ret->cache, &unused), 0);
}

static void question_done(struct question *question)
{
	for (size_t i = 0; i < question->count; i++)
		free(question->offers[i]);
	free(question->installed);
	cache_dir_close(question->cache);
	scratch_remove(&question->scratch);
}

/* Of everything, or of what is asked for; with CACHE perhaps from there. */
static void add_offers(const struct question *question, struct world *world, bool all,
		       struct cache_dir *cache)
{
	auto_strings struct strings modaliases = { 0 };
	auto_modalias_index struct modalias_index *hardware = NULL;
	auto_free char *module = text_module_name(question->text);
	char *release = (char *)(uintptr_t)WORLD_RELEASE;
	char *name = (char *)(uintptr_t)question->text;
	struct interest interest = {
		.base = !question->drivers,
		.releases = { &release, 1 },
		.names = { &name, 1 },
		.drivers = question->drivers,
		.module = question->drivers ? NULL : module,
	};

	for (size_t i = 0; i < world->devices.count && !question->drivers; i++)
		assert_int_equal(
			strings_add(&modaliases, world->devices.items[i].modaliases.items[0]), 0);
	strings_sort_unique(&modaliases);
	assert_int_equal(modalias_index_new(&modaliases, &hardware), 0);
	if (!all)
		interest.hardware = hardware;
	else
		interest.names.count = 0;
	for (size_t i = 0; i < question->count; i++) {
		const char folder[] = { (char)('1' + i), '\0' };
		auto_free char *path = scratch_path(&question->scratch, folder);

		assert_int_equal(source_open(path, i, NULL, &world->sources[i]), 0);
	}
	assert_int_equal(catalog_add_sources(world->catalog, world->sources, 0, question->count,
					     &interest, cache),
			 0);
}

static void put_sentence(FILE *out, struct error *error)
{
	auto_free char *sentence = error_sentence(error);

	fprintf(out, "refused: %s\n", sentence);
}

static void put_plan(FILE *out, const struct question *question, const struct world *world)
{
	const struct report report = {
		.dry_run = true,
		.kernel = &world->kernel,
		.sources = world->sources,
		.source_count = question->count,
		.devices = &world->devices,
		.plan = world->plan,
	};
	auto_json struct json *json = report_json(&report);
	auto_free char *text = json_text(json);

	fputs(text, out);
}

/* As `explain` does it. */
static void put_explanation(FILE *out, const struct question *question, struct world *world)
{
	AUTO(subject_done) struct subject subject = { 0 };
	auto_error struct error error = { 0 };
	int r = subject_find_device(question->text, &world->devices, &subject, &error);

	if (r == 0)
		r = subject_find_package(&subject, world->catalog, &world->kernel, &error);
	if (r < 0) {
		put_sentence(out, &error);
		return;
	}
	fprintf(out, "%s\n", subject.detail);
	assert_int_equal(selection_new(world->catalog, world->sources, &world->kernel,
				       &world->devices, &world->selection, NULL),
			 0);
	for (size_t i = 0; i < subject.packages.count; i++)
		assert_int_equal(selection_consider(world->selection, subject.packages.items[i]),
				 0);
	r = selection_plan(world->selection, &world->plan, NULL);
	if (r == 0)
		put_plan(out, question, world);
	else
		fprintf(out, "no plan: %d\n", r);
}

/* As `check` does it: the drivers of that name, near ones if there is none, and the kernel. */
static void put_drivers(FILE *out, const struct question *question, struct world *world)
{
	AUTO(kernel_provides_done) struct kernel_provides provides = { 0 };
	auto_strings struct strings near = { 0 };
	auto_free char *nevra = NULL;
	auto_ids struct ids ids = { 0 };
	size_t found = 0;

	assert_int_equal(catalog_find_named(world->catalog, question->text, &ids), 0);
	for (size_t i = 0; i < ids.count; i++) {
		AUTO(driver_done) struct driver driver = { 0 };

		assert_int_equal(catalog_driver(world->catalog, ids.items[i], &driver), 0);
		if (driver.role != ROLE_DRIVER)
			continue;
		fprintf(out, "%s of %zu, %zu hints, %zu symbols, %zu modules\n", driver.nevra,
			driver.source, driver.hint_count, driver.symbol_count,
			driver.modules.count);
		found++;
	}
	if (!found)
		assert_int_equal(catalog_near_names(world->catalog, question->text, 3, &near), 0);
	for (size_t i = 0; i < near.count; i++)
		fprintf(out, "near %s\n", near.items[i]);
	if (catalog_kernel_provides(world->catalog, WORLD_RELEASE, true, &nevra, &provides) > 0)
		fprintf(out, "kernel %s, %zu provides\n", nevra, provides.count);
}

/* The answer, owned; *RET_CONSIDERED is how many packages libsolv was given. */
static char *answer(const struct question *question, bool all, struct cache_dir *cache,
		    int *ret_considered)
{
	struct world world = {
		.kernel = {
			.release = strdup(WORLD_RELEASE),
			.flavor = strdup("default"),
			.arch = strdup("x86_64"),
		},
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	world_add_devices(&world);
	assert_int_equal(catalog_new(&world.catalog), 0);
	if (question->installed)
		interest_add_base(world.catalog, question->installed);
	add_offers(question, &world, all, cache);
	*ret_considered = world.catalog->pool->nsolvables;
	if (question->drivers)
		put_drivers(out, question, &world);
	else
		put_explanation(out, question, &world);
	fclose(out);
	selection_free(world.selection);
	catalog_free(world.catalog);
	kernel_done(&world.kernel);
	device_list_done(&world.devices);
	for (size_t i = 0; i < question->count; i++)
		source_done(&world.sources[i]);
	return text;
}

/* What the worlds were good for. */
struct tally {
	size_t found, left_out, differ;
};

static void compare(const struct question *question, unsigned int seed, const char *whole,
		    const char *part, const char *how, struct tally *tally)
{
	if (text_equal(whole, part))
		return;
	print_error("world %u, %s: '%s' differs\n", seed, how, question->text);
	if (tally->differ++)
		return;
	for (size_t i = 0; i < question->count; i++)
		print_error("--- repository %zu\n%s", i + 1, question->offers[i]);
	print_error("--- installed\n%s--- of all:\n%s\n--- of some:\n%s\n",
		    question->installed ? question->installed : "nothing\n", whole, part);
}

static void try_question(unsigned int seed, struct tally *tally)
{
	auto_free char *whole = NULL, *part = NULL, *cached = NULL;
	struct question question;
	int all, some, kept;

	make_question(seed, &question);
	whole = answer(&question, true, NULL, &all);
	part = answer(&question, false, question.cache, &some);
	cached = answer(&question, false, question.cache, &kept);
	compare(&question, seed, whole, part, "read", tally);
	compare(&question, seed, whole, cached, "cached", tally);
	tally->found += !strstr(whole, "refused:") && *whole;
	tally->left_out += some < all && kept < all;
	question_done(&question);
}

static void what_is_asked_for_by_name_has_the_same_answer(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (unsigned int seed = 1; seed <= WORLDS; seed++)
		try_question(seed, &tally);
	assert_int_equal(tally.differ, 0);
	/* Often enough something must be found, and something left out, to have tried it. */
	assert_in_range(tally.found, WORLDS / 3, WORLDS);
	assert_in_range(tally.left_out, WORLDS / 10, WORLDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_by_name_has_the_same_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
