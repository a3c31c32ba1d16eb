/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * provides - what a kernel package provides, read for the kernel in it: COUNT pairs of
 * names[i] = versions[i], a version may be NULL.
 *
 * Layer: kernel. Pure; the package itself is not seen here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/symbols.h"

struct provides {
	const char *const *names, *const *versions; /* borrowed */
	size_t count;
};

/* Is this a kernel package, with a kernel of FLAVOR (or NULL)? */
bool provides_kernel(const struct provides *provides, const char *flavor);
/*
 * The release that a `kernel-uname-r = RELEASE` gives: KNOWN if that is one of them, else the
 * first; borrowed, or NULL if there is none.
 */
const char *provides_release(const struct provides *provides, const char *known);
/* The flavor of the kernel RELEASE (NULL: not known); owned, or NULL if nothing says it. */
char *provides_flavor(const struct provides *provides, const char *release);
/* ARCH of "kernel-FLAVOR_ARCH" (kernel-source: rpm/kernel-binary.spec.in); borrowed, or NULL. */
const char *provides_arch(const struct provides *provides, const char *flavor);
/* The symbols that are provided for FLAVOR; *RET stays if there are none. 0 or -ENOMEM. */
int provides_symbols(const struct provides *provides, const char *flavor,
		     struct symbol_table **ret);
