/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/loading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

const char *signature_state_id(enum signature_state state)
{
	static const char *const ids[] = {
		[SIGNATURE_NONE] = "none",
		[SIGNATURE_UNVERIFIED] = "unverified",
		[SIGNATURE_VALID] = "valid",
		[SIGNATURE_BROKEN] = "broken",
	};

	return ids[state];
}

enum signature_state loading_signature(const struct kernel *kernel, const struct module *module)
{
	const struct module_signature *signature = &module->signature;
	const struct certificate *certificate;
	int r;

	if (!signature->present)
		return SIGNATURE_NONE;
	if (signature->form == SIGNATURE_DAMAGED)
		return SIGNATURE_BROKEN;
	certificate = signature->form == SIGNATURE_PLAIN
			      ? signers_certificate(&kernel->signers, signature)
			      : NULL;
	if (!certificate || signature->digest.size == 0)
		return SIGNATURE_UNVERIFIED;
	r = certificate_verify(certificate, signature->hash, &signature->digest, &signature->value);
	if (r < 0)
		return SIGNATURE_UNVERIFIED;
	return r ? SIGNATURE_VALID : SIGNATURE_BROKEN;
}

/* What the kernel would hold against a signature. */
enum flaw {
	FLAW_NONE,
	FLAW_UNSIGNED,
	FLAW_DAMAGED, /* whoever made it */
	FLAW_FALSE, /* it is of another content, by the certificate of its signer */
	FLAW_UNKNOWN_KEY,
	FLAW_UNDETERMINED, /* nothing says whether the kernel has the key */
};

static enum flaw flaw_of(const struct kernel *kernel, const struct module *module)
{
	enum signature_state state = loading_signature(kernel, module);

	if (kernel->enforcement.checks == ANSWER_NO)
		return FLAW_NONE;
	if (state == SIGNATURE_NONE)
		return FLAW_UNSIGNED;
	if (state == SIGNATURE_BROKEN)
		return module->signature.form == SIGNATURE_DAMAGED ? FLAW_DAMAGED : FLAW_FALSE;
	switch (signers_ask(&kernel->signers, &module->signature)) {
	case KEY_KNOWN:
		return FLAW_NONE;
	case KEY_UNKNOWN:
		return FLAW_UNKNOWN_KEY;
	case KEY_UNDETERMINED:
		return FLAW_UNDETERMINED;
	}
	abort();
}

static bool refuses(const struct kernel *kernel, const struct module *module, enum flaw flaw)
{
	const struct enforcement *enforcement = &kernel->enforcement;
	bool enforces = enforcement_asks_signature(enforcement) == ANSWER_YES;
	bool checks = enforces || enforcement->checks == ANSWER_YES;

	switch (flaw) {
	case FLAW_NONE:
	case FLAW_UNDETERMINED:
		return false;
	case FLAW_DAMAGED:
		return checks;
	case FLAW_FALSE:
		/* Without the key the kernel does not see that it is false. */
		return enforces ||
		       (checks && signers_ask(&kernel->signers, &module->signature) == KEY_KNOWN);
	case FLAW_UNSIGNED:
	case FLAW_UNKNOWN_KEY:
		return enforces;
	}
	abort();
}

static const char *enforcer(const struct enforcement *enforcement)
{
	return enforcement->sig_enforce == ANSWER_YES ? "module.sig_enforce" : "lockdown";
}

static const char *signer_of(const struct module *module)
{
	return module->signature.signer ? module->signature.signer : "somebody unnamed";
}

static const char *key_of(const struct module *module)
{
	return module->signature.key_id ? module->signature.key_id : "unknown";
}

/* Owned. */
static char *explain_flaw(const struct kernel *kernel, const struct module *module, enum flaw flaw)
{
	const char *name = module->name, *why = enforcer(&kernel->enforcement);

	if (flaw == FLAW_UNSIGNED)
		return text_format("the kernel takes signed modules alone (%s), and %s is not "
				   "signed; boot without that, or ask the vendor for a signed one",
				   why, name);
	if (flaw == FLAW_UNKNOWN_KEY)
		return text_format("the kernel takes modules alone that are signed with a key that "
				   "it has (%s), and %s is signed by %s with the key %s; enroll "
				   "its certificate with mokutil --import, or boot without that",
				   why, name, signer_of(module), key_of(module));
	if (flaw == FLAW_FALSE)
		return text_format("the module %s is not what %s signed with the key %s: it was "
				   "changed or damaged since; get the package again",
				   name, signer_of(module), key_of(module));
	return text_format("the kernel cannot read the signature of the module %s; get the package "
			   "again",
			   name);
}

static bool lacks_support(const struct kernel *kernel, const struct module *module)
{
	return enforcement_asks_support(&kernel->enforcement) == ANSWER_YES &&
	       !enforcement_is_supported(module->supported);
}

static char *explain_support(const struct kernel *kernel, const struct module *module)
{
	bool by_kernel = kernel->enforcement.kernel_refuses == ANSWER_YES;

	return text_format("the module %s is not marked as supported, and %s; %s", module->name,
			   by_kernel ? "the kernel takes none of those (unsupported=0)"
				     : "modprobe takes none of those (allow_unsupported_modules 0)",
			   by_kernel ? "write 1 to /proc/sys/kernel/unsupported"
				     : "allow them in /etc/modprobe.d/10-unsupported-modules.conf");
}

int loading_refusal(const struct kernel *kernel, const struct module *module, char **ret_detail)
{
	enum flaw flaw = flaw_of(kernel, module);

	*ret_detail = NULL;
	if (refuses(kernel, module, flaw))
		*ret_detail = explain_flaw(kernel, module, flaw);
	else if (lacks_support(kernel, module))
		*ret_detail = explain_support(kernel, module);
	else
		return 0;
	return *ret_detail ? 0 : -ENOMEM;
}

static int diagnose_key(const struct kernel *kernel, const struct module *module,
			struct diagnostics *diagnostics)
{
	if (enforcement_asks_signature(&kernel->enforcement) == ANSWER_YES)
		return diagnostics_add(
			diagnostics, "undetermined-signer", key_of(module),
			"the kernel takes signed modules alone (%s), and nothing "
			"says whether it has the key of %s, who signed the module %s",
			enforcer(&kernel->enforcement), signer_of(module), module->name);
	if (kernel->signers.own.count == 0 || !module->signature.key_id)
		return 0;
	return diagnostics_add(diagnostics, "unknown-signer", module->signature.key_id,
			       "the module %s is signed by %s with a key that none of the kernel's "
			       "own modules is signed with",
			       module->name,
			       module->signature.signer ? module->signature.signer : "somebody");
}

static int diagnose_flaw(const struct kernel *kernel, const struct module *module, enum flaw flaw,
			 struct diagnostics *diagnostics)
{
	switch (flaw) {
	case FLAW_NONE:
		return 0;
	case FLAW_UNSIGNED:
		return kernel->signers.own.count == 0
			       ? 0
			       : diagnostics_add(
					 diagnostics, "unsigned-module", module->name,
					 "the module %s is not signed, and the kernel's own are",
					 module->name);
	case FLAW_DAMAGED:
	case FLAW_FALSE:
		return diagnostics_add(
			diagnostics, "broken-signature", module->name,
			"the signature of the module %s is not one of what is in it, and a kernel "
			"that checks it refuses the module",
			module->name);
	case FLAW_UNKNOWN_KEY:
		return diagnostics_add(diagnostics, "unknown-signer", key_of(module),
				       "the module %s is signed by %s with a key that the kernel "
				       "does not have",
				       module->name, signer_of(module));
	case FLAW_UNDETERMINED:
		return diagnose_key(kernel, module, diagnostics);
	}
	abort();
}

int loading_diagnose(const struct kernel *kernel, const struct module *module,
		     struct diagnostics *diagnostics)
{
	enum flaw flaw = flaw_of(kernel, module);
	int r = refuses(kernel, module, flaw) ? 0
					      : diagnose_flaw(kernel, module, flaw, diagnostics);

	if (r < 0 || kernel->enforcement.tells_supported != ANSWER_YES ||
	    lacks_support(kernel, module) || enforcement_is_supported(module->supported))
		return r;
	return diagnostics_add(diagnostics, "unsupported-module", module->name,
			       "the module %s is not marked as supported, and taints the kernel",
			       module->name);
}

char *loading_describe(const struct kernel *kernel, const struct module *module)
{
	static const char *const standings[] = {
		[KEY_KNOWN] = "the kernel has",
		[KEY_UNKNOWN] = "the kernel has not",
		[KEY_UNDETERMINED] = "nothing says whether the kernel has",
	};
	enum signature_state state = loading_signature(kernel, module);
	const char *supported = module->supported ? module->supported : "not said";
	auto_free char *text = NULL;

	if (state == SIGNATURE_NONE)
		text = strdup("is not signed");
	else if (!module->signature.key_id)
		text = text_format("has a signature of nobody knows whom (%s)",
				   signature_state_id(state));
	else
		text = text_format("is signed by %s (%s) with the key %s, which %s",
				   signer_of(module), signature_state_id(state), key_of(module),
				   standings[signers_ask(&kernel->signers, &module->signature)]);
	return text ? text_format("%s %s; supported: %s", module->name, text, supported) : NULL;
}
