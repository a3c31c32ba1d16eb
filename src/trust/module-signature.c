/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/module-signature.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char magic[] = "~Module signature appended~\n";

/* In front of the magic (Linux: include/linux/module_signature.h). */
struct trailer {
	uint8_t algorithm, hash, id_type;
	uint8_t signer_length, key_id_length;
	uint8_t pad[3];
	uint32_t signature_length; /* big endian */
};

/** id_type of a PKCS#7 message, the only one since Linux 4.3. */
#define ID_TYPE_PKCS7 2

static void release_cms(CMS_ContentInfo **cms)
{
	CMS_ContentInfo_free(*cms);
}

/* The common name of NAME, as UTF-8; *RET stays NULL if it has none. 0 or -ENOMEM. */
static int common_name(const X509_NAME *name, char **ret)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *text = NULL;
	int length;

	if (at < 0)
		return 0;
	length =
		ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (length < 0)
		return 0;
	*ret = strndup((const char *)text, (size_t)length);
	OPENSSL_free(text);
	return *ret ? 0 : -ENOMEM;
}

static char *lower_case(const char *text)
{
	char *copy = strdup(text);

	for (char *at = copy; at && *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* Signers go by issuer and serial number, or (sign-file -k) by the identifier of their key. */
static int read_signer(CMS_SignerInfo *signer, struct module_signature *signature)
{
	ASN1_OCTET_STRING *key = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
	X509_ALGOR *digest = NULL;
	const ASN1_STRING *id;
	int r = 0;

	if (CMS_SignerInfo_get0_signer_id(signer, &key, &issuer, &serial) != 1)
		return 0;
	id = key ? key : serial;
	if (id) {
		signature->key_id =
			text_hex(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
		r = signature->key_id ? 0 : -ENOMEM;
	}
	if (r == 0 && issuer)
		r = common_name(issuer, &signature->signer);
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
	if (r == 0 && digest) {
		const ASN1_OBJECT *algorithm = NULL;

		X509_ALGOR_get0(&algorithm, NULL, NULL, digest);
		signature->hash = lower_case(OBJ_nid2sn(OBJ_obj2nid(algorithm)));
		r = signature->hash ? 0 : -ENOMEM;
	}
	return r;
}

static int read_pkcs7(const uint8_t *message, size_t size, struct module_signature *signature)
{
	AUTO(release_cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) * signers;

	if (size > LONG_MAX)
		return 0;
	cms = d2i_CMS_ContentInfo(NULL, &message, (long)size);
	signers = cms ? CMS_get0_SignerInfos(cms) : NULL;
	/* What it complained about would otherwise be found by the next user of the library. */
	ERR_clear_error();
	if (sk_CMS_SignerInfo_num(signers) < 1)
		return 0;
	return read_signer(sk_CMS_SignerInfo_value(signers, 0), signature);
}

/* Before Linux 4.3 names stood in front of the signature in clear; END is its end. */
static int read_names(const uint8_t *start, const struct trailer *trailer,
		      struct module_signature *signature)
{
	if (trailer->signer_length)
		signature->signer = strndup((const char *)start, trailer->signer_length);
	if (trailer->key_id_length)
		signature->key_id =
			text_hex(start + trailer->signer_length, trailer->key_id_length);
	return (trailer->signer_length && !signature->signer) ||
			       (trailer->key_id_length && !signature->key_id)
		       ? -ENOMEM
		       : 0;
}

static struct module_signature take_signature(struct module_signature *signature)
{
	struct module_signature taken = *signature;

	*signature = (struct module_signature){ 0 };
	return taken;
}

int module_signature_read(const struct bytes *file, struct module_signature *ret, size_t *ret_size)
{
	static const size_t tail = sizeof(struct trailer) + sizeof(magic) - 1;
	auto_module_signature struct module_signature signature = { 0 };
	struct trailer trailer;
	size_t end, names, length;
	int r;

	*ret_size = file->size;
	*ret = (struct module_signature){ 0 };
	if (file->size < tail ||
	    memcmp(file->data + file->size - (sizeof(magic) - 1), magic, sizeof(magic) - 1) != 0)
		return 0;
	signature.present = true;
	end = file->size - tail;
	memcpy(&trailer, file->data + end, sizeof(trailer));
	length = be32toh(trailer.signature_length);
	names = (size_t)trailer.signer_length + trailer.key_id_length;
	/* Sizes that do not fit: it is no signature that anybody could read. */
	if (length > end || names > end - length) {
		*ret = take_signature(&signature);
		return 0;
	}
	r = trailer.id_type == ID_TYPE_PKCS7
		    ? read_pkcs7(file->data + end - length, length, &signature)
		    : read_names(file->data + end - length - names, &trailer, &signature);
	if (r < 0)
		return r;
	*ret_size = end - length - names;
	*ret = take_signature(&signature);
	return 0;
}

void module_signature_done(struct module_signature *signature)
{
	free(signature->signer);
	free(signature->key_id);
	free(signature->hash);
	*signature = (struct module_signature){ 0 };
}
