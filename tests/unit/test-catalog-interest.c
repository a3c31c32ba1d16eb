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

#include "offer-fixture.h"
#include "packages/catalog-internal.h"
#include "packages/primary.h"
#include "report/report.h"
#include "symbol-fixture.h"

#define WORLDS        2000
#define REPOSITORIES  3
#define PACKAGES_MOST 9

/* All that an answer may depend on. */
struct case_of_chance {
	unsigned int seed;
	struct scratch scratch;
	char *offers[REPOSITORIES];
	size_t count;
	char *installed; /* NULL: the base is bare */
	const char *symbols; /* of the kernel; NULL if they are not known */
	bool one_priority, offered_kernel;
	struct locks locks;
	struct cache_dir *cache; /* of every fourth world */
};

/* What came of it. */
struct outcome {
	char *text;
	int considered; /* packages that libsolv was given of those on offer */
	size_t selected;
};

static void make_case(unsigned int seed, struct case_of_chance *ret)
{
	static const char *const locks[] = { "n0-kmp-default", "n1-kmp-default", "u0", "n*" };
	unsigned int number = seed;

	*ret = (struct case_of_chance){ .seed = seed };
	ret->count = 1 + draw(&number, REPOSITORIES);
	scratch_make(&ret->scratch);
	for (size_t i = 0; i < ret->count; i++) {
		const char name[] = { (char)('1' + i), '\0' };

		ret->offers[i] = offer_make(PACKAGES_MOST, &number);
		repo_write(&ret->scratch, name, ret->offers[i]);
	}
	if (draw(&number, 2))
		ret->installed = offer_make(PACKAGES_MOST, &number);
	if (draw(&number, 2))
		ret->symbols = "a=1111 b=2222 d=4444";
	if (seed % 4 == 0) {
		auto_free char *path = scratch_path(&ret->scratch, "cache");
		auto_diagnostics struct diagnostics unused = { 0 };

		assert_int_equal(cache_dir_open(path, "metadata", &ret->cache, &unused), 0);
		assert_non_null(ret->cache);
	}
	ret->one_priority = draw(&number, 2);
	ret->offered_kernel = draw(&number, 2);
	if (ret->installed && draw(&number, 4) == 0) {
		auto_free char *text =
			text_format("type: package\nmatch_type: glob\ncase_sensitive: on\n"
				    "solvable_name: %s\n\n",
				    PICK(&number, locks));

		assert_int_equal(locks_parse(text, strlen(text), "locks", &ret->locks), 0);
	}
}

static void case_done(struct case_of_chance *chance)
{
	for (size_t i = 0; i < chance->count; i++)
		free(chance->offers[i]);
	free(chance->installed);
	locks_done(&chance->locks);
	cache_dir_close(chance->cache);
	scratch_remove(&chance->scratch);
}

static int add_installed(void *context, struct record *record)
{
	struct catalog *catalog = context;
	Id id;

	if (text_equal(record_text(record, record->arch), "src"))
		return 0;
	return catalog_add_record(catalog->pool->installed, record, &id);
}

/* Make what TEXT describes installed. */
static void add_base(struct catalog *catalog, const char *text)
{
	auto_primary struct primary *primary = NULL;
	auto_free char *xml = NULL;
	const char *why = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&xml, &size);

	fputs("<metadata xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n", out);
	repo_put_packages(out, text);
	fputs("</metadata>\n", out);
	fclose(out);
	assert_int_equal(primary_new(add_installed, catalog, &primary), 0);
	assert_int_equal(primary_feed(primary, xml, size, &why), 0);
	assert_int_equal(primary_finish(primary, &why), 0);
	repo_internalize(catalog->pool->installed);
	catalog->has_base = catalog->pool->installed->nsolvables > 0;
}

static void add_offers(const struct case_of_chance *chance, struct world *world, bool all)
{
	auto_strings struct strings modaliases = { 0 };
	auto_modalias_index struct modalias_index *hardware = NULL;
	struct interest interest = { .base = true, .release = WORLD_RELEASE };

	for (size_t i = 0; i < world->devices.count; i++)
		assert_int_equal(
			strings_add(&modaliases, world->devices.items[i].modaliases.items[0]), 0);
	strings_sort_unique(&modaliases);
	assert_int_equal(modalias_index_new(&modaliases, &hardware), 0);
	if (!all)
		interest.hardware = hardware;
	for (size_t i = 0; i < chance->count; i++) {
		const char name[] = { (char)('1' + i), '\0' };
		auto_free char *path = scratch_path(&chance->scratch, name);

		assert_int_equal(source_open(path, i, NULL, &world->sources[i]), 0);
		if (chance->one_priority)
			world->sources[i].priority = 1;
	}
	assert_int_equal(catalog_add_sources(world->catalog, world->sources, 0, chance->count,
					     &interest, all ? NULL : chance->cache),
			 0);
}

/* What the kernel's package says of it, where nothing else does. */
static void adopt_kernel(struct world *world)
{
	AUTO(kernel_provides_done) struct kernel_provides provides = { 0 };
	auto_free char *nevra = NULL;
	int r = catalog_kernel_provides(world->catalog, WORLD_RELEASE, true, &nevra, &provides);

	assert_true(r >= 0);
	if (r > 0)
		kernel_add_provides(&world->kernel, nevra, provides.names, provides.versions,
				    provides.count);
}

static char *tell(const struct case_of_chance *chance, struct world *world)
{
	const struct report report = {
		.dry_run = true,
		.kernel = &world->kernel,
		.sources = world->sources,
		.source_count = chance->count,
		.devices = &world->devices,
		.plan = world->plan,
	};
	auto_json struct json *json = report_json(&report);

	return json_text(json);
}

static int count_offered(const struct catalog *catalog)
{
	int count = 0;
	Id id;

	for (id = 2; id < catalog->pool->nsolvables; id++)
		count += catalog_source_of(catalog, id) != SIZE_MAX;
	return count;
}

static void plan_case(const struct case_of_chance *chance, bool all, struct outcome *ret)
{
	struct world world = { .symbols = fixture_symbols(chance->symbols) };
	int r;

	world.kernel = (struct kernel){
		.release = strdup(WORLD_RELEASE),
		.flavor = strdup("default"),
		.arch = strdup("x86_64"),
		.symbols = world.symbols,
		.symbols_complete = world.symbols,
	};
	world_add_devices(&world);
	assert_int_equal(catalog_new(&world.catalog), 0);
	if (chance->installed)
		add_base(world.catalog, chance->installed);
	add_offers(chance, &world, all);
	ret->considered = count_offered(world.catalog);
	if (chance->offered_kernel)
		adopt_kernel(&world);
	assert_int_equal(selection_new(world.catalog, world.sources, &world.kernel, &world.devices,
				       &world.selection, NULL),
			 0);
	assert_int_equal(selection_lock(world.selection, &chance->locks), 0);
	r = selection_plan(world.selection, &world.plan, NULL);
	ret->text = r < 0 ? text_format("%d", r) : tell(chance, &world);
	ret->selected = 0;
	for (size_t i = 0; r == 0 && i < world.plan->count; i++)
		ret->selected += world.plan->packages[i].selected;
	selection_free(world.selection);
	catalog_free(world.catalog);
	kernel_done(&world.kernel);
	device_list_done(&world.devices);
	for (size_t i = 0; i < chance->count; i++)
		source_done(&world.sources[i]);
}

static void print_case(const struct case_of_chance *chance, const struct outcome *whole,
		       const struct outcome *part)
{
	for (size_t i = 0; i < chance->count; i++)
		print_error("--- repository %zu\n%s", i + 1, chance->offers[i]);
	print_error("--- installed\n%s--- symbols %s, kernel %s, priorities %s, locks %s\n",
		    chance->installed ? chance->installed : "nothing\n",
		    chance->symbols ? chance->symbols : "unknown",
		    chance->offered_kernel ? "of its package" : "of its release",
		    chance->one_priority ? "equal" : "by place",
		    chance->locks.count ? chance->locks.items[0].terms[0].text : "none");
	print_error("--- of all %d packages:\n%s\n--- of %d:\n%s\n", whole->considered, whole->text,
		    part->considered, part->text);
}

/* What the worlds were good for. */
struct tally {
	size_t left_out, selected, differ;
};

static void try_case(unsigned int seed, struct tally *tally)
{
	struct case_of_chance chance;
	struct outcome whole, part;

	make_case(seed, &chance);
	plan_case(&chance, true, &whole);
	plan_case(&chance, false, &part);
	if (chance.cache) {
		free(part.text);
		plan_case(&chance, false, &part);
	}
	tally->left_out += part.considered < whole.considered;
	tally->selected += whole.selected && part.considered < whole.considered;
	if (!text_equal(whole.text, part.text)) {
		if (tally->differ++ == 0)
			print_case(&chance, &whole, &part);
		print_error("world %u differs\n", seed);
	}
	free(whole.text);
	free(part.text);
	case_done(&chance);
}

static void what_is_left_out_is_without_effect(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (unsigned int seed = 1; seed <= WORLDS; seed++)
		try_case(seed, &tally);
	/* In most worlds something must be left out, and something chosen, to have tried it. */
	assert_in_range(tally.left_out, WORLDS / 2, WORLDS);
	assert_in_range(tally.selected, WORLDS / 5, WORLDS);
	assert_int_equal(tally.differ, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_out_is_without_effect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
