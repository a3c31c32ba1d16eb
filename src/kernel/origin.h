/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origin - what the symbols of a kernel are from: several origins complete each other.
 *
 * In order of precedence: what was named with --kernel, the symbol table of an initrd, the
 * installed package, symvers files, a repository's package of the very same release, the modules of
 * the tree. The first one that has a symbol says its CRC. Layer: kernel.
 */
#pragma once

#include <stdbool.h>

#include "kernel/kernel.h"

/*
 * Is anything of the symbols missing that a further origin could tell: symbols, who exports them,
 * for whom?
 */
bool origin_is_wanted(const struct kernel *kernel);
/*
 * Add SYMBOLS, which are taken over also on failure, with FROM to be shown as symbols_from;
 * COMPLETE: what is not in them does not exist. 0 or -ENOMEM.
 */
int origin_add(struct kernel *kernel, struct symbol_table *symbols, const char *from,
	       bool complete);
