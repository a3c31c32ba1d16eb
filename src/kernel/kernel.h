/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel - the target kernel: its release, flavor, architecture and symbols, and where they are
 * from.
 *
 * Layer: kernel. The packages layer is not seen here: what a kernel package provides comes in as
 * plain arrays, through kernel_add_provides().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "base/diagnostic.h"
#include "base/error.h"
#include "kernel/decompressors.h"
#include "kernel/enforcement.h"
#include "kernel/signers.h"
#include "kernel/symbols.h"

struct cache_dir;
struct tree;

struct kernel {
	char *release; /* as uname -r prints it */
	char *flavor; /* "default"; never NULL once kernel_finish() succeeded */
	char *arch; /* as uname -m; NULL if nothing said it */
	struct symbol_table *symbols; /* NULL if none are known */
	char *symbols_from; /* paths, "package NEVRA", ..., with ", " between them; or NULL */
	bool symbols_complete; /* false from a module tree alone: what is not in it is unknown */
	bool tree_known; /* a module tree of this release was found */
	struct strings tree_modules; /* its modules and built-ins, normalised, sorted; no KMPs */
	char *vermagic; /* of the kernel's own modules; NULL if unknown */
	struct strings builtins; /* names of built-in modules, normalised, sorted */
	struct strings blacklist; /* modules that modprobe.d below the root, and for the running
				     kernel its command line, blacklists: normalised, sorted */
	struct signers signers; /* the keys that it takes modules of */
	struct enforcement enforcement; /* the modules that it, or modprobe, refuses */
	struct decompressors decompressors;
	struct strings provides; /* "name" or "name = version" of the kernel package, no ksym() */
	char *package; /* a kernel RPM or package that still has to be read, or NULL:
			  path of the RPM, for the pipeline to open */
	struct tree *tree; /* the module tree, for kernel_finish() to read symbols from; or NULL */
	struct diagnostics diagnostics;
};

struct kernel_request {
	int root_fd; /* below which releases are looked up */
	const char *root; /* how the user spelled it; NULL for the running system */
	struct strings kernels; /* --kernel as typed: releases, or paths (with a '/'), sniffed */
	const char *flavor; /* --flavor or NULL */
	const char *arch; /* --arch or NULL */
	const char *release; /* --kernel-release or NULL */
	struct cache_dir *cache; /* of what kernels' files say; NULL: none */
};

/*
 * Find the kernel that REQUEST names; fill what files say. Symbols may still be missing: the
 * installed package is asked for them (kernel_add_provides()), then kernel_find_symbols(), then a
 * package on offer. Release precedence: --kernel-release, the release typed, the path. 0, -EINVAL
 * for a request that makes no sense (exit 2), or another -errno with *RETERR set.
 */
int kernel_find(const struct kernel_request *request, struct kernel *ret, struct error *reterr);
/* Complete the symbols from its symvers file, if they need it. 0, or -errno with *RETERR set. */
int kernel_find_symbols(struct kernel *kernel, const struct kernel_request *request,
			struct error *reterr);
/*
 * Take over what a kernel package provides: COUNT pairs NAMES[i] = VERSIONS[i] (a version may be
 * NULL). Release, flavor and, where none are known yet, symbols are taken from them; ORIGIN says
 * what to show as symbols_from. 0, -EBADMSG if it is no kernel package, -ENOMEM.
 */
int kernel_add_provides(struct kernel *kernel, const char *origin, const char *const *names,
			const char *const *versions, size_t count);
/*
 * Settle flavor, architecture and absent symbols when everything was read.
 * MACHINE_ARCH is the last resort. 0, -EINVAL with *RETERR set if no flavor can be found.
 */
int kernel_finish(struct kernel *kernel, const struct kernel_request *request,
		  const char *machine_arch, struct error *reterr);
/* Has the kernel's module tree, as far as it is known and indexed, a module for MODALIAS? */
bool kernel_serves(const struct kernel *kernel, const char *modalias);
void kernel_done(struct kernel *kernel);

#define auto_kernel __attribute__((cleanup(kernel_done)))

/*
 * The flavor in RELEASE: what stands behind its leading version, or NULL if that holds a '.' or
 * is empty. Owned. "6.4.0-150600.23.7-default" is "default", "6.1.0-56-rt-amd64" is "rt-amd64".
 */
char *kernel_flavor_of(const char *release);
