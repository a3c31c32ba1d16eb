/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm-internal - what rpm.c and rpm-payload.c share: an open RPM, and librpm's complaints.
 *
 * Layer: packages. Private to those two.
 */
#pragma once

#include <rpm/header.h>
#include <rpm/rpmio.h>
#include <stdint.h>

#include "packages/rpm.h"

#define RPM_READING    "read the RPM"
#define RPM_HINT_FETCH "get the package again"

struct rpm {
	int fd; /* borrowed */
	char *name;
	Header header;
	char *nevra;
	uint64_t size; /* of the file, in bytes */
	uint64_t payload; /* where the payload starts in it */
};

/*
 * From here to rpm_listen_no_more() librpm's stderr is silent: there is one log of it for all
 * threads. Its first complaint about what this thread has it do goes to *MESSAGE, owned; NULL:
 * nowhere.
 */
void rpm_listen(char **message);
void rpm_listen_no_more(void);

/* -EBADMSG, with *RETERR set to say WHY. */
int rpm_damaged(const struct rpm *rpm, struct error *reterr, const char *why);
/* All texts of TAG; an absent tag is the empty list. 0 or -ENOMEM. */
int rpm_header_strings(Header header, rpmTagVal tag, struct strings *ret);

static inline void rpm_release_fd(FD_t *fd)
{
	if (*fd)
		Fclose(*fd);
}
