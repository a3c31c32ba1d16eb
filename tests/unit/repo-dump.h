/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repo-dump - all that libsolv holds of a repository's packages, as text to compare.
 */
#pragma once

#include <solv/chksum.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <stdio.h>

static inline void repo_put_solvable_list(FILE *out, Solvable *s, const char *name, Id list,
					  Id marker)
{
	Queue deps;

	queue_init(&deps);
	solvable_lookup_deparray(s, list, &deps, marker);
	for (int i = 0; i < deps.count; i++)
		fprintf(out, "\t%s %s\n", name, pool_dep2str(s->repo->pool, deps.elements[i]));
	queue_free(&deps);
}

static inline void repo_put_solvable_files(FILE *out, Solvable *s)
{
	Dataiterator files;

	dataiterator_init(&files, s->repo->pool, s->repo, s - s->repo->pool->solvables,
			  SOLVABLE_FILELIST, NULL, SEARCH_FILES | SEARCH_COMPLETE_FILELIST);
	while (dataiterator_step(&files))
		fprintf(out, "\tfile %s\n", files.kv.str);
	dataiterator_free(&files);
}

static inline const char *dump_text(const char *text)
{
	return text ? text : "";
}

static inline const char *dump_id(const Pool *pool, Id id)
{
	return id ? pool_id2str(pool, id) : "";
}

/* A package without a name has nothing that could be compared: it is left out by both. */
static inline void repo_put_solvable(FILE *out, Solvable *s)
{
	Pool *pool = s->repo->pool;
	unsigned int medium = 0;
	Id type = 0;
	const char *checksum = solvable_lookup_checksum(s, SOLVABLE_CHECKSUM, &type);

	fprintf(out, "package '%s'\n", dump_id(pool, s->name));
	if (!*dump_id(pool, s->name))
		return;
	fprintf(out, "\t'%s' '%s' by '%s'\n", dump_id(pool, s->evr), dump_id(pool, s->arch),
		dump_id(pool, s->vendor));
	fprintf(out, "\tat '%s' '%s'\n", dump_text(solvable_lookup_location(s, &medium)),
		dump_text(solvable_lookup_str(s, SOLVABLE_MEDIABASE)));
	fprintf(out, "\tis %s:%s, %llu bytes\n", dump_text(solv_chksum_type2str(type)),
		dump_text(checksum), solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0));
	repo_put_solvable_list(out, s, "provides", SOLVABLE_PROVIDES, 0);
	repo_put_solvable_list(out, s, "obsoletes", SOLVABLE_OBSOLETES, 0);
	repo_put_solvable_list(out, s, "conflicts", SOLVABLE_CONFLICTS, 0);
	repo_put_solvable_list(out, s, "requires", SOLVABLE_REQUIRES, -SOLVABLE_PREREQMARKER);
	repo_put_solvable_list(out, s, "requires first", SOLVABLE_REQUIRES, SOLVABLE_PREREQMARKER);
	repo_put_solvable_list(out, s, "recommends", SOLVABLE_RECOMMENDS, 0);
	repo_put_solvable_list(out, s, "suggests", SOLVABLE_SUGGESTS, 0);
	repo_put_solvable_list(out, s, "supplements", SOLVABLE_SUPPLEMENTS, 0);
	repo_put_solvable_list(out, s, "enhances", SOLVABLE_ENHANCES, 0);
	repo_put_solvable_files(out, s);
}

/* All that REPO holds. Owned. */
static inline char *repo_dump(Repo *repo)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	Solvable *s;
	Id id;

	repo_internalize(repo);
	FOR_REPO_SOLVABLES (repo, id, s)
		repo_put_solvable(out, s);
	fclose(out);
	return text;
}
