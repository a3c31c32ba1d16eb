/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/notes.h"

/** Notes shown unless verbose: one flaw of a vendor's packaging repeats in each of its builds. */
#define NOTES_SHOWN 5

void notes_put(struct notes *notes, const char *about, const struct diagnostic *note)
{
	bool verbose = notes->page->style->verbose;

	if (notes->count++ >= NOTES_SHOWN && !verbose)
		return;
	if (notes->count == 1) {
		page_gap(notes->page);
		page_line(notes->page, 0, INK_BOLD, "Notes");
		page_gap(notes->page);
	}
	page_line(notes->page, 2, INK_PLAIN, "%s: %s%s%s%s", about, note->text, verbose ? " [" : "",
		  verbose ? note->id : "", verbose ? "]" : "");
}

void notes_finish(const struct notes *notes)
{
	if (notes->count > NOTES_SHOWN && !notes->page->style->verbose)
		page_line(notes->page, 2, INK_PLAIN, "and %zu more; --verbose shows them",
			  notes->count - NOTES_SHOWN);
}
