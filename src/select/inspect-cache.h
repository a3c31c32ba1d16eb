/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect-cache - what the payload of an RPM holds, in the cache, by the SHA-256 of the RPM.
 *
 * Layer: select. Only what was made of the payload alone is kept: whose RPM it is, and who vouches
 * for it, is asked in every run.
 */
#pragma once

#include "select/inspect.h"

/*
 * Fill the package of INSPECTION as a walk through its payload would. False if it is not known, or
 * not all of it: then the package is as it was.
 */
bool inspect_cache_find(const struct inspect_terms *terms, struct inspection *inspection);
/*
 * Keep what the walk found, unless it found something to say, or the RPM changed shortly before it
 * was read, or since.
 */
void inspect_cache_keep(const struct inspect_terms *terms, const struct inspection *inspection);
