/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/alias-fields.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* Kernel, scripts/mod/file2alias.c, do_pci_entry() and do_usb_entry(): "%08X" and the like. */
struct field {
	char letters[4];
	unsigned char width; /* in digits */
};
static const struct field pci_fields[] = {
	{ "v", 8 }, { "d", 8 }, { "sv", 8 }, { "sd", 8 }, { "bc", 2 }, { "sc", 2 }, { "i", 2 },
};
static const struct field usb_fields[] = {
	{ "v", 4 },  { "p", 4 },  { "d", 4 },   { "dc", 2 }, { "dsc", 2 },
	{ "dp", 2 }, { "ic", 2 }, { "isc", 2 }, { "ip", 2 }, { "in", 2 },
};

static void raise(char *from, const char *end)
{
	for (; from < end; from++)
		if (*from >= 'a' && *from <= 'z')
			*from = (char)(*from - 'a' + 'A');
}

/* The end of the class that opens at AT, raised unless it has both cases; NULL if it is no class of
 * digits. */
static char *raise_class(char *at)
{
	size_t length = strspn(at + 1, "0123456789abcdefABCDEF-!^");
	char *end = at + 1 + length;

	if (length == 0 || *end != ']')
		return NULL;
	if (strcspn(at + 1, "ABCDEF") >= length)
		raise(at, end);
	return end + 1;
}

/* Raise the value at AT: WIDTH digits, or fewer and a '*'. Its end, or NULL if it is no value. */
static char *raise_value(char *at, size_t width)
{
	for (size_t digits = 0; digits < width && *at && *at != '*'; digits++) {
		if (*at == '[') {
			at = raise_class(at);
			if (!at)
				return NULL;
		} else if (*at == '?' || text_hex_digit(*at) >= 0) {
			raise(at, at + 1);
			at++;
		} else {
			return NULL;
		}
	}
	while (*at == '*')
		at++;
	return at;
}

/* A few letters are compared sooner than strncmp() is called. */
static bool begins(const char *text, const char *letters)
{
	while (*letters && *text == *letters) {
		text++;
		letters++;
	}
	return *letters == '\0';
}

/* The one of FIELDS that begins at TEXT: the first, or behind a '*' the one with the most letters.
 */
static const struct field *find_field(const char *text, bool skipping, const struct field *fields,
				      const struct field *end)
{
	const struct field *found = NULL;

	for (; fields < end; fields++) {
		if (begins(text, fields->letters) &&
		    (!found || strlen(fields->letters) > strlen(found->letters)))
			found = fields;
		if (!skipping)
			break;
	}
	return found;
}

static bool raise_fields(char *at, const struct field *fields, const struct field *end)
{
	bool skipping = false;

	while (*at) {
		const struct field *field = find_field(at, skipping, fields, end);

		at = field ? raise_value(at + strlen(field->letters), field->width) : NULL;
		if (!at)
			return false;
		skipping = at[-1] == '*';
		fields = field + 1;
	}
	return true;
}

int alias_fields_raise(const char *pattern, char **ret)
{
	auto_free char *copy = NULL;
	bool understood;

	if (!text_starts(pattern, "pci:") && !text_starts(pattern, "usb:"))
		return 0;
	copy = strdup(pattern);
	if (!copy)
		return -ENOMEM;
	understood = *copy == 'p'
			     ? raise_fields(copy + 4, pci_fields, pci_fields + COUNT(pci_fields))
			     : raise_fields(copy + 4, usb_fields, usb_fields + COUNT(usb_fields));
	if (!understood || strcmp(copy, pattern) == 0)
		return 0;
	*ret = take(copy);
	return 1;
}
