/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The interface by its numbers (linux/landlock.h): headers are often older than the kernel. */
#define CREATE_RULESET 444 /* the same on every architecture that we build for */
#define ADD_RULE       445
#define RESTRICT_SELF  446
#define GET_VERSION    1U /* a flag of CREATE_RULESET */
#define RULE_PATH      1

enum {
	FILES_EXECUTE = 1 << 0,
	FILES_WRITE = 1 << 1,
	FILES_REMOVE_DIR = 1 << 4,
	FILES_REMOVE_FILE = 1 << 5,
	FILES_MAKE_CHAR = 1 << 6,
	FILES_MAKE_DIR = 1 << 7,
	FILES_MAKE_REG = 1 << 8,
	FILES_MAKE_SOCK = 1 << 9,
	FILES_MAKE_FIFO = 1 << 10,
	FILES_MAKE_BLOCK = 1 << 11,
	FILES_MAKE_SYM = 1 << 12,
	FILES_REFER = 1 << 13, /* version 2: links and renames between directories */
	FILES_TRUNCATE = 1 << 14, /* version 3 */
	FILES_IOCTL_DEVICE = 1 << 15, /* version 5 */
	NET_ALL = 1 << 0 | 1 << 1, /* version 4: bind and connect by TCP */
	SCOPE_ALL = 1 << 0 | 1 << 1, /* version 6: abstract sockets and signals */
};

/** Oldest version used: under the first one no file can be linked to another directory at all. */
#define VERSION_MIN 2

/* What a staging directory needs: never a device, FIFO or socket. */
#define CHANGES                                                                                    \
	(FILES_WRITE | FILES_REMOVE_DIR | FILES_REMOVE_FILE | FILES_MAKE_DIR | FILES_MAKE_REG |    \
	 FILES_MAKE_SYM | FILES_REFER | FILES_TRUNCATE)

/* What a cache needs. */
#define FILES_ONLY (FILES_WRITE | FILES_REMOVE_FILE | FILES_MAKE_REG | FILES_TRUNCATE)

struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scope;
};

struct rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* All that VERSION can forbid of what changes something; reading is not its business. */
static struct ruleset everything(int version)
{
	struct ruleset all = {
		.files = FILES_EXECUTE | CHANGES | FILES_MAKE_CHAR | FILES_MAKE_SOCK |
			 FILES_MAKE_FIFO | FILES_MAKE_BLOCK,
		.net = version >= 4 ? NET_ALL : 0,
		.scope = version >= 6 ? SCOPE_ALL : 0,
	};

	if (version < 3)
		all.files &= ~(uint64_t)FILES_TRUNCATE;
	if (version >= 5)
		all.files |= FILES_IOCTL_DEVICE;
	return all;
}

static int allow(int ruleset_fd, const struct ruleset *all, const struct landlock_place *place)
{
	uint64_t wanted = place->empty_only   ? FILES_REMOVE_DIR
			  : place->files_only ? FILES_ONLY
					      : CHANGES;
	const struct rule rule = { .allowed = wanted & all->files, .fd = place->fd };

	return syscall(ADD_RULE, ruleset_fd, RULE_PATH, &rule, 0) < 0 ? -errno : 0;
}

int landlock_enter(const struct landlock_place *places, size_t count)
{
	int version = (int)syscall(CREATE_RULESET, NULL, 0, GET_VERSION);
	struct ruleset all = everything(version);
	auto_fd int fd = -1;
	int r = 0;

	if (version < 0)
		return -errno;
	if (version < VERSION_MIN)
		return -ENOSYS;
	/* An older kernel takes the larger structure as long as what it does not know is zero. */
	fd = (int)syscall(CREATE_RULESET, &all, sizeof(all), 0);
	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < count && r == 0; i++)
		if (places[i].fd >= 0)
			r = allow(fd, &all, &places[i]);
	if (r == 0 && syscall(RESTRICT_SELF, fd, 0) < 0)
		r = -errno;
	return r < 0 ? r : version;
}
