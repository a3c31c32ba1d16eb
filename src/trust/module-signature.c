/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/module-signature.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "trust/certificate.h"

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

static char *lower_case(const char *text)
{
	char *copy = strdup(text);

	for (char *at = copy; at && *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* 0 or -ENOMEM. */
static int copy_bytes(const uint8_t *data, size_t size, struct bytes *ret)
{
	ret->data = calloc(1, size + 1);
	if (!ret->data)
		return -ENOMEM;
	memcpy(ret->data, data, size);
	ret->size = size;
	return 0;
}

/* 0 or -ENOMEM. */
static int read_issuer(const X509_NAME *issuer, const ASN1_INTEGER *serial,
		       struct module_signature *signature)
{
	const struct bytes number = {
		.data = (uint8_t *)(uintptr_t)ASN1_STRING_get0_data(serial),
		.size = (size_t)ASN1_STRING_length(serial),
	};
	unsigned char *der = NULL;
	int size = i2d_X509_NAME(issuer, &der), r;
	struct bytes name = { .data = der, .size = size > 0 ? (size_t)size : 0 };

	r = certificate_common_name(&name, &signature->signer);
	signature->issued_id = certificate_issued_id(&number, &name);
	OPENSSL_free(der);
	return signature->issued_id ? r : -ENOMEM;
}

static int read_hash(CMS_SignerInfo *signer, struct module_signature *signature)
{
	const ASN1_OBJECT *algorithm = NULL;
	X509_ALGOR *digest = NULL;

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
	if (!digest)
		return 0;
	X509_ALGOR_get0(&algorithm, NULL, NULL, digest);
	signature->hash = lower_case(OBJ_nid2sn(OBJ_obj2nid(algorithm)));
	return signature->hash ? 0 : -ENOMEM;
}

/* Signers go by issuer and serial number, or (sign-file -k) by the identifier of their key. */
static int read_signer(CMS_SignerInfo *signer, struct module_signature *signature)
{
	const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(signer);
	ASN1_OCTET_STRING *key = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
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
	if (r == 0 && issuer && serial)
		r = read_issuer(issuer, serial, signature);
	if (r == 0)
		r = copy_bytes(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value),
			       &signature->value);
	return r < 0 ? r : read_hash(signer, signature);
}

static void release_x509s(STACK_OF(X509) * *list)
{
	sk_X509_pop_free(*list, X509_free);
}

/*
 * The kernel takes no attributes of the signer, and no message but one about plain data (Linux:
 * crypto/asymmetric_keys/pkcs7_verify.c). It follows certificates in the message, which we do not.
 */
static enum module_signature_form form_of(CMS_ContentInfo *cms)
{
	AUTO(release_x509s) STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	const ASN1_OBJECT *content = CMS_get0_eContentType(cms);

	if (!content || OBJ_obj2nid(content) != NID_pkcs7_data ||
	    CMS_signed_get_attr_count(sk_CMS_SignerInfo_value(signers, 0)) > 0)
		return SIGNATURE_DAMAGED;
	return sk_X509_num(certificates) > 0 || sk_CMS_SignerInfo_num(signers) > 1
		       ? SIGNATURE_ODD
		       : SIGNATURE_PLAIN;
}

static int read_pkcs7(const uint8_t *message, size_t size, struct module_signature *signature)
{
	AUTO(release_cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) * signers;

	signature->form = SIGNATURE_DAMAGED;
	if (size > LONG_MAX)
		return 0;
	cms = d2i_CMS_ContentInfo(NULL, &message, (long)size);
	signers = cms ? CMS_get0_SignerInfos(cms) : NULL;
	/* What it complained about would otherwise be found by the next user of the library. */
	ERR_clear_error();
	if (sk_CMS_SignerInfo_num(signers) < 1)
		return 0;
	signature->form = form_of(cms);
	return read_signer(sk_CMS_SignerInfo_value(signers, 0), signature);
}

/* Before Linux 4.3 names stood in front of the signature in clear; END is its end. */
static int read_names(const uint8_t *start, const struct trailer *trailer,
		      struct module_signature *signature)
{
	signature->form = SIGNATURE_ODD;
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

/* Is all but the size 0, as it has to be beside a PKCS#7 message (Linux: mod_check_sig())? */
static bool is_plain(const struct trailer *trailer)
{
	return !(trailer->algorithm | trailer->hash | trailer->signer_length |
		 trailer->key_id_length | trailer->pad[0] | trailer->pad[1] | trailer->pad[2]);
}

int module_signature_read(const struct bytes *file, struct module_signature *ret)
{
	static const size_t tail = sizeof(struct trailer) + sizeof(magic) - 1;
	auto_module_signature struct module_signature signature = { .covered = file->size };
	struct trailer trailer;
	size_t end, names, length;
	bool pkcs7;
	int r;

	*ret = signature;
	if (file->size < tail ||
	    memcmp(file->data + file->size - (sizeof(magic) - 1), magic, sizeof(magic) - 1) != 0)
		return 0;
	signature.present = true;
	signature.form = SIGNATURE_DAMAGED;
	*ret = signature;
	end = file->size - tail;
	memcpy(&trailer, file->data + end, sizeof(trailer));
	length = be32toh(trailer.signature_length);
	names = (size_t)trailer.signer_length + trailer.key_id_length;
	pkcs7 = trailer.id_type == ID_TYPE_PKCS7;
	/* Sizes that do not fit: it is no signature that anybody could read. */
	if (length > end || names > end - length)
		return 0;
	r = pkcs7 ? read_pkcs7(file->data + end - length, length, &signature)
		  : read_names(file->data + end - length - names, &trailer, &signature);
	if (r < 0)
		return r;
	if (pkcs7 && !is_plain(&trailer))
		signature.form = SIGNATURE_DAMAGED;
	signature.covered = end - length - names;
	*ret = take_signature(&signature);
	return 0;
}

int module_signature_digest(const struct bytes *file, struct module_signature *signature)
{
	const EVP_MD *hash = signature->hash ? EVP_get_digestbyname(signature->hash) : NULL;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	int r;

	if (!hash || signature->covered > file->size)
		return 0;
	bytes_done(&signature->digest);
	r = EVP_Digest(file->data, signature->covered, digest, &size, hash, NULL);
	ERR_clear_error();
	return r == 1 ? copy_bytes(digest, size, &signature->digest) : 0;
}

void module_signature_done(struct module_signature *signature)
{
	free(signature->signer);
	free(signature->key_id);
	free(signature->issued_id);
	free(signature->hash);
	bytes_done(&signature->value);
	bytes_done(&signature->digest);
	*signature = (struct module_signature){ 0 };
}
