/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/chksum.h>
#include <solv/pool_parserpmrichdep.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/catalog-internal.h"

static Id text_id(Pool *pool, const struct record *record, uint32_t offset)
{
	return pool_str2id(pool, record_text(record, offset), 1);
}

/* 0 for what is written as a rich dependency and is none: libsolv's reader leaves it out. */
static Id dependency_id(Pool *pool, const struct record *record,
			const struct record_dependency *dependency)
{
	const char *name = record_text(record, dependency->name);
	Id id, evr = 0;

	if (*name == '(' && dependency->relation == RECORD_ANY)
		return pool_parserpmrichdep(pool, name);
	id = pool_str2id(pool, name, 1);
	if (dependency->relation == RECORD_ANY)
		return id;
	if (*record_text(record, dependency->evr))
		evr = text_id(pool, record, dependency->evr);
	return pool_rel2id(pool, id, evr, dependency->relation & (REL_GT | REL_EQ | REL_LT), 1);
}

/* Requirements of scriptlets stand behind a marker (libsolv: repo.c, repo_addid_dep()). */
static Id marker_of(const struct record_dependency *dependency)
{
	if (dependency->list != RECORD_REQUIRES)
		return 0;
	return dependency->before ? SOLVABLE_PREREQMARKER : -SOLVABLE_PREREQMARKER;
}

static Offset add_list(Repo *repo, const struct record *record, enum record_list list)
{
	Offset offset = 0;

	for (size_t i = 0; i < record->dependency_count; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];
		Id id = dependency->list == list ? dependency_id(repo->pool, record, dependency)
						 : 0;

		if (id)
			offset = repo_addid_dep(repo, offset, id, marker_of(dependency));
	}
	return offset;
}

static void add_dependencies(Repo *repo, Solvable *s, const struct record *record)
{
	s->obsoletes = add_list(repo, record, RECORD_OBSOLETES);
	s->conflicts = add_list(repo, record, RECORD_CONFLICTS);
	s->requires = add_list(repo, record, RECORD_REQUIRES);
	s->recommends = add_list(repo, record, RECORD_RECOMMENDS);
	s->suggests = add_list(repo, record, RECORD_SUGGESTS);
	s->supplements = add_list(repo, record, RECORD_SUPPLEMENTS);
	s->enhances = add_list(repo, record, RECORD_ENHANCES);
	s->provides = add_list(repo, record, RECORD_PROVIDES);
	if (s->arch != ARCH_SRC && s->arch != ARCH_NOSRC)
		s->provides = repo_addid_dep(
			repo, s->provides, pool_rel2id(repo->pool, s->name, s->evr, REL_EQ, 1), 0);
	/* What makes hints of "modalias(...)". */
	repo_rewrite_suse_deps(s, add_list(repo, record, RECORD_FRESHENS));
}

static void add_checksum(Repodata *data, Id id, const struct record *record)
{
	Id type = solv_chksum_str2type(record_text(record, record->checksum_type));
	const char *checksum = record_text(record, record->checksum);

	if (type && strlen(checksum) == 2 * (size_t)solv_chksum_len(type))
		repodata_set_checksum(data, id, SOLVABLE_CHECKSUM, type, checksum);
}

static int add_files(Repodata *data, Id id, const struct record *record)
{
	for (size_t i = 0; i < record->file_count; i++) {
		const char *path = record_text(record, record->files[i]);
		const char *slash = strrchr(path, '/');
		auto_free char *folder = NULL;

		if (!slash)
			continue;
		folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
		if (!folder)
			return -ENOMEM;
		repodata_add_dirstr(data, id, SOLVABLE_FILELIST, repodata_str2dir(data, folder, 1),
				    slash + 1);
	}
	return 0;
}

static int add_attributes(Repodata *data, Id id, const struct record *record)
{
	const char *location = record_text(record, record->location);

	if (*location)
		repodata_set_location(data, id, 0, NULL, location);
	if (record->base)
		repodata_set_str(data, id, SOLVABLE_MEDIABASE, record_text(record, record->base));
	if (record->size)
		repodata_set_num(data, id, SOLVABLE_DOWNLOADSIZE, record->size);
	if (record->checksum)
		add_checksum(data, id, record);
	return add_files(data, id, record);
}

int catalog_add_record(Repo *repo, const struct record *record, Id *ret)
{
	Pool *pool = repo->pool;
	Repodata *data = repo_add_repodata(repo, REPO_REUSE_REPODATA);
	Id id = repo_add_solvable(repo);
	Solvable *s = pool_id2solvable(pool, id);

	s->name = text_id(pool, record, record->name);
	s->arch = record->arch ? text_id(pool, record, record->arch) : ARCH_NOARCH;
	s->evr = text_id(pool, record, record->evr);
	if (record->vendor)
		s->vendor = text_id(pool, record, record->vendor);
	add_dependencies(repo, s, record);
	*ret = id;
	return add_attributes(data, id, record);
}
