/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload - which files of a package are staged, and where.
 *
 * Layer: select. Pure: decides from the list of paths alone; everything not named here stays in
 * the RPM. docs/staging.md has the table.
 */
#pragma once

#include <stddef.h>

#include "base/array.h"
#include "base/diagnostic.h"

enum payload_kind {
	PAYLOAD_MODULE, /* *.ko, also compressed */
	PAYLOAD_FIRMWARE, /* below lib/firmware */
	PAYLOAD_MODPROBE, /* a modprobe.d file */
	PAYLOAD_MODULES_LOAD, /* a modules-load.d file */
};

struct payload_file {
	enum payload_kind kind;
	char *path; /* absolute, as in the package */
	char *target; /* relative, safe; below the directory of its kind */
	char *name; /* of a module, normalised; else NULL */
	char *release; /* of a module: the kernel release that its path names, or NULL */
	int priority; /* which of two with one name is taken: the smaller */
};

/* Sorted by path; a kind and target occur once, and so does a module's name. */
struct payload {
	struct payload_file *files;
	size_t count;
	char *release; /* of the build that is taken; NULL if no path names one */
};

/*
 * Choose among PATHS, absolute and as hostile as they come, what is staged for KERNEL_RELEASE.
 * What would have been staged but for a flaw, or is for another kernel, becomes a diagnostic.
 * 0 or -ENOMEM.
 */
int payload_choose(const struct strings *paths, const char *kernel_release, struct payload *ret,
		   struct diagnostics *diagnostics);
/* The file with PATH, or NULL. */
const struct payload_file *payload_find(const struct payload *payload, const char *path);
/*
 * Which of the kernel releases LEFT and RIGHT is the better build for TARGET? Negative: LEFT.
 * Equal to it; of its flavor; not newer than it; then the nearest version; then by byte value.
 */
int payload_compare_releases(const char *left, const char *right, const char *target);
void payload_done(struct payload *payload);

#define auto_payload __attribute__((cleanup(payload_done)))
