/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vet - look at what was chosen, and choose again around what will not do.
 *
 * Layer: select.
 */
#pragma once

#include <stdbool.h>

#include "select/selection.h"

struct vet_request {
	const struct source *sources;
	const struct kernel *kernel;
	bool staging; /* refuse what a dry run only warns of: unknown symbols, unchecked signatures
		       */
	bool gpg_checks; /* false: take unchecked signatures all the same */
};

/*
 * Make plans until one stands: the RPM of each chosen package is what the metadata says, and it may
 * be staged, if that is asked for. *RET is the selection's; *RET_TROUBLE tells that an RPM was
 * damaged. 0 or -errno with *RETERR set.
 */
int vet_plan(struct selection *selection, const struct vet_request *request, struct plan **ret,
	     bool *ret_trouble, struct error *reterr);
