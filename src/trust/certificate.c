/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

static void release_x509(X509 **x509)
{
	X509_free(*x509);
}

static void release_name(X509_NAME **name)
{
	X509_NAME_free(*name);
}

static void release_key(EVP_PKEY_CTX **context)
{
	EVP_PKEY_CTX_free(*context);
}

int certificate_common_name(const struct bytes *der, char **ret)
{
	const unsigned char *at = der->data;
	AUTO(release_name) X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der->size);
	int place = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
	unsigned char *text = NULL;
	int length;

	*ret = NULL;
	ERR_clear_error();
	if (place < 0)
		return 0;
	length = ASN1_STRING_to_UTF8(&text,
				     X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)));
	if (length < 0)
		return 0;
	*ret = strndup((const char *)text, (size_t)length);
	OPENSSL_free(text);
	return *ret ? 0 : -ENOMEM;
}

char *certificate_issued_id(const struct bytes *serial, const struct bytes *issuer)
{
	auto_free char *number = text_hex(serial->data, serial->size);
	auto_free char *name = text_hex(issuer->data, issuer->size);

	return number && name ? text_format("%s of %s", number, name) : NULL;
}

/* The DER of NAME; owned by the caller. 0 or -ENOMEM. */
static int name_der(const X509_NAME *name, struct bytes *ret)
{
	unsigned char *der = NULL;
	int size = i2d_X509_NAME(name, &der);

	if (size < 0)
		return -ENOMEM;
	ret->data = calloc(1, (size_t)size + 1);
	ret->size = (size_t)size;
	if (ret->data)
		memcpy(ret->data, der, ret->size);
	OPENSSL_free(der);
	return ret->data ? 0 : -ENOMEM;
}

static int read_ids(X509 *x509, struct certificate *certificate)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(x509);
	const ASN1_OCTET_STRING *key = X509_get0_subject_key_id(x509);
	const struct bytes serial = {
		.data = (uint8_t *)(uintptr_t)ASN1_STRING_get0_data(number),
		.size = (size_t)ASN1_STRING_length(number),
	};
	auto_bytes struct bytes issuer = { 0 }, subject = { 0 };
	int r = name_der(X509_get_issuer_name(x509), &issuer);

	if (r == 0)
		r = name_der(X509_get_subject_name(x509), &subject);
	if (r == 0)
		r = certificate_common_name(&subject, &certificate->name);
	if (r < 0)
		return r;
	certificate->issued_id = certificate_issued_id(&serial, &issuer);
	if (key)
		certificate->key_id =
			text_hex(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key));
	return certificate->issued_id && (certificate->key_id || !key) ? 0 : -ENOMEM;
}

int certificate_read(const uint8_t *data, size_t size, struct certificate *ret)
{
	AUTO(certificate_done) struct certificate certificate = { 0 };
	AUTO(release_x509) X509 *x509 = NULL;
	const unsigned char *at = data;
	int r;

	if (size == 0 || size > CERTIFICATE_SIZE_MAX)
		return -EBADMSG;
	x509 = d2i_X509(NULL, &at, (long)size);
	/* What it complained about would otherwise be found by the next user of the library. */
	ERR_clear_error();
	if (!x509)
		return -EBADMSG;
	certificate.der.data = malloc(size + 1);
	if (!certificate.der.data)
		return -ENOMEM;
	memcpy(certificate.der.data, data, size);
	certificate.der.data[size] = '\0';
	certificate.der.size = size;
	r = read_ids(x509, &certificate);
	ERR_clear_error();
	if (r < 0)
		return r;
	*ret = certificate;
	certificate = (struct certificate){ 0 };
	return 0;
}

void certificate_done(struct certificate *certificate)
{
	free(certificate->name);
	free(certificate->issued_id);
	free(certificate->key_id);
	bytes_done(&certificate->der);
	*certificate = (struct certificate){ 0 };
}

int certificate_verify(const struct certificate *certificate, const char *hash,
		       const struct bytes *digest, const struct bytes *signature)
{
	const EVP_MD *algorithm = hash ? EVP_get_digestbyname(hash) : NULL;
	const unsigned char *at = certificate->der.data;
	AUTO(release_x509) X509 *x509 = d2i_X509(NULL, &at, (long)certificate->der.size);
	EVP_PKEY *key = x509 ? X509_get0_pubkey(x509) : NULL;
	AUTO(release_key) EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	int r = -ENOTSUP;

	if (algorithm && context && digest->size == (size_t)EVP_MD_get_size(algorithm) &&
	    EVP_PKEY_verify_init(context) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, algorithm) == 1) {
		r = EVP_PKEY_verify(context, signature->data, signature->size, digest->data,
				    digest->size);
		/* Negative where a signature is not even one of this kind of key. */
		r = r == 1;
	}
	ERR_clear_error();
	return r;
}

int certificates_add(struct certificates *list, enum certificate_place place, const uint8_t *data,
		     size_t size)
{
	AUTO(certificate_done) struct certificate certificate = { 0 };
	int r = list->count < CERTIFICATES_MAX ? certificate_read(data, size, &certificate)
					       : -EBADMSG;

	if (r == -EBADMSG)
		return 0;
	if (r < 0 || array_grow(&list->items, list->count, sizeof(*list->items)) < 0)
		return -ENOMEM;
	certificate.place = place;
	list->items[list->count++] = certificate;
	certificate = (struct certificate){ 0 };
	return 0;
}

void certificates_done(struct certificates *list)
{
	for (size_t i = 0; i < list->count; i++)
		certificate_done(&list->items[i]);
	free(list->items);
	*list = (struct certificates){ 0 };
}
