/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

#define KMSG "/dev/kmsg"
/** One record (Linux: PRINTKRB_RECORD_MAX, before 6.9 CONSOLE_EXT_LOG_MAX): a read gives one. */
#define RECORD_SIZE 8193

void kmsg_say(const char *text)
{
	auto_fd int fd = open(KMSG, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *line = text_format("<6>kmp-match: %.*s\n", KMSG_LINE_MAX, text);

	/* Whoever cannot write there is told the same by the answer. */
	if (fd >= 0 && line && write(fd, line, strlen(line)) < 0)
		return;
}

int kmsg_mark(void)
{
	auto_fd int fd = open(KMSG, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		return -errno;
	return take_fd(&fd);
}

/* Add the text of RECORD, "PRIORITY,NUMBER,TIME,FLAGS;TEXT\n KEY=VALUE\n", if it is the kernel's.
 */
static int add_record(const char *record, struct strings *ret)
{
	const char *text = strchr(record, ';');
	auto_free char *line = NULL;
	auto_free char *printable = NULL;

	/* The facility is the priority without its lowest three bits; 0 is the kernel. */
	if (!text || strtoul(record, NULL, 10) > 7)
		return 0;
	line = strndup(text + 1, strcspn(text + 1, "\n"));
	printable = line ? text_printable(line) : NULL;
	return printable ? strings_add(ret, printable) : -ENOMEM;
}

int kmsg_since(int mark, size_t most, struct strings *ret)
{
	char record[RECORD_SIZE + 1];
	size_t before = ret->count;

	for (int i = 0; i < KMSG_RECORDS_MAX && ret->count - before < most; i++) {
		ssize_t got = read(mark, record, RECORD_SIZE);

		/* EPIPE: what stood there was overwritten, and the next read goes on behind. */
		if (got < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (got <= 0)
			break;
		record[got] = '\0';
		if (add_record(record, ret) < 0)
			return -ENOMEM;
	}
	return 0;
}
