/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * openpgp - the arithmetic of OpenPGP, as librpm has it: does this signature fit this key?
 *
 * Layer: trust. Which key is asked for, and whether it may be trusted, is for others to say.
 */
#pragma once

#include "base/files.h"
#include "trust/digest.h"
#include "trust/packet.h"

/*
 * Is SIGNATURE one that KEY made of what was added to DIGEST, which stays usable? KEY is a packet
 * with a tag of PACKET_KEY; without it (NULL) only the start of the hash is compared, which tells
 * damage. 1, 0, or -ENOTSUP if librpm does not know their kinds.
 */
int openpgp_verify(const struct digest *digest, const struct bytes *key,
		   const struct packet *signature);
