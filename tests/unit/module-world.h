/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-world - a world whose packages were looked at: their lines "module NAME..." describe what
 * was in them, as module-fixture.h reads it.
 */
#pragma once

#include "module-fixture.h"
#include "select/selection-internal.h"
#include "world-fixture.h"

#define WORLD_VERMAGIC WORLD_RELEASE " SMP preempt mod_unload modversions "

static inline void module_world_add(struct plan_package *package, const char *line)
{
	struct module *facts = fixture_module(line, WORLD_VERMAGIC);
	auto_free char *path = text_format("/lib/modules/x/updates/%s.ko", facts->name);

	assert_int_equal(strings_add_once(&package->driver.modules, facts->name), 0);
	assert_int_equal(plan_package_add_module(package, path, NULL), 0);
	package->modules[package->module_count - 1].facts = facts;
	package->inspected = true;
}

/* The lines of TEXT below "package NEVRA". */
static inline void module_world_fill(struct plan_package *package, const char *text)
{
	auto_free char *lines = strdup(text);
	bool own = false;
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (text_starts(line, "package "))
			own = text_equal(line + strlen("package "), package->driver.nevra);
		else if (own && text_starts(line, "module "))
			module_world_add(package, line + strlen("module "));
	}
}

/* As world_plan(), with the modules of the candidates. */
static inline void module_world_plan(struct world *world)
{
	world_make(world);
	world->kernel.vermagic = strdup(WORLD_VERMAGIC);
	for (size_t i = 0; i < world->selection->plan.count; i++) {
		struct plan_package *package = &world->selection->plan.packages[i];

		module_world_fill(package, world->repos[package->driver.source]);
	}
	assert_int_equal(selection_plan(world->selection, &world->plan, NULL), 0);
}
