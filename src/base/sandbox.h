/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox - the process gives up what reading hostile input does not need, for good.
 *
 * Layer: base. Each part holds as far as the kernel has it; which do is data, and none missing is
 * an error. Two steps: the first before anything from outside is read, the second before anything
 * that has to do with packages on offer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/landlock.h"

/** The user that a process becomes which writes nothing: nobody, the same number everywhere. */
#define SANDBOX_USER 65534U

/* What is in force. */
struct sandbox {
	int landlock; /* version of the interface, 0: not */
	bool syscalls; /* those that nothing here needs are refused */
	uint64_t capabilities; /* a bit each, as in capabilities(7): permitted */
	unsigned int user; /* effective */
};

/*
 * Step 1: changes below PLACES only, no programs, no connections, and of root's capabilities those
 * that step 2 takes away.
 */
void sandbox_enter(const struct landlock_place *places, size_t count, struct sandbox *ret);
/*
 * Step 2: changes below PLACES only, and root keeps of its capabilities that to read everything.
 * Where nothing but files of a cache (files_only) is to be written and step 1 is not wholly in
 * force, root becomes SANDBOX_USER: else it stays, since some facts are shown to root alone.
 */
void sandbox_tighten(const struct landlock_place *places, size_t count, struct sandbox *sandbox);
/* What is left of capabilities: dac_read_search, other. 0 or -ENOMEM. */
int sandbox_capabilities(const struct sandbox *sandbox, struct strings *ret);
/* "Landlock 7, refused system calls, ...", or what is missing. Owned; NULL if out of memory. */
char *sandbox_sentence(const struct sandbox *sandbox);
