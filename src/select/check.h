/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check - would each of several kernels take each of several driver packages? By what their
 * metadata requires of the kernel and by proof: nothing is matched, solved or staged.
 *
 * Layer: select.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "kernel/kernel.h"
#include "select/kmps.h"
#include "select/plan.h"

struct check_verdict {
	bool fits; /* proven: what could not be compared does not fit */
	bool by_metadata; /* it does not by its metadata; its modules were not looked at */
	enum reason reason; /* why not */
	char *detail; /* why not, one sentence */
	char *culprit; /* symbol, module or vermagic at fault; or NULL */
	struct kabi kabi; /* of the proof, or of the metadata if that is at fault */
	struct diagnostics diagnostics; /* of its modules; none where the metadata is at fault */
};

struct check {
	struct kernel *kernels;
	size_t kernel_count;
	struct kmps kmps;
	bool installed; /* they are those that are installed, not those that were named */
	struct progress *progress; /* borrowed; NULL: nobody wants to know */
	struct check_verdict *verdicts; /* of KMP p and kernel k at k * kmps.count + p */
};

/*
 * Fill the verdicts of CHECK, which has its kernels and KMPs. The KMPs are there together, and
 * beside those installed: one may export what another needs. Of several builds of one name each is
 * tried for itself. 0 or -ENOMEM.
 */
int check_run(struct check *check);
const struct check_verdict *check_verdict(const struct check *check, size_t kernel, size_t kmp);
/*
 * Is something lost? If installed: a driver in use fits none of the kernels. If named: one that was
 * asked for does not fit one of the kernels; of several builds of a name one has to.
 */
bool check_refuses(const struct check *check);
void check_done(struct check *check);

#define auto_check __attribute__((cleanup(check_done)))
