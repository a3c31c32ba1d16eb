/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/rank.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* A field of an alias: where it starts, and how specific a pattern is that fixes it. */
struct field {
	const char *letters;
	int specificity;
};

/* Order of fields: kernel, scripts/mod/file2alias.c, do_pci_entry() and do_usb_entry(). */
static const struct field pci_fields[] = {
	{ "v", 2 }, { "d", 3 }, { "sv", 4 }, { "sd", 4 }, { "bc", 1 }, { "sc", 1 }, { "i", 1 },
};
static const struct field usb_fields[] = {
	{ "v", 2 },  { "p", 3 },  { "d", 3 },   { "dc", 1 }, { "dsc", 1 },
	{ "dp", 1 }, { "ic", 1 }, { "isc", 1 }, { "ip", 1 }, { "in", 1 },
};

/* The length of the value at TEXT, up to the letters of the next field or the end. */
static size_t value_length(const char *text)
{
	size_t length = 0;

	while (text[length] && !(text[length] >= 'a' && text[length] <= 'z')) {
		if (text[length] == '[')
			length += strcspn(text + length, "]");
		if (text[length])
			length++;
	}
	return length;
}

static int fields_specificity(const char *text, const struct field *fields, size_t count)
{
	int best = 0;

	for (size_t i = 0; i < count; i++) {
		size_t value;

		if (!text_starts(text, fields[i].letters))
			break;
		text += strlen(fields[i].letters);
		value = value_length(text);
		if (value && *text != '*' && *text != '?' && fields[i].specificity > best)
			best = fields[i].specificity;
		text += value;
	}
	return best;
}

static int text_specificity(const char *body)
{
	size_t special = strcspn(body, "*?[\\");

	if (body[special] == '\0' || (special && strcmp(body + special, "*") == 0))
		return 3;
	return body[strspn(body, "*?:")] ? 2 : 0;
}

int rank_specificity(const char *pattern)
{
	const char *colon = strchr(pattern, ':');

	if (!colon)
		return text_specificity(pattern);
	if (text_starts(pattern, "pci:"))
		return fields_specificity(colon + 1, pci_fields, COUNT(pci_fields));
	if (text_starts(pattern, "usb:"))
		return fields_specificity(colon + 1, usb_fields, COUNT(usb_fields));
	return text_specificity(colon + 1);
}

/* What a rank is made of, in the order in which it counts. */
static const struct {
	const char *name;
	size_t offset;
	bool small; /* is the better one the smaller one? */
} parts[] = {
	{ "policy", offsetof(struct rank, policy), false },
	{ "trust", offsetof(struct rank, trust), false },
	{ "closeness", offsetof(struct rank, closeness), false },
	{ "specificity", offsetof(struct rank, specificity), false },
	{ "priority", offsetof(struct rank, priority), true },
};

static int part_of(const struct rank *rank, size_t part)
{
	int value;

	memcpy(&value, (const char *)rank + parts[part].offset, sizeof(value));
	return value;
}

static int compare_part(const struct plan_package *left, const struct plan_package *right,
			size_t part)
{
	int a = part_of(&left->rank, part), b = part_of(&right->rank, part);

	if (a == b)
		return 0;
	return (a < b) == parts[part].small ? -1 : 1;
}

char *rank_text(const struct rank *rank)
{
	char *text = strdup("");

	for (size_t i = 0; i < COUNT(parts) && text; i++) {
		auto_free char *before = text;

		text = text_format("%s%s%s %d", before, i ? ", " : "", parts[i].name,
				   part_of(rank, i));
	}
	return text;
}

int rank_compare(const struct plan_package *left, const struct plan_package *right,
		 int version_order)
{
	int order = 0;

	for (size_t i = 0; i < COUNT(parts) && !order; i++)
		order = compare_part(left, right, i);
	if (!order)
		order = -version_order;
	if (!order)
		order = strcmp(left->driver.nevra, right->driver.nevra);
	if (!order && left->driver.source != right->driver.source)
		order = left->driver.source < right->driver.source ? -1 : 1;
	return order ? order : left->driver.id - right->driver.id;
}

const char *rank_decider(const struct plan_package *left, const struct plan_package *right,
			 int version_order)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (compare_part(left, right, i))
			return parts[i].name;
	return version_order ? "version" : "name";
}
