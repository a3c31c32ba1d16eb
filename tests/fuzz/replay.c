/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay FOLDER: give each file in it to a target of libFuzzer, without libFuzzer, whole and cut at
 * each byte, or at CUTS_MAX places; prints TAP. A target that breaks a promise or takes too long
 * ends the run, and the case that is missing is a failure.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "fuzz.h"

/** Largest file of a corpus in bytes: they are small, so that fuzzing is fast. */
#define CASE_SIZE_MAX 65536

/** Places at which a file is cut, spread over it. */
#define CUTS_MAX 2000
/** Seconds of the processor that an input may take; a sanitizer takes a multiple. */
#ifdef SANITIZED
#define SECONDS_MAX 10
#else
#define SECONDS_MAX 1
#endif

/* Give the first SIZE bytes of FILE, without a byte behind, so that a sanitizer sees who reads it.
 */
static int give(const struct bytes *file, size_t size)
{
	const struct itimerval limit = { .it_value = { .tv_sec = SECONDS_MAX } }, none = { 0 };
	auto_free uint8_t *exact = malloc(size ? size : 1);
	int r;

	if (!exact)
		return -1;
	memcpy(exact, file->data, size);
	/* SIGPROF and SIGALRM end what takes too long, also what only waits. */
	setitimer(ITIMER_PROF, &limit, NULL);
	alarm(60 * SECONDS_MAX);
	r = LLVMFuzzerTestOneInput(exact, size);
	alarm(0);
	setitimer(ITIMER_PROF, &none, NULL);
	return r;
}

/* 0 or -errno; counts what was given. */
static int replay(int folder, const char *name, size_t *cuts)
{
	auto_bytes struct bytes file = { 0 };
	int r = file_read_in_root(folder, name, CASE_SIZE_MAX, &file);
	size_t places;

	if (r == 0)
		r = give(&file, file.size);
	places = file.size < CUTS_MAX ? file.size : CUTS_MAX;
	for (size_t i = 0; i < places && r == 0; i++)
		r = give(&file, file.size * i / places);
	*cuts += places;
	return r;
}

int main(int argc, char **argv)
{
	auto_fd int folder = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	auto_strings struct strings names = { 0 };
	size_t cuts = 0;
	int failed = 0;

	if (folder < 0 || dir_names(folder, &names) < 0 || names.count == 0) {
		fprintf(stderr, "replay: there is no file to replay\n");
		return 1;
	}
	printf("1..%zu\n", names.count);
	for (size_t i = 0; i < names.count; i++) {
		int r = replay(folder, names.items[i], &cuts);

		printf("%s %zu - %s\n", r == 0 ? "ok" : "not ok", i + 1, names.items[i]);
		fflush(stdout);
		failed |= r != 0;
	}
	printf("# counted: cut at %zu places\n", cuts);
	return failed;
}
