/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/xml.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "packages/xml-block.h"
#include "packages/xml-input.h"
#include "packages/xml-reference.h"

/* What a byte may be in a tag. The NUL byte behind all that was judged is none of it. */
enum {
	SPACE = 1,
	START = 2, /* of a name */
	NAME = 4,
};

static const uint8_t classes[256] = {
	['\t' ... '\n'] = SPACE,        [' '] = SPACE,
	['-' ... '.'] = NAME,           ['0' ... '9'] = NAME,
	[':'] = START | NAME,           ['A' ... 'Z'] = START | NAME,
	['_'] = START | NAME,           ['a' ... 'z'] = START | NAME,
	[0x80 ... 0xff] = START | NAME,
};

/* Something was read that is no event. */
#define PASSED 2

static const char why_odd[] = "it is not well-formed XML";
static const char why_behind[] = "something follows its end";
static const char why_reference[] = "it has a '&' that stands for nothing";
static const char why_element[] = "an element of it is over 1 MiB";
static const char why_text[] = "the text of an element is over 1 MiB";

struct xml {
	struct xml_input input;
	bool finished; /* all was taken */
	bool judged; /* all that was taken */
	bool begun; /* the root was seen */
	int error; /* -errno, for ever */
	const char *why;
	bool encoded; /* something in the values of a tag is not what it stands for */
	bool alike; /* attributes of a tag may have one name */
	uint64_t names_seen; /* of attributes, a bit for each */
	size_t text; /* bytes since the last tag */
	size_t depth;
	size_t ends[MARKUP_DEPTH_MAX]; /* of each name in NAMES */
	char *names; /* of the elements that are open, one behind the other */
	size_t names_room;
	struct xml_event event;
};

static bool is(char c, unsigned int class)
{
	return classes[(unsigned char)c] & class;
}

static char *skip(char *at, unsigned int class)
{
	while (is(*at, class))
		at++;
	return at;
}

/* The first byte from AT on that is more than a plain byte of a value. */
static char *value_end(char *at)
{
	for (;; at += XML_BLOCK) {
		xml_block bytes = xml_block_load(at);
		size_t first = xml_mask_first((bytes == '"') | (bytes == '\'') | (bytes == '&') |
					      (bytes == '<') | (bytes < 0x20));

		if (first < XML_BLOCK)
			return at + first;
	}
}

/* The first byte from AT on that is more than a plain byte of a text. */
static char *text_end(char *at)
{
	for (;; at += XML_BLOCK) {
		xml_block bytes = xml_block_load(at);
		size_t first = xml_mask_first((bytes == '<') | (bytes == '&') | (bytes == ']') |
					      (bytes == '\0'));

		if (first < XML_BLOCK)
			return at + first;
	}
}

static char *limit(const struct xml *xml)
{
	return xml->input.data + xml->input.ready;
}

static int refuse(struct xml *xml, const char *why)
{
	xml->why = why;
	xml->error = -EBADMSG;
	return xml->error;
}

/* AT nothing stands that may stand there: 0 if that is only because more has to be taken. */
static int stop(struct xml *xml, const char *at, const char *why)
{
	return at == limit(xml) ? 0 : refuse(xml, why);
}

/* Does the document go on AT with WHAT? 0 if that cannot be told yet, else 1 or -1. */
static int goes_on(const struct xml *xml, const char *at, const char *what)
{
	size_t left = (size_t)(limit(xml) - at), length = strlen(what);

	if (left >= length)
		return memcmp(at, what, length) == 0 ? 1 : -1;
	return memcmp(at, what, left) == 0 ? 0 : -1;
}

/* Most names are told apart by their beginning and length: only if they are not, all are compared.
 */
static void mark_name(struct xml *xml, const struct xml_text *name)
{
	uint64_t bit = 1ULL << (((unsigned char)*name->at + 7 * name->length) & 63);

	xml->event.binds = xml->event.binds || *name->at == 'x';
	xml->alike = xml->alike || xml->names_seen & bit;
	xml->names_seen |= bit;
}

/* NAME="VALUE" AT, behind which *RET stands. 1, 0 if more has to be taken, -EBADMSG; so all below.
 */
static int read_attribute(struct xml *xml, char *at, char **ret)
{
	struct xml_attribute *attribute = &xml->event.attributes[xml->event.count];
	char *end = at;
	char quote;

	if (!is(*at, START))
		return stop(xml, at, why_odd);
	if (xml->event.count == MARKUP_ATTRIBUTES_MAX)
		return refuse(xml, "an element of it has too many attributes");
	end = skip(at, NAME);
	attribute->name = (struct xml_text){ at, (size_t)(end - at) };
	mark_name(xml, &attribute->name);
	at = skip(end, SPACE);
	if (*at != '=')
		return stop(xml, at, why_odd);
	at = skip(at + 1, SPACE);
	quote = *at;
	if (quote != '"' && quote != '\'')
		return stop(xml, at, "a value of it has no quotes");
	end = value_end(++at);
	while (*end != quote) {
		if (*end == '\0' || *end == '<')
			return stop(xml, end, "a value of it holds a '<'");
		/* Else it is the other quote, and what is decoded in vain does not change. */
		xml->encoded = true;
		end = value_end(end + 1);
	}
	attribute->value = (struct xml_text){ at, (size_t)(end - at) };
	xml->event.count++;
	*ret = end + 1;
	return 1;
}

static bool is_twice(const struct xml_event *event)
{
	for (size_t i = 1; i < event->count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct xml_text *one = &event->attributes[i].name;
			const struct xml_text *other = &event->attributes[k].name;

			if (one->length == other->length && *one->at == *other->at &&
			    memcmp(one->at, other->at, one->length) == 0)
				return true;
		}
	return false;
}

/* Remember the name of the element that begins, for its end. */
static int push(struct xml *xml)
{
	const struct xml_text *name = &xml->event.name;
	size_t from = xml->depth ? xml->ends[xml->depth - 1] : 0;
	size_t end = from + name->length;

	if (xml->depth == MARKUP_DEPTH_MAX)
		return refuse(xml, "its elements are nested too deeply");
	if (end > xml->names_room) {
		char *grown = realloc(xml->names, 2 * end);

		if (!grown)
			return xml->error = -ENOMEM;
		xml->names = grown;
		xml->names_room = 2 * end;
	}
	memcpy(xml->names + from, name->at, name->length);
	xml->ends[xml->depth++] = end;
	return 1;
}

/* The document is read up to END, behind a tag. */
static int end_tag(struct xml *xml, const char *end)
{
	size_t at = (size_t)(end - xml->input.data);

	if (at - xml->input.at > MARKUP_ELEMENT_MAX)
		return refuse(xml, why_element);
	xml->input.at = at;
	xml->text = 0;
	return 1;
}

static int end_start(struct xml *xml, const char *end)
{
	struct xml_event *event = &xml->event;
	int r = end_tag(xml, end);

	if (r < 0)
		return r;
	if (xml->depth == 0 && xml->begun)
		return refuse(xml, why_behind);
	if (xml->alike && is_twice(event))
		return refuse(xml, why_odd);
	for (size_t i = 0; xml->encoded && i < event->count; i++)
		if (!xml_decode(&event->attributes[i].value, true))
			return refuse(xml, why_reference);
	xml->begun = true;
	event->depth = xml->depth;
	event->kind = XML_START;
	return event->empty ? 1 : push(xml);
}

/* The name of an element that begins stands AT. */
static int read_start(struct xml *xml, char *at)
{
	struct xml_event *event = &xml->event;
	char *end = skip(at, NAME);

	event->name = (struct xml_text){ at, (size_t)(end - at) };
	event->count = 0;
	event->empty = event->binds = false;
	xml->encoded = xml->alike = false;
	xml->names_seen = 0;
	for (;;) {
		int r;

		at = skip(end, SPACE);
		if (*at == '>')
			return end_start(xml, at + 1);
		if (*at == '/') {
			event->empty = true;
			return at[1] == '>' ? end_start(xml, at + 2) : stop(xml, at + 1, why_odd);
		}
		if (at == end)
			return stop(xml, at, why_odd);
		r = read_attribute(xml, at, &end);
		if (r <= 0)
			return r;
	}
}

/* The name of an element that ends stands AT. */
static int read_end(struct xml *xml, char *at)
{
	char *end = skip(at, NAME);
	size_t from, length = (size_t)(end - at);

	if (end == limit(xml))
		return 0;
	from = xml->depth > 1 ? xml->ends[xml->depth - 2] : 0;
	if (xml->depth == 0 || xml->ends[xml->depth - 1] - from != length ||
	    memcmp(xml->names + from, at, length) != 0)
		return refuse(xml, "its tags do not match");
	end = skip(end, SPACE);
	if (*end != '>')
		return stop(xml, end, why_odd);
	xml->event.kind = XML_END;
	xml->event.name = (struct xml_text){ at, length };
	xml->event.depth = --xml->depth;
	return end_tag(xml, end + 1);
}

/* The document is read up to END, behind what may stand in the text of an element. */
static int end_text(struct xml *xml, const char *end)
{
	size_t at = (size_t)(end - xml->input.data);

	xml->text += at - xml->input.at;
	xml->input.at = at;
	return xml->text > MARKUP_ELEMENT_MAX ? refuse(xml, why_text) : 1;
}

static int read_text(struct xml *xml, char *at)
{
	char *end = text_end(at);
	bool encoded = false;

	for (; *end != '<'; end = text_end(end + 1)) {
		if (end == limit(xml))
			return 0;
		encoded = encoded || *end == '&';
		if (goes_on(xml, end, "]]>") > 0)
			return refuse(xml, why_odd);
	}
	xml->event.kind = XML_TEXT;
	xml->event.name = (struct xml_text){ at, (size_t)(end - at) };
	if (encoded && !xml_decode(&xml->event.name, false))
		return refuse(xml, why_reference);
	return end_text(xml, end);
}

/* Outside of the root only blanks may stand, and they mean nothing. */
static int read_outside(struct xml *xml, char *at)
{
	xml->input.at = (size_t)(skip(at, SPACE) - xml->input.data);
	at = xml->input.data + xml->input.at;
	if (*at == '<')
		return PASSED;
	return stop(xml, at, xml->begun ? why_behind : why_odd);
}

static int read_comment(struct xml *xml, char *at)
{
	char *end = memmem(at, (size_t)(limit(xml) - at), "--", 2);
	int r = end ? goes_on(xml, end, "-->") : 0;

	if (r < 0)
		return refuse(xml, why_odd);
	r = r > 0 ? end_text(xml, end + 3) : r;
	return r > 0 ? PASSED : r;
}

static int read_section(struct xml *xml, char *at)
{
	char *end = memmem(at, (size_t)(limit(xml) - at), "]]>", 3);

	if (xml->depth == 0)
		return refuse(xml, why_odd);
	if (!end)
		return 0;
	xml->event.kind = XML_TEXT;
	xml->event.name = (struct xml_text){ at, (size_t)(end - at) };
	return end_text(xml, end + 3);
}

/* The declaration is no such instruction, and stands before all that is read here. */
static int read_instruction(struct xml *xml, char *at)
{
	char *name = at, *end;
	int r;

	at = is(*at, START) ? skip(at, NAME) : at;
	if (at == limit(xml))
		return 0;
	end = memmem(at, (size_t)(limit(xml) - at), "?>", 2);
	if (at == name || (at - name == 3 && strncasecmp(name, "xml", 3) == 0) ||
	    (end != at && !is(*at, SPACE) && goes_on(xml, at, "?>") < 0))
		return refuse(xml, why_odd);
	r = end ? end_text(xml, end + 2) : 0;
	return r > 0 ? PASSED : r;
}

/* "<!" stands AT. */
static int read_declared(struct xml *xml, char *at)
{
	static const char comment[] = "<!--", section[] = "<![CDATA[";
	int is_comment = goes_on(xml, at, comment), is_section = goes_on(xml, at, section);

	if (is_comment > 0)
		return read_comment(xml, at + strlen(comment));
	if (is_section > 0)
		return read_section(xml, at + strlen(section));
	if (is_comment == 0 || is_section == 0)
		return 0;
	return refuse(xml, "it has a document type, which no metadata has");
}

static int read_next(struct xml *xml)
{
	char *at = xml->input.data + xml->input.at;

	if (*at != '<')
		return xml->depth ? read_text(xml, at) : read_outside(xml, at);
	if (is(at[1], START))
		return read_start(xml, at + 1);
	if (at[1] == '/')
		return read_end(xml, at + 2);
	if (at[1] == '!')
		return read_declared(xml, at);
	if (at[1] == '?')
		return read_instruction(xml, at + 2);
	return stop(xml, at + 1, why_odd);
}

/* What is left may go on; or else it was the end. 0 or -EBADMSG. */
static int want_more(struct xml *xml)
{
	size_t left = xml->input.ready - xml->input.at;

	if (left > MARKUP_ELEMENT_MAX)
		return refuse(xml, xml->input.data[xml->input.at] == '<' ? why_element : why_text);
	if (!xml->finished || (left == 0 && xml->depth == 0 && xml->begun))
		return 0;
	return refuse(xml, xml->begun || left > 0 ? "it is cut" : "it is empty");
}

int xml_next(struct xml *xml, const struct xml_event **ret, const char **reterr_why)
{
	int r = xml->error;

	if (r == 0 && !xml->judged)
		r = xml->error = xml_input_judge(&xml->input, xml->finished, &xml->why);
	xml->judged = true;
	while (r == 0 || r == PASSED) {
		r = xml->input.data ? read_next(xml) : 0;
		if (r == 0) {
			r = want_more(xml);
			break;
		}
	}
	*ret = &xml->event;
	if (r < 0)
		*reterr_why = xml->why;
	return r;
}

int xml_new(struct xml **ret)
{
	struct xml *xml = calloc(1, sizeof(*xml));

	if (!xml)
		return -ENOMEM;
	*ret = xml;
	return 0;
}

ssize_t xml_take(struct xml *xml, const void *data, size_t size)
{
	xml->judged = false;
	return xml_input_take(&xml->input, data, size);
}

void xml_finish(struct xml *xml)
{
	xml->finished = true;
	xml->judged = false;
}

const struct xml_text *xml_find(const struct xml_event *event, const char *name)
{
	for (size_t i = 0; i < event->count; i++)
		if (xml_text_is(&event->attributes[i].name, name))
			return &event->attributes[i].value;
	return NULL;
}

struct xml *xml_free(struct xml *xml)
{
	if (xml) {
		xml_input_done(&xml->input);
		free(xml->names);
		free(xml);
	}
	return NULL;
}
