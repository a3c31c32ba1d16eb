/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world - a made-up kernel, devices and tiny repositories, for plans to be made of.
 */
#pragma once

#include "packages/catalog.h"
#include "packages/source.h"
#include "repo-fixture.h"
#include "select/selection.h"
#include "shuffle-fixture.h"

#define WORLD_RELEASE "6.4.0-150600.21-default"
#define WORLD_NIC     "pci:v00008086d000010D3sv000015D9sd0000060Abc02sc00i00"
#define WORLD_DISK    "pci:v00001000d00000097sv00001028sd00001F45bc01sc07i00"
#define WORLD_PORT    "acpi:PNP0501:"
/* Patterns that fit the first two, and one that fits none. */
#define NIC_HINT  "pci:v00008086d000010D3sv*sd*bc*sc*i*"
#define DISK_HINT "pci:v00001000d00000097sv*sd*bc*sc*i*"
#define NO_HINT   "pci:v00008086d0000FFFFsv*sd*bc*sc*i*"

#define WORLD_SOURCES_MAX 3
struct world {
	const char *repos[WORLD_SOURCES_MAX]; /* in order of priority */
	struct symbol_table *symbols; /* of the kernel, handed over; NULL if not known */
	bool incomplete; /* the symbols are those of a module tree alone */
	bool one_priority; /* of all repositories */
	unsigned int seed; /* of the order of devices and repositories; 0: as they stand */
	struct scratch scratch;
	struct source sources[WORLD_SOURCES_MAX];
	struct catalog *catalog;
	struct kernel kernel;
	struct device_list devices;
	struct selection *selection;
	struct plan *plan;
};

static inline void world_add_devices(struct world *world)
{
	static const char *const aliases[] = { WORLD_NIC, WORLD_DISK, WORLD_PORT };
	unsigned int order[COUNT(aliases)];

	shuffle(order, COUNT(aliases), &world->seed);
	for (size_t i = 0; i < COUNT(aliases); i++) {
		struct device *device = device_list_add(&world->devices);

		assert_int_equal(strings_add(&device->modaliases, aliases[order[i]]), 0);
		device->driver_known = true;
	}
	assert_int_equal(device_list_finish(&world->devices), 0);
}

static inline void world_add_source(struct world *world, size_t index)
{
	static const struct interest everything = { 0 };
	const char name[] = { (char)('1' + index), '\0' };
	struct source *source = &world->sources[index];
	auto_free char *path = scratch_path(&world->scratch, name);

	repo_write(&world->scratch, name, world->repos[index]);
	assert_int_equal(source_open(path, index, NULL, source), 0);
	if (world->one_priority)
		source->priority = 1;
	assert_int_equal(
		catalog_add_sources(world->catalog, world->sources, index, 1, &everything, NULL),
		0);
	assert_false(source->failed);
}

/* Make all of WORLD but its plan; its first fields are set, the others zero, it must not move. */
static inline void world_make(struct world *world)
{
	unsigned int order[WORLD_SOURCES_MAX], count = 0;
	int r;

	scratch_make(&world->scratch);
	world->kernel = (struct kernel){
		.release = strdup(WORLD_RELEASE),
		.flavor = strdup("default"),
		.arch = strdup("x86_64"),
		.symbols = world->symbols,
		.symbols_complete = !world->incomplete,
	};
	world_add_devices(world);
	assert_int_equal(catalog_new(&world->catalog), 0);
	while (count < WORLD_SOURCES_MAX && world->repos[count])
		count++;
	shuffle(order, count, &world->seed);
	for (size_t i = 0; i < count; i++)
		world_add_source(world, order[i]);
	r = selection_new(world->catalog, world->sources, &world->kernel, &world->devices,
			  &world->selection, NULL);
	assert_int_equal(r, 0);
}

static inline void world_done(struct world *world)
{
	selection_free(world->selection);
	catalog_free(world->catalog);
	kernel_done(&world->kernel);
	device_list_done(&world->devices);
	for (size_t i = 0; i < WORLD_SOURCES_MAX && world->repos[i]; i++)
		source_done(&world->sources[i]);
	scratch_remove(&world->scratch);
}
