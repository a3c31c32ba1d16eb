/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proof - will the target kernel take the modules of a set of packages, all of them together?
 *
 * Layer: select. Pure: facts in, findings out. As the kernel's loader decides
 * (kernel/module/main.c: resolve_symbol(), verify_exported_symbols(); version.c: check_version(),
 * same_magic()), with depmod's search order: a planned module takes the place of one of the same
 * name in the kernel's tree, and so that module's exports away. What is wrong elsewhere in the tree
 * spoils nothing.
 */
#pragma once

#include "kernel/kernel.h"
#include "kernel/module.h"

enum kabi_status {
	KABI_EXACT, /* proven, and built for this very release */
	KABI_PROVEN, /* every symbol of every module is there, with the same CRC */
	KABI_METADATA, /* what the metadata asks for is there; modules were not opened */
	KABI_UNPROVEN, /* nothing speaks against it, and not all could be compared */
	KABI_UNKNOWN, /* nothing could be compared */
	KABI_MISMATCH, /* there are findings, or the metadata asks for what is not there */
};
const char *kabi_status_id(enum kabi_status status);

enum proof_fault {
	FAULT_UNREADABLE,
	FAULT_ARCH,
	FAULT_VERMAGIC,
	FAULT_BUILTIN, /* a module of this name is built into the kernel, so none is ever loaded */
	FAULT_MISSING_SYMBOL,
	FAULT_DIFFERING_SYMBOL, /* the symbol has another CRC */
	FAULT_MISSING_MODULE, /* only a module exports the symbol that the kernel's tree lacks */
	FAULT_GPL_ONLY, /* the symbol is for modules under the GPL, which this one is not */
	FAULT_NAMESPACE, /* the symbol is for modules that import its namespace */
	FAULT_DUPLICATE_SYMBOL, /* it exports what the kernel, or another package, exports too */
	FAULT_CYCLE, /* it needs a symbol of a module that needs one of it: neither can be loaded */
};
const char *proof_fault_id(enum proof_fault fault);

/* A package, or one bare .ko. A NULL among its modules is a file that cannot be read. */
struct proof_item {
	const struct module *const *modules;
	size_t count;
};

struct proof_finding {
	size_t item, module; /* where it is; a module by its place in its item */
	enum proof_fault fault;
	char *symbol; /* or whatever else is at fault: vermagic, architecture, module; or NULL */
	bool has_wanted, has_found; /* CRCs of a symbol: asked for, and there */
	uint32_t wanted, found;
	size_t by; /* the item that exports it; PROOF_KERNEL if none does */
	size_t cause; /* the item without which it would not be; PROOF_KERNEL if none is */
};
#define PROOF_KERNEL SIZE_MAX

/* What came out for one item. */
struct proof_answer {
	enum kabi_status status;
	enum kabi_status otherwise; /* what it would be if there were no findings */
	size_t checked; /* symbols that it needs, each once */
	struct strings unverified; /* those of them that nothing is known about; sorted */
};

struct proof {
	struct proof_finding *findings; /* by item, module, fault, symbol */
	size_t count;
	struct proof_answer *answers; /* one for each item */
	size_t item_count;
};

/* Prove ITEMS, all there at once. 0 or -ENOMEM. */
int proof_run(const struct kernel *kernel, const struct proof_item *items, size_t count,
	      struct proof *ret);
/* Forget the findings that KEEP says no to, as if they had not been. */
void proof_filter(struct proof *proof,
		  bool (*keep)(void *context, const struct proof_finding *finding), void *context);
/* Does the item lack something that no other item takes away from it? */
bool proof_is_broken(const struct proof *proof, size_t item);
void proof_done(struct proof *proof);

#define auto_proof __attribute__((cleanup(proof_done)))
