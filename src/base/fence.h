/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fence - a bound on the memory of the run, for libraries that have none of their own.
 *
 * Layer: base.
 */
#pragma once

/*
 * From here on the run gets no more than MEMORY_MAX, or less where less was set before. A library
 * that ends the program for it (libsolv: solv_oom()) has SENTENCE written to stderr and ANSWER to
 * stdout, and STATUS is the exit status; any other abort stays one. Both are copied, up to
 * FENCE_TEXT_SIZE bytes. 0 or -errno. A sanitizer's build keeps its memory unbound.
 */
int fence_memory(const char *sentence, const char *answer, int status);

/** Longest text, in bytes: a sentence as JSON. */
#define FENCE_TEXT_SIZE 2048
