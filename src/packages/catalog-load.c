/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <solv/chksum.h>
#include <solv/repo_repomdxml.h>
#include <solv/repo_rpmdb.h>
#include <solv/repo_rpmmd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/chain.h"
#include "packages/markup.h"
#include "packages/record-kind.h"
#include "packages/rpm.h"
#include "trust/digest.h"

#define WHAT "read the repository"
/* The root element stands within so many bytes, behind a declaration and perhaps a comment. */
#define PRIMARY_START 4096

/* The dependency that HINT stands for: its prefix, if any, AND the hardware. */
static Id hint_dependency(Pool *pool, const struct hint *hint)
{
	Id hardware = pool_rel2id(pool, NAMESPACE_MODALIAS, pool_str2id(pool, hint->text, 1),
				  REL_NAMESPACE, 1);

	if (!hint->prefix)
		return hardware;
	return pool_rel2id(pool, pool_str2id(pool, hint->prefix, 1), hardware, REL_AND, 1);
}

/*
 * libsolv before 0.7.36 leaves a modalias inside a rich dependency as a plain name, every version
 * does so with long ones, and splits a hint without prefix at its bus: all are made what they were
 * meant to be.
 */
static Id repair_dependency(Pool *pool, Id dep, bool inside)
{
	auto_hint struct hint hint = { 0 };
	Reldep rel;
	Id name, evr;

	if (!ISRELDEP(dep)) {
		const char *text = pool_id2str(pool, dep);

		if ((inside || strlen(text) >= HINT_LONG_MIN) && hint_parse(text, &hint) > 0)
			return hint_dependency(pool, &hint);
		return dep;
	}
	rel = *GETRELDEP(pool, dep); /* a copy: making new ones moves the array */
	if (!catalog_is_boolean(rel.flags))
		return dep;
	if (rel.flags == REL_AND && !ISRELDEP(rel.name) && catalog_is_modalias(pool, rel.evr)) {
		const char *prefix = pool_id2str(pool, rel.name);
		Id pattern = GETRELDEP(pool, rel.evr)->evr;

		if (!ISRELDEP(pattern) &&
		    hint_make(prefix, pool_id2str(pool, pattern), &hint) == 0 && !hint.prefix)
			return hint_dependency(pool, &hint);
		return dep;
	}
	name = repair_dependency(pool, rel.name, true);
	evr = repair_dependency(pool, rel.evr, true);
	if (name == rel.name && evr == rel.evr)
		return dep;
	return pool_rel2id(pool, name, evr, rel.flags, 1);
}

static void repair_supplements(Pool *pool, Solvable *solvable)
{
	Queue deps;
	bool changed = false;

	if (!solvable->supplements)
		return;
	queue_init(&deps);
	solvable_lookup_deparray(solvable, SOLVABLE_SUPPLEMENTS, &deps, 0);
	for (int i = 0; i < deps.count; i++) {
		Id repaired = repair_dependency(pool, deps.elements[i], false);

		changed = changed || repaired != deps.elements[i];
		deps.elements[i] = repaired;
	}
	if (changed)
		solvable_set_deparray(solvable, SOLVABLE_SUPPLEMENTS, &deps, 0);
	queue_free(&deps);
}

/* rpm would not build another one, and nothing that carries its name could be trusted. */
static bool is_well_formed(const Pool *pool, const Solvable *s)
{
	return identity_is_well_formed(pool_id2str(pool, s->name), pool_id2str(pool, s->evr),
				       pool_id2str(pool, s->arch));
}

static bool has_hints(const struct catalog *catalog, Id id)
{
	Queue patterns, prefixes;
	bool found;

	queue_init(&patterns);
	queue_init(&prefixes);
	catalog_hints(catalog, id, &patterns, &prefixes);
	found = patterns.count > 0;
	queue_free(&patterns);
	queue_free(&prefixes);
	return found;
}

/* Collect the hints among what S provides, as the dependencies that they would be. */
static void find_provided_hints(Pool *pool, const Solvable *s, Queue *ret)
{
	Queue provides;

	queue_init(&provides);
	for (const Id *dep = s->repo->idarraydata + s->provides; *dep; dep++)
		if (!ISRELDEP(*dep) && text_starts(pool_id2str(pool, *dep), "modalias("))
			queue_push(&provides, *dep);
	for (int i = 0; i < provides.count; i++) {
		auto_hint struct hint hint = { 0 };

		if (hint_parse(pool_id2str(pool, provides.elements[i]), &hint) > 0)
			queue_push(ret, hint_dependency(pool, &hint));
	}
	queue_free(&provides);
}

/* A package that provides modalias() and supplements none was meant the other way round. */
static void repair_provides(struct catalog *catalog, Id id)
{
	Pool *pool = catalog->pool;
	Solvable *s = pool->solvables + id;
	Queue hints;

	if (!s->provides)
		return;
	queue_init(&hints);
	find_provided_hints(pool, s, &hints);
	if (hints.count && !has_hints(catalog, id) && !catalog_is_kernel(catalog, id)) {
		for (int i = 0; i < hints.count; i++)
			solvable_add_deparray(s, SOLVABLE_SUPPLEMENTS, hints.elements[i], 0);
		map_grow(&catalog->provided, id + 1);
		MAPSET(&catalog->provided, id);
	}
	queue_free(&hints);
}

/* Is a hint in DEP so long that it was left unread? */
static bool is_unread(const Pool *pool, Id dep)
{
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	const char *text;

	if (rel)
		return catalog_is_boolean(rel->flags) &&
		       (is_unread(pool, rel->name) || is_unread(pool, rel->evr));
	text = pool_id2str(pool, dep);
	return text_starts(text, "modalias(") && strnlen(text, CAPABILITY_MAX + 1) > CAPABILITY_MAX;
}

static bool has_unread(const Pool *pool, const Solvable *s, Offset dependencies)
{
	const Id *dep = dependencies ? s->repo->idarraydata + dependencies : NULL;

	while (dep && *dep && !is_unread(pool, *dep))
		dep++;
	return dep && *dep;
}

static void diagnose_unread(Pool *pool, Solvable *s, struct source *source)
{
	if (has_unread(pool, s, s->supplements) || has_unread(pool, s, s->provides))
		(void)diagnostics_add(&source->diagnostics, "oversized-hint",
				      pool_solvable2str(pool, s),
				      "a hint of %s has more than %d bytes and is left unread; "
				      "write several shorter modalias() instead of one",
				      pool_solvable2str(pool, s), CAPABILITY_MAX);
}

static void finish_repo(struct catalog *catalog, Repo *repo, struct source *source)
{
	Solvable *s;
	Id id;

	repo_internalize(repo);
	FOR_REPO_SOLVABLES (repo, id, s) {
		if (s->arch == ARCH_SRC || s->arch == ARCH_NOSRC)
			continue;
		if (!is_well_formed(catalog->pool, s)) {
			(void)diagnostics_add(
				&source->diagnostics, "malformed-package",
				pool_solvable2str(catalog->pool, s),
				"a package without a proper name, version or architecture is "
				"left out");
			repo_free_solvable(repo, id, 0);
			continue;
		}
		repair_supplements(catalog->pool, s);
		repair_provides(catalog, id);
		diagnose_unread(catalog->pool, s, source);
		source->packages++;
		if (catalog_is_driver(catalog, id))
			source->drivers++;
	}
}

/* One file that repomd.xml names. */
struct repomd_entry {
	const char *location; /* borrowed from the pool, as all */
	const char *checksum;
	const char *checksum_type;
	uint64_t size; /* in bytes, 0 if unknown */
};

static bool find_repomd_entry(Pool *pool, Repo *repo, const char *type, struct repomd_entry *ret)
{
	Dataiterator di;
	bool found = false;
	Id checksum_type = 0;

	dataiterator_init(&di, pool, repo, SOLVID_META, REPOSITORY_REPOMD_TYPE, type,
			  SEARCH_STRING);
	dataiterator_prepend_keyname(&di, REPOSITORY_REPOMD);
	if (dataiterator_step(&di)) {
		dataiterator_setpos_parent(&di);
		ret->location = pool_lookup_str(pool, SOLVID_POS, REPOSITORY_REPOMD_LOCATION);
		ret->checksum = pool_lookup_checksum(pool, SOLVID_POS, REPOSITORY_REPOMD_CHECKSUM,
						     &checksum_type);
		ret->checksum_type = solv_chksum_type2str(checksum_type);
		ret->size = pool_lookup_num(pool, SOLVID_POS, REPOSITORY_REPOMD_SIZE, 0);
		found = ret->location && ret->checksum;
	}
	dataiterator_free(&di);
	return found;
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

/* The bytes of ENTRY's file, if they are those that repomd.xml vouches for. */
static int read_verified(struct source *source, const struct repomd_entry *entry, struct bytes *ret)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_free char *checksum = NULL;
	int r = source_read(source, entry->location, PRIMARY_SIZE_MAX, entry->size, &bytes,
			    &source->error);

	if (r < 0)
		return error_setf(&source->error, r, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s", entry->location,
				  file_strerror(r));
	r = digest_hex(entry->checksum_type, bytes.data, bytes.size, &checksum);
	if (r < 0)
		return error_setf(&source->error, r, WHAT, source->location,
				  "run createrepo_c on it again",
				  "%s: checksum type '%s' cannot be computed", entry->location,
				  entry->checksum_type);
	if (strcasecmp(checksum, entry->checksum) != 0)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "fetch it again, or run createrepo_c on it",
				  "%s has %s %.16s..., repomd.xml says %.16s...", entry->location,
				  entry->checksum_type, checksum, entry->checksum);
	*ret = bytes;
	bytes = (struct bytes){ 0 };
	return 0;
}

/*
 * Does BYTES hold package metadata? libsolv passes over every element that it does not know, so a
 * page that says "not found" reads like metadata of no packages.
 */
static bool is_primary(const struct bytes *bytes)
{
	static const char root[] = "<metadata";
	auto_file FILE *file = NULL;
	char start[PRIMARY_START];
	size_t size;

	if (decompress_stream(bytes, PRIMARY_SIZE_MAX, &file) < 0)
		return false;
	size = fread(start, 1, sizeof(start), file);
	return memmem(start, size, root, strlen(root));
}

/* Parse ENTRY's file, which BYTES hold. */
static int parse_primary(struct catalog *catalog, struct source *source, Repo *repo,
			 const struct repomd_entry *entry, const struct bytes *bytes)
{
	static const char again[] = "fetch it again, or run createrepo_c on it";
	struct markup markup = { 0 };
	auto_file FILE *file = NULL;
	int r = open_markup(bytes, PRIMARY_SIZE_MAX, &markup, &file);
	bool parsed = r == 0 && repo_add_rpmmd(repo, file, NULL, 0) == 0;

	if (r < 0)
		return r;
	if (markup.why)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location, again, "%s: %s",
				  entry->location, markup.why);
	if (!parsed)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s", entry->location,
				  pool_errstr(catalog->pool));
	if (ferror(file))
		return error_setf(&source->error, -EBADMSG, WHAT, source->location, again,
				  "%s is damaged or cut", entry->location);
	if (repo->nsolvables == 0 && !is_primary(bytes))
		return error_setf(&source->error, -EBADMSG, WHAT, source->location, again,
				  "%s is no package metadata", entry->location);
	return 0;
}

static int load_rpm_md(struct catalog *catalog, struct source *source, Repo *repo)
{
	struct repomd_entry primary = { 0 };
	auto_bytes struct bytes bytes = { 0 };
	int r = read_repomd(catalog, source, repo);

	if (r < 0)
		return r;
	if (!find_repomd_entry(catalog->pool, repo, "primary", &primary))
		return error_set(&source->error, -EBADMSG, WHAT, source->location,
				 "repodata/repomd.xml names no primary metadata with a checksum",
				 "run createrepo_c on it again");
	r = read_verified(source, &primary, &bytes);
	if (r == 0)
		r = chain_check_link(source, primary.checksum_type);
	return r < 0 ? r : parse_primary(catalog, source, repo, &primary, &bytes);
}

/*
 * A .solv file stands for the metadata, and vouches for nothing: note what does. Nobody misses it
 * where every package is signed, so that it cannot be read is no error.
 */
static int note_primary(struct catalog *catalog, struct source *source)
{
	Repo *repo = repo_create(catalog->pool, source->location);
	struct repomd_entry primary = { 0 };
	int r = read_repomd(catalog, source, repo);

	if (r == 0 && find_repomd_entry(catalog->pool, repo, "primary", &primary)) {
		source->primary.checksum_type = primary.checksum_type;
		source->primary.location = strdup(primary.location);
		source->primary.checksum = strdup(primary.checksum);
		r = source->primary.location && source->primary.checksum
			    ? chain_check_link(source, primary.checksum_type)
			    : -ENOMEM;
	}
	error_done(&source->error);
	repo_free(repo, 1);
	return r == -ENOMEM ? r : 0;
}

static int add_rpm(struct catalog *catalog, const struct source *source, Repo *repo, int fd,
		   const char *location, struct error *reterr)
{
	auto_free char *name = text_format("%s/%s", source->location, location);
	auto_rpm struct rpm *rpm = NULL;
	Id id;
	int r;

	if (source->kind == SOURCE_RPM || !name) {
		free(name);
		name = strdup(source->location);
	}
	r = rpm_open(fd, name ? name : location, &rpm, reterr);
	if (r < 0)
		return r;
	if (catalog_add_header(catalog, repo, rpm_header_handle(rpm), &id) < 0 || !id)
		return error_set(reterr, -EBADMSG, "read the RPM", name, pool_errstr(catalog->pool),
				 NULL);
	repodata_set_location(repo_last_repodata(repo), id, 0, NULL, location);
	return 0;
}

/* A damaged RPM costs the others nothing: it is told, and left out. */
static int add_sound_rpm(struct catalog *catalog, struct source *source, Repo *repo, int fd,
			 const char *location)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;
	int r = add_rpm(catalog, source, repo, fd, location, &error);

	if (r == -EBADMSG) {
		sentence = error_sentence(&error);
		return diagnostics_add(&source->diagnostics, "damaged-rpm", location, "%s",
				       sentence ? sentence : "an RPM is damaged");
	}
	if (r < 0 && !source->error.what) {
		source->error = error;
		error = (struct error){ 0 };
	}
	return r;
}

/* One bad file does not hide the others: all are tried, the first error is kept. */
static int add_directory(struct catalog *catalog, struct source *source, Repo *repo,
			 const char *folder, int depth)
{
	auto_fd int fd = file_open_in_root(source->fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int worst = fd < 0 ? fd : dir_names(fd, &names);

	if (worst < 0)
		return error_setf(&source->error, worst, WHAT, source->location, NULL, "%s: %s",
				  folder, strerror(-worst));
	for (size_t i = 0; i < names.count; i++) {
		bool top = text_equal(folder, ".");
		auto_free char *path =
			text_format("%s%s%s", top ? "" : folder, top ? "" : "/", names.items[i]);
		auto_fd int child = -1;
		struct stat st;
		int r = 0;

		if (!path)
			return -ENOMEM;
		if (fstatat(fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0) {
			/* Only what was removed meanwhile is passed over. */
			if (errno != ENOENT)
				r = error_setf(&source->error, -errno, WHAT, source->location, NULL,
					       "%s: %s", path, strerror(errno));
		} else if (S_ISDIR(st.st_mode) && depth >= DIRECTORY_DEPTH_MAX) {
			r = diagnostics_add(
				&source->diagnostics, "directory-too-deep", path,
				"%s lies deeper than %d directories and is not searched; "
				"give it with a --repo of its own",
				path, DIRECTORY_DEPTH_MAX);
		} else if (S_ISDIR(st.st_mode)) {
			r = add_directory(catalog, source, repo, path, depth + 1);
		} else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) {
			child = source_open_rpm(source, path);
			if (child >= 0 && source_is_rpm(child, path))
				r = add_sound_rpm(catalog, source, repo, child, path);
			else if (child < 0 && text_ends(path, ".rpm"))
				r = error_setf(&source->error, child, WHAT, source->location, NULL,
					       "%s: %s", path, file_strerror(child));
		}
		if (r < 0 && worst == 0)
			worst = r;
	}
	return worst;
}

static int load_single(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_fd int fd = source_open_rpm(source, source->file);

	if (fd < 0)
		return error_set(&source->error, fd, WHAT, source->location, NULL, NULL);
	return add_rpm(catalog, source, repo, fd, source->file, &source->error);
}

static bool has_damage(const struct source *source)
{
	for (size_t i = 0; i < source->diagnostics.count; i++)
		if (text_equal(source->diagnostics.items[i].id, "damaged-rpm"))
			return true;
	return false;
}

int catalog_add_source(struct catalog *catalog, struct source *source, size_t index)
{
	Repo *repo = repo_create(catalog->pool, source->location);
	int r;

	repo->appdata = (void *)(uintptr_t)(index + 1);
	/* libsolv prefers larger numbers, zypp smaller ones. */
	repo->priority = -source->priority;
	switch (source->kind) {
	case SOURCE_RPM_MD:
		r = catalog_load_twin(catalog, source, repo) ? note_primary(catalog, source)
							     : load_rpm_md(catalog, source, repo);
		break;
	case SOURCE_SOLV:
		r = catalog_load_solv(catalog, source, repo);
		break;
	case SOURCE_DIRECTORY:
		r = add_directory(catalog, source, repo, ".", 0);
		break;
	default:
		r = load_single(catalog, source, repo);
	}
	/* Half a primary is no repository: what it lists may lack what makes it safe to choose
	 * from. */
	if (r < 0 && source->kind == SOURCE_RPM_MD)
		repo_empty(repo, 1);
	finish_repo(catalog, repo, source);
	if (r == 0 && source->packages == 0 && has_damage(source))
		r = error_set(&source->error, -EBADMSG, WHAT, source->location,
			      "none of its RPMs can be read", NULL);
	if (r == 0 && source->packages == 0)
		diagnostics_add(&source->diagnostics, "empty-source", source->location,
				"the repository has no packages");
	source->failed = r < 0;
	return r;
}
