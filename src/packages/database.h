/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * database - the rpm database below a root, read without leaving a trace there.
 *
 * Layer: packages.
 */
#pragma once

#include "base/error.h"

/*
 * Call VISIT with librpm's header of each installed package, borrowed; it returns 0 to go on, or
 * -errno. SUSE's and Fedora's folder goes before rpm's own default; a folder without a database, or
 * with a link, device or FIFO in its place, is passed over. 1, 0 if there is no database, what
 * VISIT returned, or -errno with *RETERR set: one that is damaged, or of a kind that librpm cannot
 * read, is -EBADMSG.
 */
int database_read(int root_fd, int (*visit)(void *context, void *header), void *context,
		  struct error *reterr);
