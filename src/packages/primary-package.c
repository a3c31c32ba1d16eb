/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/primary-internal.h"

/* epoch, ver and rel; what is not given has no address. */
struct edition {
	struct xml_text epoch, version, release;
};

int primary_text_append(struct primary_text *text, const char *more, size_t length)
{
	/* A NUL byte behind it always fits. */
	if (text->size + length >= text->room) {
		size_t wanted = 2 * (text->size + length) + 256;
		char *grown = realloc(text->at, wanted);

		if (!grown)
			return -ENOMEM;
		text->at = grown;
		text->room = wanted;
	}
	memcpy(text->at + text->size, more, length);
	text->size += length;
	text->at[text->size] = '\0';
	return 0;
}

static bool is_one(const struct xml_text *text, const char *other)
{
	return text->at && xml_text_is(text, other);
}

/* Does TEXT read as if it began with an epoch? */
static bool begins_with_epoch(const struct xml_text *text)
{
	size_t digits = 0;

	while (digits < text->length && text->at[digits] >= '0' && text->at[digits] <= '9')
		digits++;
	return digits > 0 && digits < text->length && text->at[digits] == ':';
}

/* The edition as one string in the record; 0 for one that is empty. */
static int add_edition(struct primary_package *package, const struct edition *edition,
		       uint32_t *ret)
{
	const struct xml_text *epoch = &edition->epoch, *version = &edition->version;
	bool shown = epoch->length > 0 && !is_one(epoch, "0");
	bool zero = !shown && begins_with_epoch(version);
	struct primary_text *text = &package->text;
	int r = 0;

	*ret = 0;
	if (version->length > IDENTITY_PART_MAX || edition->release.length > IDENTITY_PART_MAX)
		package->record.oversized = true;
	if (!shown && !zero && !edition->release.at) {
		if (version->length == 0)
			return 0;
		return record_add_text(&package->record, version->at, version->length, ret);
	}
	text->size = 0;
	if (shown)
		r = primary_text_append(text, epoch->at, epoch->length);
	if (r == 0 && (shown || zero))
		r = primary_text_append(text, shown ? ":" : "0:", shown ? 1 : 2);
	if (r == 0 && version->at)
		r = primary_text_append(text, version->at, version->length);
	if (r == 0 && edition->release.at)
		r = primary_text_append(text, "-", 1);
	if (r == 0 && edition->release.at)
		r = primary_text_append(text, edition->release.at, edition->release.length);
	return r < 0 ? r : record_add_text(&package->record, text->at, text->size, ret);
}

int primary_package_begin(struct primary_package *package, const char *kind)
{
	record_clear(&package->record);
	package->kind = kind;
	package->lists = 0;
	/* Until it says its name. */
	return kind ? primary_package_name(package) : 0;
}

int primary_package_version(struct primary_package *package, const struct xml_event *event)
{
	const struct xml_text *epoch = xml_find(event, "epoch"), *version = xml_find(event, "ver");
	const struct xml_text *release = xml_find(event, "rel");
	struct edition edition = { 0 };

	if (epoch)
		edition.epoch = *epoch;
	if (version)
		edition.version = *version;
	if (release)
		edition.release = *release;
	return add_edition(package, &edition, &package->record.evr);
}

int primary_package_location(struct primary_package *package, const struct xml_event *event)
{
	const struct xml_text *href = xml_find(event, "href"), *base = xml_find(event, "xml:base");
	struct record *record = &package->record;
	int r = 0;

	if (!href)
		return 0;
	if (base)
		r = record_add_text(record, base->at, base->length, &record->base);
	return r < 0 ? r : record_add_text(record, href->at, href->length, &record->location);
}

int primary_package_size(struct primary_package *package, const struct xml_event *event)
{
	const struct xml_text *size = xml_find(event, "package");
	int r = size ? primary_text_append(&package->text, size->at, size->length) : 0;

	if (size && r == 0)
		package->record.size = strtoull(package->text.at, NULL, 10);
	return r;
}

int primary_package_checksum_type(struct primary_package *package, const struct xml_event *event)
{
	const struct xml_text *type = xml_find(event, "type");
	struct record *record = &package->record;

	record->checksum_type = 0;
	return type ? record_add_text(record, type->at, type->length, &record->checksum_type) : 0;
}

void primary_package_list(struct primary_package *package, enum record_list list)
{
	struct record *record = &package->record;
	size_t kept = 0;

	if (package->lists & 1U << list) {
		for (size_t i = 0; i < record->dependency_count; i++)
			if (record->dependencies[i].list != list)
				record->dependencies[kept++] = record->dependencies[i];
		record->dependency_count = kept;
	}
	package->lists |= 1U << list;
}

/* Of libsolv's names of comparisons only these are none of the bits. */
static uint8_t read_relation(const struct xml_text *flags)
{
	static const struct {
		char text[4];
		uint8_t relation;
	} known[] = {
		{ "EQ", RECORD_EQUAL },
		{ "GE", RECORD_GREATER | RECORD_EQUAL },
		{ "LE", RECORD_LESS | RECORD_EQUAL },
		{ "GT", RECORD_GREATER },
		{ "LT", RECORD_LESS },
		{ "NE", RECORD_GREATER | RECORD_LESS },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (flags->length == 2 && memcmp(flags->at, known[i].text, 2) == 0)
			return known[i].relation;
	return RECORD_NEVER;
}

/* An <entry> of a list. */
struct entry {
	struct xml_text name, flags, kind, pre;
	struct edition edition;
};

/* Where the value of the attribute NAME belongs, or NULL. */
static struct xml_text *entry_slot(struct entry *entry, const struct xml_text *name)
{
	switch (name->length) {
	case 3:
		return xml_text_is(name, "ver")   ? &entry->edition.version
		       : xml_text_is(name, "rel") ? &entry->edition.release
		       : xml_text_is(name, "pre") ? &entry->pre
						  : NULL;
	case 4:
		return xml_text_is(name, "name")   ? &entry->name
		       : xml_text_is(name, "kind") ? &entry->kind
						   : NULL;
	case 5:
		return xml_text_is(name, "flags")   ? &entry->flags
		       : xml_text_is(name, "epoch") ? &entry->edition.epoch
						    : NULL;
	default:
		return NULL;
	}
}

static int add_entry_name(struct primary_package *package, const struct entry *entry, uint32_t *ret)
{
	const struct xml_text *name = &entry->name, *kind = &entry->kind;
	struct primary_text *text = &package->text;
	int r;

	if (!kind->at || is_one(kind, "package"))
		return record_add_text(&package->record, name->at, name->length, ret);
	text->size = 0;
	r = primary_text_append(text, kind->at, kind->length);
	if (r == 0)
		r = primary_text_append(text, ":", 1);
	if (r == 0)
		r = primary_text_append(text, name->at, name->length);
	return r < 0 ? r : record_add_text(&package->record, text->at, text->size, ret);
}

/* libsolv calls itself for each parenthesis of a rich dependency. */
static bool is_too_rich(const struct xml_text *name)
{
	size_t parentheses = 0;

	if (name->length == 0 || *name->at != '(')
		return false;
	for (size_t i = 0; i < name->length; i++)
		parentheses += name->at[i] == '(';
	return parentheses > MARKUP_PARENTHESES_MAX;
}

int primary_package_entry(struct primary_package *package, enum record_list list,
			  const struct xml_event *event, const char **reterr_why)
{
	struct record_dependency *dependency;
	struct entry entry = { 0 };
	int r;

	for (size_t i = 0; i < event->count; i++) {
		struct xml_text *slot = entry_slot(&entry, &event->attributes[i].name);

		if (slot)
			*slot = event->attributes[i].value;
	}
	if (!entry.name.at)
		return 0;
	if (is_too_rich(&entry.name)) {
		*reterr_why = "a dependency has too many parentheses";
		return -EBADMSG;
	}
	dependency = record_add_dependency(&package->record);
	if (!dependency)
		return -ENOMEM;
	dependency->list = (uint8_t)list;
	dependency->before =
		list == RECORD_REQUIRES && entry.pre.length > 0 && *entry.pre.at == '1';
	r = add_entry_name(package, &entry, &dependency->name);
	if (r < 0 || !entry.flags.at)
		return r;
	dependency->relation = read_relation(&entry.flags);
	return add_edition(package, &entry.edition, &dependency->evr);
}

int primary_package_text(struct primary_package *package, uint32_t *ret)
{
	return record_add_text(&package->record, package->text.at, package->text.size, ret);
}

int primary_package_name(struct primary_package *package)
{
	struct record *record = &package->record;
	auto_free char *name = NULL;

	if (!package->kind)
		return primary_package_text(package, &record->name);
	name = text_format("%s:%s", package->kind, package->text.at);
	return name ? record_add_text(record, name, strlen(name), &record->name) : -ENOMEM;
}

int primary_package_checksum(struct primary_package *package, const char **reterr_why)
{
	/* libsolv: src/chksum.c; in bytes. */
	static const struct {
		const char *name;
		size_t size;
	} types[] = { { "md5", 16 },    { "sha", 20 },    { "sha1", 20 },  { "sha224", 28 },
		      { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 } };
	struct record *record = &package->record;
	const char *type = record_text(record, record->checksum_type);
	size_t i = 0;

	while (i < COUNT(types) && strcasecmp(types[i].name, type) != 0)
		i++;
	*reterr_why = "a checksum of it is of a type that is not known";
	if (i == COUNT(types))
		return -EBADMSG;
	*reterr_why = "a checksum of it is none";
	if (package->text.size != 2 * types[i].size ||
	    strspn(package->text.at, "0123456789abcdefABCDEF") != package->text.size)
		return -EBADMSG;
	return primary_package_text(package, &record->checksum);
}

int primary_package_file(struct primary_package *package)
{
	struct record *record = &package->record;
	struct primary_text *text = &package->text;
	uint32_t path;
	int r = 0;

	/* A relative path begins at the root all the same. */
	if (*text->at != '/') {
		r = primary_text_append(text, "/", 1);
		memmove(text->at + 1, text->at, text->size - 1);
		*text->at = '/';
	}
	r = r < 0 ? r : record_add_text(record, text->at, text->size, &path);
	return r < 0 ? r : record_add_file(record, path);
}

void primary_package_done(struct primary_package *package)
{
	record_done(&package->record);
	free(package->text.at);
}
