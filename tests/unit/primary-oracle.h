/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * primary-oracle - what libsolv makes of primary.xml, and what we make of it, as text to compare.
 */
#pragma once

#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/repo_rpmmd.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "packages/catalog-internal.h"
#include "packages/primary.h"
#include "repo-dump.h"

static inline Repo *oracle_new_repo(void)
{
	Pool *pool = pool_create();

	pool_setdisttype(pool, DISTTYPE_RPM);
	return repo_create(pool, "repo");
}

/* What libsolv reads from SIZE bytes of TEXT; owned, NULL if it refuses it. */
static inline char *oracle_read(const char *text, size_t size)
{
	Repo *repo = oracle_new_repo();
	Pool *pool = repo->pool;
	FILE *file = size ? fmemopen((char *)(uintptr_t)text, size, "r") : fopen("/dev/null", "r");
	char *dump = NULL;

	if (repo_add_rpmmd(repo, file, NULL, 0) == 0)
		dump = repo_dump(repo);
	fclose(file);
	pool_free(pool);
	return dump;
}

static inline int oracle_add(void *context, struct record *record)
{
	Id id;

	return catalog_add_record(context, record, &id);
}

/* What we read from it, PIECE bytes at a time; owned, NULL with *RET_WHY if we refuse it. */
static inline char *oracle_read_ours(const char *text, size_t size, size_t piece,
				     const char **ret_why)
{
	Repo *repo = oracle_new_repo();
	Pool *pool = repo->pool;
	auto_primary struct primary *primary = NULL;
	int r = primary_new(oracle_add, repo, &primary);
	char *dump = NULL;

	for (size_t at = 0; at < size && r == 0; at += piece)
		r = primary_feed(primary, text + at, size - at < piece ? size - at : piece,
				 ret_why);
	if (r == 0)
		r = primary_finish(primary, ret_why);
	if (r == 0)
		dump = repo_dump(repo);
	pool_free(pool);
	return dump;
}
