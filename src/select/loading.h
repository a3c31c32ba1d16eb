/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loading - will the kernel, or its modprobe, refuse a module for who signed it or supports it?
 *
 * Layer: select. Pure. As the kernel decides (kernel/module/signing.c: module_sig_check()): an
 * error in a signature refuses the module; none, or one by a key that it lacks, only taints it,
 * unless signatures are enforced.
 */
#pragma once

#include "base/diagnostic.h"
#include "kernel/kernel.h"
#include "kernel/module.h"

enum signature_state {
	SIGNATURE_NONE,
	SIGNATURE_UNVERIFIED, /* the certificate of its signer is not at hand */
	SIGNATURE_VALID,
	SIGNATURE_BROKEN, /* it cannot be read, or is not of this module */
};
/* "none", "unverified", "valid" or "broken"; static. */
const char *signature_state_id(enum signature_state state);
enum signature_state loading_signature(const struct kernel *kernel, const struct module *module);

/*
 * Would MODULE be refused for certain? *RET_DETAIL, owned, then says why and what to do, else it is
 * NULL. 0 or -ENOMEM.
 */
int loading_refusal(const struct kernel *kernel, const struct module *module, char **ret_detail);
/* Add what speaks against MODULE and does not refuse it for certain. 0 or -ENOMEM. */
int loading_diagnose(const struct kernel *kernel, const struct module *module,
		     struct diagnostics *diagnostics);
/* What is known of the signature and support of MODULE, as a sentence without its end; owned. */
char *loading_describe(const struct kernel *kernel, const struct module *module);
