/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solve - dependencies: which packages the hardware pulls in for one kernel, and what keeps one
 * out.
 *
 * Layer: select. With packages/catalog.c the only user of libsolv. Packages are the catalog's ids.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "kernel/kernel.h"
#include "packages/catalog.h"
#include "packages/ids.h"
#include "packages/lock.h"
#include "select/match.h"

struct solve;

/*
 * Put KERNEL, locked, in the place of every other kernel of CATALOG; a bare base provides whatever
 * is neither of a kernel nor of a driver. All three are borrowed. 0 or -ENOMEM.
 */
int solve_new(struct catalog *catalog, const struct kernel *kernel, const struct match_index *index,
	      struct solve **ret);
struct solve *solve_free(struct solve *solve);

/*
 * Leave out of every later run what LOCKS name, and leave what is installed of it as it is. Both
 * are borrowed; SOURCES are the catalog's.
 */
void solve_lock(struct solve *solve, const struct locks *locks, const struct source *sources);
/* The name of the lock that keeps ID out, borrowed; NULL if none does. Ask after solve_lock(). */
const char *solve_lock_of(const struct solve *solve, int id);
/* Say of the repository SOURCE what of it was left out, since more would take too long. As below.
 */
int solve_diagnose(const struct solve *solve, size_t source, struct diagnostics *diagnostics);
/* Was ID left out? */
bool solve_is_left_out(const struct solve *solve, int id);
/* Packages on offer one of whose hints fits a device, whatever their flavor or build. */
int solve_candidates(struct solve *solve, struct ids *ret);
/* Is ID a kernel or a part of one? Such are never picked. */
bool solve_is_kernel(const struct solve *solve, int id);
bool solve_fits_arch(const struct solve *solve, int id);
/* Leave IDS out of every later run, or take them in again. */
void solve_hide(struct solve *solve, const struct ids *ids, bool hidden);
/*
 * What would be installed, as `zypper install-new-recommends --no-recommends` decides, and updates
 * of the installed packages UPDATES. Where libsolv has a choice, what comes first in FAVORED does.
 * 0, -ENOMEM, or -EBADMSG if the base cannot be solved at all.
 */
int solve_run(struct solve *solve, const struct ids *updates, const struct ids *favored,
	      struct ids *ret);

enum refusal {
	REFUSAL_NONE, /* it could be installed */
	REFUSAL_KERNEL, /* requires another kernel */
	REFUSAL_DEPENDENCY, /* something required is not there */
	REFUSAL_CONFLICT, /* with another package, or obsoletes it */
	REFUSAL_OTHER_BUILD, /* needs another build of a package than the one that is there */
};
/*
 * Why ID cannot be installed together with ALONG (package ids). *RET_CULPRIT is the capability or
 * package at fault, owned, NULL if none; *RET_OTHER the package it conflicts with, or 0.
 */
int solve_refusal(struct solve *solve, int id, const struct ids *along, enum refusal *ret,
		  char **ret_culprit, int *ret_other);
/* Append the packages other than ID that say to provide one of MODULES (normalised). 0 or -ENOMEM.
 */
int solve_same_modules(struct solve *solve, int id, const struct strings *modules, struct ids *ret);
/* Could ID be installed if none of OTHERS could? 1, 0, or -ENOMEM. */
int solve_stands_without(struct solve *solve, int id, const struct ids *others);
/* Is CAPABILITY provided by the base, the kernel, or one of PICKED? */
bool solve_is_there(struct solve *solve, const char *capability, const struct ids *picked);
/* Does the hardware, with the base and PICKED, fulfil something that ID supplements? */
bool solve_hint_holds(struct solve *solve, int id, const struct ids *picked);
/*
 * Note that package ID may be picked, and with it what it requires. What nobody notes comes along
 * with nothing, whatever it provides: it may have been left out of the catalog as well.
 */
void solve_look_ahead(struct solve *solve, int id);
/* Is ID installed, or was noted so? */
bool solve_may_come(const struct solve *solve, int id);
/*
 * Does a package, installed or on offer, provide `ksym(FLAVOR:SYMBOL) = CRC`? Only those count that
 * COUNTS, called with CONTEXT, says yes to; all if it is NULL.
 */
bool solve_offers_symbol(struct solve *solve, const struct symbol_need *need,
			 bool (*counts)(void *context, int id), void *context);
/* Does ID require something that OTHER provides? */
bool solve_requires(struct solve *solve, int id, int other);
/* Append who provides something that ID requires, some of them more than once. 0 or -ENOMEM. */
int solve_required(struct solve *solve, int id, struct ids *ret);
/* Has ID a requirement on a symbol set, `kernel(FLAVOR:SET) = HASH` (SLE 10 and 11)? */
bool solve_needs_symbol_sets(struct solve *solve, int id);
/* Does the kernel say which symbol sets it has? */
bool solve_kernel_has_symbol_sets(const struct solve *solve);
/* What ID requires and a bare base takes for granted; sorted. */
int solve_assumed(struct solve *solve, int id, struct strings *ret);
/* As strcmp: the order of the versions of two packages. */
int solve_compare_versions(struct solve *solve, int left, int right);

static inline void solve_release(struct solve **slot)
{
	solve_free(*slot);
}
#define auto_solve __attribute__((cleanup(solve_release)))
