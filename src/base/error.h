/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error - what was tried, on what, why it failed and what to do next.
 *
 * Library layers return -errno and fill a `struct error`, only on failure; verbs print it, once.
 * Layer: base.
 */
#pragma once

/* All zero is "no error"; every text is owned, `why` and `hint` may be NULL. */
struct error {
	char *what; /* what was tried, e.g. "read the metadata of repository" */
	char *on; /* on what: a path, a release, a package; may be NULL */
	char *why; /* why it failed */
	char *hint; /* what to do next */
};

/*
 * Fill *ERROR and return R (a -errno), so that a failing line reads `return error_set(...)`.
 * WHY NULL stands for strerror(-R). The first error set stays: later ones would hide the cause.
 * A NULL ERROR is allowed; out of memory leaves texts NULL.
 */
int error_set(struct error *error, int r, const char *what, const char *on, const char *why,
	      const char *hint);
/* The same with a formatted reason. */
__attribute__((format(printf, 6, 7))) int error_setf(struct error *error, int r, const char *what,
						     const char *on, const char *hint,
						     const char *why_format, ...);
/* The one sentence: "cannot WHAT 'ON': WHY; HINT". Owned; NULL if out of memory. */
char *error_sentence(const struct error *error);
void error_done(struct error *error);

#define auto_error __attribute__((cleanup(error_done)))
