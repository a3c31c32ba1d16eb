/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notes - diagnostics below an answer for people: one a line, the first few or, verbose, all.
 *
 * Layer: report.
 */
#pragma once

#include "base/diagnostic.h"
#include "report/page.h"

struct notes {
	const struct page *page;
	size_t count; /* put so far, shown or not */
};

/* Show NOTE about what is called ABOUT, or count it. */
void notes_put(struct notes *notes, const char *about, const struct diagnostic *note);
/* Say how many were only counted. */
void notes_finish(const struct notes *notes);
