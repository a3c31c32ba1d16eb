/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/solvversion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/workers.h"
#include "packages/catalog-internal.h"
#include "packages/catalog-offer.h"
#include "packages/metadata-writer.h"

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

/*
 * Of what the cache of OFFER's metadata is: what repomd.xml says of it, which somebody may vouch
 * for, and what makes records of it. *RET's texts but the state are borrowed, that is owned.
 */
static int make_key(const struct offer *offer, struct cache_key *ret, char **ret_state)
{
	const struct source_primary *primary = &offer->source->primary;

	*ret_state = text_format("%s:%s libsolv:%s kmp-match:%s", primary->checksum_type,
				 primary->checksum, solv_version, KMP_MATCH_VERSION);
	*ret = (struct cache_key){
		.kind = "metadata",
		.format = METADATA_CACHE_FORMAT,
		.subject = offer->source->location,
		.state = *ret_state,
	};
	return *ret_state ? 0 : -ENOMEM;
}

/* Open the file of the metadata; nothing of it is read yet. */
static int open_file(struct offer *offer)
{
	struct source *source = offer->source;

	offer->fd = source_open_file(source, source->primary.location, PRIMARY_SIZE_MAX,
				     source->primary.size, &source->error);
	if (offer->fd < 0)
		return error_setf(&source->error, offer->fd, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s",
				  source->primary.location, file_strerror(offer->fd));
	expect_reading(offer);
	return 0;
}

/* Have the cache asked: 1 if there is one, 0 if not, or -ENOMEM. */
static int use_cache(struct offer *offer, const struct cache_dir *cache)
{
	auto_free char *state = NULL;
	struct cache_key key;

	if (make_key(offer, &key, &state) < 0)
		return -ENOMEM;
	return metadata_use_cache(offer->metadata, cache, &key);
}

/* Keep a cache of what is read next. */
static int begin_cache(struct offer *offer, struct cache_dir *cache)
{
	auto_free char *state = NULL;
	struct cache_key key;

	if (make_key(offer, &key, &state) < 0)
		return -ENOMEM;
	return metadata_begin_cache(offer->metadata, cache, &key);
}

/* Find the metadata that repomd.xml names, or what an earlier run kept of it. */
static int open_metadata(struct offers *offers, struct offer *offer)
{
	int r = catalog_find_primary(offer->catalog, offer->source), kept;

	if (r == 0)
		r = metadata_new(&offer->metadata);
	if (r < 0)
		return r;
	kept = use_cache(offer, offers->cache);
	offer->cached = kept > 0 && metadata_cache_suffices(offer->metadata, offers->interest);
	if (kept < 0 || offer->cached)
		return kept < 0 ? kept : 0;
	/* What everybody can do without is not in the cache, however fresh. */
	if (kept > 0) {
		offer->metadata = metadata_free(offer->metadata);
		r = metadata_new(&offer->metadata);
	}
	if (r == 0)
		r = open_file(offer);
	return r < 0 || kept > 0 ? r : begin_cache(offer, offers->cache);
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

static int open_offer(struct offers *offers, struct offer *offer)
{
	struct catalog *catalog = offer->catalog;
	struct source *source = offer->source;

	offer->repo = repo_create(catalog->pool, source->location);
	offer->repo->appdata = (void *)(uintptr_t)(offer->index + 1);
	/* libsolv prefers larger numbers, zypp smaller ones. */
	offer->repo->priority = -source->priority;
	if (source->kind != SOURCE_RPM_MD)
		return catalog_load_whole(catalog, source, offer->repo);
	if (!catalog_load_twin(catalog, source, offer->repo))
		return open_metadata(offers, offer);
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
	auto_symbol_list struct symbol_list symbols = { 0 };
	struct offer *offer = context;
	Id id;
	int r = catalog_add_record_but_symbols(offer->repo, record, &symbols, &id);

	if (r < 0)
		return r;
	catalog_repair_hints(offer->catalog, id);
	return catalog_keep_symbols(offer->catalog, id, &symbols);
}

static void scan(struct offer *offer, const struct interest *interest, metadata_sink sink)
{
	const struct metadata_origin origin = origin_of(offer);

	offer->r = metadata_scan(offer->metadata, &origin, interest, sink, offer, &offer->error);
	offer->source->primary.read = offer->r == 0 && !offer->cached;
}

static void scan_one(void *context, size_t index)
{
	struct offers *offers = context;
	struct offer *offer = &offers->items[index];

	if (offer->metadata && !offer->cached)
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

/* Begin again with nothing, and read the metadata. */
static void read_file(struct offers *offers, struct offer *offer, const struct interest *interest)
{
	repo_empty(offer->repo, 1);
	offer->cached = false;
	offer->metadata = metadata_free(offer->metadata);
	offer->r = metadata_new(&offer->metadata);
	if (offer->r == 0 && offer->fd < 0)
		offer->r = open_file(offer);
	else
		expect_reading(offer);
	if (offer->r == 0 && offer->stale)
		offer->r = begin_cache(offer, offers->cache);
	if (offer->r == 0)
		scan(offer, interest, add_record);
	if (offer->r < 0)
		drop(offer);
}

static void ask_cache(struct offers *offers, struct offer *offer)
{
	scan(offer, offers->interest, add_record);
	if (offer->r == -EBADMSG) {
		offer->stale = true;
		read_file(offers, offer, offers->interest);
		offer->stale = false;
	} else if (offer->r < 0) {
		drop(offer);
	}
}

/* All at once where something is left out, since that leaves libsolv little to do. */
static void scan_all(struct offers *offers)
{
	if (offers->interest->hardware) {
		workers_run(offers->count, scan_one, offers);
		for (size_t i = 0; i < offers->count; i++) {
			if (offers->items[i].cached)
				ask_cache(offers, &offers->items[i]);
			else
				add_kept(&offers->items[i]);
		}
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
	if (offer->cached && offer->r == -EBADMSG) {
		offer->stale = true;
		offer->r = 0;
	}
	if (offer->r < 0)
		drop(offer);
	return offer->r;
}

/* Read everything: what was left out may mend what is installed. */
static void read_again(struct offers *offers)
{
	const struct interest everything = { 0 };

	for (size_t i = 0; i < offers->count; i++) {
		struct offer *offer = &offers->items[i];

		if (!offer->metadata)
			continue;
		metadata_end_cache(offer->metadata);
		read_file(offers, offer, &everything);
		repo_internalize(offer->repo);
	}
}

static bool is_any_stale(const struct offers *offers)
{
	for (size_t i = 0; i < offers->count; i++)
		if (offers->items[i].stale)
			return true;
	return false;
}

static int finish(struct offer *offer)
{
	struct source *source = offer->source;
	int r = 0;

	if (offer->metadata) {
		source->packages = metadata_packages(offer->metadata);
		source->drivers = metadata_drivers(offer->metadata);
		r = diagnostics_copy(&source->diagnostics, metadata_diagnostics(offer->metadata));
		if (offer->r == 0)
			metadata_end_cache(offer->metadata);
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
		offer->r = open_offer(ret, offer);
		if (offer->r == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

int catalog_add_sources(struct catalog *catalog, struct source *sources, size_t first, size_t count,
			const struct interest *interest, struct cache_dir *cache)
{
	AUTO(offers_done) struct offers offers = { .interest = interest, .cache = cache };
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
	if (r >= 0 && interest->hardware &&
	    (r > 0 || is_any_stale(&offers) || !catalog_has_named(catalog, interest) ||
	     (interest->base && catalog->has_base && catalog_is_open(catalog, &offers))))
		read_again(&offers);
	for (size_t i = 0; i < offers.count && r >= 0; i++)
		r = finish(&offers.items[i]);
	return r;
}
