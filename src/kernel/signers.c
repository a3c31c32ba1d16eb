/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/signers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Columns before the description: id, flags, count, expiry, rights, owner, group, type. */
#define COLUMNS 8
/** As much of the type "asymmetric" as its column shows (proc_keys(5)). */
#define TYPE "asymmetri"

static bool is_hexadecimal(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text_hex_digit(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F'))
			return false;
	return length > 0;
}

/*
 * DESCRIPTION is "SUBJECT: ID: X509.rsa 14011249 []": the subject's key identifier, else the
 * serial number (Linux: crypto/asymmetric_keys/x509_public_key.c). The subject may hold ": ".
 */
static int add_key(struct strings *list, const char *description)
{
	const char *end = strstr(description, ": X509."), *start;

	for (const char *next = end; next; next = strstr(next + 1, ": X509."))
		end = next;
	if (!end)
		return 0;
	for (start = end; start > description && start[-1] != ' '; start--)
		;
	if (start < description + 2 || start[-2] != ':' ||
	    !is_hexadecimal(start, (size_t)(end - start)))
		return 0;
	return strings_add_length(list, start, (size_t)(end - start));
}

static int add_line(struct strings *list, char *line)
{
	for (size_t column = 1; column < COLUMNS; column++) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	line += strspn(line, " ");
	if (!text_starts(line, TYPE))
		return 0;
	line += strlen(TYPE);
	return add_key(list, line + strspn(line, " "));
}

int signers_add_keys(const char *text, struct strings *list)
{
	auto_free char *copy = strdup(text);
	char *rest = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n")))
		r = add_line(list, line);
	return r;
}
