/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/markup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** What is looked at of a declaration, in bytes: a real one has 40. */
#define DECLARATION_SIZE 128
/** Elements around what is in a package: <metadata>, <package>. */
#define PACKAGE_DEPTH 2

/* XML 1.0, 2: where in it a byte stands. */
enum place {
	IN_TEXT,
	BEHIND_OPENING, /* the '<' */
	IN_TAG,
	IN_VALUE,
	BEHIND_EXCLAMATION, /* "<!" */
	IN_COMMENT,
	IN_CDATA,
	IN_DECLARATION, /* "<?" */
};

struct scan {
	FILE *from;
	struct markup *markup;
	enum place place;
	size_t length; /* of the tag or comment that the byte stands in */
	size_t text; /* of an element's text, which comments and sections do not end */
	size_t depth; /* of elements */
	size_t elements; /* of the package that the byte stands in */
	size_t parentheses; /* in a value, or what may stand for them */
	char quote; /* that ends the value */
	bool closing; /* "</" */
	char last[2]; /* the two bytes before, the later one first */
	char declaration[DECLARATION_SIZE + 1];
};

/* Another encoding could hide what is looked for; UTF-16 has NUL bytes. */
static const char *check_declaration(const struct scan *scan)
{
	static const char *const known[] = { "utf-8", "us-ascii", "iso-8859-1" };
	const char *encoding = strstr(scan->declaration, "encoding");

	if (!encoding)
		return NULL;
	encoding += strcspn(encoding, "\"'");
	for (size_t i = 0; *encoding && i < COUNT(known); i++)
		if (strncasecmp(encoding + 1, known[i], strlen(known[i])) == 0 &&
		    encoding[1 + strlen(known[i])] == *encoding)
			return NULL;
	return "it is in an encoding that is not known";
}

static const char *open_element(struct scan *scan, char c)
{
	scan->place = IN_TAG;
	scan->closing = c == '/';
	scan->text = 0;
	if (scan->closing && scan->depth > 0)
		scan->depth--;
	if (scan->closing)
		return NULL;
	scan->elements = scan->depth < PACKAGE_DEPTH ? 0 : scan->elements + 1;
	if (scan->elements > MARKUP_PACKAGE_MAX)
		return "a package of it has too many dependencies and files";
	return ++scan->depth > MARKUP_DEPTH_MAX ? "its elements are nested too deeply" : NULL;
}

static const char *behind_opening(struct scan *scan, char c)
{
	if (c == '!') {
		scan->place = BEHIND_EXCLAMATION;
		return NULL;
	}
	if (c != '?')
		return open_element(scan, c);
	scan->place = IN_DECLARATION;
	memset(scan->declaration, 0, sizeof(scan->declaration));
	return NULL;
}

static const char *behind_exclamation(struct scan *scan, char c)
{
	scan->place = c == '-' ? IN_COMMENT : IN_CDATA;
	return c == '-' || c == '[' ? NULL : "it has a document type, which no metadata has";
}

static void in_tag(struct scan *scan, char c)
{
	if (c == '"' || c == '\'') {
		scan->place = IN_VALUE;
		scan->quote = c;
		scan->parentheses = 0;
	} else if (c == '>') {
		scan->place = IN_TEXT;
		if (scan->last[0] == '/' && !scan->closing)
			scan->depth--;
	}
}

static const char *in_value(struct scan *scan, char c)
{
	if (c == scan->quote)
		scan->place = IN_TAG;
	/* "&#40;" is a parenthesis too. */
	if ((c == '(' || c == '&') && ++scan->parentheses > MARKUP_PARENTHESES_MAX)
		return "a dependency has too many parentheses";
	return NULL;
}

static void in_section(struct scan *scan, char c)
{
	char end = scan->place == IN_COMMENT ? '-' : ']';

	if (c == '>' && scan->length > 5 && scan->last[0] == end && scan->last[1] == end)
		scan->place = IN_TEXT;
	scan->text++;
}

static const char *in_declaration(struct scan *scan, char c)
{
	/* "<?" stands before it. */
	if (scan->length < DECLARATION_SIZE + 2)
		scan->declaration[scan->length - 2] = c;
	if (c != '>' || scan->last[0] != '?')
		return NULL;
	scan->place = IN_TEXT;
	return check_declaration(scan);
}

static const char *take_byte(struct scan *scan, char c)
{
	switch (scan->place) {
	case IN_TEXT:
		scan->place = BEHIND_OPENING;
		scan->length = 0;
		return NULL;
	case BEHIND_OPENING:
		return behind_opening(scan, c);
	case IN_TAG:
		in_tag(scan, c);
		return NULL;
	case IN_VALUE:
		return in_value(scan, c);
	case BEHIND_EXCLAMATION:
		return behind_exclamation(scan, c);
	case IN_COMMENT:
	case IN_CDATA:
		in_section(scan, c);
		return NULL;
	case IN_DECLARATION:
		return in_declaration(scan, c);
	}
	return NULL;
}

/* How many of the SIZE bytes at DATA change nothing: most of all do, and this is fast. */
static size_t plain_run(const struct scan *scan, const char *data, size_t size)
{
	const char *end = data + size, *at = data;

	if (scan->place == IN_TEXT) {
		at = memchr(data, '<', size);
		return at ? (size_t)(at - data) : size;
	}
	if (scan->place == IN_TAG)
		while (at < end && *at != '"' && *at != '\'' && *at != '>')
			at++;
	else if (scan->place == IN_VALUE)
		while (at < end && *at != scan->quote && *at != '(' && *at != '&')
			at++;
	return (size_t)(at - data);
}

/* Behind SIZE bytes, the last of which stands before END. */
static const char *advance(struct scan *scan, const char *end, size_t size)
{
	scan->last[1] = size > 1 ? end[-2] : scan->last[0];
	scan->last[0] = end[-1];
	if (scan->place == IN_TEXT)
		scan->text += size;
	else
		scan->length += size;
	if (scan->length > MARKUP_ELEMENT_MAX)
		return "an element of it is over 1 MiB";
	return scan->text > MARKUP_ELEMENT_MAX ? "the text of an element is over 1 MiB" : NULL;
}

static const char *judge(struct scan *scan, const char *data, size_t size)
{
	const char *why = memchr(data, '\0', size) ? "it holds a NUL byte" : NULL;
	const char *end = data + size;

	while (data < end && !why) {
		size_t run = plain_run(scan, data, (size_t)(end - data));

		if (run == 0) {
			run = 1;
			why = take_byte(scan, *data);
		}
		data += run;
		if (!why)
			why = advance(scan, data, run);
	}
	return why;
}

static ssize_t scan_read(void *cookie, char *to, size_t size)
{
	struct scan *scan = cookie;
	size_t got = 0;

	if (!scan->markup->why) {
		got = fread(to, 1, size, scan->from);
		if (got == 0 && ferror(scan->from))
			return -1;
		scan->markup->why = judge(scan, to, got);
	}
	if (!scan->markup->why)
		return (ssize_t)got;
	errno = EBADMSG;
	return -1;
}

static int scan_close(void *cookie)
{
	struct scan *scan = cookie;

	fclose(scan->from);
	free(scan);
	return 0;
}

int markup_stream(struct markup *markup, FILE *from, FILE **ret)
{
	auto_free struct scan *scan = calloc(1, sizeof(*scan));
	FILE *file = NULL;

	if (scan)
		file = fopencookie(
			scan, "r",
			(cookie_io_functions_t){ .read = scan_read, .close = scan_close });
	if (!file) {
		fclose(from);
		return -ENOMEM;
	}
	scan->from = from;
	scan->markup = markup;
	markup->why = NULL;
	scan = NULL; /* owned by file from here on */
	*ret = file;
	return 0;
}
