/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * solvfile - is a .solv file, libsolv's cache of a repository, sound all through?
 *
 * libsolv trusts these files: a wrong id, a count that is too large or a packed page that is longer
 * than a page makes its reader write or read out of bounds. So every byte that libsolv would act on
 * is judged here first. Pure: memory in, verdict out. Layer: packages.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/** How many bytes of a file solvfile_is() needs. */
#define SOLVFILE_MAGIC_SIZE 4
bool solvfile_is(const uint8_t *start, size_t size);

/*
 * Judge the SIZE bytes at DATA. 0, -EPROTONOSUPPORT for a format or an extension that is not known
 * here, -EBADMSG for a damaged or cut file, both with a reason in *RET_WHY (static); -ENOMEM.
 */
int solvfile_check(const uint8_t *data, size_t size, const char **ret_why);
