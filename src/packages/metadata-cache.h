/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata-cache - what an earlier run kept of a repository's metadata, asked instead of that.
 *
 * Layer: packages. metadata-writer.h writes it. Nothing that is read is trusted: what makes no
 * sense is -EBADMSG, and the metadata is read instead. The layout is in docs/cache.md.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/cachefile.h"
#include "base/diagnostic.h"
#include "packages/interest.h"
#include "packages/metadata-writer.h"
#include "packages/record.h"

/* Numbers of records, in the order of the metadata, each once. All zero is none. */
struct record_numbers {
	uint32_t *items;
	size_t count;
};
/* Append NUMBER. 0 or -ENOMEM. */
int record_numbers_add(struct record_numbers *numbers, uint32_t number);
void record_numbers_done(struct record_numbers *numbers);
#define auto_record_numbers __attribute__((cleanup(record_numbers_done)))

/* A kernel package, or a part of one. Its texts live as long as what is read from. */
struct metadata_kernel {
	uint32_t number;
	const char *name, *evr;
	const char *release; /* that it provides as `kernel-uname-r`: NULL any, "" none */
};

/* What is read from: SIZE bytes at OFFSET that are as they were written, or NULL. */
struct metadata_bytes {
	const void *(*at)(void *context, size_t offset, size_t size);
	void *context;
	size_t size;
};

/* All that it returns negative is -EBADMSG or -ENOMEM. */
struct metadata_cache;

/* FILE, or what BYTES refers to, has to stay open. */
int metadata_cache_open(struct cachefile *file, struct metadata_cache **ret);
int metadata_cache_open_bytes(const struct metadata_bytes *bytes, struct metadata_cache **ret);
struct metadata_cache *metadata_cache_free(struct metadata_cache *cache);
struct metadata_counts metadata_cache_counts(const struct metadata_cache *cache);
uint32_t metadata_cache_records(const struct metadata_cache *cache); /* how many there are */
/* Append the diagnostics that were written. */
int metadata_cache_diagnostics(struct metadata_cache *cache, struct diagnostics *ret);
/* Add the records one of whose hints fits one of MODALIASES. */
int metadata_cache_fitting(struct metadata_cache *cache, const struct strings *modaliases,
			   struct record_numbers *ret);
/* Add the records that INTEREST may name; those that have its module, unless one surely is. */
int metadata_cache_named(struct metadata_cache *cache, const struct interest *interest,
			 struct record_numbers *ret);
/*
 * Call FOUND with each kernel package, once for each release that it says to be, until that returns
 * something else than 0. What it returned, or as above.
 */
int metadata_cache_each_kernel(struct metadata_cache *cache,
			       int (*found)(void *context, const struct metadata_kernel *kernel),
			       void *context);
/*
 * Add the driver, firmware and certificate packages that are named NAME, or provide it in any
 * version, or hold the file NAME; those with the same hash may be among them.
 */
int metadata_cache_providers(struct metadata_cache *cache, const char *name,
			     struct record_numbers *ret);
/* May a package that is not kept provide NAME? 1, 0, or as above. */
int metadata_cache_strangers(struct metadata_cache *cache, const char *name);
/* Make RET record NUMBER, which keeps its memory, and *RET_ORDINAL what it was in the metadata. */
int metadata_cache_record(struct metadata_cache *cache, uint32_t number, struct record *ret,
			  uint32_t *ret_ordinal);

static inline void metadata_cache_release(struct metadata_cache **slot)
{
	metadata_cache_free(*slot);
}
#define auto_metadata_cache __attribute__((cleanup(metadata_cache_release)))
