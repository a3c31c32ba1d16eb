/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-signature - what the signature appended to a kernel module says of its signer.
 *
 * Layer: trust. The only user of libcrypto. That a signature is there does not make it a good one:
 * nothing is verified here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/files.h"

struct module_signature {
	bool present;
	char *signer; /* the certificate's common name; NULL if the signature does not say */
	char *key_id; /* lower-case hexadecimal without ':'; NULL if unknown */
	char *hash; /* as the kernel spells it, e.g. "sha256"; NULL if unknown */
};

/*
 * The signature at the end of the uncompressed FILE; one that cannot be understood is present, and
 * nothing is known of it. *RET_SIZE is the size of what is signed: of all of FILE if nothing is.
 * 0 or -ENOMEM.
 */
int module_signature_read(const struct bytes *file, struct module_signature *ret, size_t *ret_size);
void module_signature_done(struct module_signature *signature);

#define auto_module_signature __attribute__((cleanup(module_signature_done)))
