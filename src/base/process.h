/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process - run another program to its end: argument vector, no shell, bounded in time and output.
 *
 * Layer: base.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/files.h"

/* All zero but argv and seconds is a program that nothing is told, and whose output is kept. */
struct process {
	const char *const
		*argv; /* NULL behind the last; a name without '/' is looked for in PATH */
	const char *const *keep; /* names of variables that it may see too, then NULL; or NULL */
	const void *input; /* what it reads from stdin; NULL: nothing */
	size_t input_size;
	bool to_file; /* stdout goes to out_fd instead of the output that is kept */
	int out_fd;
	unsigned int seconds; /* it is killed then */
	uint64_t file_size_max; /* no file that it writes grows beyond, in bytes; 0: as large as may
				   be */
	bool unprivileged; /* as the user "nobody", where we are root */
};

struct process_end {
	int status; /* its exit status, or 128 and the signal that ended it */
	bool late; /* it was killed because its time was over */
	struct bytes output; /* stdout and stderr, the first PROCESS_OUTPUT_MAX bytes */
};

/*
 * Run it and wait. It gets PATH, LC_ALL=C and what `keep` names, no file descriptor but the first
 * three, and dies when we do. 0 however it ends; -ENOENT if there is no such program, -errno.
 */
int process_run(const struct process *process, struct process_end *ret);
void process_end_done(struct process_end *end);

#define auto_process_end __attribute__((cleanup(process_end_done)))
