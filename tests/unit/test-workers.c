/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/sandbox.h"
#include "base/workers.h"

#define PIECES 1000
/* How long a thread waits for another one, in milliseconds. */
#define PATIENCE 10000

/* Which thread did each piece, and how often. */
struct record {
	atomic_uint done[PIECES];
	pthread_t by[PIECES];
	atomic_uint met; /* threads that are at work at the same time */
};

static void note(void *context, size_t index)
{
	struct record *record = context;

	record->by[index] = pthread_self();
	atomic_fetch_add(&record->done[index], 1);
}

/* Each of two pieces waits until the other one is begun. */
static void meet(void *context, size_t index)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };
	struct record *record = context;

	note(record, index);
	atomic_fetch_add(&record->met, 1);
	for (int i = 0; i < PATIENCE && atomic_load(&record->met) < 2; i++)
		nanosleep(&millisecond, NULL);
}

/* Within each piece, all of another job. */
static void nest(void *context, size_t index)
{
	struct record *records = context;

	workers_run(PIECES, note, &records[index]);
}

static size_t processors(void)
{
	cpu_set_t usable;

	assert_int_equal(sched_getaffinity(0, sizeof(usable), &usable), 0);
	return (size_t)CPU_COUNT(&usable);
}

static struct record *new_record(size_t count)
{
	struct record *records = calloc(count, sizeof(*records));

	assert_non_null(records);
	return records;
}

/* Are the first COUNT pieces done once, and no other? */
static bool done_once(const struct record *record, size_t count)
{
	for (size_t i = 0; i < PIECES; i++)
		if (atomic_load(&record->done[i]) != (i < count))
			return false;
	return true;
}

static bool done_by(const struct record *record, pthread_t thread)
{
	for (size_t i = 0; i < PIECES; i++)
		if (!pthread_equal(record->by[i], thread))
			return false;
	return true;
}

static void every_piece_is_done_once(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 7, PIECES };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		auto_free struct record *record = new_record(1);

		workers_run(counts[i], note, record);
		if (!done_once(record, counts[i]))
			fail_msg("%zu pieces", counts[i]);
	}
}

static void two_processors_work_at_the_same_time(void **state)
{
	auto_free struct record *record = new_record(1);

	(void)state;
	if (processors() < 2)
		skip();
	workers_run(2, meet, record);
	assert_true(done_once(record, 2));
	assert_int_equal(atomic_load(&record->met), 2);
	assert_false(pthread_equal(record->by[0], record->by[1]));
}

static void work_within_work_is_done_by_who_asks(void **state)
{
	auto_free struct record *records = new_record(4);

	(void)state;
	workers_run(4, nest, records);
	for (size_t i = 0; i < 4; i++)
		if (!done_once(&records[i], PIECES) || !done_by(&records[i], records[i].by[0]))
			fail_msg("job %zu", i);
}

/* What a child of one processor, or without a thread, or in a sandbox makes of a job. */
static bool child_does_all(void (*prepare)(void), bool alone)
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct record *record = new_record(1);

		prepare();
		workers_run(PIECES, note, record);
		_exit(done_once(record, PIECES) && (!alone || done_by(record, pthread_self())) ? 0
											       : 1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void take_one_processor(void)
{
	cpu_set_t usable, one;

	CPU_ZERO(&one);
	sched_getaffinity(0, sizeof(usable), &usable);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &usable))
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* No room for another stack. */
static void take_memory(void)
{
	const struct rlimit none = { .rlim_cur = 1, .rlim_max = 1 };

	setrlimit(RLIMIT_DATA, &none);
}

static void enter_sandbox(void)
{
	struct sandbox sandbox;

	sandbox_enter(NULL, 0, &sandbox);
	sandbox_tighten(NULL, 0, &sandbox);
}

static void one_processor_does_everything(void **state)
{
	(void)state;
	assert_true(child_does_all(take_one_processor, true));
}

static void without_a_thread_the_caller_does_everything(void **state)
{
	(void)state;
#ifdef SANITIZED
	skip(); /* its own memory is data too */
#endif
	assert_true(child_does_all(take_memory, true));
}

static void a_sandbox_lets_threads_work(void **state)
{
	(void)state;
	assert_true(child_does_all(enter_sandbox, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_done_once),
		cmocka_unit_test(two_processors_work_at_the_same_time),
		cmocka_unit_test(work_within_work_is_done_by_who_asks),
		cmocka_unit_test(one_processor_does_everything),
		cmocka_unit_test(without_a_thread_the_caller_does_everything),
		cmocka_unit_test(a_sandbox_lets_threads_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
