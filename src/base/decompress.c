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

/* How much is asked of a reader at a time, in bytes. */
#define WINDOW_SIZE 65536

struct decompressor {
	decompress_reader read; /* what comes behind data; NULL if that is all */
	void *context;
	uint8_t *window; /* of a reader, owned; data is it then */
	uint8_t *data; /* only read */
	size_t size; /* bytes of data */
	size_t offset; /* into data: first byte not yet given to the library */
	bool last; /* nothing comes behind data */
	bool complete; /* what was read could end here */
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
	int (*open)(struct decompressor *decoder);
	ssize_t (*step)(struct decompressor *decoder, char *to, size_t size);
	void (*close)(struct decompressor *decoder);
};

static int gzip_open(struct decompressor *decoder)
{
	/* 16: a gzip header is required (zlib.h, inflateInit2). */
	return inflateInit2(&decoder->gzip, 16 + MAX_WBITS) == Z_OK ? 0 : -ENOMEM;
}

static ssize_t gzip_step(struct decompressor *decoder, char *to, size_t size)
{
	z_stream *z = &decoder->gzip;
	size_t left = decoder->size - decoder->offset;
	int r;

	/* Several members may stand in a row (RFC 1952, 2.2). */
	if (decoder->complete && inflateReset(z) != Z_OK)
		return -EBADMSG;
	z->next_in = decoder->data + decoder->offset;
	z->avail_in = left > UINT32_MAX ? UINT32_MAX : (unsigned int)left;
	z->next_out = (unsigned char *)to;
	z->avail_out = size > UINT32_MAX ? UINT32_MAX : (unsigned int)size;
	size = z->avail_out;
	r = inflate(z, Z_NO_FLUSH);
	decoder->offset = (size_t)(z->next_in - decoder->data);
	decoder->complete = r == Z_STREAM_END;
	if (r != Z_OK && r != Z_STREAM_END)
		return -EBADMSG;
	return (ssize_t)(size - z->avail_out);
}

static void gzip_close(struct decompressor *decoder)
{
	inflateEnd(&decoder->gzip);
}

static int xz_open(struct decompressor *decoder)
{
	lzma_stream fresh = LZMA_STREAM_INIT;

	decoder->xz = fresh;
	return lzma_stream_decoder(&decoder->xz, DECODER_MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
		       ? 0
		       : -ENOMEM;
}

static ssize_t xz_step(struct decompressor *decoder, char *to, size_t size)
{
	lzma_stream *xz = &decoder->xz;
	lzma_ret r;

	xz->next_in = decoder->data + decoder->offset;
	xz->avail_in = decoder->size - decoder->offset;
	xz->next_out = (uint8_t *)to;
	xz->avail_out = size;
	r = lzma_code(xz, decoder->last ? LZMA_FINISH : LZMA_RUN);
	decoder->offset = decoder->size - xz->avail_in;
	if (r == LZMA_STREAM_END)
		decoder->ended = true;
	else if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return -ENOMEM;
	else if (r != LZMA_OK)
		return -EBADMSG;
	return (ssize_t)(size - xz->avail_out);
}

static void xz_close(struct decompressor *decoder)
{
	lzma_end(&decoder->xz);
}

static int zstd_open(struct decompressor *decoder)
{
	decoder->zstd = ZSTD_createDStream();
	if (!decoder->zstd)
		return -ENOMEM;
	return ZSTD_isError(ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax,
						   ZSTD_WINDOW_LOG_MAX))
		       ? -ENOMEM
		       : 0;
}

static ssize_t zstd_step(struct decompressor *decoder, char *to, size_t size)
{
	ZSTD_inBuffer in = { decoder->data, decoder->size, decoder->offset };
	ZSTD_outBuffer out = { to, size, 0 };
	size_t r = ZSTD_decompressStream(decoder->zstd, &out, &in);

	if (ZSTD_isError(r))
		return -EBADMSG;
	decoder->offset = in.pos;
	/* 0: a frame is complete and flushed; another one may follow. */
	decoder->complete = r == 0;
	return (ssize_t)out.pos;
}

static void zstd_close(struct decompressor *decoder)
{
	ZSTD_freeDStream(decoder->zstd);
}

static int plain_open(struct decompressor *decoder)
{
	decoder->complete = true;
	return 0;
}

static ssize_t plain_step(struct decompressor *decoder, char *to, size_t size)
{
	size_t left = decoder->size - decoder->offset;

	if (size > left)
		size = left;
	memcpy(to, decoder->data + decoder->offset, size);
	decoder->offset += size;
	return (ssize_t)size;
}

static void plain_close(struct decompressor *decoder)
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

static const struct format *format_of(const uint8_t *data, size_t size)
{
	const struct format *format = formats;

	while (size < format->magic_size ||
	       (format->magic_size && memcmp(data, format->magic, format->magic_size) != 0))
		format++;
	return format;
}

enum compression compression_of(const struct bytes *file)
{
	return format_of(file->data, file->size)->compression;
}

bool compression_is_kernel_xz(const struct bytes *file)
{
	/* The second byte of the stream flags (.xz file format 2.1.1.2); lib/xz of Linux. */
	static const size_t check_at = 7;

	return compression_of(file) == COMPRESSION_XZ && file->size > check_at &&
	       (file->data[check_at] == LZMA_CHECK_NONE ||
		file->data[check_at] == LZMA_CHECK_CRC32);
}

struct decompressor *decompressor_free(struct decompressor *decoder)
{
	if (decoder && decoder->format)
		decoder->format->close(decoder);
	if (decoder)
		free(decoder->window);
	free(decoder);
	return NULL;
}

/* Have the next bytes of the reader in the window, enough to tell a format. 0 or -errno. */
static int refill(struct decompressor *decoder)
{
	decoder->size = decoder->offset = 0;
	while (decoder->size < sizeof(formats->magic) && !decoder->last) {
		ssize_t got = decoder->read(decoder->context, decoder->window + decoder->size,
					    WINDOW_SIZE - decoder->size);

		if (got < 0)
			return (int)got;
		decoder->size += (size_t)got;
		decoder->last = got == 0;
	}
	return 0;
}

static int decoder_open(struct decompressor *decoder, size_t max)
{
	const struct format *format = format_of(decoder->data, decoder->size);
	int r = format->open(decoder);

	if (r < 0)
		return r;
	decoder->max = max;
	decoder->format = format;
	return 0;
}

static int new_of_bytes(const struct bytes *from, size_t max, struct decompressor **ret)
{
	auto_decompressor struct decompressor *decoder = calloc(1, sizeof(*decoder));
	int r;

	if (!decoder)
		return -ENOMEM;
	decoder->data = from->data;
	decoder->size = from->size;
	decoder->last = true;
	r = decoder_open(decoder, max);
	if (r < 0)
		return r;
	*ret = take(decoder);
	return 0;
}

int decompressor_new(decompress_reader read, void *context, size_t max, struct decompressor **ret)
{
	auto_decompressor struct decompressor *decoder = calloc(1, sizeof(*decoder));
	int r;

	if (!decoder)
		return -ENOMEM;
	decoder->read = read;
	decoder->context = context;
	decoder->data = decoder->window = malloc(WINDOW_SIZE);
	r = decoder->window ? refill(decoder) : -ENOMEM;
	if (r == 0)
		r = decoder_open(decoder, max);
	if (r < 0)
		return r;
	*ret = take(decoder);
	return 0;
}

ssize_t decompressor_read(struct decompressor *decoder, char *to, size_t size)
{
	while (!decoder->ended && size > 0) {
		size_t before;
		bool complete = decoder->complete;
		ssize_t got =
			decoder->offset == decoder->size && !decoder->last ? refill(decoder) : 0;

		if (got < 0)
			return got;
		before = decoder->offset;
		if (before == decoder->size && decoder->complete) {
			decoder->ended = true;
			break;
		}
		got = decoder->format->step(decoder, to, size);
		if (got < 0)
			return got;
		decoder->produced += (size_t)got;
		if (decoder->produced > decoder->max)
			return -EFBIG;
		if (got > 0)
			return got;
		/* Nothing taken and nothing made: the stream is cut. */
		if (decoder->offset == before && !decoder->ended && decoder->complete == complete)
			return -EBADMSG;
	}
	return 0;
}

int decompress_bytes(const struct bytes *from, size_t max, struct bytes *ret)
{
	auto_decompressor struct decompressor *decoder = NULL;
	auto_bytes struct bytes bytes = { 0 };
	size_t capacity = 0;
	ssize_t got;
	int r = new_of_bytes(from, max, &decoder);

	if (r < 0)
		return r;
	do {
		if (capacity - bytes.size < 4096) {
			uint8_t *grown;

			capacity = capacity ? capacity * 2 : from->size + WINDOW_SIZE;
			grown = realloc(bytes.data, capacity + 1);
			if (!grown)
				return -ENOMEM;
			bytes.data = grown;
		}
		got = decompressor_read(decoder, (char *)bytes.data + bytes.size,
					capacity - bytes.size);
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
	ssize_t got = decompressor_read(cookie, to, size);

	if (got < 0) {
		errno = (int)-got;
		return -1;
	}
	return got;
}

static int cookie_close(void *cookie)
{
	decompressor_free(cookie);
	return 0;
}

int decompress_stream(const struct bytes *from, size_t max, FILE **ret)
{
	auto_decompressor struct decompressor *decoder = NULL;
	FILE *file;
	int r = new_of_bytes(from, max, &decoder);

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
