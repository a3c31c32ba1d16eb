/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aliases - the alias index of a module tree: is there a module for a device?
 *
 * Layer: kernel. The only user of libkmod, which is given depmod's index of a tree and never a
 * module file: its ELF reader trusts what it reads.
 */
#pragma once

#include <stdbool.h>

#include "base/array.h"

struct module_aliases;

/*
 * The alias index (depmod's) of the module tree open at FD, which has to stay open.
 * 0 or -ENOMEM; a tree without an index serves nothing.
 */
int module_aliases_new(int fd, struct module_aliases **ret);
struct module_aliases *module_aliases_free(struct module_aliases *aliases);
/* Has the tree a module for MODALIAS? */
bool module_aliases_serve(const struct module_aliases *aliases, const char *modalias);
/* Add the names of its modules for MODALIAS, normalised, in the order of the index. 0 or -ENOMEM.
 */
int module_aliases_find(const struct module_aliases *aliases, const char *modalias,
			struct strings *ret);

static inline void module_aliases_release(struct module_aliases **slot)
{
	module_aliases_free(*slot);
}
#define auto_module_aliases __attribute__((cleanup(module_aliases_release)))
