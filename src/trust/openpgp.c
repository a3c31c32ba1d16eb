/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/openpgp.h"

#include <errno.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmpgp.h>

#include "base/cleanup.h"

static void release_params(pgpDigParams *params)
{
	pgpDigParamsFree(*params);
}

/* Librpm says on stderr what it does not understand; that is for the caller to tell. */
static int keep_silent(rpmlogRec record, rpmlogCallbackData data)
{
	(void)record;
	(void)data;
	return 0;
}

static pgpDigParams read_params(const uint8_t *packet, size_t size, unsigned int tag)
{
	pgpDigParams params = NULL;

	rpmlogSetCallback(keep_silent, NULL);
	if (pgpPrtParams(packet, size, tag, &params) != 0)
		params = pgpDigParamsFree(params);
	rpmlogSetCallback(NULL, NULL);
	return params;
}

int openpgp_verify(const struct digest *digest, const struct bytes *key,
		   const struct packet *signature)
{
	AUTO(release_params) pgpDigParams by = NULL;
	AUTO(release_params) pgpDigParams what = NULL;
	rpmRC rc;

	what = read_params(signature->whole, signature->whole_size, PGPTAG_SIGNATURE);
	if (key)
		by = read_params(key->data, key->size, PGPTAG_PUBLIC_KEY);
	if (!what || (key && !by))
		return -ENOTSUP;
	/* It would take the numbers of one algorithm for those of another. */
	if (key &&
	    pgpDigParamsAlgo(by, PGPVAL_PUBKEYALGO) != pgpDigParamsAlgo(what, PGPVAL_PUBKEYALGO))
		return 0;
	rc = pgpVerifySignature(by, what, digest_handle(digest));
	return rc == RPMRC_OK || (!key && rc == RPMRC_NOKEY);
}
