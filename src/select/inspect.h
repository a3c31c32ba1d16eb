/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect - what the RPM of a package holds: is it the one that the metadata describes, and which
 * modules would be staged from it?
 *
 * Layer: select.
 */
#pragma once

#include "base/error.h"
#include "packages/source.h"
#include "select/plan.h"

/*
 * Open PACKAGE's RPM in SOURCE, once, as it would be staged for KERNEL_RELEASE: fills its modules
 * with their facts, its firmware, the room it takes, and its SHA-256, which staging holds it to.
 * Of the payload only modules are looked at, one at a time. An RPM that is not there is no error:
 * it is not at hand. 0, -EBADMSG with *RETERR set if it is damaged or not the package that the
 * metadata describes, or another -errno.
 */
int inspect_package(const struct source *source, const char *kernel_release,
		    struct plan_package *package, struct error *reterr);
