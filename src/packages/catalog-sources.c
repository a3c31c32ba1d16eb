/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/workers.h"
#include "packages/catalog-internal.h"
#include "packages/catalog-offer.h"

#define WHAT "read the repository"

static void offer_done(struct offer *offer)
{
	for (size_t i = 0; i < offer->kept_count; i++)
		record_done(&offer->kept[i]);
	free(offer->kept);
	metadata_free(offer->metadata);
	error_done(&offer->error);
	release_fd(&offer->fd);
}

void offers_done(struct offers *offers)
{
	for (size_t i = 0; i < offers->count; i++)
		offer_done(&offers->items[i]);
	free(offers->items);
	progress_end(&offers->reading);
	*offers = (struct offers){ 0 };
}

/* All of the metadata will be read now. */
static void expect_reading(const struct offer *offer)
{
	struct stat st;

	if (offer->fd >= 0 && fstat(offer->fd, &st) == 0)
		offer->reading->total += (uint64_t)st.st_size;
}

/* Open the metadata that repomd.xml names; nothing of it is read yet. */
static int open_metadata(struct catalog *catalog, struct offer *offer)
{
	struct source *source = offer->source;
	int r = catalog_find_primary(catalog, source);

	if (r < 0)
		return r;
	offer->fd = source_open_file(source, source->primary.location, PRIMARY_SIZE_MAX,
				     source->primary.size, &source->error);
	if (offer->fd < 0)
		return error_setf(&source->error, offer->fd, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s",
				  source->primary.location, file_strerror(offer->fd));
	expect_reading(offer);
	return metadata_new(&offer->metadata);
}

/*
 * A .solv file stands for the metadata, and vouches for nothing: note what does. Nobody misses it
 * where every package is signed, so that it cannot be read is no error.
 */
static int note_primary(struct catalog *catalog, struct source *source)
{
	int r = catalog_find_primary(catalog, source);

	error_done(&source->error);
	return r == -ENOMEM ? r : 0;
}

static int open_offer(struct catalog *catalog, struct offer *offer)
{
	struct source *source = offer->source;

	offer->repo = repo_create(catalog->pool, source->location);
	offer->repo->appdata = (void *)(uintptr_t)(offer->index + 1);
	/* libsolv prefers larger numbers, zypp smaller ones. */
	offer->repo->priority = -source->priority;
	if (source->kind != SOURCE_RPM_MD)
		return catalog_load_whole(catalog, source, offer->repo);
	if (!catalog_load_twin(catalog, source, offer->repo))
		return open_metadata(catalog, offer);
	catalog_finish_whole(catalog, source, offer->repo);
	return note_primary(catalog, source);
}

static struct metadata_origin origin_of(const struct offer *offer)
{
	const struct source *source = offer->source;

	return (struct metadata_origin){
		.fd = offer->fd,
		.repository = source->location,
		.name = source->primary.location,
		.checksum = source->primary.checksum,
		.checksum_type = source->primary.checksum_type,
		.progress = offer->reading,
	};
}

/* A metadata_sink for what libsolv may not be given yet: it has no threads. */
static int keep_record(void *context, const struct record *record)
{
	struct offer *offer = context;

	if (array_grow(&offer->kept, offer->kept_count, sizeof(*offer->kept)) < 0)
		return -ENOMEM;
	return record_copy(record, &offer->kept[offer->kept_count++]);
}

static int add_record(void *context, const struct record *record)
{
	struct offer *offer = context;
	Id id;
	int r = catalog_add_record(offer->repo, record, &id);

	if (r == 0)
		catalog_repair_hints(offer->catalog, id);
	return r;
}

static void scan(struct offer *offer, const struct interest *interest, metadata_sink sink)
{
	const struct metadata_origin origin = origin_of(offer);

	offer->r = metadata_scan(offer->metadata, &origin, interest, sink, offer, &offer->error);
}

static void scan_one(void *context, size_t index)
{
	struct offers *offers = context;
	struct offer *offer = &offers->items[index];

	if (offer->metadata)
		scan(offer, offers->interest, keep_record);
}

/* Half a file of metadata is no repository: what it lists may lack what makes it safe to use. */
static void drop(struct offer *offer)
{
	offer->metadata = metadata_free(offer->metadata);
	repo_empty(offer->repo, 1);
	if (!offer->source->error.what) {
		offer->source->error = offer->error;
		offer->error = (struct error){ 0 };
	}
}

static void add_kept(struct offer *offer)
{
	for (size_t i = 0; i < offer->kept_count; i++) {
		if (offer->r == 0)
			offer->r = add_record(offer, &offer->kept[i]);
		record_done(&offer->kept[i]);
	}
	offer->kept_count = 0;
	if (offer->r < 0 && offer->metadata)
		drop(offer);
}

/* All at once where something is left out, since that leaves libsolv little to do. */
static void scan_all(struct offers *offers)
{
	if (offers->interest->hardware) {
		workers_run(offers->count, scan_one, offers);
		for (size_t i = 0; i < offers->count; i++)
			add_kept(&offers->items[i]);
		return;
	}
	for (size_t i = 0; i < offers->count; i++) {
		struct offer *offer = &offers->items[i];

		if (offer->metadata)
			scan(offer, offers->interest, add_record);
		if (offer->r < 0 && offer->metadata)
			drop(offer);
	}
}

int offer_take_marked(struct offer *offer)
{
	const struct metadata_origin origin = origin_of(offer);

	offer->r = metadata_take_marked(offer->metadata, &origin, add_record, offer, &offer->error);
	if (offer->r < 0)
		drop(offer);
	return offer->r;
}

/* Read everything: what was left out may mend what is installed. */
static int read_again(struct offers *offers)
{
	const struct interest everything = { 0 };

	for (size_t i = 0; i < offers->count; i++) {
		struct offer *offer = &offers->items[i];

		if (!offer->metadata)
			continue;
		expect_reading(offer);
		repo_empty(offer->repo, 1);
		offer->metadata = metadata_free(offer->metadata);
		offer->r = metadata_new(&offer->metadata);
		if (offer->r == 0)
			scan(offer, &everything, add_record);
		if (offer->r < 0)
			drop(offer);
		repo_internalize(offer->repo);
	}
	return 0;
}

static int finish(struct offer *offer)
{
	struct source *source = offer->source;
	int r = 0;

	if (offer->metadata) {
		source->packages = metadata_packages(offer->metadata);
		source->drivers = metadata_drivers(offer->metadata);
		r = diagnostics_copy(&source->diagnostics, metadata_diagnostics(offer->metadata));
	}
	if (r == 0 && offer->r == 0 && source->packages == 0)
		r = diagnostics_add(&source->diagnostics, "empty-source", source->location,
				    "the repository has no packages");
	source->failed = offer->r < 0;
	return offer->r == -ENOMEM ? -ENOMEM : r;
}

static int make_offers(struct catalog *catalog, struct source *sources, size_t first, size_t count,
		       struct offers *ret)
{
	ret->items = calloc(count + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (size_t i = first; i < first + count; i++) {
		struct offer *offer;

		if (sources[i].failed)
			continue;
		offer = &ret->items[ret->count++];
		*offer = (struct offer){
			.catalog = catalog,
			.source = &sources[i],
			.index = i,
			.fd = -1,
			.reading = &ret->reading,
		};
		offer->r = open_offer(catalog, offer);
		if (offer->r == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

int catalog_add_sources(struct catalog *catalog, struct source *sources, size_t first, size_t count,
			const struct interest *interest)
{
	AUTO(offers_done) struct offers offers = { .interest = interest };
	int r;

	progress_begin(catalog->progress, &offers.reading, "reading",
		       count == 1 ? sources[first].location : "repositories");
	r = make_offers(catalog, sources, first, count, &offers);
	if (r < 0)
		return r;
	scan_all(&offers);
	if (interest->hardware)
		r = catalog_close_over(catalog, &offers);
	for (size_t i = 0; i < offers.count; i++)
		repo_internalize(offers.items[i].repo);
	if (r == 0 && interest->hardware && catalog->has_base && catalog_is_open(catalog))
		r = read_again(&offers);
	for (size_t i = 0; i < offers.count && r == 0; i++)
		r = finish(&offers.items[i]);
	return r;
}
