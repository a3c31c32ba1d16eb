/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step - the rules of reason.h as they were asked of one package, each with its answer in words.
 *
 * Layer: select. Pure: reads a finished plan.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "hardware/device.h"
#include "kernel/kernel.h"
#include "packages/source.h"
#include "select/plan.h"

struct step {
	enum rule rule;
	bool passed;
	char *detail; /* one sentence */
};

struct steps {
	struct step items[RULE_COUNT];
	size_t count;
};

/* What a plan was made of; all borrowed. */
struct step_context {
	const struct plan *plan;
	const struct device_list *devices; /* that the hints of packages count in */
	const struct kernel *kernel;
	const struct source *sources;
	size_t source_count;
};

/* The rules that PACKAGE passed, in order, and the first one that it failed. */
int steps_make(const struct step_context *context, const struct plan_package *package,
	       struct steps *ret);
void steps_done(struct steps *steps);
