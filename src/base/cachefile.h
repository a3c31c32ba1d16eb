/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cachefile - one file of the cache: what it was made of, and bytes with checksums a block each.
 *
 * Layer: base. The checksums find damage, not attackers: who may write here is the caller alone.
 * A file is never changed in place: a new one takes its name. See docs/cache.md.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cache-dir.h"

/* What a file holds, and of what. */
struct cache_key {
	const char *kind; /* a lower-case word of up to 15 letters; part of the file's name */
	uint32_t format; /* version of what is in it, of its kind */
	/*
	 * Of what: a path, a URL. There is one file of a kind and subject, so a new state takes the
	 * place of the old one. KIND and SUBJECT make the name.
	 */
	const char *subject;
	/* All else that the content depends on: checksums, times, versions of libraries. */
	const char *state;
};

struct cachefile;

/*
 * Open the file for KEY. 0, or why there is none to be had, all of them a miss: -ENOENT; -ESTALE:
 * of another state, format or machine; -EBADMSG: damaged; -EPERM: not the caller's own; -ENOMEM.
 */
int cachefile_open(const struct cache_dir *dir, const struct cache_key *key,
		   struct cachefile **ret);
/* Bytes of content. */
size_t cachefile_size(const struct cachefile *file);
/*
 * SIZE bytes of content at OFFSET, which stay where they are until the file is closed. Each block
 * is read and compared with its checksum when first asked for. NULL: out of range, or damaged.
 * Content starts at a page, so what was written aligned is aligned. Not for two threads at a time.
 */
const void *cachefile_at(struct cachefile *file, size_t offset, size_t size);
struct cachefile *cachefile_close(struct cachefile *file);

/* A file being written. What goes wrong first is kept and told by cachefile_commit(). */
struct cachefile_writer;

/* 0 or -errno: -ENOENT without a cache. */
int cachefile_create(struct cache_dir *dir, const struct cache_key *key,
		     struct cachefile_writer **ret);
void cachefile_append(struct cachefile_writer *writer, const void *data, size_t size);
/* Zeros up to a multiple of ALIGNMENT. */
void cachefile_align(struct cachefile_writer *writer, size_t alignment);
/* Bytes of content so far. */
size_t cachefile_written(const struct cachefile_writer *writer);
/*
 * Put the file in its place; until then nobody sees it. 0 or -errno, also noted in the folder:
 * never a reason to fail. The writer is to be released either way.
 */
int cachefile_commit(struct cachefile_writer *writer);
/* Without a commit, what was written is gone. */
struct cachefile_writer *cachefile_writer_free(struct cachefile_writer *writer);

static inline void cachefile_release(struct cachefile **slot)
{
	cachefile_close(*slot);
}
#define auto_cachefile __attribute__((cleanup(cachefile_release)))

static inline void cachefile_writer_release(struct cachefile_writer **slot)
{
	cachefile_writer_free(*slot);
}
#define auto_cachefile_writer __attribute__((cleanup(cachefile_writer_release)))
