/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * variables - what $releasever and its like stand for in the configuration of repositories.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include "base/array.h"
#include "base/limits.h"

/* All zero is none. */
struct variables {
	struct strings names;
	struct strings values; /* in step with names */
};

/* NAME stands for VALUE from now on. 0 or -ENOMEM. */
int variables_set(struct variables *variables, const char *name, const char *value);
/* Borrowed; NULL if NAME is unknown. */
const char *variables_get(const struct variables *variables, const char *name);
/*
 * TEXT with $name, ${name}, ${name:-word} and ${name:+word} replaced as libzypp does: an unknown
 * name without a word stays as it is, and a value is never expanded again, so none can be cyclic.
 * 0 with an owned text, -E2BIG if it got longer than VARIABLES_TEXT_MAX, -ENOMEM.
 */
int variables_expand(const struct variables *variables, const char *text, char **ret);
void variables_done(struct variables *variables);

#define auto_variables __attribute__((cleanup(variables_done)))
