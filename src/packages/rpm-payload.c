/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/rpm-payload.h"

#include <errno.h>
#include <limits.h>
#include <rpm/rpmtypes.h>
#include <rpm/rpmfi.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmarchive.h>
#include <rpm/rpmcrypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/rpm-internal.h"
#include "trust/digest.h"

static void release_files(rpmfiles *files)
{
	rpmfilesFree(*files);
}

static const char *digest_type(int algorithm)
{
	switch (algorithm) {
	case RPM_HASH_MD5:
		return "md5";
	case RPM_HASH_SHA1:
		return "sha1";
	case RPM_HASH_SHA224:
		return "sha224";
	case RPM_HASH_SHA256:
		return "sha256";
	case RPM_HASH_SHA384:
		return "sha384";
	case RPM_HASH_SHA512:
		return "sha512";
	default:
		return NULL;
	}
}

static int hash_payload(const struct rpm *rpm, struct digest *digest)
{
	char buffer[65536];
	uint64_t at = rpm->payload;
	ssize_t got;

	do {
		got = pread(rpm->fd, buffer, sizeof(buffer), (off_t)at);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0 && digest_update(digest, buffer, (size_t)got) < 0)
			return -EIO;
		at += got > 0 ? (uint64_t)got : 0;
	} while (got != 0);
	return 0;
}

int rpm_verify_payload(const struct rpm *rpm, struct error *reterr)
{
	auto_digest struct digest *digest = NULL;
	auto_strings struct strings stated = { 0 };
	auto_free char *found = NULL;
	int algorithm = (int)headerGetNumber(rpm->header, RPMTAG_PAYLOADDIGESTALGO);
	int r = rpm_header_strings(rpm->header, RPMTAG_PAYLOADDIGEST, &stated);

	if (r == 0 && stated.count == 0)
		return 0;
	if (r == 0)
		r = digest_new(digest_type(algorithm), &digest);
	if (r == -ENOTSUP)
		return rpm_damaged(rpm, reterr, "the digest of its payload is of an unknown kind");
	if (r == 0)
		r = hash_payload(rpm, digest);
	if (r == 0)
		r = digest_finish(digest, &found);
	if (r < 0)
		return error_set(reterr, r, RPM_READING, rpm->name, NULL, NULL);
	if (!digest_equal(found, stated.items[0]))
		return rpm_damaged(rpm, reterr,
				   "its payload has another digest than its header says");
	return 1;
}

/* Which of librpm's readers takes PAYLOADCOMPRESSOR; none stored is gzip or nothing, read alike. */
static int payload_mode(const struct rpm *rpm, const char **ret, struct error *reterr)
{
	static const struct {
		const char *compressor, *mode;
	} modes[] = {
		{ "gzip", "r.gzdio" },  { "xz", "r.xzdio" },   { "zstd", "r.zstdio" },
		{ "bzip2", "r.bzdio" }, { "lzma", "r.lzdio" },
	};
	const char *format = headerGetString(rpm->header, RPMTAG_PAYLOADFORMAT);
	const char *compressor = headerGetString(rpm->header, RPMTAG_PAYLOADCOMPRESSOR);

	if (format && strcmp(format, "cpio") != 0)
		return rpm_damaged(rpm, reterr, "its payload is no cpio archive");
	for (size_t i = 0; i < COUNT(modes); i++) {
		if (text_equal(compressor ? compressor : "gzip", modes[i].compressor)) {
			*ret = modes[i].mode;
			return 0;
		}
	}
	return error_setf(reterr, -EBADMSG, RPM_READING, rpm->name, NULL,
			  "its payload is compressed with '%s', which is not known", compressor);
}

/* One walk through the payload. */
struct walk {
	rpmfi iterator;
	bool broken; /* librpm could not read on */
	uint64_t left; /* bytes of the entry being visited that were not read yet */
	char *content_path; /* of the hard link that carried content last */
	int content_set; /* file index by which its set of links is known */
	char digest_text[2 * 64 + 1]; /* SHA-512 is the longest */
};

static void release_walk(struct walk *walk)
{
	free(walk->content_path);
	rpmfiFree(walk->iterator);
}

/* Of hard links the first visited carries the content: librpm's ..._CONTENT_FIRST order. */
static int note_links(struct walk *walk, struct rpm_entry *entry, bool has_content)
{
	const int *links = NULL;

	if (rpmfiFLinks(walk->iterator, &links) < 2 || !links)
		return 0;
	if (!has_content) {
		if (walk->content_path && walk->content_set == links[0])
			entry->link = walk->content_path;
		return 0;
	}
	free(walk->content_path);
	walk->content_path = strdup(entry->path);
	walk->content_set = links[0];
	return walk->content_path ? 0 : -ENOMEM;
}

static void note_digest(struct walk *walk, struct rpm_entry *entry)
{
	int algorithm = 0;
	size_t size = 0;
	const unsigned char *digest = rpmfiFDigest(walk->iterator, &algorithm, &size);

	if (!digest || size == 0 || size * 2 >= sizeof(walk->digest_text))
		return;
	for (size_t i = 0; i < size; i++)
		snprintf(walk->digest_text + 2 * i, 3, "%02x", digest[i]);
	entry->digest_type = digest_type(algorithm);
	entry->digest = entry->digest_type ? walk->digest_text : NULL;
}

static int make_entry(struct walk *walk, struct rpm_entry *ret)
{
	struct rpm_entry entry = {
		.path = rpmfiFN(walk->iterator),
		.mode = rpmfiFMode(walk->iterator),
		.stream = walk,
	};
	int r;

	if (S_ISLNK(entry.mode))
		entry.target = rpmfiFLink(walk->iterator);
	if (S_ISREG(entry.mode)) {
		bool has_content = rpmfiArchiveHasContent(walk->iterator) != 0;

		r = note_links(walk, &entry, has_content);
		if (r < 0)
			return r;
		entry.size = has_content ? rpmfiFSize(walk->iterator) : 0;
		note_digest(walk, &entry);
	}
	walk->left = entry.size;
	*ret = entry;
	return 0;
}

/* Librpm takes the target of a link into memory, and ends the program where there is too little. */
static bool has_endless_link(rpmfiles files)
{
	for (int i = 0; i < (int)rpmfilesFC(files); i++)
		if (S_ISLNK(rpmfilesFMode(files, i)) && rpmfilesFSize(files, i) > PATH_MAX)
			return true;
	return false;
}

static int visit_all(const struct rpm *rpm, struct walk *walk,
		     int (*visit)(void *context, const struct rpm_entry *entry), void *context,
		     struct error *reterr)
{
	auto_free char *why = NULL;
	uint64_t left = RPM_UNPACKED_MAX;
	int rc;

	while ((rc = rpmfiNext(walk->iterator)) >= 0) {
		struct rpm_entry entry;
		int r = make_entry(walk, &entry);

		/* What nobody asks for is decompressed too, to get at what stands behind it. */
		if (r == 0 && entry.size > left)
			r = rpm_damaged(rpm, reterr, "its files take more than 8 GiB");
		if (r == 0) {
			left -= entry.size;
			r = visit(context, &entry);
		}
		if (r != 0)
			return r;
	}
	if (rc == RPMERR_ITER_END)
		return 0;
	walk->broken = true;
	why = rpmfileStrerror(rc);
	return error_setf(reterr, -EBADMSG, RPM_READING, rpm->name, RPM_HINT_FETCH,
			  "its payload is damaged (%s)", why ? why : "no reason given");
}

/* *RET_BROKEN: librpm could not go on, which it says of a failed system call too. */
static int walk_once(struct rpm *rpm, int (*visit)(void *context, const struct rpm_entry *entry),
		     void *context, bool *ret_broken, struct error *reterr)
{
	AUTO(rpm_release_fd) FD_t file = NULL;
	AUTO(release_files) rpmfiles files = NULL;
	AUTO(release_walk) struct walk walk = { 0 };
	const char *mode = NULL;
	int r = payload_mode(rpm, &mode, reterr);

	if (r < 0)
		return r;
	if (lseek(rpm->fd, (off_t)rpm->payload, SEEK_SET) < 0 || !(file = fdDup(rpm->fd)))
		return error_set(reterr, -errno, RPM_READING, rpm->name, NULL, NULL);
	rpm_listen(NULL);
	files = rpmfilesNew(NULL, rpm->header, 0, RPMFI_KEEPHEADER);
	file = Fdopen(file, mode);
	if (files && file && !has_endless_link(files))
		walk.iterator =
			rpmfiNewArchiveReader(file, files, RPMFI_ITER_READ_ARCHIVE_CONTENT_FIRST);
	r = walk.iterator ? visit_all(rpm, &walk, visit, context, reterr)
			  : rpm_damaged(rpm, reterr, "its list of files is damaged");
	*ret_broken = walk.broken;
	return r;
}

static int pass_over(void *context, const struct rpm_entry *entry)
{
	char piece[65536];
	long got;

	(void)context;
	while ((got = rpm_entry_read(entry, piece, sizeof(piece))) > 0)
		;
	return (int)got;
}

int rpm_payload(struct rpm *rpm, int (*visit)(void *context, const struct rpm_entry *entry),
		void *context, struct error *reterr)
{
	bool broken = false;
	int r = walk_once(rpm, visit, context, &broken, reterr);

	/* A second look tells what is damaged from what could not be read that time. */
	if (!broken || walk_once(rpm, pass_over, NULL, &broken, NULL) < 0)
		return r;
	if (reterr)
		error_done(reterr);
	return error_set(reterr, -EIO, RPM_READING, rpm->name, NULL, NULL);
}

long rpm_entry_read(const struct rpm_entry *entry, void *buffer, size_t size)
{
	struct walk *walk = entry->stream;
	ssize_t got;

	/* Never asked for more than it has: librpm would read on into the next entry. */
	if (size > walk->left)
		size = (size_t)walk->left;
	if (size == 0)
		return 0;
	got = rpmfiArchiveRead(walk->iterator, buffer, size);
	if (got <= 0) {
		walk->broken = true;
		return -EBADMSG;
	}
	walk->left -= (uint64_t)got;
	return got;
}
