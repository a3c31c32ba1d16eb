/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - how far something is that takes its time: a line on stderr that is drawn again.
 *
 * Layer: base. Once a run takes over half a second, a terminal shows what is going on; elsewhere a
 * line every few seconds says it and, if verbose, one for what was large or slow. Tasks lie in each
 * other as calls do: the innermost is the one that is shown.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct progress_task;

/* All zero shows nothing. */
struct progress {
	bool redraw; /* stderr is a terminal that can */
	bool tell; /* it is something else, for people all the same */
	bool verbose;
	unsigned int width; /* of the terminal, in columns */
	struct timespec started; /* the run */
	struct timespec shown; /* the last line */
	bool drawn; /* a line is there that has to be wiped out */
	atomic_flag busy; /* a thread looks whether there is something to show */
	struct progress_task *task; /* the innermost that is going on */
	pid_t thread; /* the one whose tasks are shown; 0: there is no other */
};

/* A local of whoever does it. */
struct progress_task {
	struct progress *progress; /* NULL: nobody wants to know */
	struct progress_task *outer;
	char *what; /* owned */
	uint64_t total; /* bytes or things, 0 if unknown */
	atomic_uint_fast64_t done;
	bool counted; /* they are things, no bytes */
	struct timespec started;
};
/* Ends with its scope. */
#define auto_progress_task __attribute__((cleanup(progress_end)))

/* One for stderr; VERBOSITY as in struct options. */
struct progress progress_of_stderr(int verbosity);
/*
 * Doing something, e.g. "fetching", to WHAT begins: of the bytes or things that TASK says. PROGRESS
 * is borrowed; NULL: nothing is shown, nor of what begins in another thread.
 */
void progress_begin(struct progress *progress, struct progress_task *task, const char *doing,
		    const char *what);
/*
 * It has DONE bytes or things, or MORE than before; TASK is NULL where there is none. Cheap, and
 * any thread may say so.
 */
void progress_update(struct progress_task *task, uint64_t done);
void progress_add(struct progress_task *task, uint64_t more);
/* It is over; the line is wiped out. */
void progress_end(struct progress_task *task);
/* What a line says: "fetching x.rpm: 1.5 of 6.0 MiB (25%)". Owned, NULL if out of memory. */
char *progress_text(const struct progress_task *task);
