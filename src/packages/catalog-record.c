/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <solv/chksum.h>
#include <solv/pool_parserpmrichdep.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/catalog-internal.h"
#include "packages/record-kind.h"
#include "packages/record-kind.h"

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

/* A record on its way into a repository. */
struct adding {
	Repo *repo;
	const struct record *record;
	struct symbol_list *symbols; /* of the kernel that it is; NULL: they go with the rest */
	size_t first[RECORD_LISTS], end[RECORD_LISTS]; /* where the dependencies of each list are */
};

static void find_lists(struct adding *adding)
{
	const struct record *record = adding->record;

	for (size_t i = record->dependency_count; i > 0; i--) {
		enum record_list list = record->dependencies[i - 1].list;

		adding->first[list] = i - 1;
		if (!adding->end[list])
			adding->end[list] = i;
	}
}

/* Is it a kernel, by what it provides? */
static bool is_kernel(const struct adding *adding)
{
	const struct record *record = adding->record;

	for (size_t i = adding->first[RECORD_PROVIDES]; i < adding->end[RECORD_PROVIDES]; i++)
		if (record->dependencies[i].list == RECORD_PROVIDES &&
		    provide_is_release(record_text(record, record->dependencies[i].name)))
			return true;
	return false;
}

/* Is DEPENDENCY a symbol of a kernel, in one version or any? */
static bool is_symbol(const struct adding *adding, const struct record_dependency *dependency)
{
	const struct record *record = adding->record;

	return adding->symbols && dependency->list == RECORD_PROVIDES &&
	       (dependency->relation == RECORD_ANY || dependency->relation == RECORD_EQUAL) &&
	       symbol_list_takes(record_text(record, dependency->name));
}

static int add_list(const struct adding *adding, enum record_list list, Offset *ret)
{
	const struct record *record = adding->record;
	Offset offset = 0;

	for (size_t i = adding->first[list]; i < adding->end[list]; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];
		Id id;

		if (is_symbol(adding, dependency)) {
			if (symbol_list_add(adding->symbols, record_text(record, dependency->name),
					    record_text(record, dependency->evr)) < 0)
				return -ENOMEM;
			continue;
		}
		id = dependency->list == list
			     ? dependency_id(adding->repo->pool, record, dependency)
			     : 0;
		if (id)
			offset = repo_addid_dep(adding->repo, offset, id, marker_of(dependency));
	}
	*ret = offset;
	return 0;
}

static int add_dependencies(const struct adding *adding, Solvable *s)
{
	Repo *repo = adding->repo;
	Offset freshens = 0;
	const struct {
		enum record_list list;
		Offset *to;
	} lists[] = {
		{ RECORD_OBSOLETES, &s->obsoletes }, { RECORD_CONFLICTS, &s->conflicts },
		{ RECORD_REQUIRES, &s->requires },   { RECORD_RECOMMENDS, &s->recommends },
		{ RECORD_SUGGESTS, &s->suggests },   { RECORD_SUPPLEMENTS, &s->supplements },
		{ RECORD_ENHANCES, &s->enhances },   { RECORD_PROVIDES, &s->provides },
		{ RECORD_FRESHENS, &freshens },
	};
	int r = 0;

	for (size_t i = 0; i < COUNT(lists) && r == 0; i++)
		r = add_list(adding, lists[i].list, lists[i].to);
	if (r < 0)
		return r;
	if (s->arch != ARCH_SRC && s->arch != ARCH_NOSRC)
		s->provides = repo_addid_dep(
			repo, s->provides, pool_rel2id(repo->pool, s->name, s->evr, REL_EQ, 1), 0);
	/* What makes hints of "modalias(...)". */
	repo_rewrite_suse_deps(s, freshens);
	return 0;
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

int catalog_add_record_but_symbols(Repo *repo, const struct record *record,
				   struct symbol_list *symbols, Id *ret)
{
	struct adding adding = { .repo = repo, .record = record };
	Pool *pool = repo->pool;
	Repodata *data = repo_add_repodata(repo, REPO_REUSE_REPODATA);
	Id id = repo_add_solvable(repo);
	Solvable *s = pool_id2solvable(pool, id);
	int r;

	find_lists(&adding);
	adding.symbols = is_kernel(&adding) ? symbols : NULL;
	s->name = text_id(pool, record, record->name);
	s->arch = record->arch ? text_id(pool, record, record->arch) : ARCH_NOARCH;
	s->evr = text_id(pool, record, record->evr);
	if (record->vendor)
		s->vendor = text_id(pool, record, record->vendor);
	r = add_dependencies(&adding, s);
	*ret = id;
	return r < 0 ? r : add_attributes(data, id, record);
}

int catalog_add_record(Repo *repo, const struct record *record, Id *ret)
{
	return catalog_add_record_but_symbols(repo, record, NULL, ret);
}
