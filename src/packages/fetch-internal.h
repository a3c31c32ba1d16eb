/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fetch-internal - what the two ends of a fetch say to each other; for fetch*.c alone.
 *
 * Layer: packages. A question is answered by the file, which is still empty, and then by how it
 * went; or by the latter alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/limits.h"
#include "packages/curl.h"
#include "packages/url.h"

struct fetch_question {
	uint64_t max;
	uint32_t index;
	uint32_t exact;
	char location[URL_MAX + 1];
};

struct fetch_answer {
	int32_t r; /* 0, or -errno of ours; then nothing below counts */
	struct curl_end end;
	uint64_t size; /* what the file has now */
};

/* An answer on its way, with room for the file that may come with it. */
struct fetch_message {
	struct msghdr head;
	struct iovec part;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
};

/* MESSAGE points into itself from here on. */
static inline void fetch_message_init(struct fetch_message *message, struct fetch_answer *answer)
{
	*message = (struct fetch_message){
		.part = { answer, sizeof(*answer) },
		.head = { .msg_iov = &message->part,
			  .msg_iovlen = 1,
			  .msg_control = message->control.room,
			  .msg_controllen = sizeof(message->control.room) },
	};
}

/** Folders that are tried for files. */
#define FETCH_FOLDERS 5

/* What the process knows; all of it from before it was forked. */
struct fetch_server {
	int fd;
	struct url *urls; /* one a repository, all zero for those that are not fetched */
	size_t count;
	int folders[FETCH_FOLDERS]; /* -1: none */
	unsigned int patience;
};

/* Answer until nobody asks any more. */
void fetch_serve(const struct fetch_server *server);
