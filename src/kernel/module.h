/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module - one module file of a kernel: what it exports and imports, and for which machine it is.
 *
 * Layer: kernel. The only user of libkmod.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/symbols.h"

/** Largest module file taken, in bytes, before and after decompression: GPU drivers reach 100 MiB.
 */
#define MODULE_SIZE_MAX (512UL << 20)

/*
 * The machine that the module open at FD is for, as uname -m prints it; static.
 * NULL if it is no module or for a machine unknown here.
 */
const char *module_arch(int fd);

struct module_reader;

/* 0 or -ENOMEM. */
int module_reader_new(struct module_reader **ret);
struct module_reader *module_reader_free(struct module_reader *reader);
/*
 * Read the module NAME (normalised) open at FD, in any compression: what it exports goes to
 * EXPORTS, the symbols with CRCs that it was built against go to IMPORTS.
 * 0, -EBADMSG if it is no readable module, or another -errno.
 */
int module_reader_read(struct module_reader *reader, int fd, const char *name,
		       struct symbol_table *exports, struct symbol_table *imports);

static inline void module_reader_release(struct module_reader **slot)
{
	module_reader_free(*slot);
}
#define auto_module_reader __attribute__((cleanup(module_reader_release)))

struct module_aliases;

/*
 * The alias index (depmod's) of the module tree open at FD, which has to stay open.
 * 0 or -ENOMEM; a tree without an index serves nothing.
 */
int module_aliases_new(int fd, struct module_aliases **ret);
struct module_aliases *module_aliases_free(struct module_aliases *aliases);
/* Has the tree a module for MODALIAS? */
bool module_aliases_serve(const struct module_aliases *aliases, const char *modalias);

static inline void module_aliases_release(struct module_aliases **slot)
{
	module_aliases_free(*slot);
}
#define auto_module_aliases __attribute__((cleanup(module_aliases_release)))
