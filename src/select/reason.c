/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/reason.h"

#include <stddef.h>

/* Remedies are those of docs/reasons.md; check-reasons compares them. */
static const struct {
	const char *id, *remedy;
	enum rule rule;
} reasons[] = {
	[REASON_SELECTED] = { "selected", NULL, RULE_COUNT },
	[REASON_REQUIRED] = { "required", NULL, RULE_COUNT },
	[REASON_UPDATE] = { "update", NULL, RULE_COUNT },
	[REASON_INSTALLED] = { "installed", NULL, RULE_COUNT },
	[REASON_NO_DEVICE] = {
		"no-device",
		"hardware that its hints name; installing it by name",
		RULE_HINT,
	},
	[REASON_OTHER_FLAVOR] = {
		"other-flavor",
		"a build for this flavor, or --kernel and --flavor of the system that will run",
		RULE_FLAVOR,
	},
	[REASON_OTHER_ARCH] = { "other-arch", "a build for this one", RULE_ARCH },
	[REASON_OTHER_KERNEL] = {
		"other-kernel",
		"a build for this release, or that kernel",
		RULE_DEPENDENCIES,
	},
	[REASON_KABI_MISMATCH] = {
		"kabi-mismatch",
		"a build against this kernel; a kernel of the service pack that it was built for",
		RULE_KABI,
	},
	[REASON_KABI_UNKNOWN] = {
		"kabi-unknown",
		"--kernel with the symvers file or the RPM of the kernel",
		RULE_KABI,
	},
	[REASON_VERMAGIC_MISMATCH] = {
		"vermagic-mismatch",
		"a build against this kernel",
		RULE_KABI,
	},
	[REASON_GPL_ONLY_SYMBOL] = {
		"gpl-only-symbol",
		"the vendor: another license, or doing without the symbol",
		RULE_KABI,
	},
	[REASON_MISSING_NAMESPACE] = {
		"missing-namespace",
		"the vendor: MODULE_IMPORT_NS() in the module",
		RULE_KABI,
	},
	[REASON_BUILT_IN_MODULE] = {
		"built-in-module",
		"a kernel that has it as a module",
		RULE_KABI,
	},
	[REASON_DUPLICATE_SYMBOL] = {
		"duplicate-symbol",
		"a build against this kernel",
		RULE_KABI,
	},
	[REASON_DEPENDENCY_CYCLE] = {
		"dependency-cycle",
		"other builds of these packages",
		RULE_KABI,
	},
	[REASON_UNREADABLE_MODULE] = {
		"unreadable-module",
		"a build with whole modules",
		RULE_PACKAGE,
	},
	[REASON_MISSING_MODULE] = {
		"missing-module",
		"the package that brings the module, such as kernel-default-extra",
		RULE_KABI,
	},
	[REASON_WOULD_BE_REFUSED] = {
		"would-be-refused",
		"a build whose modules this kernel takes; enrolling the key with mokutil --import; "
		"booting without enforcement",
		RULE_LOADING,
	},
	[REASON_MISSING_DEPENDENCY] = {
		"missing-dependency",
		"another --repo that provides the culprit",
		RULE_DEPENDENCIES,
	},
	[REASON_OUTRANKED] = {
		"outranked",
		"the order of --repo; leaving the other package out",
		RULE_RANK,
	},
	[REASON_OLDER] = { "older", "leaving the newer one out", RULE_RANK },
	[REASON_CONFLICT] = { "conflict", "removing the culprit", RULE_DEPENDENCIES },
	[REASON_OTHER_VENDOR] = {
		"other-vendor",
		"installing it by name with zypper install --allow-vendor-change",
		RULE_POLICY,
	},
	[REASON_LOCKED] = { "locked", "zypper removelock, with the culprit", RULE_POLICY },
	[REASON_BLOCKED_BY_POLICY] = {
		"blocked-by-policy",
		"removing the rule that the culprit names from the policy file",
		RULE_POLICY,
	},
	[REASON_DID_NOT_BIND] = {
		"did-not-bind",
		"kmp-match load --undo, which forgets it; the next boot",
		RULE_POLICY,
	},
	[REASON_UNTRUSTED] = {
		"untrusted",
		"its RPM beside the metadata",
		RULE_TRUST,
	},
	[REASON_UNSIGNED] = {
		"unsigned",
		"--no-gpg-checks, for packages that you trust on other grounds",
		RULE_TRUST,
	},
	[REASON_UNKNOWN_KEY] = {
		"unknown-key",
		"the vendor's key in /etc/kmp-match/keys or the folder of --keys",
		RULE_TRUST,
	},
	[REASON_UNSUPPORTED_SIGNATURE] = {
		"unsupported-signature",
		"--no-gpg-checks, for packages that you trust on other grounds",
		RULE_TRUST,
	},
	[REASON_EXPIRED_KEY] = {
		"expired-key",
		"the vendor's key with its new end",
		RULE_TRUST,
	},
	[REASON_WEAK_SIGNATURE] = {
		"weak-signature",
		"the vendor: a signature on SHA-256 by a key of 2,048 bits",
		RULE_TRUST,
	},
	[REASON_REVOKED_KEY] = {
		"revoked-key",
		"a build that is signed with another key",
		RULE_TRUST,
	},
	[REASON_BAD_SIGNATURE] = {
		"bad-signature",
		"fetching it again; asking the vendor",
		RULE_TRUST,
	},
	[REASON_CORRUPT] = {
		"corrupt",
		"fetching it again; making the metadata anew",
		RULE_PACKAGE,
	},
	[REASON_MATCH_ALL_HINT] = {
		"match-all-hint",
		"a hint that names the hardware; installing it by name",
		RULE_HINT,
	},
};

const char *rule_id(enum rule rule)
{
	static const char *const ids[] = {
		[RULE_HINT] = "hint",     [RULE_PACKAGE] = "package",
		[RULE_ARCH] = "arch",     [RULE_FLAVOR] = "flavor",
		[RULE_KABI] = "kabi",     [RULE_LOADING] = "loading",
		[RULE_POLICY] = "policy", [RULE_DEPENDENCIES] = "dependencies",
		[RULE_TRUST] = "trust",   [RULE_RANK] = "rank",
	};

	return ids[rule];
}

const char *reason_id(enum reason reason)
{
	return reasons[reason].id;
}

const char *reason_remedy(enum reason reason)
{
	return reasons[reason].remedy;
}

enum rule reason_rule(enum reason reason)
{
	return reasons[reason].rule;
}
