/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm - one RPM file, its header, and databases of such headers.
 *
 * Layer: packages. The only user of librpm beside trust/. Needs no rpm configuration directory
 * and no rpm database; it runs no scriptlet and writes nothing.
 */
#pragma once

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/error.h"
#include "base/limits.h"

struct rpm;

/*
 * Read the header of the RPM open at FD (borrowed; its offset moves); NAME is for messages.
 * The header's own digests are checked, and that the file is as long as the header says.
 * 0, -EBADMSG with *RETERR set if it is damaged, cut or no RPM, or another -errno.
 */
int rpm_open(int fd, const char *name, struct rpm **ret, struct error *reterr);
struct rpm *rpm_close(struct rpm *rpm);

const char *rpm_nevra(const struct rpm *rpm); /* as driver_nevra() spells it; borrowed */
/* Librpm's header, for the catalog to hand to libsolv; borrowed. */
void *rpm_header_handle(const struct rpm *rpm);
/* Are the dependencies in HEADER, librpm's, as few and as flat as libsolv can take them? */
bool rpm_header_is_bounded(void *header);
/* What it provides: parallel arrays of names and versions ("" if none). 0 or -ENOMEM. */
int rpm_provides(const struct rpm *rpm, struct strings *ret_names, struct strings *ret_versions);
/* Paths of all its files, as the header lists them, absolute. 0 or -ENOMEM. */
int rpm_files(const struct rpm *rpm, struct strings *ret);
/* Sum of the sizes of its files in bytes. */
uint64_t rpm_installed_size(const struct rpm *rpm);

/*
 * Call VISIT with each header of the database in FOLDER, wherever the configuration of this machine
 * has its own; it returns 0 to go on, or -errno.
 * The number of visits, what VISIT returned, or -EBADMSG: the database, or a part of it, cannot be
 * read, and *RET_MESSAGE is librpm's first complaint, owned, or NULL.
 */
int rpm_database_each(const char *folder, int (*visit)(void *context, void *header), void *context,
		      char **ret_message);

/* Append the keys, in base64, if HEADER of a database is that of a key. 0 or -ENOMEM. */
int rpm_header_keys(void *header, struct strings *keys);

static inline void rpm_release(struct rpm **slot)
{
	rpm_close(*slot);
}
#define auto_rpm __attribute__((cleanup(rpm_release)))
