/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interest-answer - the answer for a made-up machine, with everything that repositories have, with
 * what is of interest, and with what a cache has of that.
 */
#pragma once

#include "interest-text.h"
#include "interest-world.h"
#include "module-world.h"

/* How much libsolv is given. */
enum interest_way {
	EVERYTHING,
	OF_INTEREST, /* and what of it a cache, if there is one, has */
	ANOTHERS_INTEREST, /* that of a machine and a kernel of another kind */
};

struct interest_answer {
	char *text;
	int considered; /* packages that libsolv was given of those on offer */
	size_t selected;
};

static inline void interest_add_offers(struct world *world, size_t count, enum interest_way way,
				       struct cache_dir *cache)
{
	auto_strings struct strings modaliases = { 0 };
	auto_modalias_index struct modalias_index *hardware = NULL;
	static char target[] = WORLD_RELEASE, other[] = "6.4.0-150600.30-default";
	char *release = target;
	struct interest interest = { .base = true, .releases = { &release, 1 } };

	if (way == ANOTHERS_INTEREST) {
		release = other;
		interest.base = false;
		assert_int_equal(strings_add(&modaliases, WORLD_PORT), 0);
	}
	for (size_t i = 0; i < world->devices.count && way != ANOTHERS_INTEREST; i++)
		assert_int_equal(
			strings_add(&modaliases, world->devices.items[i].modaliases.items[0]), 0);
	strings_sort_unique(&modaliases);
	assert_int_equal(modalias_index_new(&modaliases, &hardware), 0);
	if (way != EVERYTHING)
		interest.hardware = hardware;
	assert_int_equal(
		catalog_add_sources(world->catalog, world->sources, 0, count, &interest, cache), 0);
}

static inline int interest_count(const struct catalog *catalog)
{
	int count = 0;
	Id id;

	for (id = 2; id < catalog->pool->nsolvables; id++)
		count += catalog_source_of(catalog, id) != SIZE_MAX;
	return count;
}

static inline void interest_plan(const struct interest_case *subject, struct world *world,
				 struct interest_answer *ret)
{
	auto_locks struct locks locks = { 0 };
	auto_policy struct policy policy = { 0 };
	int r;

	interest_read_wishes(subject, &locks, &policy);
	assert_int_equal(selection_new(world->catalog, world->sources, &world->kernel,
				       &world->devices, &world->selection, NULL),
			 0);
	assert_int_equal(selection_lock(world->selection, &locks), 0);
	assert_int_equal(selection_set_policy(world->selection, &policy), 0);
	for (size_t i = 0; i < world->selection->plan.count; i++) {
		struct plan_package *package = &world->selection->plan.packages[i];

		module_world_fill(package, subject->offers[package->driver.source]);
	}
	r = selection_plan(world->selection, &world->plan, NULL);
	for (size_t i = 0; r == 0 && i < world->plan->count; i++)
		ret->selected += world->plan->packages[i].selected;
	ret->text = r < 0 ? text_format("%d", r) : NULL;
}

/* The repositories of SUBJECT are in its scratch directory. RET's text is owned. */
static inline void interest_answer(const struct interest_case *subject, enum interest_way way,
				   struct cache_dir *cache, struct interest_answer *ret)
{
	struct world world = { .symbols = fixture_symbols(subject->symbols) };
	size_t count;

	*ret = (struct interest_answer){ 0 };
	world.kernel = (struct kernel){
		.release = strdup(WORLD_RELEASE),
		.flavor = strdup("default"),
		.arch = strdup("x86_64"),
		.vermagic = strdup(WORLD_VERMAGIC),
		.symbols = world.symbols,
		.symbols_complete = world.symbols,
	};
	world_add_devices(&world);
	assert_int_equal(catalog_new(&world.catalog), 0);
	if (subject->installed)
		interest_add_base(world.catalog, subject->installed);
	count = interest_open(subject, &world);
	interest_add_offers(&world, count, way, cache);
	ret->considered = interest_count(world.catalog);
	if (subject->offered_kernel)
		interest_adopt_kernel(&world);
	interest_plan(subject, &world, ret);
	if (!ret->text)
		ret->text = interest_tell(&world, count);
	selection_free(world.selection);
	catalog_free(world.catalog);
	kernel_done(&world.kernel);
	device_list_done(&world.devices);
	for (size_t i = 0; i < count; i++)
		source_done(&world.sources[i]);
}
