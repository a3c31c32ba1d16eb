/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <errno.h>
#include <solv/chksum.h>
#include <solv/repo_repomdxml.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "packages/chain.h"
#include "packages/markup.h"

#define WHAT "read the repository"

/* What REPO, a repomd.xml, says of the primary metadata. 1, 0 if nothing, -ENOMEM. */
static int find_primary(Pool *pool, Repo *repo, struct source_primary *ret)
{
	const char *location = NULL, *checksum = NULL;
	Dataiterator di;
	Id type = 0;

	dataiterator_init(&di, pool, repo, SOLVID_META, REPOSITORY_REPOMD_TYPE, "primary",
			  SEARCH_STRING);
	dataiterator_prepend_keyname(&di, REPOSITORY_REPOMD);
	if (dataiterator_step(&di)) {
		dataiterator_setpos_parent(&di);
		location = pool_lookup_str(pool, SOLVID_POS, REPOSITORY_REPOMD_LOCATION);
		checksum =
			pool_lookup_checksum(pool, SOLVID_POS, REPOSITORY_REPOMD_CHECKSUM, &type);
		ret->size = pool_lookup_num(pool, SOLVID_POS, REPOSITORY_REPOMD_SIZE, 0);
	}
	if (location && checksum) {
		ret->location = strdup(location);
		ret->checksum = strdup(checksum);
		ret->checksum_type = solv_chksum_type2str(type);
	}
	dataiterator_free(&di);
	if (!location || !checksum)
		return 0;
	return ret->location && ret->checksum ? 1 : -ENOMEM;
}

/* BYTES, decompressed, for a parser that is to be spared what no repository has. */
static int open_markup(const struct bytes *bytes, size_t max, struct markup *markup, FILE **ret)
{
	FILE *plain = NULL;
	int r = decompress_stream(bytes, max, &plain);

	return r < 0 ? r : markup_stream(markup, plain, ret);
}

static int read_repomd(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	struct markup markup = { 0 };
	int r = source_read(source, "repodata/repomd.xml", REPOMD_SIZE_MAX, 0, &bytes,
			    &source->error);

	if (r == 0)
		r = chain_check_repomd(source, &bytes, time(NULL));
	if (r == 0)
		r = open_markup(&bytes, REPOMD_SIZE_MAX, &markup, &file);
	if (r < 0)
		return error_setf(&source->error, r, WHAT, source->location, NULL,
				  "repodata/repomd.xml: %s", file_strerror(r));
	if (repo_add_repomdxml(repo, file, 0) != 0 || markup.why)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "run createrepo_c on it again", "repodata/repomd.xml: %s",
				  markup.why ? markup.why : pool_errstr(catalog->pool));
	repo_internalize(repo);
	return 0;
}

static void free_repo(Repo **repo)
{
	repo_free(*repo, 1);
}

int catalog_find_primary(struct catalog *catalog, struct source *source)
{
	AUTO(free_repo) Repo *repo = repo_create(catalog->pool, source->location);
	int r = read_repomd(catalog, source, repo);

	if (r == 0)
		r = find_primary(catalog->pool, repo, &source->primary);
	if (r == 0)
		return error_set(&source->error, -EBADMSG, WHAT, source->location,
				 "repodata/repomd.xml names no primary metadata with a checksum",
				 "run createrepo_c on it again");
	return r < 0 ? r : chain_check_link(source, source->primary.checksum_type);
}
