/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repofile - a configuration file of zypp or dnf: sections of keys and values.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include <stddef.h>

#include "base/array.h"
#include "base/diagnostic.h"
#include "base/limits.h"

struct repofile_section {
	char *name;
	struct strings keys;
	struct strings values; /* in step with keys; lines of a list are joined by '\n' */
};

/* All zero is the empty file. */
struct repofile {
	struct repofile_section *sections;
	size_t count;
	struct diagnostics diagnostics; /* lines that mean nothing: they are ignored */
};

/* Read SIZE bytes, which a NUL byte follows; NAME is what diagnostics call it. 0 or -ENOMEM. */
int repofile_parse(const char *text, size_t size, const char *name, struct repofile *ret);
/* Borrowed; NULL if there is no such section. */
const struct repofile_section *repofile_find(const struct repofile *file, const char *section);
/* The value of KEY, borrowed; NULL if there is none. */
const char *repofile_get(const struct repofile_section *section, const char *key);
void repofile_done(struct repofile *file);

#define auto_repofile __attribute__((cleanup(repofile_done)))
