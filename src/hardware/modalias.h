/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modalias - the literal text by which a device asks for its driver.
 *
 * Layer: hardware. Pure: memory in, memory out.
 */
#pragma once

#include <stddef.h>

#include "base/limits.h"

/*
 * Check the LENGTH bytes at TEXT, one line without its end, and copy them to *RET (owned):
 * "<bus>:<fields>", both not empty, printable, valid UTF-8. Nothing is rewritten but the last field
 * of a pci alias, which old kernels print in lower case while the patterns of drivers never are.
 * 0, -EINVAL if malformed, -E2BIG over MODALIAS_MAX, -ENOMEM.
 */
int modalias_parse(const char *text, size_t length, char **ret);
/* The part of MODALIAS before its first ':'. Owned; NULL if out of memory. */
char *modalias_bus(const char *modalias);
