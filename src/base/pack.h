/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pack - records as bytes of the cache, and back: one function a record, which does both.
 *
 * Layer: base. What goes wrong first is kept, and all that follows does nothing: it is told in the
 * end. What is read is checked as if a stranger had written it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/cachefile.h"
#include "base/files.h"

struct pack {
	bool reads; /* else it writes */
	int failure; /* 0, -EBADMSG if what is read makes no sense, -ENOMEM */
	struct cachefile *file; /* what is read */
	uint8_t *data; /* borrowed from the file, or owned */
	size_t size;
	size_t at; /* how much was read */
	size_t room; /* how much can be written before it grows */
};

/* Read what is kept for KEY. 0, or as cachefile_open(). */
int pack_open(const struct cache_dir *cache, const struct cache_key *key, struct pack *ret);
/* Was all that there is read, and made sense? 0, -EBADMSG or -ENOMEM. */
int pack_end(const struct pack *pack);
/* Keep what was written, unless something failed. */
void pack_keep(const struct pack *pack, struct cache_dir *cache, const struct cache_key *key);
void pack_done(struct pack *pack);

/* Each writes what it is given, or replaces it by what is read, owned where it is a pointer. */
void pack_number(struct pack *pack, uint32_t *value);
/* A number of things, each of which takes a byte or more. */
void pack_count(struct pack *pack, size_t *count);
/* A number up to MAX. */
uint32_t pack_choice(struct pack *pack, uint32_t value, uint32_t max);
bool pack_flag(struct pack *pack, bool value);
/* NULL is one. */
void pack_text(struct pack *pack, char **text);
void pack_bytes(struct pack *pack, struct bytes *bytes);
void pack_strings(struct pack *pack, struct strings *strings);
/* COUNT zeroed things of SIZE bytes to read into, for *ITEMS; nothing if it writes. */
void pack_make_room(struct pack *pack, void *items, size_t count, size_t size);

#define auto_pack __attribute__((cleanup(pack_done)))
