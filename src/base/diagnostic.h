/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnostic - something worth saying that stops nothing: a flaw that was repaired, a line ignored.
 *
 * Layer: base.
 */
#pragma once

#include <stddef.h>

struct diagnostic {
	char *id; /* from a closed, documented list, e.g. "merged-escape" */
	char *text; /* one sentence */
	char *culprit; /* the string at fault, or NULL */
};

/* All zero is the empty list. */
struct diagnostics {
	struct diagnostic *items;
	size_t count;
};

/* Append; the texts are copied, made printable. 0 or -ENOMEM. */
__attribute__((format(printf, 4, 5))) int diagnostics_add(struct diagnostics *list, const char *id,
							  const char *culprit, const char *format,
							  ...);
/* Append copies of what FROM has and LIST has not. 0 or -ENOMEM. */
int diagnostics_copy(struct diagnostics *list, const struct diagnostics *from);
/* Forget those with ID. */
void diagnostics_drop(struct diagnostics *list, const char *id);
void diagnostics_done(struct diagnostics *list);

#define auto_diagnostics __attribute__((cleanup(diagnostics_done)))
