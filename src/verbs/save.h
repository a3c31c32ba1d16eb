/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save - one file written for a process that may write nothing itself any more.
 *
 * Layer: verbs. A second process is started before the sandbox; it writes what it is handed, to the
 * file that the user named, and can do nothing else for the first.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct save {
	const char *file; /* borrowed */
	int fd; /* to the second process, -1 without one */
	pid_t pid;
};

/* Start it for FILE; nothing is written yet. 0, or -errno with *RETERR set. */
int save_begin(const char *file, struct save *ret, struct error *reterr);
/*
 * Write the file, whole or not at all; WHAT is for the message. 0, or -errno with *RETERR set.
 */
int save_finish(struct save *save, const char *what, const void *data, size_t size,
		struct error *reterr);
/* Ends the second process; what was not finished is not written. */
void save_end(struct save *save);
#define auto_save __attribute__((cleanup(save_end)))
