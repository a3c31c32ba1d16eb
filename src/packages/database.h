/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * database - the rpm database below a root, read without leaving a trace there.
 *
 * Layer: packages.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct database;

/*
 * Find it, and make a folder for a copy where reading would change it. SUSE's and
 * Fedora's folder goes before rpm's own default; a folder without a database, or with a link,
 * device or FIFO in its place, is passed over. *RET is NULL if there is none.
 * 0, or -errno with *RETERR set.
 */
int database_open(int root_fd, struct database **ret, struct error *reterr);
/* Its folder, as the kernel says it; NULL if that is not to be known. Borrowed. */
const char *database_path(const struct database *database);
/*
 * What is different after every change of it: inodes, sizes and times of its files, when it was
 * opened. Owned; NULL if it changed so shortly before that the next change might not show.
 */
char *database_state(const struct database *database);
/* Is that still its state? */
bool database_is_as_it_was(const struct database *database);
/* The folder of the copy, for which database_read() needs to be let write, or -1. Borrowed. */
int database_copy_fd(const struct database *database);
/*
 * Copy it if that is needed, and call VISIT with librpm's header of each installed package,
 * borrowed; it returns 0 to go on, or -errno. 0, what VISIT returned, or -errno with *RETERR set: a
 * database that is damaged, or of a kind that librpm cannot read, is -EBADMSG.
 */
int database_read(struct database *database, int (*visit)(void *context, void *header),
		  void *context, struct error *reterr);
/* Removes the copy, for which its folder's own has to allow removal. */
struct database *database_close(struct database *database);

static inline void database_release(struct database **slot)
{
	database_close(*slot);
}
#define auto_database __attribute__((cleanup(database_release)))
