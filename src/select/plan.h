/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - the decision: which packages, for which devices, and why not the others.
 *
 * Layer: select. Pure data; made by select/solve.c, read by deliver and report.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "packages/driver.h"
#include "select/kabi.h"
#include "select/reason.h"
#include "trust/trust.h"

/* A hint of a package that fits a device. */
struct plan_hint {
	char *pattern; /* decoded, as it matched */
	char *modalias; /* of the device */
	size_t device; /* index into the device list */
};

/* What rank knows without opening packages; compared field by field, in this order. */
struct rank {
	int policy; /* weights of the rules that prefer it: larger is better */
	int trust; /* larger is better: 1 if somebody who is trusted vouches for it */
	int closeness; /* 3 proven and built for this release, 2 proven, or built for this release
			  by its name, 1 by metadata or in part, 0 nothing to go by */
	int specificity; /* of the best matching pattern: 4 subsystem .. 0 wildcard */
	int priority; /* of the repository, smaller is better */
};

/* A module file of a package, as far as it was looked at. */
struct plan_module {
	char *name; /* normalised */
	char *path; /* in the package; below its NEVRA directory once staged */
	char *sha256; /* as it was proven, and is staged; NULL if it was not read */
	struct module *facts; /* owned; NULL if it was not opened */
	char *unreadable; /* why it cannot be read; NULL if it can, or was not opened */
};

struct plan_package {
	struct driver driver;
	bool selected;
	enum reason reason;
	char *detail; /* one sentence for people */
	char *culprit; /* symbol, capability, package; or NULL */
	struct plan_hint *hints;
	size_t hint_count;
	struct strings required_by; /* NEVRAs */
	struct strings assumed; /* requirements that a bare base takes for granted */
	struct kabi kabi;
	struct rank rank;
	struct trust trust; /* unchecked while nobody has looked at its RPM */
	char *rpm_sha256; /* of the file, once read; else the metadata's, if it is SHA-256; or NULL
			   */
	bool rpm_at_hand; /* its RPM can be opened now */
	enum kabi_status alone; /* what the proof said of its modules alone, once it did */
	bool stands_alone; /* the proof found that it needs nothing of other packages */
	bool inspected; /* select/inspect.c has looked at its RPM, which fills: */
	int rpm_fd; /* its RPM, to be staged from; -1 if it is not at hand, or was rejected */
	uint64_t rpm_size; /* of the RPM, in bytes */
	uint64_t unpacked_size; /* of its files, in bytes */
	char *rpm_staged; /* its copy, below the generation, once staged; else NULL */
	struct plan_module *modules;
	size_t module_count;
	struct strings firmware; /* paths below lib/firmware */
	struct diagnostics diagnostics; /* of the package: flaws, what was left out when staging */
};

struct plan {
	struct plan_package
		*packages; /* selected ones first, then by name, version (newest first) */
	size_t count;
	size_t *unmatched; /* indices of devices: a module or a refused package serves them, no
			      driver is bound */
	size_t unmatched_count;
};

/* Append an empty package and return it, borrowed until the next call; NULL if out of memory. */
struct plan_package *plan_add(struct plan *plan);
/* Release the last package; there must be one. */
void plan_drop_last(struct plan *plan);
/* Is PACKAGE to be staged: selected, and not installed already? */
bool plan_is_staged(const struct plan_package *package);
/* May PACKAGE be taken for whoever vouches for it? GPG_CHECKS: somebody who is trusted has to. */
bool plan_is_trusted(const struct plan_package *package, bool gpg_checks);
size_t plan_selected_count(const struct plan *plan);
/* PACKAGE's RPM is open at FD, which it takes over; -1 for none. What it had is closed. */
void plan_package_set_rpm(struct plan_package *package, int fd);
int plan_package_add_module(struct plan_package *package, const char *path, const char *sha256);
/* Does a package that is selected, or one that was refused, have a hint for DEVICE? */
bool plan_serves(const struct plan *plan, size_t device, bool selected);
void plan_done(struct plan *plan);

#define auto_plan __attribute__((cleanup(plan_done)))
