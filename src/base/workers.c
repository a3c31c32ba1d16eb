/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/limits.h"

/* What parsers and decoders take is a tenth; each counts as data of the process, RLIMIT_DATA. */
#define STACK_SIZE (1UL << 20)

struct job {
	void (*work)(void *context, size_t index);
	void *context;
	size_t count;
	atomic_size_t next;
};

/* Is this thread at work? What it starts then, it does itself. */
static _Thread_local bool busy;

static void work_through(struct job *job)
{
	bool before = busy;

	busy = true;
	for (size_t i; (i = atomic_fetch_add(&job->next, 1)) < job->count;)
		job->work(job->context, i);
	busy = before;
}

static void *begin(void *job)
{
	work_through(job);
	return NULL;
}

size_t workers_count(void)
{
	cpu_set_t usable;
	size_t processors;

	if (busy || sched_getaffinity(0, sizeof(usable), &usable) < 0)
		return 1;
	processors = (size_t)CPU_COUNT(&usable);
	return processors < WORKERS_MAX ? processors : WORKERS_MAX;
}

/* How many threads are made beside the caller's. */
static size_t helpers_for(size_t count)
{
	size_t most = count < 2 ? 1 : workers_count();

	return (count < most ? count : most) - (count > 0);
}

/* Up to WANTED threads, fewer where the system has no more. */
static size_t start(struct job *job, size_t wanted, pthread_t *threads)
{
	pthread_attr_t attributes;
	size_t count = 0;

	if (wanted == 0 || pthread_attr_init(&attributes) != 0)
		return 0;
	if (pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0)
		while (count < wanted &&
		       pthread_create(&threads[count], &attributes, begin, job) == 0)
			count++;
	pthread_attr_destroy(&attributes);
	return count;
}

void workers_run(size_t count, void (*work)(void *context, size_t index), void *context)
{
	struct job job = { .work = work, .context = context, .count = count };
	pthread_t threads[WORKERS_MAX];
	size_t helpers = start(&job, helpers_for(count), threads);

	work_through(&job);
	for (size_t i = 0; i < helpers; i++)
		pthread_join(threads[i], NULL);
}
