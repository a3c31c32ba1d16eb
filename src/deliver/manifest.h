/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifest - what a generation says of itself, as far as loading it has to know.
 *
 * Layer: deliver. manifest.json has the shape of the report; docs/report.schema.json describes it.
 */
#pragma once

#include "base/array.h"
#include "base/error.h"

struct manifest_module {
	char *name; /* normalised */
	char *path; /* below the package's directory; safe */
	char *build_id, *srcversion, *version; /* NULL: unknown, or it has none */
	char *compression; /* "none", "gzip", "xz", "zstd", or NULL */
};

/* One that was selected and unpacked. */
struct manifest_package {
	char *nevra;
	char *name; /* of its directories */
	char *rpm_sha256; /* NULL: unknown */
	struct manifest_module *modules;
	size_t module_count;
	struct strings firmware; /* below its directory; safe */
	struct strings patterns; /* of the hints that chose it */
};

/* All zero is one of nothing. */
struct manifest {
	char *release; /* of the kernel */
	struct manifest_package *packages;
	size_t count;
	struct strings modaliases; /* of the devices that were looked at; sorted */
};

/*
 * Read that of the generation open at FD; PATH is for messages. 0, or -errno with *RETERR set:
 * -EBADMSG if it is none that this program can have written.
 */
int manifest_read(int fd, const char *path, struct manifest *ret, struct error *reterr);
/* The module NAME of PACKAGE, or NULL. */
const struct manifest_module *manifest_find(const struct manifest_package *package,
					    const char *name);
/* Does a hint that chose PACKAGE fit MODALIAS? */
bool manifest_fits(const struct manifest_package *package, const char *modalias);
void manifest_done(struct manifest *manifest);

#define auto_manifest __attribute__((cleanup(manifest_done)))
