/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - the symbol table file: what is known of a kernel, for an initrd that has neither its
 * symvers file nor its package. docs/symbol-table.md describes the format.
 *
 * 24,683 symbols (Debian's 6.1) take 357 KB, and 219 KB with zstd: their hashes and CRCs hardly
 * compress. Names are not kept, only their hashes, unless two have the same.
 * Layer: kernel. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "kernel/kernel.h"

/** Where an initrd keeps the table of a kernel, below its root; the release follows. */
#define TABLE_PLACE "usr/lib/kmp-match/symbols-"
/** Bytes that tell a table, not counting the one behind them: the version of the format. */
#define TABLE_MAGIC      "kmpsyms"
#define TABLE_MAGIC_SIZE 7

/*
 * The table of KERNEL. 0, -ERANGE if it has more modules than fit, -ENODATA with *RETERR set if it
 * has no symbols, -ENOMEM.
 */
int table_write(const struct kernel *kernel, struct bytes *ret, struct error *reterr);
/*
 * Read FILE, not compressed, shown as PATH: symbols and whether these are complete, release,
 * flavor, arch, vermagic, builtins, signers and decompressors of *RET, as far as they are in it.
 * 0, -EBADMSG with *RETERR set if anything about it is wrong, -ENOMEM.
 */
int table_read(const struct bytes *file, const char *path, struct kernel *ret,
	       struct error *reterr);
/* Is FILE, not compressed, meant to be a table? */
bool table_is_one(const struct bytes *file);
