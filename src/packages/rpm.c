/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/rpm.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <rpm/header.h>
#include <rpm/rpmarchive.h>
#include <rpm/rpmcrypto.h>
#include <rpm/rpmfi.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmio.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmtd.h>
#include <rpm/rpmts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/driver.h"
#include "trust/digest.h"

/* What stands before the signature header (rpm: lib/rpmlead.c). */
#define LEAD_SIZE 96

#define READING    "read the RPM"
#define HINT_FETCH "get the package again"

struct rpm {
	int fd; /* borrowed */
	char *name;
	Header header;
	char *nevra;
	uint64_t size; /* of the file, in bytes */
	uint64_t payload; /* where the payload starts in it */
};

static void release_ts(rpmts *ts)
{
	rpmtsFree(*ts);
}

static void release_rpm_fd(FD_t *fd)
{
	if (*fd)
		Fclose(*fd);
}

static void release_files(rpmfiles *files)
{
	rpmfilesFree(*files);
}

/* Where librpm's first complaint goes, of what this thread has it do; NULL: nowhere. */
static _Thread_local char **complaint;

static int keep_message(rpmlogRec record, rpmlogCallbackData data)
{
	(void)data;
	if (complaint && !*complaint && rpmlogRecPriority(record) <= RPMLOG_ERR) {
		*complaint = strdup(rpmlogRecMessage(record));
		if (*complaint)
			(*complaint)[strcspn(*complaint, "\n")] = '\0';
	}
	return 0;
}

/* From here on librpm's stderr is silent: there is one log of it for all threads. */
static void listen_to_librpm(char **message)
{
	complaint = message;
	rpmlogSetCallback(keep_message, NULL);
}

static void listen_no_more(void)
{
	complaint = NULL;
}

/* Librpm starts its messages with the name that it was given; the sentence has it already. */
static const char *without_name(const char *message, const char *name)
{
	size_t length = strlen(name);

	if (!message)
		return NULL;
	if (text_starts(message, name) && text_starts(message + length, ": "))
		return message + length + 2;
	return *message ? message : NULL;
}

static int damaged(const struct rpm *rpm, struct error *reterr, const char *why)
{
	return error_set(reterr, -EBADMSG, READING, rpm->name, why, HINT_FETCH);
}

/*
 * A transaction set that checks digests and no signatures. Its keyring is there, and empty: where
 * it is not, librpm may open the rpm database to fill it, which forks a shell and makes ~/.rpmdb.
 */
static rpmts make_ts(void)
{
	rpmts ts = rpmtsCreate();
	rpmKeyring keyring = rpmKeyringNew();

	if (ts) {
		rpmtsSetVSFlags(ts, RPMVSF_MASK_NOSIGNATURES);
		rpmtsSetKeyring(ts, keyring);
	}
	rpmKeyringFree(keyring);
	return ts;
}

static void release_iterator(rpmdbMatchIterator *iterator)
{
	rpmdbFreeIterator(*iterator);
}

static int visit_database(rpmts ts, int (*visit)(void *context, void *header), void *context)
{
	AUTO(release_iterator) rpmdbMatchIterator iterator = NULL;
	Header header;
	int visits = 0, r = 0;

	if (rpmtsOpenDB(ts, O_RDONLY) != 0)
		return -EBADMSG;
	iterator = rpmtsInitIterator(ts, RPMDBI_PACKAGES, NULL, 0);
	while (r == 0 && (header = rpmdbNextIterator(iterator))) {
		r = visit(context, header);
		visits++;
	}
	return r < 0 ? r : visits;
}

int rpm_database_each(const char *folder, int (*visit)(void *context, void *header), void *context,
		      char **ret_message)
{
	auto_free char *message = NULL;
	rpmts ts;
	int r;

	listen_to_librpm(&message);
	rpmPushMacro(NULL, "_dbpath", NULL, folder, RMIL_CMDLINE);
	ts = make_ts();
	r = ts ? visit_database(ts, visit, context) : -ENOMEM;
	rpmtsFree(ts);
	rpmPopMacro(NULL, "_dbpath");
	listen_no_more();
	/* A package that librpm cannot read is passed over with a complaint only. */
	if (r >= 0 && message)
		r = -EBADMSG;
	if (r == -EBADMSG)
		*ret_message = take(message);
	return r;
}

static int read_header(struct rpm *rpm, struct error *reterr)
{
	AUTO(release_ts) rpmts ts = NULL;
	AUTO(release_rpm_fd) FD_t file = NULL;
	auto_free char *message = NULL;
	const char *why;
	rpmRC rc;

	if (rpmInitCrypto() != 0)
		return error_set(reterr, -ENOTSUP, READING, rpm->name, "no crypto library", NULL);
	ts = make_ts();
	if (!ts)
		return -ENOMEM;
	file = fdDup(rpm->fd);
	if (!file)
		return error_set(reterr, -errno, READING, rpm->name, NULL, NULL);
	listen_to_librpm(&message);
	rc = rpmReadPackageFile(ts, file, rpm->name, &rpm->header);
	listen_no_more();
	if (rc != RPMRC_FAIL && rpm->header)
		return 0;
	if (Ferror(file))
		return error_set(reterr, -EIO, READING, rpm->name, NULL, NULL);
	why = without_name(message, rpm->name);
	return damaged(rpm, reterr, why ? why : "it is no RPM package, or its start is damaged");
}

/* Bytes before the main header: lead and signature header, which is padded to 8 (rpm: signature.c).
 */
static int front_size(const struct rpm *rpm, uint64_t *ret)
{
	uint32_t intro[4] = { 0 };
	uint64_t signature;
	ssize_t got = pread(rpm->fd, intro, sizeof(intro), LEAD_SIZE);

	if (got != (ssize_t)sizeof(intro))
		return got < 0 ? -errno : -EBADMSG;
	signature = sizeof(intro) + (uint64_t)be32toh(intro[2]) * 16 + be32toh(intro[3]);
	*ret = LEAD_SIZE + (signature + 7) / 8 * 8;
	return 0;
}

/* A cut file is found without reading the payload: the signature header says how long the rest is.
 */
static int check_length(const struct rpm *rpm, struct error *reterr)
{
	uint64_t stated = headerGetNumber(rpm->header, RPMTAG_LONGSIGSIZE);
	uint64_t front = 0;
	int r;

	if (stated == 0)
		return 0;
	r = front_size(rpm, &front);
	if (r < 0)
		return error_set(reterr, r, READING, rpm->name, NULL, HINT_FETCH);
	if (rpm->size == front + stated)
		return 0;
	return error_setf(reterr, -EBADMSG, READING, rpm->name, HINT_FETCH,
			  "it is %" PRIu64 " bytes long, and its header says %" PRIu64, rpm->size,
			  front + stated);
}

static int name_package(struct rpm *rpm, struct error *reterr)
{
	const char *name = headerGetString(rpm->header, RPMTAG_NAME);
	const char *version = headerGetString(rpm->header, RPMTAG_VERSION);
	const char *release = headerGetString(rpm->header, RPMTAG_RELEASE);
	const char *arch = headerGetString(rpm->header, RPMTAG_ARCH);
	unsigned long epoch = headerGetNumber(rpm->header, RPMTAG_EPOCH);

	if (headerIsSource(rpm->header))
		arch = "src";
	if (!name || !version || !release || !arch)
		return damaged(rpm, reterr, "its header lacks name, version, release or arch");
	rpm->nevra = driver_nevra(name, epoch, version, release, arch);
	return rpm->nevra ? 0 : -ENOMEM;
}

static int find_payload(struct rpm *rpm)
{
	off_t at = lseek(rpm->fd, 0, SEEK_CUR);

	if (at < 0)
		return -errno;
	rpm->payload = (uint64_t)at;
	return 0;
}

static int check_file(struct rpm *rpm, struct error *reterr)
{
	struct stat st;

	if (fstat(rpm->fd, &st) < 0 || lseek(rpm->fd, 0, SEEK_SET) < 0)
		return error_set(reterr, -errno, READING, rpm->name, NULL, NULL);
	rpm->size = (uint64_t)st.st_size;
	if (rpm->size <= RPM_SIZE_MAX)
		return 0;
	return error_set(reterr, -EFBIG, READING, rpm->name, "it is over 4 GiB", NULL);
}

bool rpm_header_is_bounded(void *header)
{
	static const rpmTagVal tags[] = {
		RPMTAG_PROVIDENAME,    RPMTAG_REQUIRENAME, RPMTAG_CONFLICTNAME,
		RPMTAG_OBSOLETENAME,   RPMTAG_SUGGESTNAME, RPMTAG_RECOMMENDNAME,
		RPMTAG_SUPPLEMENTNAME, RPMTAG_ENHANCENAME,
	};

	for (size_t i = 0; i < COUNT(tags); i++) {
		struct rpmtd_s data;
		size_t worst = 0;
		const char *text;

		if (!headerGet(header, tags[i], &data, HEADERGET_MINMEM))
			continue;
		while ((text = rpmtdNextString(&data))) {
			size_t count = 0;

			for (; (text = strchr(text, '(')); text++)
				count++;
			worst = count > worst ? count : worst;
		}
		if (rpmtdCount(&data) > MARKUP_PACKAGE_MAX)
			worst = SIZE_MAX;
		rpmtdFreeData(&data);
		if (worst > MARKUP_PARENTHESES_MAX)
			return false;
	}
	return true;
}

int rpm_open(int fd, const char *name, struct rpm **ret, struct error *reterr)
{
	auto_rpm struct rpm *rpm = calloc(1, sizeof(*rpm));
	int r;

	if (!rpm)
		return -ENOMEM;
	rpm->fd = fd;
	rpm->name = strdup(name);
	if (!rpm->name)
		return -ENOMEM;
	r = check_file(rpm, reterr);
	if (r == 0)
		r = read_header(rpm, reterr);
	if (r == 0)
		r = find_payload(rpm);
	if (r == 0)
		r = check_length(rpm, reterr);
	if (r == 0)
		r = name_package(rpm, reterr);
	if (r == 0 && rpm_installed_size(rpm) > RPM_UNPACKED_MAX)
		r = damaged(rpm, reterr, "its files take more than 8 GiB");
	if (r == 0 && !rpm_header_is_bounded(rpm->header))
		r = damaged(rpm, reterr, "it has more or longer dependencies than any package");
	if (r < 0)
		return error_set(reterr, r, READING, name, NULL, NULL);
	*ret = take(rpm);
	return 0;
}

struct rpm *rpm_close(struct rpm *rpm)
{
	if (!rpm)
		return NULL;
	headerFree(rpm->header);
	free(rpm->nevra);
	free(rpm->name);
	free(rpm);
	return NULL;
}

const char *rpm_nevra(const struct rpm *rpm)
{
	return rpm->nevra;
}

void *rpm_header_handle(const struct rpm *rpm)
{
	return rpm->header;
}

/* All texts of TAG; an absent tag is the empty list. */
static int header_strings(Header header, rpmTagVal tag, struct strings *ret)
{
	auto_strings struct strings texts = { 0 };
	struct rpmtd_s data;
	const char *text;
	int r = 0;

	if (headerGet(header, tag, &data, HEADERGET_EXT | HEADERGET_ALLOC)) {
		while (r == 0 && (text = rpmtdNextString(&data)))
			r = strings_add(&texts, text);
		rpmtdFreeData(&data);
	}
	if (r < 0)
		return r;
	*ret = texts;
	texts = (struct strings){ 0 };
	return 0;
}

int rpm_provides(const struct rpm *rpm, struct strings *ret_names, struct strings *ret_versions)
{
	auto_strings struct strings names = { 0 };
	auto_strings struct strings versions = { 0 };
	int r = header_strings(rpm->header, RPMTAG_PROVIDENAME, &names);

	if (r == 0)
		r = header_strings(rpm->header, RPMTAG_PROVIDEVERSION, &versions);
	while (r == 0 && versions.count < names.count)
		r = strings_add(&versions, "");
	if (r < 0)
		return r;
	*ret_names = names;
	*ret_versions = versions;
	names = versions = (struct strings){ 0 };
	return 0;
}

int rpm_files(const struct rpm *rpm, struct strings *ret)
{
	return header_strings(rpm->header, RPMTAG_FILENAMES, ret);
}

uint64_t rpm_installed_size(const struct rpm *rpm)
{
	return headerGetNumber(rpm->header, RPMTAG_LONGSIZE);
}

int rpm_header_keys(void *header, struct strings *keys)
{
	auto_strings struct strings found = { 0 };
	int r = 0;

	if (text_equal(headerGetString(header, RPMTAG_NAME), "gpg-pubkey"))
		r = header_strings(header, RPMTAG_PUBKEYS, &found);
	for (size_t i = 0; i < found.count && r == 0; i++)
		r = strings_add_once(keys, found.items[i]);
	return r;
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
	int r = header_strings(rpm->header, RPMTAG_PAYLOADDIGEST, &stated);

	if (r == 0 && stated.count == 0)
		return 0;
	if (r == 0)
		r = digest_new(digest_type(algorithm), &digest);
	if (r == -ENOTSUP)
		return damaged(rpm, reterr, "the digest of its payload is of an unknown kind");
	if (r == 0)
		r = hash_payload(rpm, digest);
	if (r == 0)
		r = digest_finish(digest, &found);
	if (r < 0)
		return error_set(reterr, r, READING, rpm->name, NULL, NULL);
	if (!digest_equal(found, stated.items[0]))
		return damaged(rpm, reterr, "its payload has another digest than its header says");
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
		return damaged(rpm, reterr, "its payload is no cpio archive");
	for (size_t i = 0; i < COUNT(modes); i++) {
		if (text_equal(compressor ? compressor : "gzip", modes[i].compressor)) {
			*ret = modes[i].mode;
			return 0;
		}
	}
	return error_setf(reterr, -EBADMSG, READING, rpm->name, NULL,
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
			r = damaged(rpm, reterr, "its files take more than 8 GiB");
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
	return error_setf(reterr, -EBADMSG, READING, rpm->name, HINT_FETCH,
			  "its payload is damaged (%s)", why ? why : "no reason given");
}

/* *RET_BROKEN: librpm could not go on, which it says of a failed system call too. */
static int walk_once(struct rpm *rpm, int (*visit)(void *context, const struct rpm_entry *entry),
		     void *context, bool *ret_broken, struct error *reterr)
{
	AUTO(release_rpm_fd) FD_t file = NULL;
	AUTO(release_files) rpmfiles files = NULL;
	AUTO(release_walk) struct walk walk = { 0 };
	const char *mode = NULL;
	int r = payload_mode(rpm, &mode, reterr);

	if (r < 0)
		return r;
	if (lseek(rpm->fd, (off_t)rpm->payload, SEEK_SET) < 0 || !(file = fdDup(rpm->fd)))
		return error_set(reterr, -errno, READING, rpm->name, NULL, NULL);
	listen_to_librpm(NULL);
	files = rpmfilesNew(NULL, rpm->header, 0, RPMFI_KEEPHEADER);
	file = Fdopen(file, mode);
	if (files && file && !has_endless_link(files))
		walk.iterator =
			rpmfiNewArchiveReader(file, files, RPMFI_ITER_READ_ARCHIVE_CONTENT_FIRST);
	r = walk.iterator ? visit_all(rpm, &walk, visit, context, reterr)
			  : damaged(rpm, reterr, "its list of files is damaged");
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
	return error_set(reterr, -EIO, READING, rpm->name, NULL, NULL);
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
