/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/digest.h"

#include <errno.h>
#include <pthread.h>
#include <rpm/rpmcrypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"

struct digest {
	DIGEST_CTX context; /* NULL once finished */
};

static const struct {
	const char *type;
	int algorithm;
} types[] = {
	{ "sha256", RPM_HASH_SHA256 }, { "sha512", RPM_HASH_SHA512 }, { "sha384", RPM_HASH_SHA384 },
	{ "sha224", RPM_HASH_SHA224 }, { "sha1", RPM_HASH_SHA1 },     { "sha", RPM_HASH_SHA1 },
	{ "md5", RPM_HASH_MD5 },
};

static int find_algorithm(const char *type)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (text_equal(types[i].type, type))
			return types[i].algorithm;
	return -ENOTSUP;
}

/* Librpm itself only does so while reading configuration, and without a lock. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

static void init_crypto(void)
{
	usable = rpmInitCrypto() == 0;
}

int digest_new(const char *type, struct digest **ret)
{
	auto_digest struct digest *digest = NULL;
	int algorithm = find_algorithm(type);

	if (algorithm < 0)
		return algorithm;
	pthread_once(&once, init_crypto);
	if (!usable)
		return -ENOTSUP;
	digest = calloc(1, sizeof(*digest));
	if (!digest)
		return -ENOMEM;
	digest->context = rpmDigestInit(algorithm, RPMDIGEST_NONE);
	if (!digest->context)
		return -ENOTSUP;
	*ret = take(digest);
	return 0;
}

int digest_update(struct digest *digest, const void *data, size_t size)
{
	return rpmDigestUpdate(digest->context, data, size) == 0 ? 0 : -EIO;
}

int digest_finish(struct digest *digest, char **ret)
{
	void *hex = NULL;

	if (!digest->context)
		return -EINVAL;
	if (rpmDigestFinal(take(digest->context), &hex, NULL, 1) != 0 || !hex) {
		free(hex);
		return -ENOMEM;
	}
	*ret = hex;
	return 0;
}

struct digest *digest_free(struct digest *digest)
{
	if (digest && digest->context)
		rpmDigestFinal(digest->context, NULL, NULL, 0);
	free(digest);
	return NULL;
}

void *digest_handle(const struct digest *digest)
{
	return digest->context;
}

int digest_hex(const char *type, const void *data, size_t size, char **ret)
{
	auto_digest struct digest *digest = NULL;
	int r = digest_new(type, &digest);

	if (r == 0)
		r = digest_update(digest, data, size);
	if (r == 0)
		r = digest_finish(digest, ret);
	return r;
}

bool digest_equal(const char *left, const char *right)
{
	return left && right && strcasecmp(left, right) == 0;
}
