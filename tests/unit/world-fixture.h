/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world-fixture - a made-up kernel, devices and tiny repositories, and the plan made of them.
 */
#pragma once

#include "packages/catalog.h"
#include "packages/source.h"
#include "repo-fixture.h"
#include "select/selection.h"

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

	for (size_t i = 0; i < COUNT(aliases); i++) {
		struct device *device = device_list_add(&world->devices);

		assert_int_equal(strings_add(&device->modaliases, aliases[i]), 0);
		device->driver_known = true;
	}
	assert_int_equal(device_list_finish(&world->devices), 0);
}

/* Make the plan of WORLD, whose first fields are set, the others zero; it must not move. */
static inline void world_plan(struct world *world)
{
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
	for (size_t i = 0; i < WORLD_SOURCES_MAX && world->repos[i]; i++) {
		const char name[] = { (char)('1' + i), '\0' };
		auto_free char *path = scratch_path(&world->scratch, name);

		repo_write(&world->scratch, name, world->repos[i]);
		assert_int_equal(source_open(path, i, &world->sources[i]), 0);
		assert_int_equal(catalog_add_source(world->catalog, &world->sources[i], i), 0);
	}
	r = selection_new(world->catalog, world->sources, &world->kernel, &world->devices,
			  &world->selection, NULL);
	assert_int_equal(r, 0);
	assert_int_equal(selection_plan(world->selection, &world->plan, NULL), 0);
}

/* The package whose NEVRA begins with NAME, a '-' or '.' behind it; or NULL. */
static inline const struct plan_package *world_find(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->plan->count; i++) {
		const char *nevra = world->plan->packages[i].driver.nevra;

		if (text_starts(nevra, name) && strchr("-.", nevra[strlen(name)]))
			return &world->plan->packages[i];
	}
	return NULL;
}

/* The same, of a package that has to be there. */
__attribute__((returns_nonnull)) static inline const struct plan_package *world_package(
	const struct world *world, const char *name)
{
	const struct plan_package *package = world_find(world, name);

	if (!package)
		abort();
	return package;
}

/* The id of its verdict's reason, or "no candidate". */
static inline const char *world_verdict(const struct world *world, const char *name)
{
	const struct plan_package *package = world_find(world, name);

	return package ? reason_id(package->reason) : "no candidate";
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
