/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/trust.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

const char *trust_status_id(enum trust_status status)
{
	static const char *const ids[] = {
		[TRUST_UNCHECKED] = "unchecked",     [TRUST_UNSIGNED] = "unsigned",
		[TRUST_UNKNOWN_KEY] = "unknown-key", [TRUST_UNSUPPORTED] = "unsupported",
		[TRUST_EXPIRED] = "expired",         [TRUST_WEAK] = "weak",
		[TRUST_CLOCK_UNSET] = "clock-unset", [TRUST_GOOD] = "good",
		[TRUST_REVOKED] = "revoked",         [TRUST_BAD] = "bad",
	};

	return ids[status];
}

const char *trust_way_id(enum trust_way way)
{
	return way == TRUST_BY_REPOMD ? "repomd" : "package";
}

bool trust_is_good(const struct trust *trust)
{
	return trust->status == TRUST_GOOD || trust->status == TRUST_CLOCK_UNSET;
}

bool trust_is_bad(const struct trust *trust)
{
	return trust->status == TRUST_BAD || trust->status == TRUST_REVOKED ||
	       trust->status == TRUST_WEAK;
}

bool trust_is_enough(const struct trust *trust, bool gpg_checks)
{
	return !trust_is_bad(trust) && (!gpg_checks || trust_is_good(trust));
}

const struct trust *trust_choose(const struct trust *package, const struct trust *chain)
{
	bool is_open = package->status == TRUST_UNSIGNED || package->status == TRUST_UNKNOWN_KEY ||
		       package->status == TRUST_UNSUPPORTED;

	if (!chain || trust_is_bad(package))
		return package;
	if (chain->status == TRUST_BAD)
		return chain;
	return is_open && trust_is_good(chain) ? chain : package;
}

/* " by NAME (key 0123)", as far as that is known. */
static char *signer_text(const struct trust *trust)
{
	if (trust->owner && trust->key)
		return text_format(" by %s (key %s)", trust->owner, trust->key);
	return trust->key ? text_format(" by key %s", trust->key) : strdup("");
}

/* What is against a signature that is there. */
static const char *flaw(enum trust_status status)
{
	if (status == TRUST_UNSUPPORTED)
		return "cannot be checked";
	if (status == TRUST_BAD)
		return "is bad";
	return status == TRUST_WEAK ? "is weak" : "does not count";
}

char *trust_text(const struct trust *trust)
{
	bool repomd = trust->way == TRUST_BY_REPOMD;
	auto_free char *signer = signer_text(trust);
	const char *colon = trust->detail ? ": " : "", *detail = trust->detail ? trust->detail : "";

	if (!signer)
		return NULL;
	if (trust->status == TRUST_UNCHECKED)
		return strdup("nobody has looked at its signature");
	if (trust->status == TRUST_UNSIGNED)
		return strdup("it is not signed");
	if (trust_is_good(trust) && repomd)
		return text_format("checksums lead to it from a repository that is signed%s%s%s",
				   signer, *detail ? "; " : "", detail);
	if (trust_is_good(trust))
		return text_format("it is signed%s%s%s", signer, *detail ? "; " : "", detail);
	return text_format("%s%s %s%s%s",
			   repomd ? "the signature of its repository" : "its signature", signer,
			   flaw(trust->status), colon, detail);
}

void trust_prefer(struct trust *best, struct trust *other)
{
	struct trust before = *best;

	if (other->status <= best->status)
		return;
	*best = *other;
	*other = before;
}

int trust_copy(const struct trust *from, struct trust *ret)
{
	auto_trust struct trust copy = { .status = from->status, .way = from->way };

	copy.hash = from->hash;
	copy.key = from->key ? strdup(from->key) : NULL;
	copy.owner = from->owner ? strdup(from->owner) : NULL;
	copy.detail = from->detail ? strdup(from->detail) : NULL;
	if ((from->key && !copy.key) || (from->owner && !copy.owner) ||
	    (from->detail && !copy.detail))
		return -ENOMEM;
	*ret = copy;
	copy = (struct trust){ 0 };
	return 0;
}

void trust_done(struct trust *trust)
{
	free(trust->key);
	free(trust->owner);
	free(trust->detail);
	*trust = (struct trust){ 0 };
}
