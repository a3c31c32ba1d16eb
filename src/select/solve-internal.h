/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solve-internal - the pool that a solve works on, for solve*.c alone.
 *
 * Layer: select.
 */
#pragma once

#include <solv/bitmap.h>
#include <solv/solver.h>

#include "packages/catalog-internal.h"
#include "select/solve.h"

/* What a pattern fits; anything is reported, but does not select. */
enum fit { FIT_UNKNOWN, FIT_NONE, FIT_DEVICE, FIT_ANYTHING };

/* Why a package on offer is not looked at at all; 0: it is. */
enum left_out { LEFT_OUT_CROWD = 1, LEFT_OUT_REQUIRES, LEFT_OUT_OBSOLETES, LEFT_OUT_CONDITION };

struct solve {
	struct catalog *catalog;
	const struct kernel *kernel;
	const struct match_index *index;
	Pool *pool;
	Id kernel_id;
	bool symbol_sets; /* the kernel provides kernel(FLAVOR:SET) */
	Queue assumed; /* what packages require and a bare base is taken to have; sorted */
	const struct locks *locks; /* NULL before solve_lock() */
	const struct source *sources;
	Queue kept; /* installed packages that are locked */
	Map considered; /* packages that may be installed */
	Map coming; /* those that solve_look_ahead() found */
	unsigned char *left_out; /* enum left_out by Id of a package, up to the kernel's */
	unsigned char *fits; /* enum fit by Id of a pattern */
	int fits_size;
	bool without_hardware; /* while it is set, no hint holds */
	Queue hardware; /* numbers of relations whose truth rests on a hint */
	Map resting; /* the same, as a set */
	int relations; /* the first that was not looked at for these */
};

/* Leave out what would take too long to solve. Before the kernel is asked for. 0 or -ENOMEM. */
int solve_bound(struct solve *solve);
/* A solver set up as zypper's is; solver_free() it. */
Solver *solve_make_solver(const struct solve *solve);
/* Let the pool see what may be installed now, and what is assumed. */
void solve_refresh(struct solve *solve);
/* Have the solver ask anew which hints hold. */
void solve_forget_hardware(struct solve *solve);
/* Take LEAVES, which are put in order, for granted from the next solve_refresh() on. */
void solve_assume(struct solve *solve, Queue *leaves);
bool solve_is_assumed(const struct solve *solve, Id leaf);
/* Is the installed package ID locked? */
bool solve_is_kept(const struct solve *solve, int id);
/* Tell the solver to keep what is installed and locked. */
void solve_push_kept(const struct solve *solve, Queue *job);
/* Put the target kernel into the pool, as one installed package, in the place of all others. */
void solve_add_kernel(struct solve *solve);
/*
 * A bare base (an initrd, a stick) says nothing about userspace: make it provide whatever packages
 * that may be planned ask of it. Does nothing if the base is a real one. 0 or -ENOMEM.
 */
int solve_add_bare_base(struct solve *solve);

static inline void solve_release_solver(Solver **slot)
{
	if (*slot)
		solver_free(*slot);
}
