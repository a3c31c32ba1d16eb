/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/repo_solv.h>
#include <solv/solvversion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/catalog-internal.h"
#include "packages/solvfile.h"

#define WHAT "read the repository"
#define HINT "give the repository that the cache was made from, or make the cache again"

/*
 * The tools of libsolv note which parser wrote the file: another one may have put other things into
 * it, so libzypp makes it anew (zypp/RepoManager.cc: loadFromCache). dnf notes none. That libsolv
 * before 0.7.36 wrote hints inside rich dependencies as plain names does not show in this number:
 * they are repaired as those that are read from metadata.
 */
static int check_parser(const struct source *source, Repo *repo, struct error *reterr)
{
	const char *parser = repo_lookup_str(repo, SOLVID_META, REPOSITORY_TOOLVERSION);

	if (!parser || text_equal(parser, solv_toolversion))
		return 0;
	return error_setf(reterr, -EPROTONOSUPPORT, WHAT, source->location, HINT,
			  "it was written by version %s of libsolv's parsers, and this is %s",
			  parser, solv_toolversion);
}

static int load(struct catalog *catalog, const struct source *source, int fd, const char *name,
		Repo *repo, struct error *reterr)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	const char *why = NULL;
	int r = file_read_in_root(fd, name, SOLVFILE_SIZE_MAX, &bytes);

	if (r == 0)
		r = solvfile_check(bytes.data, bytes.size, &why);
	/* From memory: what was judged is what is read. */
	if (r == 0)
		r = decompress_stream(&bytes, SOLVFILE_SIZE_MAX, &file);
	if (r < 0)
		return error_set(reterr, r, WHAT, source->location, why, HINT);
	if (repo_add_solv(repo, file, SOLV_ADD_NO_STUBS) != 0)
		return error_set(reterr, -EBADMSG, WHAT, source->location,
				 pool_errstr(catalog->pool), HINT);
	r = check_parser(source, repo, reterr);
	if (r < 0)
		repo_empty(repo, 1);
	return r;
}

int catalog_load_solv(struct catalog *catalog, struct source *source, Repo *repo)
{
	return load(catalog, source, source->fd, source->file, repo, &source->error);
}

bool catalog_load_twin(struct catalog *catalog, struct source *source, Repo *repo)
{
	if (!source->cached || source->solv_fd < 0)
		return false;
	if (load(catalog, source, source->solv_fd, SOURCE_SOLV_NAME, repo, NULL) < 0) {
		repo_empty(repo, 1);
		return false;
	}
	source->kind = SOURCE_SOLV;
	return true;
}
