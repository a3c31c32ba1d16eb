/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml-reference - "&amp;" and "&#38;": what stands for another character in a text of XML.
 *
 * Layer: packages.
 */
#pragma once

#include <stdbool.h>

struct xml_text;

/*
 * Put characters in the place of references, and blanks in that of line ends if TEXT is a VALUE
 * (XML 1.0, 3.3.3), where it stands: it never gets longer, and may be written to. Some other byte
 * than a hexadecimal digit or a letter stands behind it. False if there is something else behind a
 * '&'.
 */
bool xml_decode(struct xml_text *text, bool value);
