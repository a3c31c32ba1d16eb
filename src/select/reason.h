/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reason - why a package is picked or refused: a closed list, and the rule that decides each.
 *
 * Layer: select. Pure. The list of docs/reasons.md; ids are part of the machine interface.
 */
#pragma once

/* What is asked of every package, in the order in which explain shows it. */
enum rule {
	RULE_HINT, /* does a hint of it fit a device? */
	RULE_PACKAGE, /* is its RPM what the metadata says? */
	RULE_ARCH,
	RULE_FLAVOR,
	RULE_KABI, /* has the kernel the symbols that it needs? */
	RULE_LOADING, /* will the kernel take modules of who signed and supports these? */
	RULE_POLICY, /* has somebody decided against it? */
	RULE_DEPENDENCIES,
	RULE_TRUST,
	RULE_RANK, /* is nothing else better? */
	RULE_COUNT,
};
const char *rule_id(enum rule rule);

enum reason {
	REASON_SELECTED, /* its hint fits a device, its requirements hold */
	REASON_REQUIRED, /* another selected package needs it */
	REASON_UPDATE, /* selected, and replaces an installed older build */
	REASON_INSTALLED, /* this very build is installed */
	REASON_NO_DEVICE, /* no hint of it fits a device */
	REASON_OTHER_FLAVOR, /* made for another kernel flavor */
	REASON_OTHER_ARCH, /* made for another architecture */
	REASON_OTHER_KERNEL, /* asks for another kernel release by name */
	REASON_KABI_MISMATCH, /* needs symbols that the kernel lacks or has with other CRCs */
	REASON_KABI_UNKNOWN, /* nothing says which symbols the kernel has */
	REASON_VERMAGIC_MISMATCH, /* a module is built for a kernel with other options */
	REASON_GPL_ONLY_SYMBOL, /* a module not under the GPL needs a symbol for those that are */
	REASON_MISSING_NAMESPACE, /* a module does not import the namespace of a symbol */
	REASON_BUILT_IN_MODULE, /* a module of that name is built into the kernel */
	REASON_DUPLICATE_SYMBOL, /* a module exports what the kernel exports itself */
	REASON_DEPENDENCY_CYCLE, /* modules need each other */
	REASON_UNREADABLE_MODULE, /* a module file cannot be read */
	REASON_MISSING_MODULE, /* needs a symbol of a kernel module that is not in its tree */
	REASON_WOULD_BE_REFUSED, /* the kernel or modprobe would refuse a module for its signature
				    or lack of support */
	REASON_MISSING_DEPENDENCY, /* requires something that nothing at hand provides */
	REASON_OUTRANKED, /* another family or repository serves the same with a better rank */
	REASON_OLDER, /* a newer build of the same family fits */
	REASON_CONFLICT, /* conflicts with a selected or installed package */
	REASON_OTHER_VENDOR, /* the installed build of it is another vendor's */
	REASON_LOCKED, /* a lock of zypp is on it, or on the installed build of it */
	REASON_BLOCKED_BY_POLICY, /* a rule of the policy file blocks it, or pins another version */
	REASON_DID_NOT_BIND, /* it was loaded, no device came to be bound, and it was taken back */
	REASON_UNTRUSTED, /* its RPM is not at hand, so that nobody could check its signature */
	REASON_UNSIGNED, /* neither it nor its repository is signed */
	REASON_UNKNOWN_KEY, /* signed by a key that is not trusted */
	REASON_UNSUPPORTED_SIGNATURE, /* signed in a way that cannot be checked */
	REASON_EXPIRED_KEY, /* the key, or the signature, ended */
	REASON_WEAK_SIGNATURE, /* it rests on MD5 or SHA-1 alone, on a short key, or on a part */
	REASON_REVOKED_KEY, /* the key was revoked */
	REASON_BAD_SIGNATURE, /* what is signed was changed, or the signature is damaged */
	REASON_CORRUPT, /* the RPM is damaged, or not the one that the metadata describes */
	REASON_MATCH_ALL_HINT, /* only a hint that fits every machine speaks for it */
	REASON_COUNT,
};
const char *reason_id(enum reason reason);
/* What would change the verdict, one sentence; NULL for a reason to select. */
const char *reason_remedy(enum reason reason);
/* The rule that was failed; RULE_COUNT, none, for a reason to select. */
enum rule reason_rule(enum reason reason);
