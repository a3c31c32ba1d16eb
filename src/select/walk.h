/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk - one walk through the payload of a package, by the rules of what may be staged.
 *
 * Layer: select. Whoever judges a package and whoever unpacks it walk alike, so what staging would
 * refuse is known before it begins.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/error.h"
#include "packages/content.h"
#include "packages/rpm-payload.h"
#include "select/payload.h"

struct walk {
	const char *what, *on, *hint; /* of an error: what is tried on what, and what helps */
	const struct payload *payload;
	struct diagnostics *diagnostics; /* get what stays in the RPM, and why */
	/*
	 * Called for each file that is to be staged; it may read the content. FIRST is the file
	 * visited before that has the content of this one, a hard link, or NULL.
	 * 0 to go on, anything else to stop with that.
	 */
	int (*visit)(void *context, const struct rpm_entry *entry, const struct payload_file *file,
		     const struct payload_file *first);
	void *context;
};

/*
 * 0, what `visit` returned, or -EBADMSG with *RETERR set if the payload is damaged, contradicts the
 * header or itself, or is too large.
 */
int walk_payload(const struct walk *walk, struct rpm *rpm, struct error *reterr);
/* The payload is wrong, since the file at PATH, as WHY says. -EBADMSG. */
int walk_wrong(const struct walk *walk, const char *path, const char *why, struct error *reterr);
