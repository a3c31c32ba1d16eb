/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/solvfile.h"
#include "packages/url.h"

#define WHAT "read the repository"

const char *source_kind_id(enum source_kind kind)
{
	static const char *const ids[] = {
		[SOURCE_RPM_MD] = "rpm-md",
		[SOURCE_DIRECTORY] = "directory",
		[SOURCE_RPM] = "rpm",
		[SOURCE_SOLV] = "solv",
	};

	return ids[kind];
}

/* The lead's magic number (rpm: lib/rpmlead.c). */
static bool has_rpm_magic(int fd)
{
	static const unsigned char magic[4] = { 0xed, 0xab, 0xee, 0xdb };
	unsigned char start[4];

	return pread(fd, start, sizeof(start), 0) == (ssize_t)sizeof(start) &&
	       memcmp(start, magic, sizeof(magic)) == 0;
}

static bool is_solv(int fd)
{
	uint8_t start[SOLVFILE_MAGIC_SIZE];

	return pread(fd, start, sizeof(start), 0) == (ssize_t)sizeof(start) &&
	       solvfile_is(start, sizeof(start));
}

bool source_is_rpm(int fd, const char *name)
{
	return text_ends(name, ".rpm") || has_rpm_magic(fd);
}

static int open_single_file(struct source *source, const char *path, int fd)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!folder)
		return -ENOMEM;
	if (is_solv(fd))
		source->kind = SOURCE_SOLV;
	else if (source_is_rpm(fd, path))
		source->kind = SOURCE_RPM;
	else
		return error_set(&source->error, -EBADMSG, WHAT, source->location,
				 "it is a file, but no RPM and no .solv cache",
				 "give a repository, a directory of RPMs or an RPM");
	source->file = strdup(slash ? slash + 1 : path);
	source->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source->fd < 0)
		return error_set(&source->error, -errno, WHAT, source->location, NULL, NULL);
	return source->file ? 0 : -ENOMEM;
}

/* The local path that LOCATION stands for (zypp spells them dir:/path too), or NULL for a URL. */
static const char *local_path(const char *location)
{
	static const char *const schemes[] = { "file://", "dir://", "file:", "dir:" };

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (text_starts(location, schemes[i]))
			return location + strlen(schemes[i]);
	return strstr(location, "://") ? NULL : location;
}

/*
 * Is the directory at FD an rpm-md tree, or meant to be one? A repomd.xml that leads nowhere, or
 * may not be read, is a fault to report: without it the tree would pass for one without packages.
 */
static bool has_repomd(int fd)
{
	auto_fd int repomd = file_open_in_root(fd, "repodata/repomd.xml", O_PATH | O_NOFOLLOW);

	return repomd != -ENOENT && repomd != -ENOTDIR;
}

void source_take(struct source *source, int fd)
{
	source->kind = has_repomd(fd) ? SOURCE_RPM_MD : SOURCE_DIRECTORY;
	source->fd = fd;
}

static int open_path(struct source *source, const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(&source->error, -errno, WHAT, source->location, NULL,
				 errno == ENOENT ? "check the path given with --repo" : NULL);
	if (S_ISREG(st.st_mode))
		return open_single_file(source, path, fd);
	if (!S_ISDIR(st.st_mode))
		return error_set(&source->error, -EINVAL, WHAT, source->location,
				 "it is neither a directory nor a file",
				 "give a repository, a directory of RPMs or an RPM");
	source_take(source, take_fd(&fd));
	return 0;
}

/* It is what its repomd.xml says: a server has no directories to look into. */
static int open_url(struct source *source, const char *location, size_t index, struct fetch *fetch)
{
	auto_url struct url url = { 0 };
	const char *why;
	int r = url_parse(location, &url, &why);

	if (r == -EINVAL)
		return error_set(&source->error, r, WHAT, source->location, why,
				 "check the URL given with --repo");
	if (r == 0)
		r = remote_new(fetch, index, &source->remote);
	return r;
}

int source_open(const char *location, size_t index, struct fetch *fetch, struct source *ret)
{
	const char *path = local_path(location);
	int r;

	*ret = (struct source){
		.id = text_format("%zu", index + 1),
		.location = path ? strdup(location) : url_shown(location),
		.fd = -1,
		.priority = (int)index + 1,
	};
	if (!ret->id || !ret->location)
		r = -ENOMEM;
	else if (fetch && url_is_http(location))
		r = open_url(ret, location, index, fetch);
	else if (!path)
		r = error_set(&ret->error, -EPROTONOSUPPORT, WHAT, ret->location,
			      "it is not on this machine",
			      "copy the repository here and give its directory");
	else
		r = open_path(ret, path);
	ret->failed = r < 0;
	return r;
}

/* LOCATION as it is spelled where the RPMs are. */
static const char *rpm_name(const struct source *source, const char *location)
{
	const char *slash = source->rpm_flat ? strrchr(location, '/') : NULL;

	return slash ? slash + 1 : location;
}

int source_read(const struct source *source, const char *location, uint64_t max, uint64_t size,
		struct bytes *ret, struct error *reterr)
{
	if (source->remote)
		return remote_read(source->remote, location, max, size, ret, reterr);
	return file_read_in_root(source->fd, location, max, ret);
}

int source_open_file(const struct source *source, const char *location, uint64_t max, uint64_t size,
		     struct error *reterr)
{
	if (source->remote)
		return remote_open(source->remote, location, max, size, reterr);
	return file_open_regular_in_root(source->fd, location, 0);
}

int source_fetch_rpm(const struct source *source, const char *location, uint64_t size,
		     struct error *reterr)
{
	return source->remote ? remote_fetch_rpm(source->remote, location, size, reterr) : 0;
}

int source_open_rpm(const struct source *source, const char *location)
{
	int fd = source->cached ? source->rpm_fd : source->fd;

	if (source->remote)
		return remote_open_rpm(source->remote, location);
	/* A cache has none beside it. */
	if (fd < 0 || (source->kind == SOURCE_SOLV && !source->cached))
		return -ENOENT;
	return file_open_regular_in_root(fd, rpm_name(source, location), 0);
}

char *source_rpm_path(const struct source *source, const char *location)
{
	if (url_is_http(location))
		return url_shown(location);
	if (source->kind == SOURCE_RPM)
		return strdup(source->location);
	return text_format("%s/%s", source->folder ? source->folder : source->location,
			   rpm_name(source, location));
}

void source_done(struct source *source)
{
	free(source->id);
	free(source->location);
	free(source->file);
	release_fd(&source->fd);
	remote_free(source->remote);
	error_done(&source->error);
	diagnostics_done(&source->diagnostics);
	free(source->alias);
	free(source->folder);
	strings_done(&source->gpgkeys);
	keyring_free(source->keyring);
	trust_done(&source->trust);
	free(source->primary.location);
	free(source->primary.checksum);
	if (source->cached) {
		release_fd(&source->rpm_fd);
		release_fd(&source->solv_fd);
	}
	*source = (struct source){ .fd = -1 };
}
