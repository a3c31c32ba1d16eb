/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * certificate - X.509 certificates of those who sign kernel modules, and lists of them.
 *
 * Layer: trust. With trust/module-signature.c the only user of libcrypto. Dates, extensions and
 * issuers are not judged: the kernel judges none of them when it loads a module.
 */
#pragma once

#include <stddef.h>

#include "base/files.h"

enum certificate_place {
	CERTIFICATE_OF_BUILD, /* of the key that the kernel's own modules were signed with */
	CERTIFICATE_ENROLLED, /* the machine's owner enrolled it (MOK) */
	CERTIFICATE_OFFERED, /* a file of the system; whether anything knows it is another matter */
};

struct certificate {
	enum certificate_place place;
	char *name; /* the owner's common name, as it stands there; NULL without one */
	char *issued_id; /* as certificate_issued_id() */
	char *key_id; /* its key's identifier (SKID), lower-case hexadecimal; NULL without one */
	struct bytes der;
};

/* The certificate in the DER at DATA. 0, -EBADMSG if it is none, -ENOMEM. */
int certificate_read(const uint8_t *data, size_t size, struct certificate *ret);
void certificate_done(struct certificate *certificate);
/* Who was given the number SERIAL by ISSUER, a name in DER: comparable text; owned or NULL. */
char *certificate_issued_id(const struct bytes *serial, const struct bytes *issuer);
/* The common name in the NAME in DER; *RET is NULL if it has none. 0 or -ENOMEM. */
int certificate_common_name(const struct bytes *name, char **ret);
/*
 * Did the owner sign DIGEST, made by HASH ("sha256"), with SIGNATURE (PKCS#1 v1.5 or ECDSA)? 1 or
 * 0; -ENOTSUP if that cannot be told, -ENOMEM.
 */
int certificate_verify(const struct certificate *certificate, const char *hash,
		       const struct bytes *digest, const struct bytes *signature);

/* All zero is the empty list. */
struct certificates {
	struct certificate *items;
	size_t count;
};

/* Append the one at DATA; what is none, or is one too many, is left out. 0 or -ENOMEM. */
int certificates_add(struct certificates *list, enum certificate_place place, const uint8_t *data,
		     size_t size);
void certificates_done(struct certificates *list);
