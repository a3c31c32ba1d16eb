/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <solv/chksum.h>
#include <solv/evr.h>
#include <solv/repo_repomdxml.h>
#include <solv/repo_rpmdb.h>
#include <solv/repo_rpmmd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/capability.h"
#include "packages/rpm.h"
#include "trust/digest.h"

#define WHAT "read the repository"

struct catalog {
	Pool *pool;
	bool has_base;
	void *rpm_state; /* libsolv's, for headers that librpm read */
};

int catalog_new(struct catalog **ret)
{
	auto_catalog struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (!catalog)
		return -ENOMEM;
	catalog->pool = pool_create();
	if (!catalog->pool)
		return -ENOMEM;
	pool_setdisttype(catalog->pool, DISTTYPE_RPM);
	pool_set_installed(catalog->pool, repo_create(catalog->pool, "@base"));
	*ret = take(catalog);
	return 0;
}

struct catalog *catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return NULL;
	if (catalog->rpm_state)
		rpm_state_free(catalog->rpm_state);
	if (catalog->pool)
		pool_free(catalog->pool);
	free(catalog);
	return NULL;
}

Pool *catalog_pool(const struct catalog *catalog)
{
	return catalog->pool;
}

bool catalog_has_base(const struct catalog *catalog)
{
	return catalog->has_base;
}

size_t catalog_source_of(const struct catalog *catalog, Id id)
{
	const Repo *repo = pool_id2solvable(catalog->pool, id)->repo;

	/* appdata is the source's index plus one; libsolv leaves it NULL elsewhere. */
	return repo && repo->appdata ? (size_t)(uintptr_t)repo->appdata - 1 : SIZE_MAX;
}

/* Where rpm keeps its database (rpm's own default, SUSE's, Fedora's), by back end. */
static bool rpm_database_exists(int root_fd)
{
	static const char *const folders[] = { "var/lib/rpm", "usr/lib/sysimage/rpm" };
	static const char *const files[] = { "rpmdb.sqlite", "Packages.db", "Packages" };

	for (size_t i = 0; i < COUNT(folders) * COUNT(files); i++) {
		auto_free char *path = text_format("%s/%s", folders[i / COUNT(files)],
						   files[i % COUNT(files)]);

		if (path && file_exists_in_root(root_fd, path))
			return true;
	}
	return false;
}

int catalog_add_base(struct catalog *catalog, int root_fd, struct error *reterr)
{
	/* librpm takes paths only; this one names the directory that is open. */
	auto_free char *root = text_format("/proc/self/fd/%d", root_fd);
	Pool *pool = catalog->pool;

	if (!root)
		return -ENOMEM;
	if (!rpm_database_exists(root_fd))
		return 0;
	pool_set_rootdir(pool, root);
	if (repo_add_rpmdb(pool->installed, NULL, REPO_REUSE_REPODATA | REPO_USE_ROOTDIR) != 0)
		return error_set(reterr, -EBADMSG, "read the rpm database", NULL,
				 pool_errstr(pool), "repair it with rpm --rebuilddb");
	pool_set_rootdir(pool, NULL);
	catalog->has_base = pool->installed->nsolvables > 0;
	return catalog->has_base;
}

/* A dependency tree with two operands that libsolv descends into when it evaluates supplements. */
static bool is_boolean(int flags)
{
	return flags == REL_AND || flags == REL_OR || flags == REL_COND || flags == REL_UNLESS ||
	       flags == REL_ELSE;
}

static bool is_modalias(const Pool *pool, Id dep)
{
	return ISRELDEP(dep) && GETRELDEP(pool, dep)->flags == REL_NAMESPACE &&
	       GETRELDEP(pool, dep)->name == NAMESPACE_MODALIAS;
}

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
 * libsolv before 0.7.36 leaves a modalias inside a rich dependency as a plain name, and every
 * version splits a hint without prefix at its bus: both are made what they were meant to be.
 */
static Id repair_dependency(Pool *pool, Id dep, bool inside)
{
	auto_hint struct hint hint = { 0 };
	Reldep rel;
	Id name, evr;

	if (!ISRELDEP(dep)) {
		if (inside && hint_parse(pool_id2str(pool, dep), &hint) > 0)
			return hint_dependency(pool, &hint);
		return dep;
	}
	rel = *GETRELDEP(pool, dep); /* a copy: making new ones moves the array */
	if (!is_boolean(rel.flags))
		return dep;
	if (rel.flags == REL_AND && !ISRELDEP(rel.name) && is_modalias(pool, rel.evr)) {
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

static void finish_repo(struct catalog *catalog, Repo *repo, struct source *source)
{
	Solvable *s;
	Id id;

	repo_internalize(repo);
	FOR_REPO_SOLVABLES(repo, id, s)
	{
		if (s->arch == ARCH_SRC || s->arch == ARCH_NOSRC)
			continue;
		repair_supplements(catalog->pool, s);
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
};

static bool find_repomd_entry(Pool *pool, Repo *repo, const char *type, struct repomd_entry *ret)
{
	Dataiterator di;
	bool found = false;
	Id checksum_type = 0;

	dataiterator_init(&di, pool, repo, SOLVID_META, REPOSITORY_REPOMD_TYPE, type, SEARCH_STRING);
	dataiterator_prepend_keyname(&di, REPOSITORY_REPOMD);
	if (dataiterator_step(&di)) {
		dataiterator_setpos_parent(&di);
		ret->location = pool_lookup_str(pool, SOLVID_POS, REPOSITORY_REPOMD_LOCATION);
		ret->checksum = pool_lookup_checksum(pool, SOLVID_POS, REPOSITORY_REPOMD_CHECKSUM,
						     &checksum_type);
		ret->checksum_type = solv_chksum_type2str(checksum_type);
		found = ret->location && ret->checksum;
	}
	dataiterator_free(&di);
	return found;
}

static int read_repomd(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	int r = file_read_in_root(source->fd, "repodata/repomd.xml", REPOMD_SIZE_MAX, &bytes);

	if (r == 0)
		r = decompress_stream(&bytes, REPOMD_SIZE_MAX, &file);
	if (r < 0)
		return error_setf(&source->error, r, WHAT, source->location, NULL,
				  "repodata/repomd.xml: %s", strerror(-r));
	if (repo_add_repomdxml(repo, file, 0) != 0)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "run createrepo_c on it again", "repodata/repomd.xml: %s",
				  pool_errstr(catalog->pool));
	repo_internalize(repo);
	return 0;
}

/* The bytes of ENTRY's file, if they are those that repomd.xml vouches for. */
static int read_verified(struct source *source, const struct repomd_entry *entry, struct bytes *ret)
{
	auto_bytes struct bytes bytes = { 0 };
	auto_free char *checksum = NULL;
	int r = file_read_in_root(source->fd, entry->location, PRIMARY_SIZE_MAX, &bytes);

	if (r < 0)
		return error_setf(&source->error, r, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s", entry->location,
				  strerror(-r));
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

static int load_rpm_md(struct catalog *catalog, struct source *source, Repo *repo)
{
	struct repomd_entry primary = { 0 };
	auto_bytes struct bytes bytes = { 0 };
	auto_file FILE *file = NULL;
	int r = read_repomd(catalog, source, repo);

	if (r < 0)
		return r;
	if (!find_repomd_entry(catalog->pool, repo, "primary", &primary))
		return error_set(&source->error, -EBADMSG, WHAT, source->location,
				 "repodata/repomd.xml names no primary metadata with a checksum",
				 "run createrepo_c on it again");
	r = read_verified(source, &primary, &bytes);
	if (r == 0)
		r = decompress_stream(&bytes, PRIMARY_SIZE_MAX, &file);
	if (r < 0)
		return r;
	if (repo_add_rpmmd(repo, file, NULL, 0) != 0)
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "run createrepo_c on it again", "%s: %s", primary.location,
				  pool_errstr(catalog->pool));
	if (ferror(file))
		return error_setf(&source->error, -EBADMSG, WHAT, source->location,
				  "fetch it again, or run createrepo_c on it",
				  "%s is damaged or cut", primary.location);
	return 0;
}

static int add_rpm(struct catalog *catalog, struct source *source, Repo *repo, int fd,
		   const char *location)
{
	auto_free char *name = text_format("%s/%s", source->location, location);
	auto_rpm struct rpm *rpm = NULL;
	void *handle;
	Id id;
	int r;

	if (source->kind == SOURCE_RPM || !name) {
		free(name);
		name = strdup(source->location);
	}
	r = rpm_open(fd, name ? name : location, &rpm, &source->error);
	if (r < 0)
		return r;
	if (!catalog->rpm_state)
		catalog->rpm_state = rpm_state_create(catalog->pool, NULL);
	handle = rpm_byrpmh(catalog->rpm_state, rpm_header_handle(rpm));
	id = handle ? repo_add_rpm_handle(repo, handle, REPO_REUSE_REPODATA | REPO_NO_INTERNALIZE) :
			    0;
	if (!id)
		return error_set(&source->error, -EBADMSG, "read the RPM", name,
				 pool_errstr(catalog->pool), NULL);
	repodata_set_location(repo_last_repodata(repo), id, 0, NULL, location);
	return 0;
}

/* One bad RPM does not hide the others: all are tried, the first error is kept. */
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
		auto_free char *path = text_format("%s%s%s", top ? "" : folder, top ? "" : "/",
						   names.items[i]);
		auto_fd int child = -1;
		struct stat st;
		int r = 0;

		if (!path)
			return -ENOMEM;
		if (fstatat(fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DIRECTORY_DEPTH_MAX) {
			r = add_directory(catalog, source, repo, path, depth + 1);
		} else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) {
			child = source_open_rpm(source, path);
			if (child >= 0 && source_is_rpm(child, path))
				r = add_rpm(catalog, source, repo, child, path);
			else if (child < 0 && text_ends(path, ".rpm"))
				r = error_setf(&source->error, child, WHAT, source->location, NULL,
					       "%s: %s", path, strerror(-child));
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
	return add_rpm(catalog, source, repo, fd, source->file);
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
		r = load_rpm_md(catalog, source, repo);
		break;
	case SOURCE_DIRECTORY:
		r = add_directory(catalog, source, repo, ".", 0);
		break;
	default:
		r = load_single(catalog, source, repo);
	}
	/* Half a primary is no repository: what it lists may lack what makes it safe to choose from. */
	if (r < 0 && source->kind == SOURCE_RPM_MD)
		repo_empty(repo, 1);
	finish_repo(catalog, repo, source);
	if (r == 0 && source->packages == 0)
		diagnostics_add(&source->diagnostics, "empty-source", source->location,
				"the repository has no packages");
	source->failed = r < 0;
	return r;
}

/* Call FOUND for each provide of ID (as a name and an evr Id, 0 if none) until it returns true. */
static bool any_provide(const Pool *pool, Id id, bool (*found)(const Pool *, Id name))
{
	const Solvable *s = pool->solvables + id;
	const Id *dep;

	if (!s->provides)
		return false;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id name = *dep;

		while (ISRELDEP(name))
			name = GETRELDEP(pool, name)->name;
		if (found(pool, name))
			return true;
	}
	return false;
}

static bool names_module(const Pool *pool, Id name)
{
	const char *text = pool_id2str(pool, name);

	return text_starts(text, "kmod(") || text_starts(text, "ksym(");
}

static bool names_kernel(const Pool *pool, Id name)
{
	const char *text = pool_id2str(pool, name);

	return text_equal(text, "kernel-uname-r") || text_equal(text, "kernel") ||
	       text_starts(text, "kernel(") || names_module(pool, name);
}

static bool names_firmware(const Pool *pool, Id name)
{
	return text_starts(pool_id2str(pool, name), "firmware(");
}

bool catalog_is_kernel(const struct catalog *catalog, Id id)
{
	const Pool *pool = catalog->pool;
	const char *name = pool_id2str(pool, pool->solvables[id].name);

	return text_starts(name, "kernel-") && !text_starts(name, "kernel-module-") &&
	       !text_starts(name, "kernel-firmware") && !strstr(name, "-kmp-") &&
	       any_provide(pool, id, names_kernel);
}

bool catalog_is_driver(const struct catalog *catalog, Id id)
{
	const Pool *pool = catalog->pool;

	if (catalog_is_kernel(catalog, id))
		return false;
	return strstr(pool_id2str(pool, pool->solvables[id].name), "-kmp-") ||
	       any_provide(pool, id, names_module);
}

enum driver_role catalog_role(const struct catalog *catalog, Id id)
{
	const Pool *pool = catalog->pool;
	const char *name = pool_id2str(pool, pool->solvables[id].name);

	if (catalog_is_driver(catalog, id))
		return ROLE_DRIVER;
	/* The certificate package of a KMP is named so by %kernel_module_package -c. */
	if (text_ends(name, "-ueficert"))
		return ROLE_CERTIFICATE;
	if (text_ends(name, "-firmware") || strstr(name, "-firmware-") ||
	    any_provide(pool, id, names_firmware))
		return ROLE_FIRMWARE;
	return ROLE_USERSPACE;
}

static void collect_hints(const Pool *pool, Id dep, Id prefix, Queue *patterns, Queue *prefixes)
{
	const Reldep *rel;

	if (!ISRELDEP(dep))
		return;
	rel = GETRELDEP(pool, dep);
	if (is_modalias(pool, dep)) {
		if (!ISRELDEP(rel->evr) && rel->evr) {
			queue_push(patterns, rel->evr);
			queue_push(prefixes, prefix);
		}
	} else if (rel->flags == REL_AND) {
		/* "a & hardware": either side may be the capability that the hint is tied to. */
		collect_hints(pool, rel->name, ISRELDEP(rel->evr) ? 0 : rel->evr, patterns, prefixes);
		collect_hints(pool, rel->evr, ISRELDEP(rel->name) ? 0 : rel->name, patterns, prefixes);
	} else if (is_boolean(rel->flags)) {
		collect_hints(pool, rel->name, 0, patterns, prefixes);
		collect_hints(pool, rel->evr, 0, patterns, prefixes);
	}
}

void catalog_hints(const struct catalog *catalog, Id id, Queue *patterns, Queue *prefixes)
{
	const Solvable *s = catalog->pool->solvables + id;
	const Id *dep;

	if (!s->supplements)
		return;
	for (dep = s->repo->idarraydata + s->supplements; *dep; dep++)
		collect_hints(catalog->pool, *dep, 0, patterns, prefixes);
}

void catalog_leaves(const struct catalog *catalog, Id dep, Queue *leaves)
{
	const Reldep *rel;

	if (ISRELDEP(dep)) {
		rel = GETRELDEP(catalog->pool, dep);
		if (is_boolean(rel->flags) || rel->flags == REL_WITH || rel->flags == REL_WITHOUT) {
			catalog_leaves(catalog, rel->name, leaves);
			catalog_leaves(catalog, rel->evr, leaves);
			return;
		}
	}
	queue_push(leaves, dep);
}

const char *catalog_leaf_name(const struct catalog *catalog, Id leaf)
{
	while (ISRELDEP(leaf))
		leaf = GETRELDEP(catalog->pool, leaf)->name;
	return pool_id2str(catalog->pool, leaf);
}

static bool provides_release(const Pool *pool, const Solvable *s, Id wanted)
{
	const Id *dep;

	if (!s->provides || !wanted)
		return false;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++)
		if (pool_match_dep((Pool *)(uintptr_t)pool, *dep, wanted))
			return true;
	return false;
}

static int append_provides(const Pool *pool, const Solvable *s, struct strings *names,
			   struct strings *versions)
{
	const Id *dep;

	if (!s->provides)
		return 0;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id id = *dep;
		const char *version = "";

		if (id == SOLVABLE_FILEMARKER)
			break;
		if (ISRELDEP(id)) {
			const Reldep *rel = GETRELDEP(pool, id);

			if (rel->flags == REL_EQ && !ISRELDEP(rel->evr))
				version = pool_id2str(pool, rel->evr);
			id = rel->name;
		}
		if (ISRELDEP(id))
			continue;
		if (strings_add(names, pool_id2str(pool, id)) < 0 ||
		    strings_add(versions, version) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* -base, -extra and -optional carry modules of the same kernel; nothing else does. */
static bool is_part_of(const Pool *pool, const Solvable *part, const Solvable *kernel)
{
	static const char *const suffixes[] = { "-base", "-extra", "-optional" };
	const char *name = pool_id2str(pool, part->name);
	const char *main_name = pool_id2str(pool, kernel->name);
	size_t length = strlen(main_name);

	if (part->evr != kernel->evr || strncmp(name, main_name, length) != 0)
		return false;
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (strcmp(name + length, suffixes[i]) == 0)
			return true;
	return false;
}

Id catalog_find_kernel(const struct catalog *catalog, const char *release, bool offered)
{
	Pool *pool = catalog->pool;
	Id name = pool_str2id(pool, "kernel-uname-r", 1);
	Id wanted = pool_rel2id(pool, name, pool_str2id(pool, release, 1), REL_EQ, 1);
	Solvable *s;
	Id id;

	FOR_POOL_SOLVABLES(id)
	{
		s = pool->solvables + id;
		if ((s->repo != pool->installed) == offered && s->arch != ARCH_SRC &&
		    provides_release(pool, s, wanted) && catalog_is_kernel(catalog, id))
			return id;
	}
	return 0;
}

int catalog_kernel_provides(const struct catalog *catalog, const char *release, bool offered,
			    char **ret_nevra, struct strings *ret_names,
			    struct strings *ret_versions)
{
	auto_strings struct strings names = { 0 }, versions = { 0 };
	auto_free char *nevra = NULL;
	const Pool *pool = catalog->pool;
	Id kernel = catalog_find_kernel(catalog, release, offered);
	Id id;

	if (!kernel)
		return 0;
	FOR_POOL_SOLVABLES(id)
	{
		const Solvable *s = pool->solvables + id;

		if (id != kernel && (s->repo != pool->solvables[kernel].repo ||
				     !is_part_of(pool, s, pool->solvables + kernel)))
			continue;
		if (append_provides(pool, s, &names, &versions) < 0)
			return -ENOMEM;
	}
	nevra = strdup(pool_solvid2str((Pool *)(uintptr_t)pool, kernel));
	if (!nevra)
		return -ENOMEM;
	*ret_nevra = take(nevra);
	*ret_names = names;
	*ret_versions = versions;
	names = versions = (struct strings){ 0 };
	return 1;
}

/* "name-epoch:version-release" split as rpm does: epoch before ':', release behind the last '-'. */
static int split_evr(const char *evr, struct driver *driver)
{
	const char *colon = evr + strspn(evr, "0123456789");
	const char *dash;

	if (*colon == ':' && colon != evr) {
		driver->epoch = strtoul(evr, NULL, 10);
		evr = colon + 1;
	}
	dash = strrchr(evr, '-');
	driver->version = strndup(evr, dash ? (size_t)(dash - evr) : strlen(evr));
	driver->release = strdup(dash ? dash + 1 : "");
	return driver->version && driver->release ? 0 : -ENOMEM;
}

static int copy_text(const char *from, char **ret)
{
	if (!from)
		return 0;
	*ret = strdup(from);
	return *ret ? 0 : -ENOMEM;
}

static int add_hint(struct driver *driver, const char *prefix, const char *pattern)
{
	struct hint hint = { 0 };

	if (hint_make(prefix, pattern, &hint) < 0 ||
	    array_grow(&driver->hints, driver->hint_count, sizeof(hint)) < 0) {
		hint_done(&hint);
		return -ENOMEM;
	}
	/* libsolv never leaves two colons without a prefix, so repair_dependency() joined these. */
	if (!prefix && strchr(pattern, ':') && strchr(strchr(pattern, ':') + 1, ':'))
		hint.repair = HINT_UNPREFIXED;
	driver->hints[driver->hint_count++] = hint;
	return 0;
}

static int add_hints(const struct catalog *catalog, Id id, struct driver *driver)
{
	const Pool *pool = catalog->pool;
	Queue patterns, prefixes;
	int r = 0;

	queue_init(&patterns);
	queue_init(&prefixes);
	catalog_hints(catalog, id, &patterns, &prefixes);
	for (int i = 0; i < patterns.count && r == 0; i++) {
		Id prefix = prefixes.elements[i];

		r = add_hint(driver, prefix ? pool_id2str(pool, prefix) : NULL,
			     pool_id2str(pool, patterns.elements[i]));
	}
	queue_free(&patterns);
	queue_free(&prefixes);
	return r;
}

static int add_symbol_need(const Pool *pool, Id leaf, struct driver *driver)
{
	struct symbol_need need = { 0 };
	const Reldep *rel = ISRELDEP(leaf) ? GETRELDEP(pool, leaf) : NULL;
	Id name = rel ? rel->name : leaf;
	int r;

	if (ISRELDEP(name))
		return 0;
	r = ksym_parse(pool_id2str(pool, name), &need.flavor, &need.symbol);
	if (r <= 0)
		return r;
	if (rel && rel->flags == REL_EQ && !ISRELDEP(rel->evr))
		need.has_crc = crc_parse(pool_id2str(pool, rel->evr), &need.crc);
	if (array_grow(&driver->symbols, driver->symbol_count, sizeof(need)) < 0) {
		free(need.flavor);
		free(need.symbol);
		return -ENOMEM;
	}
	driver->symbols[driver->symbol_count++] = need;
	return 0;
}

static int add_symbol_needs(const struct catalog *catalog, Id id, struct driver *driver)
{
	const Solvable *s = catalog->pool->solvables + id;
	Queue leaves;
	const Id *dep;
	int r = 0;

	if (!s->requires)
		return 0;
	queue_init(&leaves);
	for (dep = s->repo->idarraydata + s->requires; *dep; dep++)
		catalog_leaves(catalog, *dep, &leaves);
	for (int i = 0; i < leaves.count && r == 0; i++)
		r = add_symbol_need(catalog->pool, leaves.elements[i], driver);
	queue_free(&leaves);
	return r;
}

/* kmod(NAME.ko), or kmod(NAME) as of 2018 and 2019 (kmp-format.md 3.1). */
static int add_modules(const Pool *pool, Id id, struct driver *driver)
{
	const Solvable *s = pool->solvables + id;
	const Id *dep;

	if (!s->provides)
		return 0;
	for (dep = s->repo->idarraydata + s->provides; *dep; dep++) {
		Id name_id = ISRELDEP(*dep) ? GETRELDEP(pool, *dep)->name : *dep;
		const char *text = ISRELDEP(name_id) ? "" : pool_id2str(pool, name_id);
		auto_free char *inner = NULL;
		auto_free char *name = NULL;

		if (!text_starts(text, "kmod(") || !text_ends(text, ")"))
			continue;
		inner = strndup(text + 5, strlen(text) - 6);
		name = inner ? text_module_name(inner) : NULL;
		if (!name || strings_add_once(&driver->modules, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static const char *repair_text(enum hint_repair repair)
{
	if (repair == HINT_MERGED_ESCAPE)
		return "a [..] class was merged into an escape, so that libzypp never matches it; it is "
		       "read as what it was made from; build the package with a generator that merges "
		       "before it escapes";
	return "a hint without a kernel- prefix has two colons or more, so that libzypp takes its bus "
	       "for a package; it is read whole; write modalias(kernel-<flavor>:...)";
}

static int diagnose_hints(struct driver *driver)
{
	static const char *const ids[] = {
		[HINT_MERGED_ESCAPE] = "merged-escape",
		[HINT_UNPREFIXED] = "unprefixed-hint",
	};

	for (size_t i = 0; i < driver->hint_count; i++) {
		const struct hint *hint = &driver->hints[i];
		int r = 0;

		if (hint->repair != HINT_AS_IT_IS)
			r = diagnostics_add(&driver->diagnostics, ids[hint->repair], hint->text, "%s",
					    repair_text(hint->repair));
		if (r == 0 && hint->match_all)
			r = diagnostics_add(&driver->diagnostics, "match-all-hint", hint->text,
					    "a hint fits every machine; it does not select the package; "
					    "name the hardware instead");
		if (r < 0)
			return r;
	}
	return 0;
}

static int fill_identity(Pool *pool, Solvable *s, struct driver *driver)
{
	Id checksum_type = 0;
	const char *checksum = solvable_lookup_checksum(s, SOLVABLE_CHECKSUM, &checksum_type);
	const char *base = solvable_lookup_str(s, SOLVABLE_MEDIABASE);
	const char *vendor = solvable_lookup_str(s, SOLVABLE_VENDOR);

	if (copy_text(pool_id2str(pool, s->name), &driver->name) < 0 ||
	    split_evr(pool_id2str(pool, s->evr), driver) < 0 ||
	    copy_text(pool_id2str(pool, s->arch), &driver->arch) < 0 ||
	    copy_text(vendor && *vendor ? vendor : NULL, &driver->vendor) < 0 ||
	    /* A package with an xml:base of its own lies somewhere else: not at hand. */
	    copy_text(base ? NULL : solvable_lookup_location(s, NULL), &driver->location) < 0 ||
	    copy_text(checksum, &driver->checksum) < 0 ||
	    copy_text(checksum ? solv_chksum_type2str(checksum_type) : NULL,
		      &driver->checksum_type) < 0)
		return -ENOMEM;
	driver->size = solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0);
	driver->nevra = driver_nevra(driver->name, driver->epoch, driver->version, driver->release,
				     driver->arch);
	return driver->nevra ? 0 : -ENOMEM;
}

static void release_driver(struct driver *driver)
{
	driver_done(driver);
}

int catalog_driver(struct catalog *catalog, int id, struct driver *ret)
{
	AUTO(release_driver) struct driver driver = { .id = id };
	Pool *pool = catalog->pool;

	driver.source = catalog_source_of(catalog, id);
	driver.role = catalog_role(catalog, id);
	if (fill_identity(pool, pool->solvables + id, &driver) < 0 ||
	    driver_parse_name(driver.name, driver.version, &driver.family, &driver.flavor,
			      &driver.build_release) < 0 ||
	    add_hints(catalog, id, &driver) < 0 || add_symbol_needs(catalog, id, &driver) < 0 ||
	    add_modules(pool, id, &driver) < 0 || diagnose_hints(&driver) < 0)
		return -ENOMEM;
	*ret = driver;
	driver = (struct driver){ 0 };
	return 0;
}
