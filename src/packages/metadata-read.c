/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/metadata-read.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "trust/digest.h"

#define WHAT        "read the repository"
#define FETCH_AGAIN "fetch it again, or run createrepo_c on it"
/* What is parsed at a time, in bytes: it stays in the processor's cache. */
#define PIECE_SIZE 65536

/* The file as it lies there. */
struct file {
	int fd;
	uint64_t size; /* bytes read so far */
	struct digest *digest;
	struct progress_task *progress;
};

/* A decompress_reader: what it gives is what was added to the checksum. */
static ssize_t read_file(void *context, void *to, size_t size)
{
	struct file *file = context;
	ssize_t got = read(file->fd, to, size);

	while (got < 0 && errno == EINTR)
		got = read(file->fd, to, size);
	if (got < 0)
		return -errno;
	file->size += (size_t)got;
	progress_add(file->progress, (uint64_t)got);
	if (file->size > PRIMARY_SIZE_MAX)
		return -EFBIG;
	if (got > 0 && digest_update(file->digest, to, (size_t)got) < 0)
		return -EIO;
	return got;
}

/* Give all packages to PRIMARY. */
static int parse(struct file *file, struct primary *primary, const char **reterr_why)
{
	auto_decompressor struct decompressor *decompressor = NULL;
	auto_free char *piece = malloc(PIECE_SIZE);
	int r = piece ? decompressor_new(read_file, file, PRIMARY_SIZE_MAX, &decompressor)
		      : -ENOMEM;
	ssize_t got = 1;

	while (r == 0 && got > 0) {
		got = decompressor_read(decompressor, piece, PIECE_SIZE);
		r = got < 0 ? (int)got : primary_feed(primary, piece, (size_t)got, reterr_why);
		if (got < 0 && r == -EBADMSG)
			*reterr_why = NULL;
	}
	return r == 0 ? primary_finish(primary, reterr_why) : r;
}

/* The rest of the file, so that its checksum is known. */
static int pass_over(struct file *file)
{
	char piece[4096];
	ssize_t got;

	do
		got = read_file(file, piece, sizeof(piece));
	while (got > 0);
	return (int)got;
}

static int fail(const struct metadata_origin *origin, int r, const char *why, struct error *reterr)
{
	if (r == -EBADMSG && !why)
		return error_setf(reterr, r, WHAT, origin->repository, FETCH_AGAIN,
				  "%s is damaged or cut", origin->name);
	return error_setf(reterr, r, WHAT, origin->repository, FETCH_AGAIN, "%s: %s", origin->name,
			  r == -EBADMSG ? why : file_strerror(r));
}

/* Is it the file that repomd.xml speaks of? */
static int compare(const struct metadata_origin *origin, struct digest *digest,
		   struct error *reterr)
{
	auto_free char *checksum = NULL;
	int r = digest_finish(digest, &checksum);

	if (r < 0 || strcasecmp(checksum, origin->checksum) == 0)
		return r;
	return error_setf(reterr, -EBADMSG, WHAT, origin->repository,
			  "fetch it again, or run createrepo_c on it",
			  "%s has %s %.16s..., repomd.xml says %.16s...", origin->name,
			  origin->checksum_type, checksum, origin->checksum);
}

int metadata_read(const struct metadata_origin *origin, primary_sink sink, void *context,
		  struct error *reterr)
{
	auto_primary struct primary *primary = NULL;
	auto_digest struct digest *digest = NULL;
	struct file file = { .fd = origin->fd, .progress = origin->progress };
	const char *why = NULL;
	int parsed, r = digest_new(origin->checksum_type, &digest);

	if (r == -ENOTSUP)
		return error_setf(reterr, r, WHAT, origin->repository,
				  "run createrepo_c on it again",
				  "%s: checksum type '%s' cannot be computed", origin->name,
				  origin->checksum_type);
	if (r == 0 && lseek(file.fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = primary_new(sink, context, &primary);
	if (r < 0)
		return fail(origin, r, NULL, reterr);
	file.digest = digest;
	parsed = parse(&file, primary, &why);
	/* A file that is not the one that was meant explains all else that is wrong with it. */
	r = pass_over(&file);
	if (r == 0)
		r = compare(origin, digest, reterr);
	if (r == -EBADMSG)
		return r;
	if (r == 0)
		r = parsed;
	return r < 0 ? fail(origin, r, why, reterr) : 0;
}
