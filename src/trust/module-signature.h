/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-signature - the signature appended to a kernel module: who made it, over what.
 *
 * Layer: trust. With trust/certificate.c the only user of libcrypto. That a signature is there does
 * not make it a good one: certificate_verify() tells, with the certificate of its signer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/files.h"

/* What the kernel makes of it before it looks for a key (Linux: kernel/module_signature.c). */
enum module_signature_form {
	SIGNATURE_PLAIN, /* one signer, and what was signed is the module: it looks for that key */
	SIGNATURE_DAMAGED, /* no message that it reads, or one that it does not accept: an error */
	SIGNATURE_ODD, /* older than Linux 4.3, several signers, certificates: nothing is foretold
			*/
};

struct module_signature {
	bool present;
	enum module_signature_form form; /* if it is */
	char *signer; /* the common name of who certified the key; NULL if it does not say */
	char *key_id; /* lower-case hexadecimal without ':'; NULL if unknown */
	char *issued_id; /* as certificate_issued_id(), and key_id is the serial number; NULL:
			    key_id is the identifier of the key (SKID) */
	char *hash; /* as the kernel spells it, e.g. "sha256"; NULL if unknown */
	struct bytes value; /* what the signer made of the digest */
	struct bytes digest; /* of what is signed, once module_signature_digest() */
	size_t covered; /* bytes that are signed; of all of the file if nothing is */
};

/*
 * The signature at the end of the uncompressed FILE; one that cannot be understood is present, and
 * nothing is known of it. 0 or -ENOMEM.
 */
int module_signature_read(const struct bytes *file, struct module_signature *ret);
/* Complete SIGNATURE, of FILE. Without a known hash nothing is done. 0 or -ENOMEM. */
int module_signature_digest(const struct bytes *file, struct module_signature *signature);
void module_signature_done(struct module_signature *signature);

#define auto_module_signature __attribute__((cleanup(module_signature_done)))
