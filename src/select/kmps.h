/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmps - driver packages and bare modules to look at: those named, or those installed.
 *
 * Layer: select.
 */
#pragma once

#include "base/error.h"
#include "hardware/device.h"
#include "packages/catalog.h"
#include "packages/source.h"
#include "select/kmp.h"

struct kmps {
	struct kmp *items;
	size_t count;
	struct driver *installed; /* what kmps_note_installed() found; not looked at */
	size_t installed_count;
};

/* Where packages are looked for; all borrowed. */
struct kmps_offer {
	const char *root; /* for messages */
	int root_fd; /* below which packages are installed */
	struct catalog *catalog;
	const struct source *sources; /* the catalog's */
	struct cache_dir *cache; /* of what packages hold; or NULL */
	const struct keyring *keyring; /* who may sign what is named by its path */
};

/*
 * Add what TEXT names: the RPM or module file at a path, or every build of a package of OFFER by
 * name, pattern or NEVRA. 0, or -errno with *RETERR set; -ENOENT if there is none.
 */
int kmps_add(struct kmps *list, const struct kmps_offer *offer, const char *text,
	     struct error *reterr);
/*
 * Add the driver packages that are installed; in use is whose module drives one of DEVICES, or
 * whose hint fits one. One whose modules cannot be read has `trouble` set. 0 or -errno.
 */
int kmps_add_installed(struct kmps *list, const struct kmps_offer *offer,
		       const struct device_list *devices, struct error *reterr);
/* Note which driver packages are installed: they stand beside those of LIST. 0 or -ENOMEM. */
int kmps_note_installed(struct kmps *list, struct catalog *catalog);
void kmps_done(struct kmps *list);

#define auto_kmps __attribute__((cleanup(kmps_done)))
