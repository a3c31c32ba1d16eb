/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subject - what somebody wants to have explained: a device, a package, a module, or the machine.
 *
 * Layer: select. What a text names is settled in the order of the kinds; it is found in two steps,
 * because a device that is not here joins the machine before packages are looked at.
 */
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "hardware/device.h"
#include "kernel/kernel.h"
#include "packages/catalog.h"

enum subject_kind {
	SUBJECT_MACHINE, /* nothing was named: every device that a package is made for */
	SUBJECT_PATH, /* in sysfs */
	SUBJECT_SLOT, /* of PCI: "3b:00.0", "0000:3b:00.0" */
	SUBJECT_PORT, /* of USB: "1-4", "1-4:1.0" */
	SUBJECT_ID, /* vendor and device of USB or PCI: "8086:1533" */
	SUBJECT_MODALIAS, /* of a device here, or a pattern of such */
	SUBJECT_MADE_UP, /* a modalias that no device here has */
	SUBJECT_PACKAGE, /* NEVRA, name, or a pattern of names */
	SUBJECT_MODULE,
};
const char *subject_kind_id(enum subject_kind kind);

struct subject {
	enum subject_kind kind;
	bool found;
	char *text; /* as it was typed; NULL for the machine */
	char *detail; /* what it is, one sentence; never NULL once found */
	size_t *devices; /* indices of those that it names */
	size_t device_count;
	struct ids packages; /* those that it names, or that ship the module */
};

/*
 * Find TEXT (NULL: the machine) among DEVICES; a modalias that none of them has joins them. Not
 * found, it may be a package. 0, or -errno with *RETERR set: -ENOENT if it can only be a device.
 */
int subject_find_device(const char *text, struct device_list *devices, struct subject *ret,
			struct error *reterr);
/* Find what no device was: among the packages, then among the modules of them and of KERNEL. */
int subject_find_package(struct subject *subject, const struct catalog *catalog,
			 const struct kernel *kernel, struct error *reterr);
void subject_done(struct subject *subject);
