/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * release - the text that `uname -r` prints: what is one, which is newer, what its flavor is.
 *
 * Layer: kernel. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>

#include "base/limits.h"

/* Does TEXT look like a release: a digit, then what file names may safely hold? */
bool release_is_valid(const char *text);
/*
 * Older (< 0), the same version (0) or newer (> 0): numbers by value, "rc" before anything else;
 * flavors compare as text.
 */
int release_compare(const char *left, const char *right);
/* The flavor in RELEASE; owned. NULL if it has none, or out of memory. */
char *release_flavor(const char *release);
/*
 * The release that PATH names: "symvers-REL[.gz]", "linux-headers-REL/", "lib/modules/REL/" or
 * "linux-VERSION-obj/ARCH/FLAVOR/". Owned. NULL if it names none, or out of memory.
 */
char *release_of_path(const char *path);
