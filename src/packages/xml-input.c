/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/xml-input.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/xml-block.h"

/* What the processor's nearest cache holds of a document. */
#define WINDOW_SIZE 65536
/* What a byte of ISO 8859-1 becomes, at most. */
#define CHARACTER 2
/* A declaration that is longer has no end. */
#define DECLARATION_SIZE 1024

static const char why_encoding[] = "it is in an encoding that is not known";
static const char why_declaration[] = "its XML declaration is not well-formed";

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* How many bytes at DATA, in whole blocks, are ASCII and neither control characters nor '\r'. */
static size_t plain_run(const char *data, size_t size)
{
	size_t run = 0;

	for (; size - run >= XML_BLOCK; run += XML_BLOCK) {
		xml_block bytes = xml_block_load(data + run);
		xml_mask odd = (bytes < 0x20) & (bytes != '\n') & (bytes != '\t');

		if (xml_mask_first(odd | (bytes >= 0x80)) < XML_BLOCK)
			break;
	}
	return run;
}

/*
 * Length of the character at TEXT, of which LEFT bytes are there and a NUL byte; 0 if none may look
 * like that (XML 1.0, 2.2: Char).
 */
static size_t character_length(const struct xml_input *input, const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length;

	if (*bytes < 0x80)
		return *bytes >= 0x20 || *bytes == '\n' || *bytes == '\t' || *bytes == '\r';
	if (input->encoding == XML_US_ASCII)
		return 0;
	length = text_utf8_length(bytes);
	/* U+FFFE and U+FFFF are none. */
	return length == 3 && bytes[0] == 0xef && bytes[1] == 0xbf && bytes[2] >= 0xbe ? 0 : length;
}

/* Are the LEFT bytes at TEXT the beginning of something that is judged as a whole? */
static bool is_cut(const char *text, size_t left)
{
	unsigned char first = (unsigned char)*text;

	if (first == '\r')
		return left < 2;
	return first >= 0xc2 && left < (first < 0xe0 ? 2U : first < 0xf0 ? 3U : 4U);
}

static const char *complain(const struct xml_input *input, char c)
{
	if (c == '\0')
		return "it holds a NUL byte";
	if ((unsigned char)c < 0x20)
		return "it holds a control character";
	return input->encoding == XML_US_ASCII ? "it says us-ascii and is not"
					       : "it is not valid UTF-8";
}

/* Judge all up to SIZE, and make ends of lines '\n' (XML 1.0, 2.11). */
static const char *judge(struct xml_input *input, bool last)
{
	char *from = input->data + input->ready, *to = from;
	char *end = input->data + input->size;

	while (from < end) {
		size_t length = plain_run(from, (size_t)(end - from));

		if (length == 0) {
			if (!last && is_cut(from, (size_t)(end - from)))
				break;
			length = character_length(input, from);
		}
		if (length == 0)
			return complain(input, *from);
		if (*from == '\r') {
			*to++ = '\n';
			from += from[1] == '\n' ? 2 : 1;
			continue;
		}
		if (to != from)
			memmove(to, from, length);
		from += length;
		to += length;
	}
	input->ready = (size_t)(to - input->data);
	if (to != from)
		memmove(to, from, (size_t)(end - from));
	input->size = input->ready + (size_t)(end - from);
	input->data[input->size] = '\0';
	return NULL;
}

/* Where the value of NAME ends, if the declaration goes on at TEXT with it, else TEXT. */
static const char *skip_assignment(const char *text, const char *name, const char **ret,
				   size_t *len)
{
	static const char space[] = " \t\r\n", letters[] = "abcdefghijklmnopqrstuvwxyz"
							   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
							   "0123456789.-_";
	const char *at = text + strspn(text, space);

	if (at == text || !text_starts(at, name))
		return text;
	at += strlen(name);
	at += strspn(at, space);
	if (*at++ != '=')
		return text;
	at += strspn(at, space);
	if (*at != '"' && *at != '\'')
		return text;
	*ret = at + 1;
	*len = strcspn(at + 1, *at == '"' ? "\"" : "'");
	return at[1 + *len] && *len == strspn(*ret, letters) ? at + *len + 2 : text;
}

static bool find_encoding(const char *name, size_t length, enum xml_encoding *ret)
{
	static const char *const known[] = {
		[XML_UTF_8] = "utf-8",
		[XML_US_ASCII] = "us-ascii",
		[XML_ISO_8859_1] = "iso-8859-1",
	};

	for (size_t i = XML_UTF_8; i < COUNT(known); i++)
		if (strlen(known[i]) == length && strncasecmp(name, known[i], length) == 0) {
			*ret = (enum xml_encoding)i;
			return true;
		}
	return false;
}

/* TEXT stands between "<?xml" and "?>" (XML 1.0, 2.8: XMLDecl). */
static const char *read_declaration(const char *text, enum xml_encoding *ret)
{
	const char *value = NULL, *next;
	size_t length = 0;

	next = skip_assignment(text, "version", &value, &length);
	if (next == text)
		return why_declaration;
	text = next;
	next = skip_assignment(text, "encoding", &value, &length);
	if (next != text && !find_encoding(value, length, ret))
		return why_encoding;
	text = next;
	next = skip_assignment(text, "standalone", &value, &length);
	if (next != text && !(length == 3 && text_starts(value, "yes")) &&
	    !(length == 2 && text_starts(value, "no")))
		return why_declaration;
	return next[strspn(next, " \t\r\n")] ? why_declaration : NULL;
}

/* Behind the declaration everything is in the encoding that it names. */
static int convert_rest(struct xml_input *input)
{
	size_t size = input->size - input->at, used = 0;
	auto_free char *rest = malloc(size + 1);

	if (!rest)
		return -ENOMEM;
	memcpy(rest, input->data + input->at, size);
	input->size = input->ready = input->at = 0;
	while (used < size) {
		ssize_t taken;

		input->judged = true; /* there is no reader yet who could make room */
		taken = xml_input_take(input, rest + used, size - used);
		if (taken < 0)
			return (int)taken;
		used += (size_t)taken;
	}
	return 0;
}

/* The declaration begins at TEXT, behind its "<?xml". 0, -EBADMSG, -ENOMEM. */
static int take_declaration(struct xml_input *input, char *text, bool last, const char **reterr_why)
{
	enum xml_encoding encoding = XML_UTF_8;
	char *end = memmem(text, input->size - (size_t)(text - input->data), "?>", 2);

	if (!end && !last && input->size < DECLARATION_SIZE)
		return 0;
	*reterr_why = why_declaration;
	if (!end || memchr(text, '\0', (size_t)(end - text)))
		return -EBADMSG;
	*end = '\0';
	*reterr_why = read_declaration(text, &encoding);
	if (*reterr_why)
		return -EBADMSG;
	input->encoding = encoding;
	input->at = input->ready = (size_t)(end - input->data) + 2;
	return encoding == XML_ISO_8859_1 ? convert_rest(input) : 0;
}

/* Settle the encoding, unless more has to be seen. 0, -EBADMSG, -ENOMEM. */
static int decide(struct xml_input *input, bool last, const char **reterr_why)
{
	static const char mark[] = "\xef\xbb\xbf", start[] = "<?xml";

	/* So many bytes tell, and the shortest metadata has more. */
	if (!last && input->size < strlen(mark) + strlen(start) + 1)
		return 0;
	if (text_starts(input->data, mark)) {
		input->size -= strlen(mark);
		memmove(input->data, input->data + strlen(mark), input->size + 1);
	}
	if (text_starts(input->data, start) && is_space(input->data[strlen(start)]))
		return take_declaration(input, input->data + strlen(start), last, reterr_why);
	input->encoding = XML_UTF_8;
	return 0;
}

/* Make room for more, if the reader cannot. 0 or -ENOMEM. */
static int make_room(struct xml_input *input)
{
	size_t wanted = input->room ? 2 * input->room : WINDOW_SIZE;
	char *grown;

	if (input->at > 0) {
		memmove(input->data, input->data + input->at, input->size - input->at);
		input->size -= input->at;
		input->ready -= input->at;
		input->at = 0;
	}
	if (input->room && (input->room - input->size >= CHARACTER || !input->judged))
		return 0;
	grown = realloc(input->data, wanted + XML_BLOCK);
	if (!grown)
		return -ENOMEM;
	input->data = grown;
	input->room = wanted;
	return 0;
}

/* The first 256 characters of Unicode are those of ISO 8859-1. */
static size_t put_latin(struct xml_input *input, const unsigned char *from, size_t size)
{
	size_t used = 0;

	while (used < size && input->room - input->size >= CHARACTER) {
		unsigned char c = from[used++];

		if (c >= 0x80)
			input->data[input->size++] = (char)(0xc0 | c >> 6);
		input->data[input->size++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
	}
	return used;
}

ssize_t xml_input_take(struct xml_input *input, const void *data, size_t size)
{
	if (input->data)
		input->data[input->ready] = input->held;
	if (make_room(input) < 0)
		return -ENOMEM;
	if (input->encoding == XML_ISO_8859_1) {
		size = put_latin(input, data, size);
	} else {
		if (size > input->room - input->size)
			size = input->room - input->size;
		memcpy(input->data + input->size, data, size);
		input->size += size;
	}
	input->judged = input->judged && size == 0;
	memset(input->data + input->size, '\0', XML_BLOCK);
	input->held = input->data[input->ready];
	return (ssize_t)size;
}

int xml_input_judge(struct xml_input *input, bool last, const char **reterr_why)
{
	int r = 0;

	if (!input->data)
		return 0;
	*reterr_why = NULL;
	input->data[input->ready] = input->held;
	input->judged = true;
	if (input->encoding == XML_UNDECIDED)
		r = decide(input, last, reterr_why);
	if (r == 0 && input->encoding != XML_UNDECIDED)
		*reterr_why = judge(input, last);
	if (r == 0 && *reterr_why)
		r = -EBADMSG;
	input->held = input->data[input->ready];
	input->data[input->ready] = '\0';
	return r;
}

void xml_input_done(struct xml_input *input)
{
	free(input->data);
	*input = (struct xml_input){ 0 };
}
