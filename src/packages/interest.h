/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interest - which packages are of interest before any is known: by hardware, kernel and name.
 *
 * Layer: packages. All is borrowed.
 */
#pragma once

#include <stdbool.h>

#include "base/array.h"
#include "packages/modalias-index.h"
#include "packages/record.h"

struct interest {
	const struct modalias_index *hardware; /* NULL: every package is of interest */
	bool base; /* what is installed matters: metadata_may_provide() will be asked */
	struct strings releases; /* of target kernels; none: kernels of all releases are */
	struct strings names; /* packages called so are, as catalog_find_named() has it */
	bool drivers; /* it is drivers that are asked for by name */
	const char *module; /* what has it, too, normalised; NULL for none */
};

/* May a package NAMEd so, in any version, be asked for by name? Too often yes, never wrongly no. */
bool interest_in_name(const struct interest *interest, const char *name);
/* Is it, surely? Where there is a package foo, "foo-bar" may be a module. */
bool interest_is_name(const struct interest *interest, const char *name);
/* Does a provide NAMEd so, or the file PATH, tell of the module? Also yes if out of memory. */
bool interest_in_provide(const struct interest *interest, const char *name);
bool interest_in_file(const struct interest *interest, const char *path);
/* Is RECORD asked for by its name or by a module of it? */
bool interest_in_record(const struct interest *interest, const struct record *record);
