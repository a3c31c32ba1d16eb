/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fetch - files of http(s) repositories, by a process of its own that runs curl.
 *
 * Layer: packages. The process is started before anything from outside is parsed, so that what
 * parses needs neither to run programs nor the network. It takes a repository's number and a
 * location, and answers with a file that has no name: nothing is left behind, however a run ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "base/progress.h"

struct fetch;

struct fetch_request {
	const struct strings *urls; /* of the repositories; what is no http(s) URL is passed over */
	const char *folder; /* where files lie if it, or the next above it, is there; or NULL */
	unsigned int patience; /* seconds that nothing may arrive in */
	struct progress *progress; /* borrowed; NULL: nothing is shown */
};

/*
 * Start the process, if one of the URLs is http(s); else *RET is NULL. Files go to the folder,
 * else to TMPDIR, /var/tmp or /tmp. 0, or -errno with *RETERR set.
 */
int fetch_start(const struct fetch_request *request, struct fetch **ret, struct error *reterr);
/*
 * Fetch the file at LOCATION (url_of_file()) of the INDEXth URL: a new fd, at its start, of a file
 * of at most MAX bytes; with EXACT of so many. -ENOENT if the server has none, -EFBIG, -ETIMEDOUT,
 * ... with *RETERR set.
 */
int fetch_get(struct fetch *fetch, size_t index, const char *location, uint64_t max, bool exact,
	      struct error *reterr);
struct fetch *fetch_stop(struct fetch *fetch);

static inline void fetch_release(struct fetch **slot)
{
	fetch_stop(*slot);
}
#define auto_fetch __attribute__((cleanup(fetch_release)))
