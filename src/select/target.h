/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target - the target kernel: what files say of it, then what packages do.
 *
 * Layer: select. Here the kernel and the packages layer first meet; plain arrays go across.
 */
#pragma once

#include "base/error.h"
#include "kernel/kernel.h"
#include "packages/catalog.h"

/*
 * What files say of the kernel that REQUEST names: its release, unless only a package can tell.
 * 0, -EINVAL for a request that makes no sense, or another -errno with *RETERR set.
 */
int target_begin(const struct kernel_request *request, struct kernel *ret, struct error *reterr);
/* The rest of it, as target_find(), which is both. KERNEL is for kernel_done() either way. */
int target_complete(const struct kernel_request *request, const struct catalog *catalog,
		    const char *machine_arch, struct kernel *kernel, struct error *reterr);
/*
 * Find the kernel that REQUEST names; CATALOG is asked for its package, installed first, then on
 * offer. MACHINE_ARCH (or NULL, then this machine's) is the last resort for its architecture.
 * 0, -EINVAL for a request that makes no sense, or another -errno with *RETERR set.
 */
int target_find(const struct kernel_request *request, const struct catalog *catalog,
		const char *machine_arch, struct kernel *ret, struct error *reterr);

/*
 * The same for each kernel that REQUEST names: what is of one release is one kernel, in the order
 * in which releases are first named. --kernel-release makes it all one. *RET has *RET_COUNT
 * elements, each for kernel_done(), and free().
 */
int target_find_each(const struct kernel_request *request, const struct catalog *catalog,
		     const char *machine_arch, struct kernel **ret, size_t *ret_count,
		     struct error *reterr);
