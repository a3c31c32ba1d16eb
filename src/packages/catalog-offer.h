/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * catalog-offer - a source while it is read, for catalog-sources.c and catalog-closure.c alone.
 *
 * Layer: packages.
 */
#pragma once

#include "packages/catalog-internal.h"
#include "packages/metadata.h"

struct offer {
	struct catalog *catalog;
	struct source *source;
	size_t index; /* of the source */
	Repo *repo;
	struct metadata *metadata; /* NULL: libsolv was given all of it, or it could not be read */
	int fd; /* that the metadata is read from; -1 while a cache is asked instead */
	bool cached; /* it is */
	bool stale; /* it did not answer: all is to be read */
	struct progress_task *reading; /* of it, among others */
	struct record *kept; /* read and not yet libsolv's */
	size_t kept_count;
	struct error error;
	int r; /* 0, or why it could not be read */
};

struct offers {
	struct offer *items;
	size_t count;
	const struct interest *interest;
	struct progress_task reading; /* of the metadata of all */
	struct cache_dir *cache; /* of metadata; NULL if there is none */
};
void offers_done(struct offers *offers);

/* Give libsolv what is marked in its metadata. 0, or -errno: then nothing is left of the offer. */
int offer_take_marked(struct offer *offer);
/*
 * Of what was left out, add the driver, firmware and certificate packages that packages in the pool
 * require, and the parts of kernels in it. 0, 1 if the answer may depend on the others all the
 * same, or -ENOMEM.
 */
int catalog_close_over(struct catalog *catalog, struct offers *offers);
/*
 * Could packages that were left out make a difference to what is installed: is something that a
 * package on offer requires not to be had, does it break something? Too often yes, never wrongly
 * no.
 */
bool catalog_is_open(struct catalog *catalog, const struct offers *offers);
