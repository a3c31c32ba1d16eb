/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/sums.h"

#include <string.h>

#include "base/cleanup.h"

int sums_start(struct sums *sums, const char *type)
{
	int r = digest_new(DIGEST_SHA256, &sums->sha256);

	if (r == 0 && type && strcmp(type, DIGEST_SHA256) != 0)
		r = digest_new(type, &sums->stated);
	return r;
}

int sums_update(struct sums *sums, const void *data, size_t size)
{
	int r = digest_update(sums->sha256, data, size);

	return r == 0 && sums->stated ? digest_update(sums->stated, data, size) : r;
}

int sums_finish(struct sums *sums, const char *stated, char **ret_sha256, bool *ret_same)
{
	auto_free char *sha256 = NULL;
	auto_free char *other = NULL;
	int r = digest_finish(sums->sha256, &sha256);

	if (r == 0 && sums->stated)
		r = digest_finish(sums->stated, &other);
	if (r < 0)
		return r;
	*ret_same = !stated || digest_equal(other ? other : sha256, stated);
	*ret_sha256 = take(sha256);
	return 0;
}

void sums_done(struct sums *sums)
{
	digest_free(sums->sha256);
	digest_free(sums->stated);
	*sums = (struct sums){ 0 };
}
