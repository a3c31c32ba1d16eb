/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page - lines for people: indented, wrapped to a width, safe for a terminal, colored on request.
 *
 * Layer: report. Every text may come from outside: it is made printable here, and only here.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "report/report.h"

enum ink { INK_PLAIN, INK_BOLD, INK_GOOD, INK_CAREFUL, INK_BAD, INK_FAINT };

struct page {
	FILE *out;
	const struct report_style *style;
};

/* One row of a table: LABEL in its column, then LEAD in INK and TEXT, wrapped below LEAD. */
struct page_row {
	unsigned int indent;
	const char *label;
	unsigned int label_width; /* columns; a longer label gets a line of its own */
	enum ink label_ink;
	const char *lead; /* NULL if none */
	enum ink ink; /* of LEAD */
	const char *text; /* NULL if none */
};

void page_row(const struct page *page, const struct page_row *row);
/* What FORMAT makes, in INK, wrapped; continuation lines stand two columns further right. */
__attribute__((format(printf, 4, 5))) void page_line(const struct page *page, unsigned int indent,
						     enum ink ink, const char *format, ...);
void page_gap(const struct page *page);

/* Columns that TEXT takes once printable; one per code point. */
unsigned int page_columns(const char *text);
