/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chain - from the signature of a repository to a package: repomd.xml, the metadata, the RPM.
 *
 * Layer: packages. Each link is a checksum over bytes that were read once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/files.h"
#include "base/limits.h"
#include "packages/driver.h"
#include "packages/source.h"

/*
 * Set source->trust to what the signature beside REPOMD, the bytes of SOURCE's repomd.xml, is worth
 * at NOW; unchecked if SOURCE has no keyring. 0, -ENOMEM, or -errno if the signature is there and
 * cannot be read.
 */
int chain_check_repomd(struct source *source, const struct bytes *repomd, int64_t now);
/* A file that repomd.xml names was found to have its checksum, which is of TYPE. 0 or -ENOMEM. */
int chain_check_link(struct source *source, const char *type);
/*
 * Where a .solv file or the cache was read instead of the metadata: has that, which repomd.xml
 * vouches for, a package with the checksum of DRIVER? What cannot be read has none. 1, 0 or
 * -ENOMEM.
 */
int chain_lists(const struct source *source, const struct driver *driver);
/* Is the trust of SOURCE worth nothing for a package until chain_lists() it? */
bool chain_is_retold(const struct source *source);
/*
 * What the chain says of DRIVER, if its RPM has the checksum that the metadata of SOURCE has of it.
 * Borrowed; NULL if that is no checksum that counts, or SOURCE has no repomd.xml.
 * Of what was read instead: if chain_lists() it.
 */
const struct trust *chain_reaches(const struct source *source, const struct driver *driver);
