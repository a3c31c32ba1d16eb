/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/cms.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packers.h"
#include "trust/module-signature.h"

#define MAGIC "~Module signature appended~\n"

/* Any bytes: what is signed is not looked at. */
static const char module[] = "what is signed";

/* The trailer and the magic behind a signature (Linux: include/linux/module_signature.h). */
static void append_trailer(struct bytes *to, uint8_t id_type, uint8_t signer_length,
			   uint8_t key_id_length, uint32_t size)
{
	const uint8_t trailer[] = { 0,
				    0,
				    id_type,
				    signer_length,
				    key_id_length,
				    0,
				    0,
				    0,
				    (uint8_t)(size >> 24),
				    (uint8_t)(size >> 16),
				    (uint8_t)(size >> 8),
				    (uint8_t)size };

	append(to, trailer, sizeof(trailer));
	append(to, MAGIC, strlen(MAGIC));
}

/* What scripts/sign-file of Linux appends; with FLAGS of CMS_sign() beside its own. */
static struct bytes sign(EVP_PKEY *key, X509 *certificate, const char *hash, unsigned int flags)
{
	struct bytes file = { 0 };
	BIO *content = BIO_new_mem_buf(module, sizeof(module));
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL,
					CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);
	unsigned char *der = NULL;
	int size;

	assert_non_null(
		CMS_add1_signer(cms, certificate, key, EVP_get_digestbyname(hash),
				CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR | flags));
	assert_int_equal(CMS_final(cms, content, NULL, CMS_NOCERTS | CMS_BINARY), 1);
	size = i2d_CMS_ContentInfo(cms, &der);
	assert_true(size > 0);
	append(&file, module, sizeof(module));
	append(&file, der, (size_t)size);
	append_trailer(&file, 2, 0, 0, (uint32_t)size);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return file;
}

/* A certificate for KEY: serial number 0x1234abcd, key identifier 01 02 fe, issued by NAME. */
static X509 *certify(EVP_PKEY *key, const char *attribute, const char *name)
{
	X509 *certificate = X509_new();
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(id, (const unsigned char *)"\1\2\376", 3);
	X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0);
	ASN1_OCTET_STRING_free(id);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0x1234abcd);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), "O", MBSTRING_ASC,
				   (const unsigned char *)"Tests", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), attribute, MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_subject_name(certificate, X509_get_issuer_name(certificate));
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static void assert_signature(const char *label, const struct bytes *file, const char *signer,
			     const char *key_id, const char *hash)
{
	auto_module_signature struct module_signature signature = { 0 };

	assert_int_equal(module_signature_read(file, &signature), 0);
	if (!signature.present || !text_equal(signature.signer, signer) ||
	    !text_equal(signature.key_id, key_id) || !text_equal(signature.hash, hash))
		fail_msg("%s: signer '%s', key '%s', hash '%s'", label, signature.signer,
			 signature.key_id, signature.hash);
	if (signature.covered != sizeof(module))
		fail_msg("%s: %zu bytes are signed", label, signature.covered);
}

static void signers_of_pkcs7_messages_are_named(void **state)
{
	static const struct {
		const char *label, *attribute, *hash;
		unsigned int flags;
		const char *signer, *key_id;
	} cases[] = {
		{ "by issuer and serial", "CN", "sha256", 0, "A key", "1234abcd" },
		{ "an issuer without a common name", "OU", "sha512", 0, NULL, "1234abcd" },
		{ "by key identifier", "CN", "sha384", CMS_USE_KEYID, NULL, "0102fe" },
	};
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		X509 *certificate = certify(key, cases[i].attribute, "A key");
		auto_bytes struct bytes file =
			sign(key, certificate, cases[i].hash, cases[i].flags);

		assert_signature(cases[i].label, &file, cases[i].signer, cases[i].key_id,
				 cases[i].hash);
		X509_free(certificate);
	}
	EVP_PKEY_free(key);
}

static void signers_before_linux_4_3_stand_in_clear(void **state)
{
	auto_bytes struct bytes file = { 0 };

	(void)state;
	append(&file, module, sizeof(module));
	append(&file, "Some key\xab\x01signature", 19);
	append_trailer(&file, 1, 8, 2, 9);
	assert_signature("X.509", &file, "Some key", "ab01", NULL);
}

static void a_signature_that_nobody_understands_is_present(void **state)
{
	static const struct {
		const char *label;
		uint8_t id_type, signer_length, key_id_length;
		uint32_t size;
		size_t signed_size;
	} cases[] = {
		{ "no PKCS#7", 2, 0, 0, 7, sizeof(module) },
		{ "an empty message", 2, 0, 0, 0, sizeof(module) + 7 },
		{ "longer than the file", 2, 0, 0, 1000, 0 },
		{ "the longest", 2, 0, 0, UINT32_MAX, 0 },
		{ "names longer than the file", 1, 255, 255, 7, 0 },
		{ "neither names nor a message", 1, 0, 0, 7, sizeof(module) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_module_signature struct module_signature signature = { 0 };
		auto_bytes struct bytes file = { 0 };

		append(&file, module, sizeof(module));
		append(&file, "garbage", 7);
		append_trailer(&file, cases[i].id_type, cases[i].signer_length,
			       cases[i].key_id_length, cases[i].size);
		assert_int_equal(module_signature_read(&file, &signature), 0);
		if (!signature.present || signature.signer || signature.key_id || signature.hash)
			fail_msg("%s: signer '%s'", cases[i].label, signature.signer);
		if (signature.covered != (cases[i].signed_size ? cases[i].signed_size : file.size))
			fail_msg("%s: %zu bytes are signed", cases[i].label, signature.covered);
	}
}

static void what_has_no_magic_at_its_end_is_not_signed(void **state)
{
	static const struct {
		const char *label, *text;
		size_t size;
	} cases[] = {
		{ "an empty file", "", 0 },
		{ "a module", module, sizeof(module) },
		{ "the magic alone", MAGIC, sizeof(MAGIC) - 1 },
		{ "something behind it", "0123456789ab" MAGIC "x", 12 + sizeof(MAGIC) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_module_signature struct module_signature signature = { 0 };
		auto_bytes struct bytes file = { 0 };

		append(&file, cases[i].text, cases[i].size);
		assert_int_equal(module_signature_read(&file, &signature), 0);
		if (signature.present || signature.covered != cases[i].size)
			fail_msg("%s: %zu bytes are signed", cases[i].label, signature.covered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signers_of_pkcs7_messages_are_named),
		cmocka_unit_test(signers_before_linux_4_3_stand_in_clear),
		cmocka_unit_test(a_signature_that_nobody_understands_is_present),
		cmocka_unit_test(what_has_no_magic_at_its_end_is_not_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
