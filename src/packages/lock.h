/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock - the locks of zypp: packages that are to stay as they are.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "base/diagnostic.h"
#include "base/limits.h"

/** Where zypp keeps them, below the root (libzypp: ZConfig.cc, locksFile). */
#define LOCKS_PATH "/etc/zypp/locks"

enum lock_match { LOCK_SUBSTRING, LOCK_EXACT, LOCK_GLOB, LOCK_REGEX, LOCK_WORD };
enum lock_order { LOCK_ANY, LOCK_EQ, LOCK_NE, LOCK_LT, LOCK_LE, LOCK_GT, LOCK_GE };

struct lock_term {
	char *text;
	bool is_arch; /* of the architecture, not of the name */
	struct re_pattern_buffer *regex; /* what it was compiled to; NULL if it needs not be */
};

/* Locks a package that one of the terms fits (libzypp: PoolQuery.cc, isAMatch). */
struct lock {
	struct lock_term *terms;
	size_t term_count;
	enum lock_match match;
	bool any_case;
	struct strings repositories; /* aliases; none: wherever the package is */
	enum lock_order order; /* of the package's version to this one */
	char *version; /* NULL with LOCK_ANY */
};

/* All zero: nothing is locked. */
struct locks {
	struct lock *items;
	size_t count;
	struct diagnostics diagnostics; /* locks that cannot be understood: they are ignored */
};

/* Read SIZE bytes; NAME is what diagnostics call the file. 0 or -ENOMEM. */
int locks_parse(const char *text, size_t size, const char *name, struct locks *ret);
/*
 * The text of the term that fits the package NAME of ARCH, of the repository ALIAS (NULL: unknown),
 * whatever its version. Borrowed; NULL if none does.
 */
const char *lock_fits(const struct lock *lock, const char *name, const char *arch,
		      const char *alias);
/* Does ORDER, that of a package's version to the lock's, as strcmp, lock it? */
bool lock_fits_order(const struct lock *lock, int order);
void locks_done(struct locks *locks);

#define auto_locks __attribute__((cleanup(locks_done)))
