/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/error.h"
#include "base/text.h"
#include "packages/markup.h"
#include "trust/digest.h"
#include "trust/signature.h"

/* As createrepo_c's users and libzypp name it. */
#define SIGNATURE "repodata/repomd.xml.asc"

int chain_check_repomd(struct source *source, const struct bytes *repomd, int64_t now)
{
	const struct signature_judge judge = { .keyring = source->keyring, .now = now };
	auto_bytes struct bytes signature = { 0 };
	auto_error struct error error = { 0 };
	int r;

	if (!source->keyring)
		return 0;
	r = source_read(source, SIGNATURE, CHAIN_SIGNATURE_MAX, 0, &signature, &error);
	/* Servers that list nothing deny what they do not have. */
	if (source->remote && r == -EACCES)
		r = -ENOENT;
	if (r < 0 && r != -ENOENT && error.what)
		error_set(&source->error, r, error.what, error.on, error.why, error.hint);
	if (r < 0 && r != -ENOENT)
		return r;
	trust_done(&source->trust);
	return signature_check_detached(repomd, &signature, &judge, &source->trust);
}

int chain_check_link(struct source *source, const char *type)
{
	struct trust *trust = &source->trust;

	if (!trust_is_good(trust) || !signature_weak_hash(type))
		return 0;
	free(trust->detail);
	trust->status = TRUST_WEAK;
	trust->detail = text_format("from it to the metadata leads only %s", type);
	return trust->detail ? 0 : -ENOMEM;
}

/* Is TEXT, from one '<' to the next, `checksum ...>CHECKSUM`? Only packages have those. */
static bool is_checksum(const char *text, const char *checksum)
{
	const char *value = strchr(text, '>');
	size_t length = strlen(checksum);

	return value && text_starts(text, "checksum ") &&
	       strncasecmp(value + 1, checksum, length) == 0 && value[1 + length] == '<';
}

static int find_checksum(FILE *file, const char *checksum)
{
	auto_free char *text = NULL;
	size_t room = 0;
	bool found = false;

	while (!found && getdelim(&text, &room, '<', file) > 0)
		found = is_checksum(text, checksum);
	return found && !ferror(file);
}

bool chain_is_retold(const struct source *source)
{
	return source->primary.location && !source->primary.read;
}

int chain_lists(const struct source *source, const struct driver *driver)
{
	const struct source_primary *primary = &source->primary;
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	auto_free char *sum = NULL;
	struct markup markup = { 0 };
	FILE *plain = NULL;
	int r;

	if (!chain_is_retold(source) || !driver->checksum)
		return 0;
	r = source_read(source, primary->location, PRIMARY_SIZE_MAX, 0, &bytes, NULL);
	if (r == 0)
		r = digest_hex(primary->checksum_type, bytes.data, bytes.size, &sum);
	if (r == 0 && strcasecmp(sum, primary->checksum) != 0)
		return 0;
	if (r == 0)
		r = decompress_stream(&bytes, PRIMARY_SIZE_MAX, &plain);
	if (r == 0)
		r = markup_stream(&markup, plain, &file);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return find_checksum(file, driver->checksum);
}

const struct trust *chain_reaches(const struct source *source, const struct driver *driver)
{
	if (source->kind != SOURCE_RPM_MD && !source->primary.location)
		return NULL;
	/* Metadata that somebody changed leads nowhere, by whatever checksum. */
	if (source->trust.status == TRUST_BAD)
		return &source->trust;
	return driver->checksum && !signature_weak_hash(driver->checksum_type) ? &source->trust
									       : NULL;
}
