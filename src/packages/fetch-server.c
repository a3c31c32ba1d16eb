/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/fetch-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Room that is left to others, in bytes: a full /run stops a machine. */
#define ROOM_KEPT (4U << 20)
/* Bytes a second that the largest size of a file is given time for: an endless drip ends. */
#define SPEED_PLANNED 16384U

/* One file on its way. */
struct transfer {
	struct curl_request request;
	bool exact;
	time_t end; /* when it has to be over, by the monotonic clock */
	struct curl_end last;
};

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* A file without a name. Where a file system cannot do that, one whose name is gone at once. */
static int make_file(int folder)
{
	int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char name[64];
	struct timespec time;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd < 0 ? -errno : fd;
	clock_gettime(CLOCK_REALTIME, &time);
	snprintf(name, sizeof(name), ".kmp-match-%d-%ld", getpid(), time.tv_nsec);
	fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (unlinkat(folder, name, 0) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

static bool has_room(int fd, uint64_t size)
{
	struct statvfs room;

	return fstatvfs(fd, &room) < 0 ||
	       (uint64_t)room.f_bavail * room.f_frsize >= size + ROOM_KEPT;
}

/* The first folder that takes a file, and for a file of known size has room for it. */
static int make_room(const struct fetch_server *server, uint64_t size)
{
	int r = -EROFS;

	for (size_t i = 0; i < FETCH_FOLDERS; i++) {
		int fd = server->folders[i] < 0 ? -EROFS : make_file(server->folders[i]);

		if (fd >= 0 && has_room(fd, size))
			return fd;
		if (fd >= 0)
			close(fd);
		if (r != -ENOSPC && fd != -EROFS)
			r = fd >= 0 ? -ENOSPC : fd;
	}
	return r;
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Start anew: what is there is of no use. */
static int empty(struct curl_request *request)
{
	request->from = 0;
	return ftruncate(request->out_fd, 0) < 0 ? -errno : 0;
}

/* curl's "cannot write" tells neither that it was too much nor that there is no room. */
static void tell_apart(struct transfer *transfer)
{
	const struct curl_request *request = &transfer->request;

	if (transfer->last.code == 23 && size_of(request->out_fd) >= request->max)
		transfer->last.code = 63;
	else if (transfer->last.code == 23 && !has_room(request->out_fd, 0))
		transfer->last.code = CURL_FULL;
}

/* One try: 0 however it ends, -errno. */
static int try_once(struct transfer *transfer)
{
	struct curl_request *request = &transfer->request;
	int r;

	request->from = size_of(request->out_fd);
	if (lseek(request->out_fd, (off_t)request->from, SEEK_SET) < 0)
		return -errno;
	r = curl_run(request, &transfer->last);
	if (r < 0)
		return r == -ENOENT ? -ENOPKG : r;
	tell_apart(transfer);
	if (transfer->last.code == CURL_DONE && transfer->exact &&
	    size_of(request->out_fd) < request->max)
		transfer->last.code = CURL_SHORT;
	/* Worth another try, from the start; all of it may look like too much for the rest. */
	if (request->from > 0 &&
	    (curl_cannot_resume(&transfer->last) || curl_errno(&transfer->last) == -EFBIG)) {
		transfer->last.code = 18;
		return empty(request);
	}
	return 0;
}

static void wait_before(unsigned int try)
{
	const struct timespec pause = { .tv_sec = 1L << (try > 4 ? 4 : try) };

	nanosleep(&pause, NULL);
}

/*
 * Try until it is whole, until it cannot be, or until nothing has come for too long.
 */
static int transfer_run(struct transfer *transfer)
{
	struct curl_request *request = &transfer->request;
	time_t fruitful = now();
	unsigned int vain = 0;
	int r = 0;

	for (unsigned int try = 0; try < FETCH_TRIES_MAX; try++) {
		time_t left = transfer->end - now();
		uint64_t before = size_of(request->out_fd);

		if (left <= 0)
			break;
		request->seconds = (unsigned int)left;
		r = try_once(transfer);
		if (r < 0 || !curl_is_passing(&transfer->last))
			return r;
		if (size_of(request->out_fd) > before) {
			fruitful = now();
			vain = 0;
		}
		if (size_of(request->out_fd) >= request->max)
			break;
		if (++vain >= FETCH_VAIN_MAX || now() - fruitful >= (time_t)request->patience)
			return 0;
		wait_before(vain - 1);
	}
	if (transfer->exact && size_of(request->out_fd) == request->max)
		transfer->last.code = CURL_DONE;
	return r;
}

static int answer_file(int socket_fd, int fd)
{
	struct fetch_answer answer = { 0 };
	struct fetch_message message;
	struct cmsghdr *head;

	fetch_message_init(&message, &answer);
	head = CMSG_FIRSTHDR(&message.head);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(socket_fd, &message.head, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The file that QUESTION asks for. 0 with *ANSWER filled, or -errno. */
static int answer_question(const struct fetch_server *server, const struct fetch_question *question,
			   struct fetch_answer *answer)
{
	const struct url *url = &server->urls[question->index];
	auto_free char *address = NULL;
	struct transfer transfer = { .exact = question->exact };
	auto_fd int fd = -1;
	const char *why;
	int r = url_of_file(url, question->location, &address, &why);

	if (r == 0) {
		fd = make_room(server, question->exact ? question->max : 0);
		r = fd < 0 ? fd : answer_file(server->fd, fd);
	}
	if (r < 0)
		return r;
	transfer.request = (struct curl_request){
		.url = address,
		/* A user is for the repository, whoever else its metadata names. */
		.user = url_is_http(question->location) ? NULL : url->user,
		.secure = url_is_secure(url),
		.out_fd = fd,
		.max = question->max,
		.patience = server->patience,
	};
	transfer.end =
		now() + 4 * (time_t)server->patience + (time_t)(question->max / SPEED_PLANNED);
	transfer.last.code = CURL_LATE;
	r = transfer_run(&transfer);
	answer->end = transfer.last;
	answer->size = size_of(fd);
	return r;
}

/* Whoever asks reads what is hostile: nothing that it says is believed. */
static bool is_proper(const struct fetch_server *server, const struct fetch_question *question,
		      ssize_t size)
{
	return size == (ssize_t)sizeof(*question) && question->index < server->count &&
	       server->urls[question->index].folder && question->max > 0 &&
	       question->max <= INT64_MAX &&
	       strnlen(question->location, sizeof(question->location)) <= URL_MAX;
}

void fetch_serve(const struct fetch_server *server)
{
	static struct fetch_question question;

	for (unsigned int files = 0; files < FETCH_FILES_MAX; files++) {
		struct fetch_answer answer = { 0 };
		ssize_t got = recv(server->fd, &question, sizeof(question), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		answer.r = is_proper(server, &question, got)
				   ? answer_question(server, &question, &answer)
				   : -EINVAL;
		if (send(server->fd, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			return;
	}
}
