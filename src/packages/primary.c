/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/primary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/primary-internal.h"

/* Elements that something is made of; those of a kind of dependency are LIST + enum record_list. */
enum element {
	UNKNOWN,
	METADATA,
	PACKAGE,
	PRODUCT,
	PATTERN,
	PATCH,
	FORMAT,
	NAME,
	ARCH,
	VERSION,
	CHECKSUM,
	LOCATION,
	SIZE,
	VENDOR,
	FILE_NAME,
	ENTRY,
	LIST,
};

/* Elements around what is in a package: <metadata>, <package>. */
#define PACKAGE_DEPTH 2
#define BOTH          (PRIMARY_COMMON | PRIMARY_RPM)

struct row {
	const char *name;
	size_t length;
	unsigned int vocabulary;
	uint8_t element;
};

#define ROW(name, vocabulary, element)                                                             \
	{                                                                                          \
		name, sizeof(name) - 1, vocabulary, element                                        \
	}

static const struct row in_metadata[] = {
	ROW("package", PRIMARY_COMMON, PACKAGE),
	ROW("product", PRIMARY_COMMON, PRODUCT),
	ROW("pattern", PRIMARY_COMMON, PATTERN),
	ROW("patch", PRIMARY_COMMON, PATCH),
};

static const struct row in_package[] = {
	ROW("name", PRIMARY_COMMON, NAME),
	ROW("arch", PRIMARY_COMMON, ARCH),
	ROW("version", PRIMARY_COMMON, VERSION),
	ROW("checksum", PRIMARY_COMMON, CHECKSUM),
	ROW("location", PRIMARY_COMMON, LOCATION),
	ROW("size", PRIMARY_COMMON, SIZE),
	ROW("format", PRIMARY_COMMON, FORMAT),
	ROW("file", PRIMARY_COMMON, FILE_NAME),
	ROW("vendor", BOTH, VENDOR),
	ROW("provides", PRIMARY_RPM, LIST + RECORD_PROVIDES),
	ROW("requires", PRIMARY_RPM, LIST + RECORD_REQUIRES),
	ROW("conflicts", PRIMARY_RPM, LIST + RECORD_CONFLICTS),
	ROW("obsoletes", PRIMARY_RPM, LIST + RECORD_OBSOLETES),
	ROW("recommends", PRIMARY_RPM, LIST + RECORD_RECOMMENDS),
	ROW("suggests", PRIMARY_RPM, LIST + RECORD_SUGGESTS),
	ROW("supplements", PRIMARY_RPM, LIST + RECORD_SUPPLEMENTS),
	ROW("enhances", PRIMARY_RPM, LIST + RECORD_ENHANCES),
	ROW("freshens", PRIMARY_RPM, LIST + RECORD_FRESHENS),
};

static const struct row in_list[] = { ROW("entry", PRIMARY_RPM, ENTRY) };

struct primary {
	primary_sink sink;
	void *context;
	struct xml *xml;
	struct primary_names names;
	struct primary_package package;
	uint8_t open[MARKUP_DEPTH_MAX + 1]; /* of enum element, by depth */
	size_t elements; /* of the package */
	bool text; /* what stands in the element that was begun last is wanted */
	int error; /* for ever */
	const char *why;
};

static int refuse(struct primary *primary, const char *why)
{
	primary->why = why;
	return -EBADMSG;
}

static enum element find_row(const struct row *rows, size_t count, unsigned int vocabulary,
			     const struct xml_text *local)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].length == local->length && rows[i].vocabulary & vocabulary &&
		    memcmp(rows[i].name, local->at, local->length) == 0)
			return (enum element)rows[i].element;
	return UNKNOWN;
}

/* What the element NAME means inside of PARENT. */
static enum element find_element(const struct primary *primary, enum element parent,
				 const struct xml_text *name)
{
	struct xml_text local;
	unsigned int vocabulary;

	if (parent == UNKNOWN || (parent > FORMAT && parent < LIST))
		return UNKNOWN;
	vocabulary = primary_names_split(&primary->names, name, &local);
	if (parent == METADATA)
		return find_row(in_metadata, COUNT(in_metadata), vocabulary, &local);
	if (parent >= LIST)
		return find_row(in_list, COUNT(in_list), vocabulary, &local);
	return find_row(in_package, COUNT(in_package), vocabulary, &local);
}

static int begin_element(struct primary *primary, enum element element, enum element parent,
			 const struct xml_event *event)
{
	static const char *const kinds[] = {
		[PACKAGE] = NULL, [PRODUCT] = "product", [PATTERN] = "pattern", [PATCH] = "patch"
	};
	struct primary_package *package = &primary->package;

	switch (element) {
	case UNKNOWN:
	case METADATA:
	case FORMAT:
		return 0;
	case PACKAGE:
	case PRODUCT:
	case PATTERN:
	case PATCH:
		return primary_package_begin(package, kinds[element]);
	case VERSION:
		return primary_package_version(package, event);
	case LOCATION:
		return primary_package_location(package, event);
	case SIZE:
		return primary_package_size(package, event);
	case ENTRY:
		return primary_package_entry(package, (enum record_list)(parent - LIST), event,
					     &primary->why);
	case CHECKSUM:
		primary->text = true;
		return primary_package_checksum_type(package, event);
	case NAME:
	case ARCH:
	case VENDOR:
	case FILE_NAME:
		primary->text = true;
		return 0;
	default:
		primary_package_list(package, (enum record_list)(element - LIST));
		return 0;
	}
}

static int end_element(struct primary *primary, enum element element)
{
	struct primary_package *package = &primary->package;

	primary->text = false;
	switch (element) {
	case PACKAGE:
	case PRODUCT:
	case PATTERN:
	case PATCH:
		return primary->sink(primary->context, &package->record);
	case NAME:
		return primary_package_name(package);
	case ARCH:
		return primary_package_text(package, &package->record.arch);
	case VENDOR:
		return primary_package_text(package, &package->record.vendor);
	case CHECKSUM:
		return primary_package_checksum(package, &primary->why);
	case FILE_NAME:
		return primary_package_file(package);
	default:
		return 0;
	}
}

/* An empty text has an address too. */
static int clear_text(struct primary *primary)
{
	primary->text = false;
	primary->package.text.size = 0;
	return primary_text_append(&primary->package.text, "", 0);
}

static int start(struct primary *primary, const struct xml_event *event)
{
	enum element parent = UNKNOWN, element = METADATA;
	int r = 0;

	primary_names_enter(&primary->names, event);
	if (event->depth > 0) {
		parent = (enum element)primary->open[event->depth - 1];
		element = find_element(primary, parent, &event->name);
	} else {
		struct xml_text local;

		if (!(primary_names_split(&primary->names, &event->name, &local) &
		      PRIMARY_COMMON) ||
		    !xml_text_is(&local, "metadata"))
			return refuse(primary, "it is no package metadata");
	}
	primary->elements = event->depth < PACKAGE_DEPTH ? 0 : primary->elements + 1;
	if (primary->elements > MARKUP_PACKAGE_MAX)
		return refuse(primary, "a package of it has too many dependencies and files");
	primary->open[event->depth] = (uint8_t)element;
	if (element != ENTRY)
		r = clear_text(primary);
	if (r == 0)
		r = begin_element(primary, element, parent, event);
	return r;
}

static int end(struct primary *primary, size_t depth)
{
	primary_names_leave(&primary->names, depth);
	return end_element(primary, (enum element)primary->open[depth]);
}

static int take_event(struct primary *primary, const struct xml_event *event)
{
	int r = 0;

	switch (event->kind) {
	case XML_START:
		r = start(primary, event);
		return r == 0 && event->empty ? end(primary, event->depth) : r;
	case XML_END:
		return end(primary, event->depth);
	case XML_TEXT:
		if (primary->text)
			r = primary_text_append(&primary->package.text, event->name.at,
						event->name.length);
		return r;
	}
	return r;
}

/* Take all events that there are. */
static int drain(struct primary *primary, const char **reterr_why)
{
	const struct xml_event *event;

	while (primary->error == 0) {
		int r = xml_next(primary->xml, &event, &primary->why);

		if (r == 0)
			return 0;
		r = r < 0 ? r : take_event(primary, event);
		if (r < 0)
			primary->error = r;
	}
	*reterr_why = primary->why;
	return primary->error;
}

int primary_feed(struct primary *primary, const void *data, size_t size, const char **reterr_why)
{
	const char *at = data, *all = at + size;

	if (primary->error < 0)
		return drain(primary, reterr_why);
	while (at < all) {
		ssize_t taken = xml_take(primary->xml, at, (size_t)(all - at));
		int r;

		if (taken < 0)
			return (int)taken;
		at += taken;
		r = at < all ? drain(primary, reterr_why) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

int primary_finish(struct primary *primary, const char **reterr_why)
{
	xml_finish(primary->xml);
	return drain(primary, reterr_why);
}

int primary_new(primary_sink sink, void *context, struct primary **ret)
{
	auto_primary struct primary *primary = calloc(1, sizeof(*primary));
	int r = primary ? xml_new(&primary->xml) : -ENOMEM;

	if (r < 0)
		return r;
	primary->sink = sink;
	primary->context = context;
	*ret = take(primary);
	return 0;
}

struct primary *primary_free(struct primary *primary)
{
	if (primary) {
		primary_package_done(&primary->package);
		xml_free(primary->xml);
		free(primary);
	}
	return NULL;
}
