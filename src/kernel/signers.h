/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signers - the keys by which a kernel knows modules that it trusts, and how much is known of them.
 *
 * Layer: kernel.
 */
#pragma once

#include <stdbool.h>

#include "base/array.h"
#include "trust/certificate.h"
#include "trust/module-signature.h"

struct signers {
	struct strings own; /* ids of the keys that sign the kernel's own modules, sorted */
	struct strings keys; /* those that the kernel has, by the identifier of the key (where its
				certificate has none, the serial number): sorted */
	bool keys_known; /* all of them: others it does not have */
	bool owner_counts; /* it is said that modules may be signed by keys of the machine's owner
			    */
	struct certificates certificates; /* that are at hand */
};

/*
 * Add the asymmetric keys that TEXT, of /proc/keys, lists. They are all there are if it shows the
 * keyrings that modules are checked against, and as many keys as these have: both belong to root,
 * and nobody else sees them. 0 or -ENOMEM.
 */
int signers_add_keys(const char *text, struct signers *signers);
/*
 * Add what is at hand below ROOT_FD: certificates of the build of RELEASE and those that packages
 * brought; if RUNNING, also the keys that the kernel lists, and what is enrolled. 0 or -ENOMEM.
 */
int signers_find(int root_fd, const char *release, bool running, struct signers *signers);
void signers_done(struct signers *signers);

enum key_standing { KEY_KNOWN, KEY_UNKNOWN, KEY_UNDETERMINED };
/* "known", "unknown-key" or "undetermined"; static. */
const char *key_standing_id(enum key_standing standing);
/* Has the kernel the key of SIGNATURE? Like is compared with like: serial numbers with issuers. */
enum key_standing signers_ask(const struct signers *signers,
			      const struct module_signature *signature);
/* The certificate of who made SIGNATURE, borrowed; NULL if it is not at hand. */
const struct certificate *signers_certificate(const struct signers *signers,
					      const struct module_signature *signature);
