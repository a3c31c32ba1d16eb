/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml - a document of XML 1.0 as a row of tags and texts, read a piece at a time.
 *
 * Layer: packages. For metadata: a document type is refused, and with it all entities but the five;
 * what is over one of the bounds of limits.h is refused too. Of a name outside ASCII it is not
 * asked whether letters make it; apart from that, what expat would refuse is refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "base/limits.h"

/* Some bytes of the document, decoded; no NUL byte follows. */
struct xml_text {
	const char *at;
	size_t length;
};

struct xml_attribute {
	struct xml_text name, value;
};

enum xml_kind { XML_START, XML_END, XML_TEXT };

/* Borrowed until the next one is asked for. */
struct xml_event {
	enum xml_kind kind;
	bool empty; /* of a start: "<name/>", which no end follows */
	bool binds; /* of a start: an attribute of it may be "xmlns:PREFIX" */
	struct xml_text name; /* of a tag, with its prefix; else the text, or a piece of it */
	size_t depth; /* of a tag: elements around it */
	size_t count; /* of attributes */
	struct xml_attribute attributes[MARKUP_ATTRIBUTES_MAX];
};

struct xml;

/* 0 or -ENOMEM. */
int xml_new(struct xml **ret);
/* Take some of SIZE bytes: how many; 0 if it is full, and xml_next() has to be called; -ENOMEM. */
ssize_t xml_take(struct xml *xml, const void *data, size_t size);
/* Nothing more is there to be taken. */
void xml_finish(struct xml *xml);
/*
 * 1 and the next event; 0 if more has to be taken first, or behind the whole document; -ENOMEM, or
 * -EBADMSG with *RETERR_WHY a phrase ("its tags do not match"), from then on always.
 */
int xml_next(struct xml *xml, const struct xml_event **ret, const char **reterr_why);
/* The value of the attribute NAME, or NULL. */
const struct xml_text *xml_find(const struct xml_event *event, const char *name);
/* NULL. */
struct xml *xml_free(struct xml *xml);

static inline bool xml_text_is(const struct xml_text *text, const char *other)
{
	return strlen(other) == text->length && memcmp(text->at, other, text->length) == 0;
}

static inline void xml_release(struct xml **slot)
{
	xml_free(*slot);
}
#define auto_xml __attribute__((cleanup(xml_release)))
