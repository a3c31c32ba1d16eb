/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml-input - the bytes of a document on their way to xml.c: a window of them, in UTF-8, with each
 * end of a line as '\n', and without what no XML may hold.
 *
 * Layer: packages. The declaration, which says the encoding, is read and kept back here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum xml_encoding { XML_UNDECIDED, XML_UTF_8, XML_US_ASCII, XML_ISO_8859_1 };

/* All zero is an empty one. */
struct xml_input {
	char *data;
	size_t at; /* what stands before is done with; the reader moves it */
	size_t ready; /* what stands before is judged; a NUL byte stands here, and XML_BLOCK may be
			 read */
	size_t size, room;
	enum xml_encoding encoding;
	bool judged; /* since something was taken last */
	char held; /* what stood where that NUL byte is, if more than READY was given */
};

/*
 * Take some of the SIZE bytes at DATA: how many, 0 if the window is full of what the reader has not
 * looked at, -ENOMEM. It grows if what it holds is not DONE with, and is one piece.
 */
ssize_t xml_input_take(struct xml_input *input, const void *data, size_t size);
/*
 * Judge what was taken; if it is the LAST, nothing may be left over. 0, -ENOMEM, or -EBADMSG with
 * *RETERR_WHY a phrase.
 */
int xml_input_judge(struct xml_input *input, bool last, const char **reterr_why);
void xml_input_done(struct xml_input *input);
