/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/armor.h"

#include <errno.h>
#include <rpm/rpmbase64.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static int append(struct bytes *bytes, const void *data, size_t size)
{
	uint8_t *larger = realloc(bytes->data, bytes->size + size + 1);

	if (!larger)
		return -ENOMEM;
	bytes->data = larger;
	memcpy(larger + bytes->size, data, size);
	bytes->size += size;
	larger[bytes->size] = '\0';
	return 0;
}

static int append_base64(struct bytes *bytes, const char *text)
{
	auto_free void *data = NULL;
	size_t size = 0;

	if (rpmBase64Decode(text, &data, &size) != 0 || size == 0)
		return -EBADMSG;
	return append(bytes, data, size);
}

int armor_decode_base64(const char *text, struct bytes *ret)
{
	auto_bytes struct bytes bytes = { 0 };
	int r = append_base64(&bytes, text);

	if (r < 0)
		return r;
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}

/* The start of the line behind the one that TEXT is in. */
static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return *text ? text + 1 : text;
}

static bool is_blank(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '\n' || *line == '\0';
}

/*
 * TEXT is behind a block's first line: what stands there up to an empty line is about the block.
 * The data ends where a line starts with '-', or with '=', as a checksum does. *REST is that line.
 */
static int append_block(struct bytes *bytes, const char *text, const char **rest)
{
	auto_free char *data = NULL;
	const char *end;

	while (*text && !is_blank(text))
		text = next_line(text);
	text = next_line(text);
	for (end = text; *end && *end != '-' && *end != '='; end = next_line(end))
		;
	if (*end == '\0')
		return -EBADMSG;
	*rest = end;
	data = strndup(text, (size_t)(end - text));
	return data ? append_base64(bytes, data) : -ENOMEM;
}

int armor_decode(const struct bytes *from, const char *kind, struct bytes *ret)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_free char *begin = text_format("-----BEGIN %s-----", kind);
	const char *text = (const char *)from->data;
	int r = 0;

	if (!begin)
		return -ENOMEM;
	/* A packet's first bit is set, and no armor's (RFC 4880, 4.2). */
	if (from->size > 0 && from->data[0] & 0x80)
		r = append(&bytes, from->data, from->size);
	else
		while (r == 0 && (text = strstr(text, begin)))
			r = append_block(&bytes, next_line(text), &text);
	if (r < 0)
		return r;
	if (bytes.size == 0)
		return -ENODATA;
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}
