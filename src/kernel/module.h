/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module - the facts of one kernel module: what it says of itself, what it needs, what it offers.
 *
 * Layer: kernel. Modules come from packages of anybody: whatever is in the file, the answer is
 * facts or an error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decompress.h"
#include "base/error.h"
#include "base/limits.h"
#include "kernel/symbols.h"
#include "trust/module-signature.h"

struct module_import {
	const char *name;
	uint32_t crc;
	bool has_crc; /* its CRC is recorded, and may be 0 */
	bool weak;
};

struct module {
	char *name; /* normalised; as modinfo says, else the file's */
	const char *arch; /* as uname -m prints it, static; NULL if it is for no machine known */
	char *vermagic, *version, *srcversion, *build_id, *supported; /* NULL if it does not say */
	struct strings licenses;
	bool gpl_compatible; /* by its first license, as the kernel asks */
	struct strings depends, softdeps, firmware, import_namespaces, aliases;
	struct module_import *imports; /* sorted by name, once each */
	size_t import_count;
	struct symbol *exports; /* sorted by name, once each */
	size_t export_count;
	bool has_versions; /* it records CRCs of what it imports */
	struct module_signature signature;
	enum compression compression;
	bool xz_crc32_only; /* xz as the kernel itself can read it */
	char *import_names, *export_names; /* what names of imports and exports borrow from */
};

/*
 * The module in FILE, in any compression, with or without a signature; NAME is its file's name.
 * 0, -EBADMSG or -EFBIG with *RETERR set, -ENOMEM.
 */
int module_read(const struct bytes *file, const char *name, struct module *ret,
		struct error *reterr);
/*
 * Complete the signature of MODULE, which module_read() took from FILE, with the digest of what is
 * signed; apart, as nobody needs that of a whole tree. 0 or -errno.
 */
int module_digest(const struct bytes *file, struct module *module);
/* module_read() of what is open at FD; another -errno, with *RETERR set, if it cannot be read. */
int module_read_fd(int fd, const char *name, struct module *ret, struct error *reterr);
void module_done(struct module *module);

#define auto_module __attribute__((cleanup(module_done)))
