/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay FOLDER: give each file in it to a target of libFuzzer, without libFuzzer; prints TAP.
 * A target that breaks a promise ends the run, and the case that is missing is a failure.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "fuzz.h"

/** Largest file of a corpus in bytes: they are small, so that fuzzing is fast. */
#define CASE_SIZE_MAX 65536

/* 0 or -errno. */
static int replay(int folder, const char *name)
{
	auto_bytes struct bytes file = { 0 };
	auto_free uint8_t *exact = NULL;
	int r = file_read_in_root(folder, name, CASE_SIZE_MAX, &file);

	if (r < 0)
		return r;
	/* Without the NUL byte behind, so that a sanitizer sees who reads too much. */
	exact = malloc(file.size ? file.size : 1);
	if (!exact)
		return -1;
	memcpy(exact, file.data, file.size);
	return LLVMFuzzerTestOneInput(exact, file.size);
}

int main(int argc, char **argv)
{
	auto_fd int folder = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	auto_strings struct strings names = { 0 };
	int failed = 0;

	if (folder < 0 || dir_names(folder, &names) < 0 || names.count == 0) {
		fprintf(stderr, "replay: there is no file to replay\n");
		return 1;
	}
	printf("1..%zu\n", names.count);
	for (size_t i = 0; i < names.count; i++) {
		int r = replay(folder, names.items[i]);

		printf("%s %zu - %s\n", r == 0 ? "ok" : "not ok", i + 1, names.items[i]);
		fflush(stdout);
		failed |= r != 0;
	}
	return failed;
}
