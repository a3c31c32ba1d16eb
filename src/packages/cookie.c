/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/cookie.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "trust/digest.h"

/* Counted in so that zypp makes its files anew when it would put other things into them. */
#define MAGIC "43"

/* The URL as zypp prints it: a local one without an empty host. */
static char *printed_url(const char *url)
{
	const char *slashes = strstr(url, ":///");

	if (!slashes)
		return strdup(url);
	return text_format("%.*s:%s", (int)(slashes - url), url, slashes + strlen("://"));
}

/* libzypp: RepoManager.cc, metadataStatus(); RepoStatus.cc, Impl::checksum(). */
int cookie_names(const struct bytes *cookie, const struct bytes *repomd, const char *url)
{
	auto_free char *printed = printed_url(url);
	auto_free char *index = NULL, *place = NULL, *both = NULL, *wanted = NULL;
	bool ordered;
	int r;

	if (!printed)
		return -ENOMEM;
	r = digest_hex("sha1", repomd->data, repomd->size, &index);
	if (r == 0)
		r = digest_hex("sha1", printed, strlen(printed), &place);
	if (r < 0)
		return r;
	ordered = strcmp(index, place) < 0;
	both = text_format("%s" MAGIC "%s" MAGIC, ordered ? index : place, ordered ? place : index);
	if (!both)
		return -ENOMEM;
	r = digest_hex("sha1", both, strlen(both), &wanted);
	if (r < 0)
		return r;
	return cookie->size > strlen(wanted) && cookie->data[strlen(wanted)] == ' ' &&
	       memcmp(cookie->data, wanted, strlen(wanted)) == 0;
}
