/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/chain.h"

#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
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

const struct trust *chain_reaches(const struct source *source, const struct driver *driver)
{
	if (source->kind != SOURCE_RPM_MD)
		return NULL;
	/* Metadata that somebody changed leads nowhere, by whatever checksum. */
	if (source->trust.status == TRUST_BAD)
		return &source->trust;
	return driver->checksum && !signature_weak_hash(driver->checksum_type) ? &source->trust
									       : NULL;
}
