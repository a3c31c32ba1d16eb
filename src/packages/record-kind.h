/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record-kind - what a package is, by its name and what it provides: kernel, driver, firmware, ...
 *
 * Layer: packages. Pure. The first half is about single names, for whoever has no record.
 */
#pragma once

#include <stdbool.h>

#include "packages/capability.h"
#include "packages/driver.h"
#include "packages/record.h"

/* Is NAME something that only a kernel, or a driver package, can provide? */
bool dependency_is_of_kernel(const char *name);
/* Does a package that provides NAME carry kernel modules: `kmod(`, `ksym(`? */
bool provide_is_of_module(const char *name);
/* May a kernel package provide NAME? */
bool provide_is_of_kernel(const char *name);
/* Is NAME `kernel-uname-r`, the release of a kernel? */
bool provide_is_release(const char *name);
bool provide_is_firmware(const char *name);
/* Is NAME that of a kernel or a part of one, if it provides something of a kernel? */
bool name_is_of_kernel(const char *name);
bool name_is_part(const char *name); /* it ends as one does: */
/* Is NAME that of the -base, -extra or -optional package of the kernel package KERNEL? */
bool name_is_part_of(const char *name, const char *kernel);
bool name_is_of_driver(const char *name);
bool name_is_of_firmware(const char *name);
bool name_is_of_certificate(const char *name);
/* Can these be parts of a NEVRA? What cannot, rpm would not have built. */
bool identity_is_well_formed(const char *name, const char *evr, const char *arch);

struct record_kind {
	bool source; /* of source code: no package that could be installed */
	bool well_formed;
	bool kernel; /* or a part of one: -base, -extra, -optional */
	bool driver;
	bool solved; /* what requires it is told by the solver, whatever the base */
	bool unread; /* a hint of it has more than CAPABILITY_MAX bytes */
	enum driver_role role;
};
void record_classify(const struct record *record, struct record_kind *ret);

/* Is DEPENDENCY in a list where hints are looked for? */
bool dependency_may_hold_hint(const struct record_dependency *dependency);
/* Call FOUND with each hint in a dependency NAMEd so, as below. */
int dependency_each_hint(const char *name, int (*found)(void *context, const struct hint *hint),
			 void *context);
/*
 * Call FOUND with each hint in what RECORD supplements, also inside rich dependencies, and in what
 * it provides, until that returns something else than 0. What it returned, or -ENOMEM.
 */
int record_each_hint(const struct record *record,
		     int (*found)(void *context, const struct hint *hint), void *context);
/* May RECORD be the kernel of RELEASE: does it provide `kernel-uname-r`, and no other one? */
bool record_provides_release(const struct record *record, const char *release);
/*
 * Might rpm take LEFT and RIGHT for the same version? One without a release is that of any. Too
 * often yes, never wrongly no.
 */
bool release_may_be(const char *left, const char *right);
/* The diagnostics of a package that is left out, and of one of which hints are. 0 or -ENOMEM. */
int diagnose_malformed(struct diagnostics *diagnostics, const char *nevra);
int diagnose_unread(struct diagnostics *diagnostics, const char *nevra);
/* "name-[epoch:]version-release.arch". Owned; NULL if out of memory. */
char *record_nevra(const struct record *record);
