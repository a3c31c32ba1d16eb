/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decompress - gzip, xz and zstd, told apart by their first bytes; anything else passes as it is.
 *
 * Layer: base. The only user of zlib, liblzma and libzstd.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/files.h"

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_XZ, COMPRESSION_ZSTD };

/* How FILE is compressed, by its first bytes. */
enum compression compression_of(const struct bytes *file);
/* Is FILE an xz stream whose check is none or CRC32, the ones that Linux itself can verify? */
bool compression_is_kernel_xz(const struct bytes *file);

/*
 * All of FROM decompressed into *RET, at most MAX bytes.
 * 0, -EFBIG beyond MAX, -EBADMSG for a damaged or cut stream, -ENOMEM.
 */
int decompress_bytes(const struct bytes *from, size_t max, struct bytes *ret);

/*
 * A stream that reads FROM decompressed, a piece at a time; FROM is borrowed until fclose().
 * A damaged or cut stream, or more than MAX bytes, ends in ferror() with errno EBADMSG or EFBIG.
 * 0 or -ENOMEM.
 */
int decompress_stream(const struct bytes *from, size_t max, FILE **ret);
