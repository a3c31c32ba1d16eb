/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - how far something is that takes its time: a line on stderr that is drawn again.
 *
 * Layer: base. On a terminal, once it takes over half a second; elsewhere, if verbose, one line for
 * what was large.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* All zero shows nothing. */
struct progress {
	bool redraw; /* stderr is a terminal that can */
	bool tell; /* at the end, of what was large */
	unsigned int width; /* of the terminal, in columns */
	char *what; /* what is going on, owned; NULL: nothing */
	uint64_t total; /* bytes, 0 if unknown */
	struct timespec started;
	bool drawn;
};

/* One for stderr; VERBOSITY as in struct options. */
struct progress progress_of_stderr(int verbosity);
/* WHAT, e.g. "fetching x.rpm", begins; of TOTAL bytes, 0 if that is unknown. */
void progress_begin(struct progress *progress, const char *what, uint64_t total);
/* It has DONE bytes. Cheap: call it as often as something is known. */
void progress_update(struct progress *progress, uint64_t done);
/* It is over, with DONE bytes; the line is wiped out. */
void progress_end(struct progress *progress, uint64_t done);
/* What a line says: "fetching x.rpm: 1.5 of 6.0 MiB (25%)". Owned, NULL if out of memory. */
char *progress_text(const char *what, uint64_t done, uint64_t total);
