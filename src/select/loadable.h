/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loadable - what besides the proof may keep a module from being loaded, or be good to know of it.
 *
 * Layer: select. Pure.
 */
#pragma once

#include "base/diagnostic.h"
#include "kernel/kernel.h"
#include "kernel/module.h"

/*
 * Can something in the target unpack MODULE? With the kernel's own decompression the file goes to
 * it as it is, else kmod unpacks it (kmod: libkmod-file.c, and the kernel's module/decompress.c).
 * True where nothing is known.
 */
bool loadable_is_readable(const struct kernel *kernel, const struct module *module);
/* Add what there is to say of MODULE. 0 or -ENOMEM. */
int loadable_diagnose(const struct kernel *kernel, const struct module *module,
		      struct diagnostics *diagnostics);
