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
static int check_parser(struct source *source, Repo *repo)
{
	const char *parser = repo_lookup_str(repo, SOLVID_META, REPOSITORY_TOOLVERSION);

	if (!parser || text_equal(parser, solv_toolversion))
		return 0;
	return error_setf(&source->error, -EPROTONOSUPPORT, WHAT, source->location, HINT,
			  "it was written by version %s of libsolv's parsers, and this is %s",
			  parser, solv_toolversion);
}

int catalog_load_solv(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	const char *why = NULL;
	int r = file_read_in_root(source->fd, source->file, SOLVFILE_SIZE_MAX, &bytes);

	if (r == 0)
		r = solvfile_check(bytes.data, bytes.size, &why);
	/* From memory: what was judged is what is read. */
	if (r == 0)
		r = decompress_stream(&bytes, SOLVFILE_SIZE_MAX, &file);
	if (r < 0)
		return error_set(&source->error, r, WHAT, source->location, why, HINT);
	if (repo_add_solv(repo, file, SOLV_ADD_NO_STUBS) != 0)
		return error_set(&source->error, -EBADMSG, WHAT, source->location,
				 pool_errstr(catalog->pool), HINT);
	r = check_parser(source, repo);
	if (r < 0)
		repo_empty(repo, 1);
	return r;
}
