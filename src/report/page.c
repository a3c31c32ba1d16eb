/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/page.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Columns that text keeps however deep it is indented: fewer would be one word a line. */
#define TEXT_COLUMNS_MIN 24

static const char *const ink_codes[] = {
	[INK_PLAIN] = "",           [INK_BOLD] = "\033[1m", [INK_GOOD] = "\033[32m",
	[INK_CAREFUL] = "\033[33m", [INK_BAD] = "\033[31m", [INK_FAINT] = "\033[2m",
};

static bool starts_code_point(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static unsigned int columns_of(const char *printable, size_t length)
{
	unsigned int columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += starts_code_point(printable[i]);
	return columns;
}

unsigned int page_columns(const char *text)
{
	auto_free char *safe = text_printable(text);

	return safe ? columns_of(safe, strlen(safe)) : 0;
}

static void put_ink(const struct page *page, enum ink ink, const char *text, size_t length)
{
	bool color = page->style->color && ink != INK_PLAIN && length > 0;

	fprintf(page->out, "%s%.*s%s", color ? ink_codes[ink] : "", (int)length, text,
		color ? "\033[0m" : "");
}

static void put_spaces(const struct page *page, unsigned int count)
{
	fprintf(page->out, "%*s", (int)count, "");
}

/* Bytes of TEXT that fit in COLUMNS: up to a blank if there is one, else up to the last column. */
static size_t line_length(const char *text, unsigned int columns)
{
	size_t blank = 0, i = 0;
	unsigned int used = 0;

	for (; text[i]; i++) {
		if (starts_code_point(text[i]) && used++ == columns)
			break;
		if (text[i] == ' ')
			blank = i;
	}
	if (!text[i] || text[i] == ' ')
		return i;
	return blank ? blank : i;
}

/* Print TEXT, the first INKED bytes of it in INK, in lines that start at column LEFT. */
static void put_wrapped(const struct page *page, unsigned int left, const char *text, size_t inked,
			enum ink ink)
{
	unsigned int width = page->style->width;
	unsigned int columns = width > left + TEXT_COLUMNS_MIN ? width - left : TEXT_COLUMNS_MIN;

	for (;;) {
		size_t length = width ? line_length(text, columns) : strlen(text);
		size_t head = inked < length ? inked : length;

		put_ink(page, ink, text, head);
		put_ink(page, INK_PLAIN, text + head, length - head);
		fputc('\n', page->out);
		inked -= head;
		text += length;
		if (*text == ' ') {
			text++;
			inked -= inked > 0;
		}
		if (!*text)
			return;
		put_spaces(page, left);
	}
}

void page_row(const struct page *page, const struct page_row *row)
{
	auto_free char *label = text_printable(row->label);
	auto_free char *lead = text_printable(row->lead ? row->lead : "");
	auto_free char *text = text_printable(row->text ? row->text : "");
	auto_free char *both = NULL;
	unsigned int left = row->indent + row->label_width + 2, columns;

	if (label && lead && text)
		both = text_format("%s%s%s", lead, *lead && *text ? " " : "", text);
	if (!both)
		return;
	columns = columns_of(label, strlen(label));
	put_spaces(page, row->indent);
	if (!*both || columns > row->label_width) {
		put_wrapped(page, row->indent, label, strlen(label), row->label_ink);
		if (!*both)
			return;
		put_spaces(page, left);
	} else {
		put_ink(page, row->label_ink, label, strlen(label));
		put_spaces(page, row->label_width - columns + 2);
	}
	put_wrapped(page, left, both, strlen(lead), row->ink);
}

void page_line(const struct page *page, unsigned int indent, enum ink ink, const char *format, ...)
{
	auto_free char *made = NULL, *text = NULL;
	unsigned int width = page->style->width;
	size_t first, length;
	va_list args;

	va_start(args, format);
	if (vasprintf(&made, format, args) < 0)
		made = NULL;
	va_end(args);
	text = made ? text_printable(made) : NULL;
	if (!text)
		return;
	length = strlen(text);
	first = width > indent ? line_length(text, width - indent) : length;
	put_spaces(page, indent);
	put_ink(page, ink, text, first);
	fputc('\n', page->out);
	first += text[first] == ' ';
	if (first >= length)
		return;
	put_spaces(page, indent + 2);
	put_wrapped(page, indent + 2, text + first, length - first, ink);
}

void page_gap(const struct page *page)
{
	fputc('\n', page->out);
}
