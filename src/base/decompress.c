/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/decompress.h"

#include <errno.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"
#include "base/limits.h"

struct decoder {
	const struct bytes *from;
	size_t offset; /* into from: first byte not yet given to the library */
	size_t produced;
	size_t max;
	bool ended;
	const struct format *format;
	z_stream gzip;
	lzma_stream xz;
	ZSTD_DStream *zstd;
};

/* One compression: how to know it, and how to run it. Steps return bytes made, or -errno. */
struct format {
	enum compression compression;
	uint8_t magic[6];
	size_t magic_size;
	int (*open)(struct decoder *decoder);
	ssize_t (*step)(struct decoder *decoder, char *to, size_t size);
	void (*close)(struct decoder *decoder);
};

static int gzip_open(struct decoder *decoder)
{
	/* 16: a gzip header is required (zlib.h, inflateInit2). */
	return inflateInit2(&decoder->gzip, 16 + MAX_WBITS) == Z_OK ? 0 : -ENOMEM;
}

static ssize_t gzip_step(struct decoder *decoder, char *to, size_t size)
{
	z_stream *z = &decoder->gzip;
	size_t left = decoder->from->size - decoder->offset;
	int r;

	z->next_in = decoder->from->data + decoder->offset;
	z->avail_in = left > UINT32_MAX ? UINT32_MAX : (unsigned int)left;
	z->next_out = (unsigned char *)to;
	z->avail_out = size > UINT32_MAX ? UINT32_MAX : (unsigned int)size;
	size = z->avail_out;
	r = inflate(z, Z_NO_FLUSH);
	decoder->offset = (size_t)(z->next_in - decoder->from->data);
	if (r == Z_STREAM_END) {
		/* Several members may stand in a row (RFC 1952, 2.2). */
		if (decoder->offset < decoder->from->size)
			r = inflateReset(z);
		else
			decoder->ended = true;
	}
	if (r != Z_OK && r != Z_STREAM_END)
		return -EBADMSG;
	return (ssize_t)(size - z->avail_out);
}

static void gzip_close(struct decoder *decoder)
{
	inflateEnd(&decoder->gzip);
}

static int xz_open(struct decoder *decoder)
{
	lzma_stream fresh = LZMA_STREAM_INIT;

	decoder->xz = fresh;
	return lzma_stream_decoder(&decoder->xz, DECODER_MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
		       ? 0
		       : -ENOMEM;
}

static ssize_t xz_step(struct decoder *decoder, char *to, size_t size)
{
	lzma_stream *xz = &decoder->xz;
	lzma_ret r;

	xz->next_in = decoder->from->data + decoder->offset;
	xz->avail_in = decoder->from->size - decoder->offset;
	xz->next_out = (uint8_t *)to;
	xz->avail_out = size;
	r = lzma_code(xz, LZMA_FINISH);
	decoder->offset = decoder->from->size - xz->avail_in;
	if (r == LZMA_STREAM_END)
		decoder->ended = true;
	else if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return -ENOMEM;
	else if (r != LZMA_OK)
		return -EBADMSG;
	return (ssize_t)(size - xz->avail_out);
}

static void xz_close(struct decoder *decoder)
{
	lzma_end(&decoder->xz);
}

static int zstd_open(struct decoder *decoder)
{
	decoder->zstd = ZSTD_createDStream();
	if (!decoder->zstd)
		return -ENOMEM;
	return ZSTD_isError(ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax,
						   ZSTD_WINDOW_LOG_MAX))
		       ? -ENOMEM
		       : 0;
}

static ssize_t zstd_step(struct decoder *decoder, char *to, size_t size)
{
	ZSTD_inBuffer in = { decoder->from->data, decoder->from->size, decoder->offset };
	ZSTD_outBuffer out = { to, size, 0 };
	size_t r = ZSTD_decompressStream(decoder->zstd, &out, &in);

	if (ZSTD_isError(r))
		return -EBADMSG;
	decoder->offset = in.pos;
	/* 0: a frame is complete and flushed; another one may follow. */
	if (r == 0 && in.pos == in.size)
		decoder->ended = true;
	else if (r != 0 && in.pos == in.size && out.pos == 0)
		return -EBADMSG;
	return (ssize_t)out.pos;
}

static void zstd_close(struct decoder *decoder)
{
	ZSTD_freeDStream(decoder->zstd);
}

static int plain_open(struct decoder *decoder)
{
	decoder->ended = decoder->from->size == 0;
	return 0;
}

static ssize_t plain_step(struct decoder *decoder, char *to, size_t size)
{
	size_t left = decoder->from->size - decoder->offset;

	if (size > left)
		size = left;
	memcpy(to, decoder->from->data + decoder->offset, size);
	decoder->offset += size;
	decoder->ended = decoder->offset == decoder->from->size;
	return (ssize_t)size;
}

static void plain_close(struct decoder *decoder)
{
	(void)decoder;
}

/* Magic numbers: RFC 1952 2.3.1, the .xz file format 2.1.1.1, RFC 8878 3.1.1. */
static const struct format formats[] = {
	{ COMPRESSION_GZIP, { 0x1f, 0x8b }, 2, gzip_open, gzip_step, gzip_close },
	{ COMPRESSION_XZ, { 0xfd, '7', 'z', 'X', 'Z', 0x00 }, 6, xz_open, xz_step, xz_close },
	{ COMPRESSION_ZSTD, { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_open, zstd_step, zstd_close },
	{ COMPRESSION_NONE, { 0 }, 0, plain_open, plain_step, plain_close },
};

static const struct format *format_of(const struct bytes *file)
{
	const struct format *format = formats;

	while (file->size < format->magic_size ||
	       (format->magic_size && memcmp(file->data, format->magic, format->magic_size) != 0))
		format++;
	return format;
}

enum compression compression_of(const struct bytes *file)
{
	return format_of(file)->compression;
}

bool compression_is_kernel_xz(const struct bytes *file)
{
	/* The second byte of the stream flags (.xz file format 2.1.1.2); lib/xz of Linux. */
	static const size_t check_at = 7;

	return compression_of(file) == COMPRESSION_XZ && file->size > check_at &&
	       (file->data[check_at] == LZMA_CHECK_NONE ||
		file->data[check_at] == LZMA_CHECK_CRC32);
}

static struct decoder *decoder_free(struct decoder *decoder)
{
	if (decoder)
		decoder->format->close(decoder);
	free(decoder);
	return NULL;
}

static void release_decoder(struct decoder **decoder)
{
	decoder_free(*decoder);
}

static int decoder_new(const struct bytes *from, size_t max, struct decoder **ret)
{
	AUTO(release_decoder) struct decoder *decoder = calloc(1, sizeof(*decoder));
	int r;

	if (!decoder)
		return -ENOMEM;
	decoder->from = from;
	decoder->max = max;
	decoder->format = format_of(from);
	r = decoder->format->open(decoder);
	if (r < 0)
		return r;
	*ret = take(decoder);
	return 0;
}

/* Up to SIZE bytes; 0 only at the end. */
static ssize_t decoder_read(struct decoder *decoder, char *to, size_t size)
{
	while (!decoder->ended && size > 0) {
		size_t before = decoder->offset;
		ssize_t got = decoder->format->step(decoder, to, size);

		if (got < 0)
			return got;
		decoder->produced += (size_t)got;
		if (decoder->produced > decoder->max)
			return -EFBIG;
		if (got > 0)
			return got;
		/* Nothing taken and nothing made: the stream is cut. */
		if (decoder->offset == before && !decoder->ended)
			return -EBADMSG;
	}
	return 0;
}

int decompress_bytes(const struct bytes *from, size_t max, struct bytes *ret)
{
	AUTO(release_decoder) struct decoder *decoder = NULL;
	auto_bytes struct bytes bytes = { 0 };
	size_t capacity = 0;
	ssize_t got;
	int r = decoder_new(from, max, &decoder);

	if (r < 0)
		return r;
	do {
		if (capacity - bytes.size < 4096) {
			uint8_t *grown;

			capacity = capacity ? capacity * 2 : from->size + 65536;
			grown = realloc(bytes.data, capacity + 1);
			if (!grown)
				return -ENOMEM;
			bytes.data = grown;
		}
		got = decoder_read(decoder, (char *)bytes.data + bytes.size, capacity - bytes.size);
		if (got < 0)
			return (int)got;
		bytes.size += (size_t)got;
	} while (got > 0);
	bytes.data[bytes.size] = '\0';
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}

static ssize_t cookie_read(void *cookie, char *to, size_t size)
{
	ssize_t got = decoder_read(cookie, to, size);

	if (got < 0) {
		errno = (int)-got;
		return -1;
	}
	return got;
}

static int cookie_close(void *cookie)
{
	decoder_free(cookie);
	return 0;
}

int decompress_stream(const struct bytes *from, size_t max, FILE **ret)
{
	AUTO(release_decoder) struct decoder *decoder = NULL;
	FILE *file;
	int r = decoder_new(from, max, &decoder);

	if (r < 0)
		return r;
	file = fopencookie(decoder, "r",
			   (cookie_io_functions_t){ .read = cookie_read, .close = cookie_close });
	if (!file)
		return -ENOMEM;
	decoder = NULL; /* owned by file from here on */
	*ret = file;
	return 0;
}
