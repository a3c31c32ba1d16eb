/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/primary-names.h"

static const char binding[] = "xmlns:";

/* createrepo_c: src/xml_dump_primary.c. */
static unsigned int vocabulary_of(const struct xml_text *uri)
{
	if (xml_text_is(uri, "http://linux.duke.edu/metadata/common"))
		return PRIMARY_COMMON;
	return xml_text_is(uri, "http://linux.duke.edu/metadata/rpm") ? PRIMARY_RPM
								      : PRIMARY_FOREIGN;
}

static void bind(struct primary_names *names, const struct xml_attribute *attribute, size_t depth)
{
	size_t length = attribute->name.length - strlen(binding);

	if (names->count == PRIMARY_PREFIXES || length >= PRIMARY_PREFIX)
		return;
	memcpy(names->prefixes[names->count].text, attribute->name.at + strlen(binding), length);
	names->prefixes[names->count].text[length] = '\0';
	names->prefixes[names->count].depth = depth;
	names->prefixes[names->count].vocabulary = vocabulary_of(&attribute->value);
	names->count++;
}

void primary_names_enter(struct primary_names *names, const struct xml_event *start)
{
	for (size_t i = 0; start->binds && i < start->count; i++) {
		const struct xml_text *name = &start->attributes[i].name;

		if (name->length > strlen(binding) &&
		    memcmp(name->at, binding, strlen(binding)) == 0)
			bind(names, &start->attributes[i], start->depth);
	}
}

void primary_names_leave(struct primary_names *names, size_t depth)
{
	while (names->count > 0 && names->prefixes[names->count - 1].depth >= depth)
		names->count--;
}

static unsigned int find_prefix(const struct primary_names *names, const struct xml_text *prefix)
{
	for (size_t i = names->count; i > 0; i--)
		if (xml_text_is(prefix, names->prefixes[i - 1].text))
			return names->prefixes[i - 1].vocabulary;
	return PRIMARY_COMMON | PRIMARY_RPM;
}

unsigned int primary_names_split(const struct primary_names *names, const struct xml_text *name,
				 struct xml_text *ret_local)
{
	static const char rpm[] = "rpm:";
	struct xml_text prefix = { name->at, 0 };
	const char *colon;

	*ret_local = *name;
	/* Most are: those of dependencies. */
	if (name->length > strlen(rpm) && memcmp(name->at, rpm, strlen(rpm)) == 0) {
		ret_local->at += strlen(rpm);
		ret_local->length -= strlen(rpm);
		return PRIMARY_RPM;
	}
	colon = memchr(name->at, ':', name->length);
	if (!colon)
		return PRIMARY_COMMON;
	prefix.length = (size_t)(colon - name->at);
	ret_local->at = colon + 1;
	ret_local->length = name->length - prefix.length - 1;
	return find_prefix(names, &prefix);
}
