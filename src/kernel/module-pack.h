/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-pack - the facts of a module in the cache.
 *
 * Layer: kernel.
 */
#pragma once

#include "base/pack.h"
#include "kernel/module.h"

/*
 * Write MODULE, or read it, empty before: then it is to be released whatever became of it. It is
 * as module_read() and module_digest() made it.
 */
void module_pack(struct pack *pack, struct module *module);
