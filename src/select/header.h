/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * header - what the RPM of a chosen package says for itself, held against the metadata.
 *
 * Layer: select.
 */
#pragma once

#include "base/error.h"
#include "packages/source.h"
#include "select/plan.h"

/*
 * Read the header of PACKAGE's RPM in SOURCE, once: fills its module and firmware files, the room
 * it takes, and where the metadata has no checksum, the RPM's SHA-256, which staging then holds it
 * to. *RET_MODULES are the normalised names of its modules. An RPM that is not there is no error:
 * it is not at hand. 0, -EBADMSG with *RETERR set if it is damaged or not the package that the
 * metadata describes, or another -errno.
 */
int header_check(const struct source *source, struct plan_package *package,
		 struct strings *ret_modules, struct error *reterr);
