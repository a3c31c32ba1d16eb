/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/file-state.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/text.h"

/* Seconds: no file system that systems are installed on counts in more than two. */
#define SETTLED_AFTER 3

static bool is_later(const struct timespec *left, const struct timespec *right)
{
	return left->tv_sec != right->tv_sec ? left->tv_sec > right->tv_sec
					     : left->tv_nsec > right->tv_nsec;
}

void file_state_add(struct file_state *state, const struct stat *st)
{
	/* The time of change, too: nobody can set that, as cp -p and touch set the other one. */
	const uint64_t row[] = {
		state->sum,
		st->st_dev,
		st->st_ino,
		(uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ctim.tv_sec,
		(uint64_t)st->st_ctim.tv_nsec,
	};

	state->sum = checksum(row, sizeof(row));
	state->size += (uint64_t)st->st_size;
	state->count++;
	if (is_later(&st->st_ctim, &state->last))
		state->last = st->st_ctim;
}

bool file_state_equal(const struct file_state *left, const struct file_state *right)
{
	return left->sum == right->sum && left->size == right->size &&
	       left->count == right->count && left->last.tv_sec == right->last.tv_sec &&
	       left->last.tv_nsec == right->last.tv_nsec;
}

bool file_state_was_settled(const struct file_state *state, const struct timespec *then)
{
	/* A clock that was set back makes it wait. */
	return then->tv_sec - state->last.tv_sec >= SETTLED_AFTER;
}

bool file_state_is_settled(const struct file_state *state)
{
	struct timespec now = { 0 };

	return clock_gettime(CLOCK_REALTIME, &now) == 0 && file_state_was_settled(state, &now);
}

bool file_state_is_of(const struct file_state *state, int fd)
{
	struct file_state now = { 0 };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	file_state_add(&now, &st);
	return file_state_equal(&now, state);
}

char *file_state_text(const struct file_state *state)
{
	return text_format("%zu files of %" PRIu64 " bytes, last changed %lld.%09ld, %016" PRIx64,
			   state->count, state->size, (long long)state->last.tv_sec,
			   state->last.tv_nsec, state->sum);
}

char *file_state_path(int fd)
{
	auto_free char *link = text_format("/proc/self/fd/%d", fd);

	return link ? realpath(link, NULL) : NULL;
}
