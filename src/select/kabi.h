/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kabi - does a package go with the kernel, by its metadata or by the proof on its modules?
 *
 * Layer: select.
 */
#pragma once

#include "kernel/kernel.h"
#include "packages/driver.h"
#include "select/proof.h"

/* A finding of the proof, in names. */
struct kabi_finding {
	char *module;
	enum proof_fault fault;
	char *symbol; /* or whatever else is at fault, or NULL */
	bool has_wanted, has_found; /* CRCs of a symbol: asked for, and there */
	uint32_t wanted, found;
	char *cause; /* the package without which it would not be; NULL if none is */
};

struct kabi {
	enum kabi_status status;
	size_t checked; /* symbols compared, each once */
	struct strings missing; /* symbols that the kernel does not have */
	struct strings differing; /* symbols with another CRC */
	struct strings unverified; /* symbols that nothing is known about */
	struct kabi_finding *findings; /* of the proof: these and everything else */
	size_t finding_count;
};

/*
 * Compare the ksym requirements of DRIVER with KERNEL: a promise of metadata, modules are not
 * opened. A symbol that OFFERS, called with CONTEXT, says another package provides counts as there.
 * *RET_CULPRIT, owned, is the first symbol at fault, or NULL; *RET_ABSENT tells that only a module
 * that the kernel's tree lacks exports it. 0 or -ENOMEM.
 */
int kabi_compare(const struct driver *driver, const struct kernel *kernel,
		 bool (*offers)(void *context, const struct symbol_need *need), void *context,
		 struct kabi *ret, char **ret_culprit, bool *ret_absent);
/*
 * What PROOF says of ITEM, whose modules are called MODULES; ITEMS are the names of all. 0 or
 * -ENOMEM.
 */
int kabi_of_proof(const struct proof *proof, size_t item, const char *const *modules,
		  const char *const *items, struct kabi *ret);
/*
 * Does FINDING say that the kernel has not got a symbol, so that another package could help? Then
 * *RET, borrowed, is what is needed.
 */
bool kabi_lacks(const struct proof_finding *finding, const struct kernel *kernel,
		struct symbol_need *ret);
void kabi_done(struct kabi *kabi);

#define auto_kabi __attribute__((cleanup(kabi_done)))
