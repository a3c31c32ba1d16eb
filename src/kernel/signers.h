/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signers - the keys by which a kernel knows modules that it trusts.
 *
 * Layer: kernel. Pure.
 */
#pragma once

#include "base/array.h"

/*
 * Add the ids of the asymmetric keys that TEXT, of /proc/keys, lists: lower-case hexadecimal.
 * 0 or -ENOMEM.
 */
int signers_add_keys(const char *text, struct strings *list);
