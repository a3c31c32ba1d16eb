/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cookie - the note beside zypp's .solv file, which says what metadata the file was made of.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>

#include "base/files.h"
#include "base/limits.h"

/*
 * Does COOKIE name the metadata whose index is REPOMD, of the repository at URL? Also false for
 * repositories on several media, in whose cookies more is counted in. 1, 0, or -errno.
 */
int cookie_names(const struct bytes *cookie, const struct bytes *repomd, const char *url);
