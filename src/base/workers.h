/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workers - the same work on many things, on all processors at once.
 *
 * Layer: base. A process has no other threads, and none of these outlives the call.
 */
#pragma once

#include <stddef.h>

/*
 * Call WORK with CONTEXT and each index below COUNT, once, and return when all are done. Calls run
 * at the same time and in any order, on as many threads as this process may use processors
 * (sched_getaffinity(2)), the caller's among them and WORKERS_MAX at most: each call writes to what
 * is its index's alone, so that the results are the same on one processor. Errors are results too.
 * Where no thread can be made, and within WORK itself, the caller does everything, in order.
 * A thread is behind the sandbox that its maker is behind, and has a stack of 1 MiB. WORK must not
 * start programs, ask the process that fetches, or change what belongs to the whole process.
 */
void workers_run(size_t count, void (*work)(void *context, size_t index), void *context);
/* How many calls may run at the same time: 1 where the caller does everything. */
size_t workers_count(void);
