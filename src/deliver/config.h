/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config - what of a package's configuration may take effect from a staging directory.
 *
 * Layer: deliver. Pure: memory in, memory out.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/files.h"
#include "select/payload.h"

/*
 * Copy to *RET what TEXT, a file of KIND, may say, byte for byte: of modprobe.d comments and the
 * blacklist, softdep, options and alias commands with their continuation lines (install and remove
 * run shells), of modules-load.d comments and names of modules. Other lines are left out, longer
 * ones too, and a text with a NUL byte as a whole; each is a diagnostic that names PATH.
 * 0 or -ENOMEM.
 *
 * Lines are taken apart as kmod does it (shared/util.c: freadline_wrapped(), before that
 * getline_wrapped(); libkmod-config.c: kmod_config_parse()), since anything else could be fooled.
 */
int config_filter(const char *path, enum payload_kind kind, const struct bytes *text,
		  struct bytes *ret, struct diagnostics *diagnostics);
