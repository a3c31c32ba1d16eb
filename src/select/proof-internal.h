/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proof-internal - who serves a symbol that a planned module needs, for proof*.c alone.
 *
 * Layer: select.
 */
#pragma once

#include "select/cycle.h"
#include "select/proof.h"

/* A planned module. */
struct member {
	const struct module *module; /* NULL if it cannot be read */
	size_t item, index; /* its place */
};

/* A symbol that one exports. */
struct offer {
	const struct symbol *symbol;
	size_t member;
};

/* What is planned, indexed. */
struct planned {
	const struct kernel *kernel;
	struct member *members; /* in the order of the items */
	size_t member_count;
	size_t *by_name; /* members that can be read, by name and place */
	size_t named_count;
	struct offer *offers; /* by name and place */
	size_t offer_count;
};

/* What becomes of one symbol that a module needs; the smaller the better. */
enum outcome { AGREES, UNKNOWN, FAULTY };
struct ruling {
	enum outcome outcome;
	enum proof_fault fault; /* if FAULTY */
	const struct symbol *provider; /* the one that was compared, or NULL */
	const struct member *by; /* ... and the planned module that exports it, or NULL */
	const struct member *hider; /* takes the place of the kernel's module that exports it */
};

/* How far apart two vermagics are. */
enum likeness { WHOLE, ALL_BUT_RELEASE, NOT_COMPARED, DIFFERENT };

/* Everything planned, whoever brings it. */
#define ALL_ITEMS PROOF_KERNEL

int planned_index(struct planned *planned, const struct proof_item *items, size_t count);
void planned_done(struct planned *planned);
/* Where the offers of the symbol NAME begin; they may be none. */
size_t planned_first_offer(const struct planned *planned, const char *name);
/* The row of the kernel for the symbol NAME, which may be one that does not count, or NULL. */
const struct symbol *planned_kernel_row(const struct planned *planned, const char *name);

/* Where both sides have CRCs, these speak for the release (kernel: same_magic()). */
enum likeness vermagic_compare(const struct kernel *kernel, const struct module *module);
bool vermagic_is_for_release(const struct kernel *kernel, const struct module *module);

/*
 * Who serves IMPORT of MEMBER when of all that is planned only item SCOPE is there, or ALL_ITEMS?
 * vmlinux, else a planned module (depmod lets those behind the kernel's own count), else a module
 * of the kernel that no planned one takes the place of. Where nobody says who exports it, either.
 */
struct ruling rule_in(const struct planned *planned, const struct member *member,
		      const struct module_import *import, size_t scope);
/* The item without which MEMBER would have what it lacks by RULING; PROOF_KERNEL if none. */
size_t ruling_cause(const struct planned *planned, const struct member *member,
		    const struct module_import *import, const struct ruling *ruling);
