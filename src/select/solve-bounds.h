/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solve-bounds - what of all that is on offer may be solved: libsolv takes time without bound.
 *
 * Layer: select. For solve*.c alone. What is left out depends on no order of packages.
 */
#pragma once

#include "select/solve-internal.h"

/* A candidate, and where it stands among those of its repository. */
struct contender {
	Pool *pool;
	Id id;
	size_t source;
	size_t age; /* how many builds of its name are newer */
	size_t place;
};

void solve_leave_out(struct solve *solve, Id id, enum left_out why);
/*
 * Of candidates in the order in which they get room, leave out whom there is none for, with all
 * that they require. FAILED has a number, 0, for each repository.
 */
void solve_give_room(struct solve *solve, const struct contender *items, size_t count,
		     size_t *failed);
/*
 * Leave out packages with rich dependencies that stand for too many cases: they share what libsolv
 * may make of such, one may have all of it. 0 or -ENOMEM.
 */
int solve_bound_conditions(struct solve *solve);
