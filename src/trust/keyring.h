/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keyring - the keys that are trusted, and from where they may come.
 *
 * Layer: trust. Opaque. Nothing is ever imported: a keyring lives as long as the run, and holds
 * what it was told to read.
 */
#pragma once

#include <stddef.h>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "trust/key.h"

struct keyring;

/*
 * An empty keyring. Keys of PARENT, which is borrowed and may be NULL, are found in it too: those
 * of a single repository stand above those of the system. 0 or -ENOMEM.
 */
int keyring_new(const struct keyring *parent, struct keyring **ret);
struct keyring *keyring_free(struct keyring *keyring);

/*
 * Add the keys in BYTES, packets or text armor around them, whose data a NUL byte follows; NAME is
 * what diagnostics call it. A key that is there already, or in a parent, takes what is new. A
 * revocation may come by itself, before its key or after it. What cannot be used is a diagnostic
 * "unusable-key". 0 or -ENOMEM.
 */
int keyring_add(struct keyring *keyring, const struct bytes *bytes, const char *name,
		struct diagnostics *diagnostics);
/* The same of bare base64, as the rpm database has keys. */
int keyring_add_base64(struct keyring *keyring, const char *text, const char *name,
		       struct diagnostics *diagnostics);
/* The same of the file PATH below ROOT_FD. */
int keyring_add_file(struct keyring *keyring, int root_fd, const char *path,
		     struct diagnostics *diagnostics);
/*
 * The same of each file in the folder open at FD, which NAME is a name for; folders in it, and
 * names that start with a dot, are passed over. 0, -ENOMEM, or another -errno if it cannot be read.
 */
int keyring_add_folder(struct keyring *keyring, int fd, const char *name,
		       struct diagnostics *diagnostics);

size_t keyring_count(const struct keyring *keyring); /* with those of its parents */
/*
 * The NTH part, from 0, whose id is the PACKET_KEY_ID bytes at ID, in this keyring or its parents:
 * ids are short enough to be forged. Borrowed, as is the key that it is of; NULL if there is none.
 */
const struct key_part *keyring_find(const struct keyring *keyring, const uint8_t *id, size_t nth,
				    const struct key **ret_key);

static inline void keyring_release(struct keyring **slot)
{
	keyring_free(*slot);
}
#define auto_keyring __attribute__((cleanup(keyring_release)))
