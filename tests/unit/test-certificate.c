/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <endian.h>
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/efi-list.h"
#include "packers.h"
#include "trust/module-signature.h"

#define MAGIC "~Module signature appended~\n"

/* EFI_CERT_X509_GUID and EFI_CERT_SHA256_GUID (UEFI 2.10, 32.4.1). */
#define X509_LIST "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define HASH_LIST "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"

static const char module[] = "what is signed";

/* A certificate of its own for KEY: number 0x1234abcd, identifier 01 02 fe. */
static X509 *certify(EVP_PKEY *key, const char *name)
{
	X509 *certificate = X509_new();
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(id, (const unsigned char *)"\1\2\376", 3);
	X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0);
	ASN1_OCTET_STRING_free(id);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0x1234abcd);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_subject_name(certificate, X509_get_issuer_name(certificate));
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static struct bytes der_of(X509 *x509)
{
	struct bytes der = { 0 };
	unsigned char *data = NULL;
	int size = i2d_X509(x509, &data);

	assert_true(size > 0);
	append(&der, data, (size_t)size);
	OPENSSL_free(data);
	return der;
}

/* As scripts/sign-file of Linux, with FLAGS of CMS_sign() beside its own. */
static struct bytes sign(EVP_PKEY *key, X509 *x509, unsigned int flags)
{
	struct bytes file = { 0 };
	BIO *content = BIO_new_mem_buf(module, sizeof(module));
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL,
					CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);
	unsigned char *der = NULL;
	uint32_t size;

	assert_non_null(CMS_add1_signer(cms, x509, key, EVP_sha256(),
					CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | flags));
	assert_int_equal(CMS_final(cms, content, NULL, CMS_NOCERTS | CMS_BINARY), 1);
	size = (uint32_t)i2d_CMS_ContentInfo(cms, &der);
	append(&file, module, sizeof(module));
	append(&file, der, size);
	append(&file, "\0\0\2\0\0\0\0", 8);
	size = htobe32(size);
	append(&file, &size, sizeof(size));
	append(&file, MAGIC, strlen(MAGIC));
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return file;
}

static void signatures_are_told_from_those_of_other_bytes_and_keys(void **state)
{
	static const struct {
		const char *label;
		bool rsa, by_key, other_key;
		size_t flip; /* the byte of the module that is changed, counted from 1 */
		int expected;
	} cases[] = {
		{ "RSA", true, false, false, 0, 1 },
		{ "ECDSA, by the key", false, true, false, 0, 1 },
		{ "RSA, changed", true, false, false, 1, 0 },
		{ "ECDSA, its last byte changed", false, false, false, sizeof(module), 0 },
		{ "a key of the same name", true, false, true, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		EVP_PKEY *key = cases[i].rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
		EVP_PKEY *other = EVP_RSA_gen(2048);
		X509 *x509 = certify(key, "A key"), *same = certify(other, "A key");
		auto_bytes struct bytes file =
			sign(key, x509, CMS_NOATTR | (cases[i].by_key ? CMS_USE_KEYID : 0));
		auto_bytes struct bytes der = der_of(cases[i].other_key ? same : x509);
		auto_module_signature struct module_signature signature = { 0 };
		AUTO(certificate_done) struct certificate certificate = { 0 };
		int verified;

		if (cases[i].flip)
			file.data[cases[i].flip - 1] ^= 1;
		assert_int_equal(module_signature_read(&file, &signature), 0);
		assert_int_equal(module_signature_digest(&file, &signature), 0);
		assert_int_equal(certificate_read(der.data, der.size, &certificate), 0);
		assert_int_equal(signature.form, SIGNATURE_PLAIN);
		assert_string_equal(certificate.name, "A key");
		assert_string_equal(certificate.key_id, "0102fe");
		if (cases[i].by_key)
			assert_string_equal(signature.key_id, certificate.key_id);
		else
			assert_string_equal(signature.issued_id, certificate.issued_id);
		verified = certificate_verify(&certificate, signature.hash, &signature.digest,
					      &signature.value);
		if (verified != cases[i].expected)
			fail_msg("%s: %d", cases[i].label, verified);
		X509_free(x509);
		X509_free(same);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
}

static void a_signature_with_attributes_is_none_for_the_kernel(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = certify(key, "A key");
	auto_bytes struct bytes file = sign(key, x509, 0);
	auto_module_signature struct module_signature signature = { 0 };

	(void)state;
	assert_int_equal(module_signature_read(&file, &signature), 0);
	assert_int_equal(signature.form, SIGNATURE_DAMAGED);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static void an_algorithm_or_digest_that_is_not_known_proves_nothing(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = certify(key, "A key");
	auto_bytes struct bytes der = der_of(x509);
	AUTO(certificate_done) struct certificate certificate = { 0 };
	const struct bytes few = { .data = (uint8_t *)(uintptr_t) "abc", .size = 3 };

	(void)state;
	assert_int_equal(certificate_read(der.data, der.size, &certificate), 0);
	assert_int_equal(certificate_verify(&certificate, "none", &few, &few), -ENOTSUP);
	assert_int_equal(certificate_verify(&certificate, NULL, &few, &few), -ENOTSUP);
	assert_int_equal(certificate_verify(&certificate, "sha256", &few, &few), -ENOTSUP);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static void what_is_cut_or_too_long_is_no_certificate(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = certify(key, "A key");
	auto_bytes struct bytes der = der_of(x509);
	auto_bytes struct bytes huge = { .data = calloc(1, CERTIFICATE_SIZE_MAX + 1),
					 .size = CERTIFICATE_SIZE_MAX + 1 };

	(void)state;
	memcpy(huge.data, der.data, der.size);
	for (size_t size = 0; size < der.size; size++) {
		AUTO(certificate_done) struct certificate certificate = { 0 };

		assert_int_equal(certificate_read(der.data, size, &certificate), -EBADMSG);
	}
	{
		AUTO(certificate_done) struct certificate certificate = { 0 };

		assert_int_equal(certificate_read(huge.data, huge.size, &certificate), -EBADMSG);
	}
	X509_free(x509);
	EVP_PKEY_free(key);
}

static void append_list(struct bytes *to, const char *type, uint32_t header, uint32_t entry,
			uint32_t size)
{
	const uint32_t sizes[] = { htole32(size), htole32(header), htole32(entry) };

	append(to, type, 16);
	append(to, sizes, sizeof(sizes));
}

static void lists_of_the_firmware_give_their_certificates_and_end_where_sizes_lie(void **state)
{
	static const struct {
		const char *label, *type;
		uint32_t header, entry_more, size_more; /* added to what is right; wraps */
		size_t expected;
	} cases[] = {
		{ "as it should be", X509_LIST, 0, 0, 0, 2 },
		{ "hashes", HASH_LIST, 0, 0, 0, 1 },
		{ "longer than the file", X509_LIST, 0, 0, 1U << 30, 0 },
		{ "the longest", X509_LIST, 0, 0, UINT32_MAX - 1000, 0 },
		{ "a header longer than the list", X509_LIST, UINT32_MAX, 0, 0, 0 },
		{ "entries longer than the list", X509_LIST, 0, 1U << 30, 0, 1 },
	};
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = certify(key, "A key");
	auto_bytes struct bytes der = der_of(x509);
	uint32_t entry = (uint32_t)der.size + 16, size = entry + 28;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(certificates_done) struct certificates list = { 0 };
		auto_bytes struct bytes file = { 0 };

		append_list(&file, cases[i].type, cases[i].header, entry + cases[i].entry_more,
			    size + cases[i].size_more);
		append(&file, "0123456789abcdef", 16);
		append(&file, der.data, der.size);
		append_list(&file, X509_LIST, 0, entry, size);
		append(&file, "0123456789abcdef", 16);
		append(&file, der.data, der.size);
		assert_int_equal(efi_list_add(file.data, file.size, &list), 0);
		if (list.count != cases[i].expected)
			fail_msg("%s: %zu", cases[i].label, list.count);
		for (size_t cut = 0; cut < file.size; cut++) {
			AUTO(certificates_done) struct certificates some = { 0 };

			assert_int_equal(efi_list_add(file.data, cut, &some), 0);
			assert_true(some.count <= list.count);
		}
	}
	X509_free(x509);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_told_from_those_of_other_bytes_and_keys),
		cmocka_unit_test(a_signature_with_attributes_is_none_for_the_kernel),
		cmocka_unit_test(an_algorithm_or_digest_that_is_not_known_proves_nothing),
		cmocka_unit_test(what_is_cut_or_too_long_is_no_certificate),
		cmocka_unit_test(
			lists_of_the_firmware_give_their_certificates_and_end_where_sizes_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
