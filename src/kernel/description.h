/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * description - what one --kernel says about the target kernel; several may describe the same one.
 *
 * Layer: kernel.
 */
#pragma once

#include "kernel/kernel.h"

/*
 * Add to KERNEL what TEXT says: a release, or a path (with a '/'), sniffed by content.
 * 0, -EINVAL if it contradicts what was said before, or another -errno, with *RETERR set.
 */
int description_add(struct kernel *kernel, const struct kernel_request *request, const char *text,
		    struct error *reterr);
/*
 * Look for what is still missing: with NAMED the module tree of kernel->release below the root,
 * and the symbol table that an initrd keeps of it. Finding nothing is no error.
 */
int description_look_up(struct kernel *kernel, const struct kernel_request *request, bool named,
			struct error *reterr);
/* The same for the symvers file of the tree, else with NAMED that of kernel->release. */
int description_look_up_symvers(struct kernel *kernel, const struct kernel_request *request,
				bool named, struct error *reterr);
