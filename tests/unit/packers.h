/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packers - compressed data, appended to a block of memory.
 */
#pragma once

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"
#include "base/files.h"

static inline void append(struct bytes *bytes, const void *data, size_t size)
{
	uint8_t *grown = realloc(bytes->data, bytes->size + size + 1);

	assert_non_null(grown);
	bytes->data = grown;
	memcpy(grown + bytes->size, data, size);
	bytes->size += size;
	grown[bytes->size] = '\0';
}

static inline void append_gzip(struct bytes *to, const void *data, size_t size)
{
	z_stream z = { 0 };
	auto_free uint8_t *out = NULL;
	size_t room;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	room = deflateBound(&z, size);
	out = malloc(room);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (unsigned int)size;
	z.next_out = out;
	z.avail_out = (unsigned int)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	append(to, out, z.total_out);
	deflateEnd(&z);
}

static inline void append_xz_with(struct bytes *to, const void *data, size_t size, lzma_check check)
{
	size_t room = lzma_stream_buffer_bound(size), used = 0;
	auto_free uint8_t *out = malloc(room);

	assert_int_equal(lzma_easy_buffer_encode(0, check, NULL, data, size, out, &used, room),
			 LZMA_OK);
	append(to, out, used);
}

static inline void append_xz(struct bytes *to, const void *data, size_t size)
{
	append_xz_with(to, data, size, LZMA_CHECK_CRC64);
}

static inline void append_zstd_with(struct bytes *to, const void *data, size_t size, int checksum)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(size);
	auto_free uint8_t *out = malloc(room);
	size_t used;

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum);
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 9);
	used = ZSTD_compress2(context, out, room, data, size);
	assert_false(ZSTD_isError(used));
	append(to, out, used);
	ZSTD_freeCCtx(context);
}

static inline void append_zstd(struct bytes *to, const void *data, size_t size)
{
	append_zstd_with(to, data, size, 1);
}

static inline void append_zstd_unchecked(struct bytes *to, const void *data, size_t size)
{
	append_zstd_with(to, data, size, 0);
}
