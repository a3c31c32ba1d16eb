/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capability - what the text of a dependency means: hardware hints and kernel symbols.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/limits.h"

/** What libsolv leaves unread, in bytes: the buffer of its repo_fix_supplements() (src/suse.c). */
#define HINT_LONG_MIN 1024

/* Flaws of a hint, each a bit: it is read as it was meant all the same. */
enum hint_repair {
	HINT_AS_IT_IS = 0,
	HINT_MERGED_ESCAPE = 1, /* a raw [..] class stood inside a %XX escape or an escaped class */
	HINT_UNPREFIXED = 2, /* "bus:...:..." without a prefix, which libsolv splits at the bus */
	HINT_LOWER_CASE = 4, /* ids of pci or usb in lower case, which no kernel writes */
	HINT_LONG = 8, /* HINT_LONG_MIN bytes or more */
	HINT_PROVIDED = 16, /* it stands among what the package provides */
};

/* One `modalias(...)`, as libsolv and libzypp evaluate it, after the repairs that we know. */
struct hint {
	char *text; /* the pattern as the package has it, still encoded */
	char *prefix; /* capability that must be provided too, or NULL */
	struct strings patterns; /* decoded patterns for fnmatch(3), OR-ed; one unless repaired */
	unsigned int repairs; /* of enum hint_repair; the last two are set by the catalog */
	bool match_all; /* fits any machine: reported, never selects */
};

/*
 * Read one "modalias(...)" dependency. 1 if it is one, 0 if it is something else or dead
 * by libsolv's rules (too short, no final ')'), -E2BIG over CAPABILITY_MAX, -ENOMEM.
 * Split: at the first ':' only if it is not the first character and another one follows (libsolv
 * src/suse.c).
 */
int hint_parse(const char *text, struct hint *ret);
/* The same from PREFIX (or NULL) and PATTERN already split. 0 or -ENOMEM. */
int hint_make(const char *prefix, const char *pattern, struct hint *ret);
/*
 * A PREFIX that names a bus, or holds a wildcard, is no capability: the packager left the prefix
 * out and libsolv split the alias at its first colon.
 */
bool hint_prefix_is_bus(const char *prefix);
void hint_done(struct hint *hint);
#define auto_hint __attribute__((cleanup(hint_done)))

/*
 * "%" and two hex digits become that byte, once, over the whole text; anything else stays
 * (libzypp String.cc hexdecode). Owned; NULL if out of memory.
 */
char *pattern_decode(const char *text);
/* Does PATTERN match any modalias at all: nothing but '*', ':' and a bus wildcard? */
bool pattern_is_match_all(const char *pattern);

/* The parts of a name "ksym(FLAVOR:SYMBOL)", inside of it: no NUL ends them. */
struct ksym {
	const char *flavor, *symbol;
	size_t flavor_length, symbol_length; /* in bytes, not 0 */
};

/* Is NAME that of a symbol? */
bool ksym_parse(const char *name, struct ksym *ret);
bool ksym_is_of(const struct ksym *ksym, const char *flavor);
/* "kmod(NAME.ko)", or "kmod(NAME)" as of 2018 and 2019: 1 and NAME, normalised, in *RET; 0,
 * -ENOMEM. */
int kmod_parse(const char *name, char **ret);
/* A CRC as ksym() versions spell it: hex, with or without 0x or zeros. False if it is none. */
bool crc_parse(const char *text, uint32_t *ret);
