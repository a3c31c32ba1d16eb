/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmsg - the kernel's log: a line of ours in it, and what it said meanwhile.
 *
 * Layer: base.
 */
#pragma once

#include "base/array.h"

/* Write "kmp-match: TEXT" to it, for dmesg and the journal; where that cannot be, nothing. */
void kmsg_say(const char *text);
/* A file that stands at the end of the log, or -errno. */
int kmsg_mark(void);
/*
 * Add to RET up to MOST lines that the kernel itself wrote since MARK, printable; the first ones,
 * since what follows a failure is its consequence. 0 or -ENOMEM.
 */
int kmsg_since(int mark, size_t most, struct strings *ret);
