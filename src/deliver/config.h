/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config - what of a package's modprobe.d file may take effect from a staging directory.
 *
 * Layer: deliver. Pure: memory in, memory out.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/files.h"
#include "base/limits.h"

/*
 * Copy to *RET the comments and the blacklist, softdep, options and alias commands of TEXT, byte
 * for byte with their continuation lines. Other commands (install and remove run shells) are left
 * out, and a text with a NUL byte as a whole; each is a diagnostic that names PATH.
 * 0 or -ENOMEM.
 *
 * Lines are taken apart as kmod does it (shared/util.c: freadline_wrapped(), before that
 * getline_wrapped(); libkmod-config.c: kmod_config_parse()), since anything else could be fooled.
 */
int config_filter(const char *path, const struct bytes *text, struct bytes *ret,
		  struct diagnostics *diagnostics);
