/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * curl - one transfer by the program of that name, and what its end means.
 *
 * Layer: packages. The URL goes to its stdin: what is on a command line, all can read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Ends of ours beside curl's own, which are below 256. */
enum { CURL_DONE = 0, CURL_LATE = 1000, CURL_DIED, CURL_FULL, CURL_SHORT };

struct curl_request {
	const char *url; /* without user */
	const char *user; /* "user:password", or NULL */
	bool secure; /* redirects must not lead to http */
	int out_fd; /* what is fetched goes behind what is in it */
	uint64_t from; /* bytes that it has: the rest is asked for */
	uint64_t max; /* bytes that it may get in all */
	unsigned int patience; /* seconds to connect in, and that may pass with next to nothing */
	unsigned int seconds; /* for all of it */
};

struct curl_end {
	int code; /* an exit code of curl(1), or one of the enum */
	int http; /* the status that the server gave, 0 if none */
};

/* Run it. 0 however it ends, -ENOENT if there is no curl, -errno. */
int curl_run(const struct curl_request *request, struct curl_end *ret);
/* May another try do better? */
bool curl_is_passing(const struct curl_end *end);
/* Is it that the server does not go on where it broke off? */
bool curl_cannot_resume(const struct curl_end *end);
/* What END is as a -errno: -ENOENT if the server has no such file, -EACCES, -EFBIG, ... */
int curl_errno(const struct curl_end *end);
/* Why it failed, owned; and what to do, static or NULL. */
char *curl_reason(const struct curl_end *end, uint64_t max);
const char *curl_hint(const struct curl_end *end);
