/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * package-signature - the signatures of an RPM: who vouches for its header, and for its payload?
 *
 * Layer: trust. Reads the file that is open, never by name; asks no rpm configuration and no rpm
 * database.
 */
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "trust/keyring.h"
#include "trust/trust.h"

/*
 * What the signatures of the RPM open at FD are worth at NOW, in seconds since 1970. Header and
 * payload have to be covered: both by one signature, or the header by one and the payload by a
 * checksum that the header has of it (since rpm 4.14). FD keeps its offset; NAME is for messages.
 * 0, -EBADMSG with *RETERR set if it is cut or no RPM, or another -errno.
 */
int package_signature_check(int fd, const char *name, const struct keyring *keyring, int64_t now,
			    struct trust *ret, struct error *reterr);
