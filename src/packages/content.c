/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "trust/sums.h"

/* How much is read at a time, in bytes. */
#define PIECE_SIZE 65536

static int read_pieces(const struct rpm_entry *entry, struct sums *sums, content_sink sink,
		       void *context)
{
	char piece[PIECE_SIZE];
	uint64_t left = entry->size;
	int r = 0;

	while (r == 0 && left > 0) {
		long got = rpm_entry_read(entry, piece, left < PIECE_SIZE ? left : PIECE_SIZE);

		if (got <= 0)
			return -EBADMSG;
		left -= (uint64_t)got;
		r = sums_update(sums, piece, (size_t)got);
		if (r == 0 && sink)
			r = sink(context, piece, (size_t)got);
	}
	return r;
}

int content_pass(const struct rpm_entry *entry, content_sink sink, void *context, char **ret_sha256,
		 const char **reterr_why)
{
	auto_sums struct sums sums = { 0 };
	auto_free char *sha256 = NULL;
	bool same = false;
	int r = sums_start(&sums, entry->digest_type);

	if (r == 0)
		r = read_pieces(entry, &sums, sink, context);
	if (r == -EBADMSG)
		*reterr_why = "is damaged or cut";
	if (r == 0)
		r = sums_finish(&sums, entry->digest, &sha256, &same);
	if (r < 0)
		return r;
	if (!same) {
		*reterr_why = "has another digest than the header says";
		return -EBADMSG;
	}
	if (ret_sha256)
		*ret_sha256 = take(sha256);
	return 0;
}

/* Room for all of it was made before. */
static int keep(void *context, const void *data, size_t size)
{
	struct bytes *content = context;

	memcpy(content->data + content->size, data, size);
	content->size += size;
	return 0;
}

int content_read(const struct rpm_entry *entry, uint64_t max, struct bytes *ret, char **ret_sha256,
		 const char **reterr_why)
{
	auto_bytes struct bytes content = { 0 };
	int r;

	if (entry->size > max)
		return -EFBIG;
	content.data = calloc(1, entry->size + 1);
	if (!content.data)
		return -ENOMEM;
	r = content_pass(entry, keep, &content, ret_sha256, reterr_why);
	if (r < 0)
		return r;
	*ret = content;
	content = (struct bytes){ 0 };
	return 0;
}
