/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kabi - does the kernel have the symbols that a package's metadata asks for, with the same CRCs?
 *
 * Layer: select. A promise of metadata, not a proof: modules are not opened.
 */
#pragma once

#include "kernel/kernel.h"
#include "packages/driver.h"
#include "select/plan.h"
#include "select/solve.h"

/*
 * Compare the ksym requirements of DRIVER with KERNEL; a symbol that a package of SOLVE
 * provides with the same CRC is left to the solver. *RET_CULPRIT, owned, is the first symbol at
 * fault, or NULL; *RET_ABSENT tells that only a module that the kernel's tree lacks exports it.
 * 0 or -ENOMEM.
 */
int kabi_compare(const struct driver *driver, const struct kernel *kernel, struct solve *solve,
		 struct kabi *ret, char **ret_culprit, bool *ret_absent);
void kabi_done(struct kabi *kabi);
