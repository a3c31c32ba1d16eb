/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * driver - one package on offer, as its metadata describes it: identity, hints, kernel needs.
 *
 * Layer: packages. A plain record, made by packages/catalog.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/diagnostic.h"
#include "packages/capability.h"

enum driver_role { ROLE_DRIVER, ROLE_FIRMWARE, ROLE_CERTIFICATE, ROLE_USERSPACE };
const char *driver_role_id(enum driver_role role);

/* One `ksym(flavor:symbol) = crc`, required or provided. */
struct symbol_need {
	const char *flavor; /* borrowed from the driver's symbol_text */
	const char *symbol;
	uint32_t crc;
	bool has_crc;
};

struct driver {
	int id; /* the catalog's number of it */
	char *nevra; /* name-[epoch:]version-release.arch, an epoch of 0 left out */
	char *name;
	unsigned long epoch;
	char *version;
	char *release;
	char *arch;
	char *vendor; /* NULL if none */
	size_t source; /* index into the catalog's sources; SIZE_MAX: installed */
	char *location; /* of the RPM, relative to its source; NULL if installed or elsewhere: */
	char *elsewhere; /* the http(s) URL that it lies at instead; NULL if none is named */
	char *checksum; /* of the RPM, lower-case hex; NULL if the metadata has none */
	char *checksum_type; /* "sha256", ... */
	uint64_t size; /* of the RPM in bytes; 0 if unknown */
	enum driver_role role;
	char *family; /* base name and flavor, any "-k<version>" taken out; never NULL */
	char *flavor; /* of the KMP; NULL if the package is none */
	char *build_release; /* kernel release that it was built for, or NULL if it does not say */
	struct hint *hints;
	size_t hint_count;
	struct symbol_need *symbols;
	size_t symbol_count;
	struct symbol_need *exports; /* that it provides */
	size_t export_count;
	char *symbol_text; /* of both */
	struct strings modules; /* its kmod() provides: normalised module names */
	struct diagnostics diagnostics;
};

/*
 * Family, flavor and build release from NAME and VERSION of a KMP, e.g. "foo-kmp-default" and
 * "1.0_k6.4.0_150600.21", or "foo-k6.12.0_160000.5-kmp-default". Owned; each may be NULL where
 * the name does not say; 0 or -ENOMEM.
 */
int driver_parse_name(const char *name, const char *version, char **ret_family, char **ret_flavor,
		      char **ret_build_release);
/* "name-epoch:version-release.arch". Owned; NULL if out of memory. */
char *driver_nevra(const char *name, unsigned long epoch, const char *version, const char *release,
		   const char *arch);
void driver_done(struct driver *driver);
