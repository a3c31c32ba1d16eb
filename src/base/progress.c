/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

/* When a terminal shows something, in milliseconds: what is faster needs none. */
#define SHOWN_AFTER 500
/* How often it is drawn again, and how often a line is told elsewhere, in milliseconds. */
#define DRAWN_EVERY 100
#define TOLD_EVERY  5000
/* How much is large, in bytes. */
#define LARGE       (1U << 20)
#define MEBIBYTE    ((double)(1U << 20))
#define WIPE        "\r\033[K"
#define WIDTH_USUAL 80

struct progress progress_of_stderr(int verbosity)
{
	const char *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO), able = term && !text_equal(term, "dumb");
	struct winsize size = { .ws_col = WIDTH_USUAL };
	struct timespec now;

	if (terminal && (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0))
		size.ws_col = WIDTH_USUAL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct progress){
		.redraw = terminal && able && verbosity > LOG_QUIET,
		.tell = !(terminal && able) && verbosity > LOG_QUIET,
		.verbose = verbosity >= LOG_VERBOSE,
		.width = size.ws_col,
		.started = now,
		.shown = now,
		.busy = ATOMIC_FLAG_INIT,
		.thread = gettid(),
	};
}

static long milliseconds(const struct timespec *start, const struct timespec *end)
{
	return (end->tv_sec - start->tv_sec) * 1000 + (end->tv_nsec - start->tv_nsec) / 1000000;
}

static char *amount(const struct progress_task *task, uint64_t done)
{
	bool known = done <= task->total && task->total > 0;
	unsigned int percent =
		known ? (unsigned int)(100.0 * (double)done / (double)task->total) : 0;
	double size = (double)done / MEBIBYTE, whole = (double)task->total / MEBIBYTE;

	if (!known && done == 0)
		return strdup("");
	if (task->counted && known)
		return text_format(": %" PRIu64 " of %" PRIu64 " (%u%%)", done, task->total,
				   percent);
	if (task->counted)
		return text_format(": %" PRIu64, done);
	return known ? text_format(": %.1f of %.1f MiB (%u%%)", size, whole, percent)
		     : text_format(": %.1f MiB", size);
}

char *progress_text(const struct progress_task *task)
{
	auto_free char *shown = amount(task, task->done);

	return shown ? text_format("%s%s", task->what, shown) : NULL;
}

static void draw(struct progress *progress, const struct progress_task *task)
{
	auto_free char *shown = amount(task, task->done);
	int width = (int)progress->width - 1, room;

	if (!shown)
		return;
	/* A line that wraps cannot be wiped out: what it is about is shortened. */
	room = width - (int)strlen(shown);
	fprintf(stderr, WIPE "%.*s%.*s", room > 0 ? room : 0, task->what, width, shown);
	fflush(stderr);
	progress->drawn = true;
}

static void tell(const struct progress_task *task)
{
	auto_free char *text = progress_text(task);

	if (text)
		fprintf(stderr, "kmp-match: %s\n", text);
	fflush(stderr);
}

static void show(struct progress *progress, const struct progress_task *task)
{
	struct timespec now;
	long since;

	clock_gettime(CLOCK_MONOTONIC, &now);
	since = milliseconds(&progress->shown, &now);
	if (progress->redraw && since >= (progress->drawn ? DRAWN_EVERY : 0) &&
	    milliseconds(&progress->started, &now) >= SHOWN_AFTER)
		draw(progress, task);
	else if (progress->tell && since >= TOLD_EVERY)
		tell(task);
	else
		return;
	progress->shown = now;
}

/* Whoever finds another thread at it has nothing to add. */
static void look(const struct progress_task *task)
{
	struct progress *progress = task->progress;

	if (progress->task != task || atomic_flag_test_and_set(&progress->busy))
		return;
	show(progress, task);
	atomic_flag_clear(&progress->busy);
}

void progress_begin(struct progress *progress, struct progress_task *task, const char *doing,
		    const char *what)
{
	auto_free char *text = NULL;

	if (!progress || !(progress->redraw || progress->tell) ||
	    (progress->thread && progress->thread != gettid()))
		return;
	text = text_format("%s %s", doing, what);
	task->what = text ? text_printable(text) : NULL;
	if (!task->what)
		return;
	task->progress = progress;
	task->outer = progress->task;
	progress->task = task;
	clock_gettime(CLOCK_MONOTONIC, &task->started);
	look(task);
}

void progress_update(struct progress_task *task, uint64_t done)
{
	if (!task || !task->progress)
		return;
	task->done = done;
	look(task);
}

void progress_add(struct progress_task *task, uint64_t more)
{
	if (!task || !task->progress)
		return;
	task->done += more;
	look(task);
}

/* One line, if verbose, of what was worth waiting for. */
static void tell_end(struct progress_task *task)
{
	struct timespec now;
	auto_free char *shown = NULL;
	long taken;

	clock_gettime(CLOCK_MONOTONIC, &now);
	taken = milliseconds(&task->started, &now);
	if (taken < SHOWN_AFTER && (task->counted || task->done < LARGE))
		return;
	task->total = 0;
	shown = progress_text(task);
	if (shown)
		fprintf(stderr, "kmp-match: %s in %.1f s\n", shown, (double)taken / 1000);
	fflush(stderr);
	task->progress->shown = now;
}

void progress_end(struct progress_task *task)
{
	struct progress *progress = task->progress;

	if (!progress)
		return;
	if (progress->drawn)
		fprintf(stderr, WIPE);
	progress->drawn = false;
	if (progress->verbose && !progress->redraw)
		tell_end(task);
	fflush(stderr);
	progress->task = task->outer;
	free(task->what);
	*task = (struct progress_task){ 0 };
}
