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
 * Find the kernel that REQUEST names; CATALOG is asked for its package, installed first, then on
 * offer. MACHINE_ARCH (or NULL, then this machine's) is the last resort for its architecture.
 * 0, -EINVAL for a request that makes no sense, or another -errno with *RETERR set.
 */
int target_find(const struct kernel_request *request, const struct catalog *catalog,
		const char *machine_arch, struct kernel *ret, struct error *reterr);
