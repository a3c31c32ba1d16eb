/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load - the running kernel uses what is staged: linked, loaded, bound, verified, or taken back.
 *
 * Layer: deliver. Reads the manifest of the current generation and the state of the machine, never
 * a package. Whatever it changes can be told by its name or place, so that after a run that was
 * killed the next one goes on, or takes it back.
 */
#pragma once

#include "base/error.h"
#include "deliver/state.h"

struct load_request {
	int root_fd; /* of the system that runs */
	const char *stage_dir;
	bool dry_run; /* tell what would be tried, change nothing */
};

/*
 * Make the current generation effective. What came of each package is in RET, whose `exit` is 4 if
 * a device is left without its driver, else 0; state.json says the same. 0, or -errno with *RETERR
 * set.
 */
int load_run(const struct load_request *request, struct state *ret, struct error *reterr);
/*
 * Take everything back that load_run() did, and forget what did not bind; RET says what is left.
 * 0, or -errno with *RETERR set.
 */
int load_undo(const struct load_request *request, struct state *ret, struct error *reterr);
