/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/fetch-internal.h"

#define WHAT      "fetch"
#define HINT_COPY "copy the repository here and give its directory"
/* How often progress is looked at, in milliseconds. */
#define LOOK_AGAIN 100

struct fetch {
	pid_t pid;
	struct fetch_server shared; /* fd is our end; folders are the process's alone */
	struct progress *progress;
	unsigned int files;
};

static void forget_folders(struct fetch_server *server)
{
	for (size_t i = 0; i < FETCH_FOLDERS; i++) {
		release_fd(&server->folders[i]);
		server->folders[i] = -1;
	}
}

/* PATH, or the next folder above it that is there. */
static int open_above(const char *path)
{
	auto_free char *copy = strdup(path);
	int fd = -1;

	while (copy && (fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 &&
	       errno == ENOENT && text_equal(copy, "/") == false) {
		char *slash = strrchr(copy, '/');

		if (!slash)
			return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		slash[slash == copy ? 1 : 0] = '\0';
	}
	return fd;
}

static void open_folders(const char *folder, struct fetch_server *server)
{
	const char *const paths[] = { getenv("TMPDIR"), "/var/tmp", "/tmp", "/run" };

	server->folders[0] = folder ? open_above(folder) : -1;
	for (size_t i = 0; i < COUNT(paths); i++)
		server->folders[i + 1] =
			paths[i] && *paths[i] == '/'
				? open(paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				: -1;
}

static int parse_urls(const struct strings *urls, struct fetch_server *server, bool *ret_any)
{
	server->urls = calloc(urls->count + 1, sizeof(*server->urls));
	if (!server->urls)
		return -ENOMEM;
	server->count = urls->count;
	for (size_t i = 0; i < urls->count; i++) {
		const char *why;
		int r;

		if (!url_is_http(urls->items[i]))
			continue;
		/* One that is malformed is told of when it is opened. */
		r = url_parse(urls->items[i], &server->urls[i], &why);
		if (r == -ENOMEM)
			return r;
		*ret_any = true;
	}
	return 0;
}

/* Of root's rights only those stay that make curl another user and end it. */
static void give_up_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() == 0)
		data[0].permitted = data[0].effective =
			1U << CAP_SETUID | 1U << CAP_SETGID | 1U << CAP_KILL;
	(void)syscall(SYS_capset, &header, data);
}

_Noreturn static void run_server(const struct fetch_server *server, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	signal(SIGABRT, SIG_DFL);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
	}
	give_up_rights();
	if (chdir("/") == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	    getppid() == parent)
		fetch_serve(server);
	_exit(0);
}

static int start_server(struct fetch *fetch)
{
	pid_t parent = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	fetch->pid = fork();
	if (fetch->pid == 0) {
		close(ends[0]);
		fetch->shared.fd = ends[1];
		run_server(&fetch->shared, parent);
	}
	close(ends[1]);
	fetch->shared.fd = ends[0];
	return fetch->pid < 0 ? -errno : 0;
}

int fetch_start(const struct fetch_request *request, struct fetch **ret, struct error *reterr)
{
	auto_fetch struct fetch *fetch = calloc(1, sizeof(*fetch));
	bool any = false;
	int r;

	*ret = NULL;
	if (!fetch)
		return -ENOMEM;
	fetch->pid = -1;
	fetch->progress = request->progress;
	fetch->shared = (struct fetch_server){ .fd = -1, .patience = request->patience };
	for (size_t i = 0; i < FETCH_FOLDERS; i++)
		fetch->shared.folders[i] = -1;
	r = parse_urls(request->urls, &fetch->shared, &any);
	if (r < 0 || !any)
		return r;
	open_folders(request->folder, &fetch->shared);
	r = start_server(fetch);
	forget_folders(&fetch->shared);
	if (r < 0)
		return error_set(reterr, r, "start", "the process that fetches", NULL, NULL);
	*ret = take(fetch);
	return 0;
}

/* One answer, and in *RET_FD the file that came with it, or -1. */
static int receive(const struct fetch *fetch, struct fetch_answer *answer, int *ret_fd)
{
	struct fetch_message message;
	const struct cmsghdr *head;
	ssize_t got;

	fetch_message_init(&message, answer);
	while ((got = recvmsg(fetch->shared.fd, &message.head, MSG_CMSG_CLOEXEC)) < 0 &&
	       errno == EINTR)
		;
	if (got != (ssize_t)sizeof(*answer))
		return got < 0 ? -errno : -EPIPE;
	head = CMSG_FIRSTHDR(&message.head);
	*ret_fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(head), sizeof(*ret_fd));
	return 0;
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Wait for the last answer, and show meanwhile how far the file at FD is. */
static int watch(const struct fetch *fetch, int fd, struct progress_task *task,
		 struct fetch_answer *answer)
{
	struct pollfd wait = { .fd = fetch->shared.fd, .events = POLLIN };
	int none;

	while (task->progress && poll(&wait, 1, LOOK_AGAIN) == 0)
		progress_update(task, size_of(fd));
	if (task->progress)
		progress_update(task, size_of(fd));
	return receive(fetch, answer, &none);
}

/* Ask, and return the file once it is whole, with how that went in *ANSWER. */
static int ask(const struct fetch *fetch, const struct fetch_question *question,
	       struct progress_task *task, struct fetch_answer *answer)
{
	auto_fd int fd = -1;
	int r;

	if (send(fetch->shared.fd, question, sizeof(*question), MSG_NOSIGNAL) < 0)
		return -errno;
	r = receive(fetch, answer, &fd);
	if (r == 0 && fd >= 0)
		r = watch(fetch, fd, task, answer);
	if (r == 0 && answer->r < 0)
		r = answer->r;
	if (r < 0)
		return r;
	if (answer->end.code == CURL_DONE && lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return take_fd(&fd);
}

/* That it could not even be tried. */
static int tell_ours(int r, const char *on, uint64_t max, struct error *reterr)
{
	switch (r) {
	case -ENOPKG:
		return error_set(reterr, r, WHAT, on, "curl is not installed",
				 "install curl, or " HINT_COPY);
	case -ENOSPC:
		return error_setf(reterr, r, WHAT, on, "free some, or set TMPDIR",
				  "there is no room for its %" PRIu64 " bytes", max);
	case -EPIPE:
		return error_set(reterr, r, WHAT, on, "the process that fetches has ended",
				 HINT_COPY);
	default:
		return error_set(reterr, r, WHAT, on, NULL, "look at the room in TMPDIR");
	}
}

static int tell_end(const struct curl_end *end, const char *on, uint64_t max, struct error *reterr)
{
	auto_free char *why = curl_reason(end, max);

	return error_set(reterr, curl_errno(end), WHAT, on, why, curl_hint(end));
}

static const char *file_name(const char *shown)
{
	const char *slash = strrchr(shown, '/');

	return slash && slash[1] ? slash + 1 : shown;
}

/* Fetch what QUESTION asks for, which people know as SHOWN. */
static int get(struct fetch *fetch, const struct fetch_question *question, const char *shown,
	       struct error *reterr)
{
	auto_progress_task struct progress_task task = { .total = question->exact ? question->max
										  : 0 };
	struct fetch_answer answer = { 0 };
	auto_fd int fd = -1;

	if (fetch->files++ >= FETCH_FILES_MAX)
		return error_setf(reterr, -E2BIG, WHAT, shown, HINT_COPY,
				  "a run fetches no more than %u files", FETCH_FILES_MAX);
	progress_begin(fetch->progress, &task, "fetching", file_name(shown));
	fd = ask(fetch, question, &task, &answer);
	if (fd < 0)
		return tell_ours(fd, shown, question->max, reterr);
	if (answer.end.code != CURL_DONE)
		return tell_end(&answer.end, shown, question->max, reterr);
	return take_fd(&fd);
}

int fetch_get(struct fetch *fetch, size_t index, const char *location, uint64_t max, bool exact,
	      struct error *reterr)
{
	const struct url *url = &fetch->shared.urls[index];
	struct fetch_question question = { .max = max, .index = (uint32_t)index, .exact = exact };
	auto_free char *address = NULL;
	auto_free char *shown = NULL;
	const char *why = NULL;
	int r = url_of_file(url, location, &address, &why);

	if (r == -EINVAL)
		return error_set(reterr, -EBADMSG, WHAT, location, why,
				 "the metadata is wrong, or hostile");
	shown = r == 0 ? url_shown(address) : NULL;
	if (!shown)
		return -ENOMEM;
	memcpy(question.location, location, strlen(location));
	return get(fetch, &question, shown, reterr);
}

struct fetch *fetch_stop(struct fetch *fetch)
{
	if (!fetch)
		return NULL;
	forget_folders(&fetch->shared);
	release_fd(&fetch->shared.fd);
	if (fetch->pid > 0) {
		(void)kill(fetch->pid, SIGKILL);
		while (waitpid(fetch->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	for (size_t i = 0; i < fetch->shared.count; i++)
		url_done(&fetch->shared.urls[i]);
	free(fetch->shared.urls);
	free(fetch);
	return NULL;
}
