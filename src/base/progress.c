/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

/* When a line is shown, in milliseconds: what is faster needs none. */
#define SHOWN_AFTER 500
/* How much is large, in bytes. */
#define LARGE       (1U << 20)
#define MEBIBYTE    ((double)(1U << 20))
#define WIPE        "\r\033[K"
#define WIDTH_USUAL 80

struct progress progress_of_stderr(int verbosity)
{
	const char *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO) && term && !text_equal(term, "dumb");
	struct winsize size = { .ws_col = WIDTH_USUAL };

	if (terminal && (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0))
		size.ws_col = WIDTH_USUAL;
	return (struct progress){
		.redraw = terminal && verbosity > LOG_QUIET,
		.tell = verbosity >= LOG_VERBOSE,
		.width = size.ws_col,
	};
}

void progress_begin(struct progress *progress, const char *what, uint64_t total)
{
	free(progress->what);
	progress->what = text_printable(what);
	progress->total = total;
	progress->drawn = false;
	clock_gettime(CLOCK_MONOTONIC, &progress->started);
}

static long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

char *progress_text(const char *what, uint64_t done, uint64_t total)
{
	double size = (double)done / MEBIBYTE;

	if (total < done || total == 0)
		return text_format("%s: %.1f MiB", what, size);
	return text_format("%s: %.1f of %.1f MiB (%u%%)", what, size, (double)total / MEBIBYTE,
			   (unsigned int)(100.0 * (double)done / (double)total));
}

void progress_update(struct progress *progress, uint64_t done)
{
	auto_free char *amount = NULL;
	int width = (int)progress->width - 1, room;

	if (!progress->redraw || !progress->what ||
	    milliseconds_since(&progress->started) < SHOWN_AFTER)
		return;
	amount = progress_text("", done, progress->total);
	if (!amount)
		return;
	/* A line that wraps cannot be wiped out: what it is about is shortened. */
	room = width - (int)strlen(amount);
	fprintf(stderr, WIPE "%.*s%.*s", room > 0 ? room : 0, progress->what, width, amount);
	fflush(stderr);
	progress->drawn = true;
}

void progress_end(struct progress *progress, uint64_t done)
{
	auto_free char *what = take(progress->what);
	auto_free char *text = NULL;

	if (progress->drawn)
		fprintf(stderr, WIPE);
	else if (what && progress->tell && !progress->redraw && done >= LARGE)
		text = progress_text(what, done, 0);
	if (text)
		fprintf(stderr, "kmp-match: %s in %.1f s\n", text,
			(double)milliseconds_since(&progress->started) / 1000);
	fflush(stderr);
	progress->drawn = false;
}
