/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armor - OpenPGP packets as the text that people pass around (RFC 4880, section 6).
 *
 * Layer: trust. Pure: memory in, memory out.
 */
#pragma once

#include "base/files.h"

/** What stands around a key or a signature. */
#define ARMOR_KEY       "PGP PUBLIC KEY BLOCK"
#define ARMOR_SIGNATURE "PGP SIGNATURE"

/*
 * The packets in FROM, whose data a NUL byte follows: FROM itself if it is no text, else those of
 * each of its blocks of KIND, one behind the other. Checksums of armor are ignored, as RFC 9580
 * wants (6.1). 0, -ENODATA if there is none, -EBADMSG if a block is damaged or cut, -ENOMEM.
 */
int armor_decode(const struct bytes *from, const char *kind, struct bytes *ret);
/* The same of bare base64, which may have blanks and line ends. 0, -EBADMSG, -ENOMEM. */
int armor_decode_base64(const char *text, struct bytes *ret);
