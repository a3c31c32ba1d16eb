/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as primary.xml, read by us and by libsolv with expat: one of them may not take what the
 * other refuses, and both have to make the same of what they take, but for what is named below.
 */
#include <errno.h>

#include "../unit/primary-oracle.h"
#include "base/text.h"
#include "fuzz.h"
#include "packages/xml.h"

/* Why we refuse what libsolv takes: bounds, and what no metadata has. */
static bool is_ours_alone(const char *why)
{
	static const char *const reasons[] = {
		"it is no package metadata", "it has a document type",
		"its elements are nested",   "an element of it",
		"the text of an element",    "a package of it has too many",
		"a dependency has too many", "it is in an encoding",
	};

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (text_starts(why, reasons[i]))
			return true;
	return false;
}

static bool name_is(const struct xml_event *event, const char *name)
{
	return event->kind == XML_START && xml_text_is(&event->name, name);
}

/* Of an event, or more than one of it in a document, libsolv makes something else. */
struct difference {
	unsigned int roots, locations;
	bool found;
};

static void look_for_difference(const struct xml_event *event, struct difference *difference)
{
	static const char *const other_roots[] = { "otherdata",     "filelists", "susedata",
						   "diskusagedata", "products",  "patterns" };
	const char *colon = memchr(event->name.at, ':', event->name.length);

	difference->roots += name_is(event, "metadata");
	if (name_is(event, "location"))
		difference->locations++;
	/* It knows no prefix but one. */
	if (event->kind != XML_TEXT && colon &&
	    (colon - event->name.at != 3 || memcmp(event->name.at, "rpm", 3) != 0))
		difference->found = true;
	for (size_t i = 0; i < COUNT(other_roots); i++)
		if (name_is(event, other_roots[i]))
			difference->found = true;
	/* expat knows which letters make a name. */
	for (size_t i = 0; event->kind != XML_TEXT && i < event->name.length; i++)
		if ((unsigned char)event->name.at[i] >= 0x80)
			difference->found = true;
	for (size_t k = 0; event->kind == XML_START && k < event->count; k++)
		for (size_t i = 0; i < event->attributes[k].name.length; i++)
			if ((unsigned char)event->attributes[k].name.at[i] >= 0x80)
				difference->found = true;
}

/* Of the name of an instruction, which is no event, the same is true. */
static bool has_odd_instruction(const uint8_t *data, size_t size)
{
	for (size_t i = 2; i < size; i++)
		if (data[i - 2] == '<' && data[i - 1] == '?')
			while (i < size && !strchr(" \t\r\n?", data[i]))
				if (data[i++] >= 0x80)
					return true;
	return false;
}

/* Does a document that we take hold something that libsolv reads in another way? */
static bool is_read_otherwise(const uint8_t *data, size_t size)
{
	auto_xml struct xml *xml = NULL;
	struct difference difference = { 0 };
	const struct xml_event *event;
	const char *why;
	int r;

	promise(xml_new(&xml) == 0);
	for (size_t at = 0; at < size;) {
		at += (size_t)xml_take(xml, data + at, size - at);
		while ((r = xml_next(xml, &event, &why)) > 0)
			look_for_difference(event, &difference);
		promise(r == 0);
	}
	xml_finish(xml);
	while (xml_next(xml, &event, &why) > 0)
		look_for_difference(event, &difference);
	return difference.found || has_odd_instruction(data, size) || difference.roots > 1 ||
	       difference.locations > 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *why = NULL, *other_why = NULL;
	auto_free char *ours = oracle_read_ours(text, size, 65536, &why);
	auto_free char *cut = oracle_read_ours(text, size, size % 61 + 1, &other_why);
	auto_free char *theirs = NULL;

	promise(text_equal(ours, cut) && text_equal(why, other_why));
	promise(ours || why);
	if (ours ? is_read_otherwise(data, size) : is_ours_alone(why))
		return 0;
	theirs = oracle_read(text, size);
	promise(text_equal(ours, theirs));
	return 0;
}
