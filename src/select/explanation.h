/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explanation - of a plan, the devices and packages that somebody asked about, each package with
 * the rules it passed, the first one it failed, and what would change that.
 *
 * Layer: select. Pure: made of a finished plan, which has to outlive it.
 */
#pragma once

#include "select/step.h"
#include "select/subject.h"

struct explanation {
	const struct subject *subject; /* borrowed */
	struct device_list devices; /* those in question; what they hold is borrowed */
	/* Packages in question, the winners first, then by rank; what they hold is borrowed, their
	   hints are those that fit the devices above. */
	struct plan plan;
	struct steps *steps; /* of each package */
};

int explanation_make(const struct step_context *context, const struct subject *subject,
		     struct explanation *ret);
void explanation_done(struct explanation *explanation);

#define auto_explanation __attribute__((cleanup(explanation_done)))
