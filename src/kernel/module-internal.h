/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-internal - the parts that module_read() is made of.
 *
 * Layer: kernel. Only module*.c include this. All return 0, -ENOMEM, or -EBADMSG with *RETERR_WHY.
 */
#pragma once

#include "base/limits.h"
#include "kernel/elf.h"
#include "kernel/module.h"

/* What stands in .modinfo. */
int module_read_info(const struct elf *elf, struct module *module, const char **reterr_why);
/*
 * Imports: undefined symbols, and those whose CRCs are recorded. Exports: by the symbols that
 * EXPORT_SYMBOL() leaves.
 */
int module_read_symbols(const struct elf *elf, struct module *module, const char **reterr_why);
/* The name of a machine that modules are for, as struct module has it: NAME itself, static; or
 * NULL. */
const char *module_arch(const char *name);
