/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-read - a file of package metadata from its first byte to its last, held to its checksum.
 *
 * Layer: packages. The bytes that are parsed are those that the checksum is made of: the file is
 * read once, a piece at a time.
 */
#pragma once

#include "packages/metadata.h"
#include "packages/primary.h"

/* Call SINK with each package. 0, or -errno with *RETERR set. */
int metadata_read(const struct metadata_origin *origin, primary_sink sink, void *context,
		  struct error *reterr);
