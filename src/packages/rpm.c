/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/rpm.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <rpm/header.h>
#include <rpm/rpmcrypto.h>
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
#include "packages/rpm-internal.h"

/* What stands before the signature header (rpm: lib/rpmlead.c). */
#define LEAD_SIZE 96

static void release_ts(rpmts *ts)
{
	rpmtsFree(*ts);
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

void rpm_listen(char **message)
{
	complaint = message;
	rpmlogSetCallback(keep_message, NULL);
}

void rpm_listen_no_more(void)
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

int rpm_damaged(const struct rpm *rpm, struct error *reterr, const char *why)
{
	return error_set(reterr, -EBADMSG, RPM_READING, rpm->name, why, RPM_HINT_FETCH);
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

	rpm_listen(&message);
	rpmPushMacro(NULL, "_dbpath", NULL, folder, RMIL_CMDLINE);
	ts = make_ts();
	r = ts ? visit_database(ts, visit, context) : -ENOMEM;
	rpmtsFree(ts);
	rpmPopMacro(NULL, "_dbpath");
	rpm_listen_no_more();
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
	AUTO(rpm_release_fd) FD_t file = NULL;
	auto_free char *message = NULL;
	const char *why;
	rpmRC rc;

	if (rpmInitCrypto() != 0)
		return error_set(reterr, -ENOTSUP, RPM_READING, rpm->name, "no crypto library",
				 NULL);
	ts = make_ts();
	if (!ts)
		return -ENOMEM;
	file = fdDup(rpm->fd);
	if (!file)
		return error_set(reterr, -errno, RPM_READING, rpm->name, NULL, NULL);
	rpm_listen(&message);
	rc = rpmReadPackageFile(ts, file, rpm->name, &rpm->header);
	rpm_listen_no_more();
	if (rc != RPMRC_FAIL && rpm->header)
		return 0;
	if (Ferror(file))
		return error_set(reterr, -EIO, RPM_READING, rpm->name, NULL, NULL);
	why = without_name(message, rpm->name);
	return rpm_damaged(rpm, reterr,
			   why ? why : "it is no RPM package, or its start is damaged");
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
		return error_set(reterr, r, RPM_READING, rpm->name, NULL, RPM_HINT_FETCH);
	if (rpm->size == front + stated)
		return 0;
	return error_setf(reterr, -EBADMSG, RPM_READING, rpm->name, RPM_HINT_FETCH,
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
		return rpm_damaged(rpm, reterr, "its header lacks name, version, release or arch");
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
		return error_set(reterr, -errno, RPM_READING, rpm->name, NULL, NULL);
	rpm->size = (uint64_t)st.st_size;
	if (rpm->size <= RPM_SIZE_MAX)
		return 0;
	return error_set(reterr, -EFBIG, RPM_READING, rpm->name, "it is over 4 GiB", NULL);
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
		r = rpm_damaged(rpm, reterr, "its files take more than 8 GiB");
	if (r == 0 && !rpm_header_is_bounded(rpm->header))
		r = rpm_damaged(rpm, reterr, "it has more or longer dependencies than any package");
	if (r < 0)
		return error_set(reterr, r, RPM_READING, name, NULL, NULL);
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

int rpm_header_strings(Header header, rpmTagVal tag, struct strings *ret)
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
	int r = rpm_header_strings(rpm->header, RPMTAG_PROVIDENAME, &names);

	if (r == 0)
		r = rpm_header_strings(rpm->header, RPMTAG_PROVIDEVERSION, &versions);
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
	return rpm_header_strings(rpm->header, RPMTAG_FILENAMES, ret);
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
		r = rpm_header_strings(header, RPMTAG_PUBKEYS, &found);
	for (size_t i = 0; i < found.count && r == 0; i++)
		r = strings_add_once(keys, found.items[i]);
	return r;
}
