/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"

#ifdef SANITIZED
#define FENCED false /* shadow memory is data to the kernel, and terabytes of it */
#else
#define FENCED true
#endif

/** Of the bound, what a run holds at least that fails for it: who grows asks for double. */
#define NEAR_PART 4

/* What a signal handler may look at: nothing of it changes once the handler is set. */
static struct {
	char sentence[FENCE_TEXT_SIZE];
	char answer[FENCE_TEXT_SIZE];
	int status;
	rlim_t bound; /* bytes */
} fence;

/* Bytes of data, the sixth number of /proc/self/statm, in pages (proc_pid_statm(5)). */
static uint64_t data_size(void)
{
	auto_fd int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[256] = "";
	uint64_t value = 0;
	int spaces = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	for (const char *c = text; *c && spaces < 6; c++) {
		if (*c < '0' || *c > '9') {
			spaces++;
			continue;
		}
		if (spaces == 5)
			value = value * 10 + (uint64_t)(*c - '0');
	}
	return value * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void tell(int signal)
{
	if (data_size() < fence.bound / NEAR_PART) {
		/* Something else: it ends as it would have. */
		struct sigaction standard = { .sa_handler = SIG_DFL };

		sigaction(signal, &standard, NULL);
		raise(signal);
		return;
	}
	(void)file_write_fd(STDERR_FILENO, fence.sentence, strlen(fence.sentence));
	(void)file_write_fd(STDOUT_FILENO, fence.answer, strlen(fence.answer));
	_exit(fence.status);
}

int fence_memory(const char *sentence, const char *answer, int status)
{
	struct sigaction action = { .sa_handler = tell };
	struct rlimit limit;

	if (!FENCED)
		return 0;
	if (getrlimit(RLIMIT_DATA, &limit) < 0)
		return -errno;
	if (limit.rlim_cur > MEMORY_MAX)
		limit.rlim_cur = MEMORY_MAX;
	snprintf(fence.sentence, sizeof(fence.sentence), "%s", sentence);
	snprintf(fence.answer, sizeof(fence.answer), "%s", answer);
	fence.status = status;
	fence.bound = limit.rlim_cur;
	if (setrlimit(RLIMIT_DATA, &limit) < 0 || sigaction(SIGABRT, &action, NULL) < 0)
		return -errno;
	return 0;
}
