/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/catalog.h"
#include "packages/cookie.h"

#define WHAT   "read the repository"
#define REPOMD "repodata/repomd.xml"

static int open_folder(const struct cache_system *system, const char *path)
{
	return file_open_in_root(system->root_fd, path, O_RDONLY | O_DIRECTORY);
}

static bool has_metadata(int fd)
{
	struct stat st;

	return fstatat(fd, REPOMD, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * When the metadata below FD was last found current: zypp touches repomd.xml then (libzypp:
 * RepoManager.cc, touchIndexFile), dnf primary.xml (libdnf: Repo.cpp, resetTimestamp).
 */
static int64_t metadata_time(int fd)
{
	auto_fd int folder = file_open_in_root(fd, "repodata", O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int64_t newest = 0;

	if (folder < 0 || dir_names(folder, &names) < 0)
		return 0;
	for (size_t i = 0; i < names.count; i++) {
		struct stat st;

		if (fstatat(folder, names.items[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtim.tv_sec > newest)
			newest = st.st_mtim.tv_sec;
	}
	return newest;
}

static int set_folder(const struct cache_system *system, const char *path, struct source *source)
{
	free(source->folder);
	source->folder = text_format("%s%s%s", system->root, *path == '/' ? "" : "/", path);
	return source->folder ? 0 : -ENOMEM;
}

/* Take the first of its URLs that is a folder here; with METADATA only if it has metadata. */
static int try_local(const struct cache_system *system, const struct repository *repository,
		     bool metadata, struct source *source)
{
	for (size_t i = 0; i < repository->urls.count; i++) {
		auto_free char *path = repository_local_path(repository, repository->urls.items[i]);
		auto_fd int fd = path ? open_folder(system, path) : -ENOENT;

		if (fd >= 0 && (!metadata || has_metadata(fd))) {
			source_take(source, take_fd(&fd));
			return set_folder(system, path, source) < 0 ? -ENOMEM : 1;
		}
		if (path && fd < 0 && fd != -ENOENT)
			error_setf(&source->error, fd, WHAT, repository->alias,
				   system->layout->refresh, "%s: %s", path, strerror(-fd));
	}
	return 0;
}

/* SOURCE was opened as a cache; PACKAGES is where RPMs of it are. */
static int take_packages(const struct cache_system *system, const char *packages,
			 struct source *source)
{
	source->cached = true;
	source->rpm_fd = open_folder(system, packages);
	return set_folder(system, packages, source) < 0 ? -ENOMEM : 1;
}

/* Take the cache at PATH, if it is one; PACKAGES is where RPMs of it are. */
static int try_cache(const struct cache_system *system, const char *path, const char *packages,
		     struct source *source)
{
	auto_fd int fd = open_folder(system, path);

	if (fd < 0 && fd != -ENOENT)
		error_setf(&source->error, fd, WHAT, source->alias,
			   fd == -EACCES ? "run as root" : system->layout->refresh, "%s: %s", path,
			   strerror(-fd));
	if (fd < 0)
		return 0;
	if (!has_metadata(fd)) {
		error_setf(&source->error, -EBADMSG, WHAT, source->alias, system->layout->refresh,
			   "its cache '%s' has no " REPOMD, path);
		return 0;
	}
	source->refreshed = metadata_time(fd);
	source_take(source, take_fd(&fd));
	return take_packages(system, packages, source);
}

/* The folder of the .solv file that zypp made of the repository NAME. An fd, or -errno. */
static int open_solv(const struct cache_system *system, const char *name)
{
	auto_free char *path = text_format("%s/%s", system->layout->solv, name);

	return path ? open_folder(system, path) : -ENOMEM;
}

/* Take the .solv file alone, where the metadata that it was made of is gone. */
static int try_solv(const struct cache_system *system, const char *name, const char *packages,
		    struct source *source)
{
	auto_fd int fd = open_solv(system, name);
	struct stat st;

	if (fd == -ENOMEM)
		return fd;
	if (fd < 0 || fstatat(fd, SOURCE_SOLV_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	source->file = strdup(SOURCE_SOLV_NAME);
	if (!source->file)
		return -ENOMEM;
	source->kind = SOURCE_SOLV;
	source->fd = take_fd(&fd);
	source->refreshed = st.st_mtim.tv_sec;
	return take_packages(system, packages, source);
}

/* Note the .solv file of NAME too, if its cookie says that it is of the metadata in SOURCE. */
static int add_solv(const struct cache_system *system, const char *name, const char *url,
		    struct source *source)
{
	auto_fd int fd = open_solv(system, name);
	auto_bytes struct bytes cookie = { 0 }, repomd = { 0 };
	int r = fd < 0 ? fd : file_read_in_root(fd, "cookie", COOKIE_SIZE_MAX, &cookie);

	if (r == 0)
		r = file_read_in_root(source->fd, REPOMD, REPOMD_SIZE_MAX, &repomd);
	if (r == 0)
		r = cookie_names(&cookie, &repomd, url);
	if (r > 0)
		source->solv_fd = take_fd(&fd);
	return r == -ENOMEM ? r : 0;
}

static int try_zypp(const struct cache_system *system, const struct repository *repository,
		    struct source *source)
{
	const struct layout *layout = system->layout;
	auto_free char *name = repository_zypp_cache(repository);
	const char *path = repository->path;
	auto_free char *metadata = NULL, *packages = NULL;
	int r;

	if (!name)
		return -ENOMEM;
	metadata = text_format("%s/%s%s%s", layout->caches.items[0], name, path ? "/" : "",
			       path ? path : "");
	packages =
		text_format("%s/%s%s%s", layout->packages, name, path ? "/" : "", path ? path : "");
	if (!metadata || !packages)
		return -ENOMEM;
	r = try_cache(system, metadata, packages, source);
	if (r == 0)
		return try_solv(system, name, packages, source);
	if (r > 0 && repository->urls.count &&
	    add_solv(system, name, repository->urls.items[0], source) < 0)
		return -ENOMEM;
	return r;
}

static int try_dnf_folder(const struct cache_system *system, const char *cache, const char *name,
			  struct source *source)
{
	auto_free char *metadata = text_format("%s/%s", cache, name);
	auto_free char *packages = text_format("%s/%s/packages", cache, name);

	source->rpm_flat = true;
	return metadata && packages ? try_cache(system, metadata, packages, source) : -ENOMEM;
}

/* Is NAME a cache of the repository whose own would be OWN, but for its URL? */
static bool is_sibling(const char *name, const char *own)
{
	size_t length = (size_t)(strrchr(own, '-') - own) + 1;

	return strncmp(name, own, length) == 0 && strlen(name) == strlen(own) &&
	       strspn(name + length, "0123456789abcdef") == strlen(own) - length;
}

/* The URL may have changed, or dnf may take another release for $releasever: the newest one. */
static int try_siblings(const struct cache_system *system, const char *cache, const char *own,
			struct source *source)
{
	auto_fd int fd = open_folder(system, cache);
	auto_strings struct strings names = { 0 };
	const char *newest = NULL;
	int64_t highest = 0;
	int r = fd < 0 ? 0 : dir_names(fd, &names);

	for (size_t i = 0; i < names.count; i++) {
		auto_fd int child = -1;
		int64_t when;

		if (!is_sibling(names.items[i], own))
			continue;
		child = file_open_in_root(fd, names.items[i], O_RDONLY | O_DIRECTORY);
		if (child < 0 || !has_metadata(child))
			continue;
		when = metadata_time(child);
		if (newest && when < highest)
			continue;
		newest = names.items[i];
		highest = when;
	}
	if (r < 0 || !newest)
		return r == -ENOMEM ? r : 0;
	r = diagnostics_add(&source->diagnostics, "other-cache", newest,
			    "the repository '%s' has another URL than when it was cached, taking "
			    "'%s'",
			    source->alias, newest);
	return r < 0 ? r : try_dnf_folder(system, cache, newest, source);
}

static int try_dnf(const struct cache_system *system, const struct repository *repository,
		   struct source *source)
{
	const struct strings *caches = &system->layout->caches;
	auto_free char *name = repository_dnf_cache(repository);
	int r = name ? 0 : -ENOMEM;

	for (size_t i = 0; i < caches->count && r == 0; i++)
		r = try_dnf_folder(system, caches->items[i], name, source);
	for (size_t i = 0; i < caches->count && r == 0; i++)
		r = try_siblings(system, caches->items[i], name, source);
	return r;
}

static int find(const struct cache_system *system, const struct repository *repository,
		struct source *source)
{
	int r = try_local(system, repository, true, source);

	if (r == 0 && system->layout->manager == MANAGER_ZYPP)
		r = try_zypp(system, repository, source);
	else if (r == 0)
		r = try_dnf(system, repository, source);
	/* A directory of RPMs, or the mount point of a medium that is not in: so the cache first.
	 */
	if (r == 0)
		r = try_local(system, repository, false, source);
	return r;
}

static int fill(const struct repository *repository, size_t index, struct source *source)
{
	*source = (struct source){
		.id = text_format("%zu", index + 1),
		.location = repository_shown_url(repository),
		.fd = -1,
		.priority = repository->priority,
		.system = true,
		.alias = strdup(repository->alias),
		.rpm_fd = -1,
		.solv_fd = -1,
	};
	if (!source->id || !source->location || !source->alias)
		return -ENOMEM;
	for (size_t i = 0; i < repository->gpgkeys.count; i++)
		if (strings_add(&source->gpgkeys, repository->gpgkeys.items[i]) < 0)
			return -ENOMEM;
	return 0;
}

int cache_open(const struct cache_system *system, const struct repository *repository, size_t index,
	       struct source *ret)
{
	int r = fill(repository, index, ret);

	if (r == 0)
		r = find(system, repository, ret);
	if (r < 0)
		return r;
	/* What was tried before the one that opened is no error. */
	if (r > 0)
		error_done(&ret->error);
	else
		error_set(&ret->error, -ENOENT, WHAT, ret->alias,
			  "it is not on this machine, and its metadata is not cached",
			  system->layout->refresh);
	ret->failed = r == 0;
	return 0;
}
