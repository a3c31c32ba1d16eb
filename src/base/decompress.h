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
#include <sys/types.h>

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

/* Up to SIZE bytes of what is to be decompressed into TO: how many, 0 at its end, or -errno. */
typedef ssize_t (*decompress_reader)(void *context, void *to, size_t size);

/* What a reader gives, decompressed a piece at a time: nothing of it is kept. */
struct decompressor;

/* Reads at once, to see how it is compressed. 0, what the reader said, or -ENOMEM. */
int decompressor_new(decompress_reader read, void *context, size_t max, struct decompressor **ret);
/*
 * Up to SIZE bytes; 0 only at the end. -EBADMSG, -EFBIG as above, -ENOMEM, or what the reader said.
 */
ssize_t decompressor_read(struct decompressor *decompressor, char *to, size_t size);
struct decompressor *decompressor_free(struct decompressor *decompressor);

static inline void decompressor_release(struct decompressor **slot)
{
	decompressor_free(*slot);
}
#define auto_decompressor __attribute__((cleanup(decompressor_release)))
