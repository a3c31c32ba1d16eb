/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-internal - a repository's metadata while it is read, or asked of what was kept of it.
 *
 * Layer: packages. For metadata.c, metadata-ask.c and metadata-keep.c alone.
 */
#pragma once

#include "packages/metadata-cache.h"
#include "packages/metadata.h"
#include "packages/name-filter.h"

/* Hints that are remembered: the builds of a package mostly follow each other. */
#define MISSES_KEPT 4096

/* A package that nothing here asks for yet, and that another one may require. */
struct spare {
	uint32_t ordinal;
	struct record record;
};

/* A part of a kernel of another release, as far as its version tells. */
struct part {
	uint32_t ordinal;
	char *name, *evr;
};

struct metadata {
	uint32_t ordinals; /* packages read so far, of any kind */
	size_t packages, drivers;
	struct diagnostics diagnostics;
	struct spare *spares; /* in order of their ordinals */
	size_t spare_count;
	uint64_t *provides; /* a name's hash, and an ordinal in 32 bits; sorted once all are read */
	size_t provide_count;
	struct part *parts;
	size_t part_count;
	bool strangers_known;
	struct name_filter strangers; /* what packages provide that are in none of these */
	uint64_t misses[MISSES_KEPT]; /* hashes of hints that fit nothing here */
	uint8_t *taken; /* bits: what SINK has had, by ordinal, or by number in the cache */
	uint8_t *marked;

	struct cachefile *file; /* what is asked instead of reading; NULL: nothing is */
	struct metadata_cache *cache;
	bool damaged; /* what it was asked last was not answered */
	struct cachefile_writer *kept; /* what is kept of what is read; NULL: nothing is */
	struct metadata_writer *writer;
};

static inline bool metadata_has_bit(const uint8_t *bits, uint32_t ordinal)
{
	return bits[ordinal / 8] & (1U << ordinal % 8);
}

static inline void metadata_set_bit(uint8_t *bits, uint32_t ordinal)
{
	bits[ordinal / 8] |= (uint8_t)(1U << ordinal % 8);
}

/* Mark ORDINAL unless it was taken. */
static inline bool metadata_mark(struct metadata *metadata, uint32_t ordinal)
{
	if (metadata_has_bit(metadata->taken, ordinal))
		return false;
	metadata_set_bit(metadata->marked, ordinal);
	return true;
}

/*
 * The target's release begins with the version of its packages: "6.4.0-150600.21-default" is of
 * kernel-default-6.4.0-150600.21.3 (rpm-config-SUSE: the package's last number is the rebuild's).
 */
bool metadata_may_be_of_release(const char *evr, const char *release);

/* The functions of metadata.h, of what was kept. What is damaged is -EBADMSG, with no error set. */
int metadata_ask(struct metadata *metadata, const struct interest *interest, metadata_sink sink,
		 void *context);
bool metadata_ask_providers(struct metadata *metadata, const char *name);
bool metadata_ask_strangers(struct metadata *metadata, const char *name);
bool metadata_ask_parts(struct metadata *metadata, const char *name, const char *evr);
void metadata_ask_all(struct metadata *metadata);
int metadata_ask_marked(struct metadata *metadata, metadata_sink sink, void *context);

/* Keep RECORD if it can matter to anybody. That it cannot be kept is no error. */
void metadata_keep(struct metadata *metadata, const struct record *record,
		   const struct record_kind *kind, uint32_t ordinal);
