/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup - a repository's XML on its way to a parser, which it never lets grow without bound.
 *
 * Layer: packages. Parsers keep an element whole, expand entities, and read what stands in
 * parentheses by calling themselves; so what no repository has is refused before they see it.
 */
#pragma once

#include <stdio.h>

#include "base/limits.h"

/* Why it was refused; lives as long as the stream. */
struct markup {
	const char *why; /* NULL: it was not */
};

/*
 * A stream that reads FROM, which it owns. From the first flaw on it ends in ferror() with errno
 * EBADMSG, and MARKUP->why says what it is: an element over MARKUP_ELEMENT_MAX, elements nested
 * deeper than MARKUP_DEPTH_MAX, more than MARKUP_PACKAGE_MAX in a package, more than
 * MARKUP_PARENTHESES_MAX parentheses in one attribute, a document type, a NUL byte, an encoding
 * that is no superset of ASCII. 0 or -ENOMEM.
 */
int markup_stream(struct markup *markup, FILE *from, FILE **ret);
