/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

struct remote {
	struct fetch *fetch;
	size_t index;
	bool rpms_allowed;
	struct strings locations;
	int *fds; /* in step with locations */
	bool failed;
	struct error error;
};

int remote_new(struct fetch *fetch, size_t index, struct remote **ret)
{
	struct remote *remote = calloc(1, sizeof(*remote));

	if (!remote)
		return -ENOMEM;
	remote->fetch = fetch;
	remote->index = index;
	*ret = remote;
	return 0;
}

void remote_allow_rpms(struct remote *remote, bool allowed)
{
	remote->rpms_allowed = allowed;
}

int remote_open(struct remote *remote, const char *location, uint64_t max, uint64_t size,
		struct error *reterr)
{
	if (size > max)
		return -EFBIG;
	return fetch_get(remote->fetch, remote->index, location, size ? size : max, size > 0,
			 reterr);
}

int remote_read(struct remote *remote, const char *location, uint64_t max, uint64_t size,
		struct bytes *ret, struct error *reterr)
{
	auto_fd int fd = remote_open(remote, location, max, size, reterr);

	return fd < 0 ? fd : file_read_fd(fd, max, ret);
}

static const int *find(const struct remote *remote, const char *location)
{
	for (size_t i = 0; i < remote->locations.count; i++)
		if (text_equal(remote->locations.items[i], location))
			return &remote->fds[i];
	return NULL;
}

/* Keep FD, which is taken over. */
static int keep(struct remote *remote, const char *location, int fd)
{
	auto_fd int own = fd;

	if (array_grow(&remote->fds, remote->locations.count, sizeof(*remote->fds)) < 0 ||
	    strings_add(&remote->locations, location) < 0)
		return -ENOMEM;
	remote->fds[remote->locations.count - 1] = take_fd(&own);
	return 0;
}

/* Is R the fault of this one file, rather than of the network or the server? */
static bool is_of_file(int r)
{
	return r == -ENOENT || r == -EFBIG || r == -EBADMSG || r == -EACCES || r == -ELOOP ||
	       r == -EPROTONOSUPPORT;
}

int remote_fetch_rpm(struct remote *remote, const char *location, uint64_t size,
		     struct error *reterr)
{
	auto_error struct error error = { 0 };
	uint64_t max = size ? size : RPM_SIZE_MAX;
	int fd;

	if (find(remote, location))
		return 0;
	if (!remote->rpms_allowed || remote->failed)
		return -ENOENT;
	if (max > RPM_SIZE_MAX)
		return error_set(reterr, -EBADMSG, "fetch", location, "it is too large", NULL);
	fd = fetch_get(remote->fetch, remote->index, location, max, size > 0, &error);
	if (fd >= 0)
		return keep(remote, location, fd);
	if (fd == -ENOMEM)
		return fd;
	if (is_of_file(fd))
		return error_set(reterr, -EBADMSG, error.what, error.on, error.why, error.hint);
	remote->failed = true;
	remote->error = error;
	error = (struct error){ 0 };
	return -ENOENT;
}

int remote_open_rpm(const struct remote *remote, const char *location)
{
	const int *kept = find(remote, location);
	auto_fd int fd = kept ? fcntl(*kept, F_DUPFD_CLOEXEC, 0) : -1;

	if (!kept)
		return -ENOENT;
	/* The copy shares its place in the file with all others: they are used in turn. */
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return take_fd(&fd);
}

struct error *remote_failure(struct remote *remote)
{
	return remote->failed ? &remote->error : NULL;
}

struct remote *remote_free(struct remote *remote)
{
	if (!remote)
		return NULL;
	for (size_t i = 0; i < remote->locations.count; i++)
		release_fd(&remote->fds[i]);
	free(remote->fds);
	strings_done(&remote->locations);
	error_done(&remote->error);
	free(remote);
	return NULL;
}
