/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <solv/repo_solv.h>
#include <solv/repo_write.h>
#include <solv/solvversion.h>
#include <stdio_ext.h>
#include <string.h>

#include "base/cachefile.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "packages/catalog-internal.h"
#include "packages/rpm.h"

/*
 * What is kept: the keys, each with its NUL; of each kernel, the symbols that it provides; the
 * packages as .solv. Each but the last begins with its size.
 */
#define KIND   "installed"
#define FORMAT 2

/* The symbols of a kernel. */
struct stored_symbols {
	uint64_t package; /* its place among the packages; KEPT_END ends the list of them */
	uint64_t size; /* of the text that follows, in bytes */
};
#define KEPT_END UINT64_MAX

/* The database, while it is read. */
struct reading {
	struct catalog *catalog;
	struct progress_task task;
};

static int add_installed(void *context, void *header)
{
	struct reading *reading = context;
	struct catalog *catalog = reading->catalog;
	Id id;
	int r;

	progress_add(&reading->task, 1);
	if (!rpm_header_is_bounded(header))
		return -EBADMSG;
	/* What is no package, such as a key, adds none. */
	r = catalog_add_header(catalog, catalog->pool->installed, header, &id);
	if (r == 0 && id)
		r = catalog_take_symbols(catalog, id);
	return r < 0 ? r : rpm_header_keys(header, &catalog->keys);
}

/* What is left to read of a file. */
struct rest {
	const char *at;
	size_t size;
};

/* SIZE bytes of REST; NULL if there are fewer. */
static const char *cut(struct rest *rest, uint64_t size)
{
	const char *at = rest->at;

	if (size > rest->size)
		return NULL;
	rest->at += size;
	rest->size -= size;
	return at;
}

static int load_keys(struct rest *rest, struct strings *ret)
{
	const char *at = cut(rest, sizeof(uint64_t)), *end;
	uint64_t size = 0;

	if (at)
		memcpy(&size, at, sizeof(size));
	at = at ? cut(rest, size) : NULL;
	if (!at || (size > 0 && at[size - 1] != '\0'))
		return -EBADMSG;
	for (end = at + size; at < end; at += strlen(at) + 1)
		if (strings_add(ret, at) < 0)
			return -ENOMEM;
	return 0;
}

/* The packages are not there yet, and will come in their order from the next number on. */
static int load_symbols(struct catalog *catalog, struct rest *rest)
{
	Id next = catalog->pool->nsolvables;

	for (;;) {
		auto_symbol_list struct symbol_list symbols = { 0 };
		struct stored_symbols stored = { .package = 0 };
		const char *at = cut(rest, sizeof(stored));
		int r = -EBADMSG;

		if (at)
			memcpy(&stored, at, sizeof(stored));
		if (at && stored.package == KEPT_END)
			return 0;
		at = at && stored.package <= INT_MAX / 2 ? cut(rest, stored.size) : NULL;
		if (at)
			r = symbol_list_fill(&symbols, at, stored.size);
		if (r == 0)
			r = catalog_keep_symbols(catalog, next + (Id)stored.package, &symbols);
		if (r < 0)
			return r;
	}
}

static int load_packages(struct catalog *catalog, const struct rest *rest)
{
	auto_file FILE *packages = fmemopen((void *)(uintptr_t)rest->at, rest->size, "r");

	/* It is read a byte at a time, by this thread alone. */
	if (packages)
		(void)__fsetlocking(packages, FSETLOCKING_BYCALLER);
	if (!packages || repo_add_solv(catalog->pool->installed, packages, SOLV_ADD_NO_STUBS) != 0)
		return -EBADMSG;
	return 0;
}

/* Nothing but what this program wrote comes here: FILE's checksums and key say so. */
static int load_kept(struct catalog *catalog, struct cachefile *file)
{
	struct rest rest = { cachefile_at(file, 0, cachefile_size(file)), cachefile_size(file) };
	auto_strings struct strings keys = { 0 };
	int r = rest.at ? load_keys(&rest, &keys) : -EBADMSG;

	if (r == 0)
		r = load_symbols(catalog, &rest);
	if (r == 0)
		r = load_packages(catalog, &rest);
	if (r < 0)
		return r;
	catalog->keys = keys;
	keys = (struct strings){ 0 };
	return 0;
}

/* Begin again with nothing. */
static void forget_kept(struct catalog *catalog)
{
	repo_empty(catalog->pool->installed, 1);
	catalog_symbols_done(catalog);
}

/* What nobody here asks for: texts for people, and where a package was built. */
static int keep_key(Repo *repo, Repokey *key, void *context)
{
	static const Id unasked[] = {
		SOLVABLE_SUMMARY,     SOLVABLE_DESCRIPTION,  SOLVABLE_GROUP,
		SOLVABLE_LICENSE,     SOLVABLE_URL,          SOLVABLE_PACKAGER,
		SOLVABLE_BUILDHOST,   SOLVABLE_DISTRIBUTION, SOLVABLE_CHANGELOG,
		SOLVABLE_SOURCENAME,  SOLVABLE_SOURCEARCH,   SOLVABLE_SOURCEEVR,
		SOLVABLE_INSTALLTIME, SOLVABLE_BUILDTIME,    SOLVABLE_HDRID,
	};

	(void)repo;
	(void)context;
	for (size_t i = 0; i < COUNT(unasked); i++)
		if (key->name == unasked[i])
			return KEY_STORAGE_DROPPED;
	return key->name == SOLVABLE_FILELIST ? KEY_STORAGE_VERTICAL_OFFSET : KEY_STORAGE_INCORE;
}

static void keep_keys(const struct strings *keys, struct cachefile_writer *writer)
{
	uint64_t size = 0;

	for (size_t i = 0; i < keys->count; i++)
		size += strlen(keys->items[i]) + 1;
	cachefile_append(writer, &size, sizeof(size));
	for (size_t i = 0; i < keys->count; i++)
		cachefile_append(writer, keys->items[i], strlen(keys->items[i]) + 1);
}

static void keep_symbols(const struct catalog *catalog, struct cachefile_writer *writer)
{
	struct stored_symbols stored = { .package = 0 };
	const Solvable *s;
	Id id;

	FOR_REPO_SOLVABLES (catalog->pool->installed, id, s) {
		const struct symbol_list *symbols = catalog_symbols(catalog, id);

		stored.size = symbols->size;
		if (symbols->count) {
			cachefile_append(writer, &stored, sizeof(stored));
			cachefile_append(writer, symbols->text, symbols->size);
		}
		stored.package++;
	}
	stored = (struct stored_symbols){ .package = KEPT_END };
	cachefile_append(writer, &stored, sizeof(stored));
}

static void keep(const struct catalog *catalog, struct cache_dir *cache,
		 const struct cache_key *key)
{
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	char *solv = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&solv, &size);
	bool written = file && repo_write_filtered(catalog->pool->installed, file, keep_key, NULL,
						   NULL) == 0;

	written = file && fclose(file) == 0 && written;
	if (written && cachefile_create(cache, key, &writer) == 0) {
		keep_keys(&catalog->keys, writer);
		keep_symbols(catalog, writer);
		cachefile_append(writer, solv, size);
		(void)cachefile_commit(writer);
	}
	free(solv);
}

/* The state of the database, and what read and writes it. Owned; NULL if it is not to be kept. */
static char *make_state(const struct database *database)
{
	auto_free char *state = database_state(database);

	if (!state)
		return NULL;
	return text_format("%s libsolv %s %s kmp-match %s", state, solv_version, solv_toolversion,
			   KMP_MATCH_VERSION);
}

static int read_installed(struct catalog *catalog, struct database *database,
			  struct cache_dir *cache, struct error *reterr)
{
	Repo *installed = catalog->pool->installed;
	auto_free char *state = make_state(database);
	const struct cache_key key = { KIND, FORMAT, database_path(database), state };
	struct reading reading = { catalog, { .counted = true } };
	auto_cachefile struct cachefile *file = NULL;
	int r;

	if (state && cachefile_open(cache, &key, &file) == 0) {
		r = load_kept(catalog, file);
		if (r == 0 || r == -ENOMEM)
			return r;
		forget_kept(catalog);
	}
	progress_begin(catalog->progress, &reading.task, "reading", "the rpm database");
	r = database_read(database, add_installed, &reading, reterr);
	progress_end(&reading.task);
	repo_internalize(installed);
	if (r == 0 && state && cache && database_is_as_it_was(database))
		keep(catalog, cache, &key);
	return r;
}

int catalog_add_base(struct catalog *catalog, struct database *database, struct cache_dir *cache,
		     struct error *reterr)
{
	int r = database ? read_installed(catalog, database, cache, reterr) : 0;

	if (r < 0)
		return r;
	catalog->has_base = catalog->pool->installed->nsolvables > 0;
	return catalog->has_base;
}
