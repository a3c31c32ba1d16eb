/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * database - the rpm database below a root, read without leaving a trace there.
 *
 * Layer: packages.
 */
#pragma once

#include "base/error.h"

struct database;

/*
 * Find it, and copy it where reading would change it; nothing is taken apart yet. SUSE's and
 * Fedora's folder goes before rpm's own default; a folder without a database, or with a link,
 * device or FIFO in its place, is passed over. *RET is NULL if there is none.
 * 0, or -errno with *RETERR set.
 */
int database_open(int root_fd, struct database **ret, struct error *reterr);
/* The folder of the copy, for which database_read() needs to be let write, or -1. Borrowed. */
int database_copy_fd(const struct database *database);
/*
 * Call VISIT with librpm's header of each installed package, borrowed; it returns 0 to go on, or
 * -errno. 0, what VISIT returned, or -errno with *RETERR set: a database that is damaged, or of a
 * kind that librpm cannot read, is -EBADMSG.
 */
int database_read(const struct database *database, int (*visit)(void *context, void *header),
		  void *context, struct error *reterr);
/* Removes the copy, for which its folder's own has to allow removal. */
struct database *database_close(struct database *database);

static inline void database_release(struct database **slot)
{
	database_close(*slot);
}
#define auto_database __attribute__((cleanup(database_release)))
