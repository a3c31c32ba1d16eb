/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solve-internal - the pool that a solve works on, for solve.c and solve-pool.c alone.
 *
 * Layer: select.
 */
#pragma once

#include <solv/bitmap.h>

#include "packages/catalog-internal.h"
#include "select/solve.h"

/* What a pattern fits; anything is reported, but does not select. */
enum fit { FIT_UNKNOWN, FIT_NONE, FIT_DEVICE, FIT_ANYTHING };

struct solve {
	struct catalog *catalog;
	const struct kernel *kernel;
	const struct match_index *index;
	Pool *pool;
	Id kernel_id;
	bool symbol_sets; /* the kernel provides kernel(FLAVOR:SET) */
	Queue assumed; /* what packages require and a bare base is taken to have */
	const struct locks *locks; /* NULL before solve_lock() */
	const struct source *sources;
	Queue kept; /* installed packages that are locked */
	Map considered; /* packages that may be installed */
	unsigned char *fits; /* enum fit by Id of a pattern */
	int fits_size;
	bool without_hardware; /* while it is set, no hint holds */
};

/* Let the pool see what may be installed now. */
void solve_refresh(struct solve *solve);
/* Is the installed package ID locked? */
bool solve_is_kept(const struct solve *solve, int id);
/* Tell the solver to keep what is installed and locked. */
void solve_push_kept(const struct solve *solve, Queue *job);
/* Put the target kernel into the pool, as one installed package, in the place of all others. */
void solve_add_kernel(struct solve *solve);
/*
 * A bare base (an initrd, a stick) says nothing about userspace: make it provide whatever packages
 * that may be planned ask of it. Does nothing if the base is a real one.
 */
void solve_add_bare_base(struct solve *solve);
