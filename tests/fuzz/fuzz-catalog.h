/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-catalog - a repository of any bytes, read as the program reads it, for a target.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fuzz.h"
#include "packages/catalog.h"

/* In memory: it is written for each input. */
#define FUZZ_PARENT "/dev/shm"
static char fuzz_folder[] = FUZZ_PARENT "/kmp-match-fuzz.XXXXXX";

static void fuzz_remove_folder(void)
{
	auto_fd int parent = open(FUZZ_PARENT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)file_remove_tree(parent, strrchr(fuzz_folder, '/') + 1);
}

/* A folder of this process, made once. A new fd. */
static inline int fuzz_open_folder(void)
{
	static bool made;

	if (!made)
		promise(mkdtemp(fuzz_folder) && atexit(fuzz_remove_folder) == 0);
	made = true;
	return open(fuzz_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline void fuzz_write(int folder, const char *path, const void *data, size_t size)
{
	auto_fd int fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	promise(fd >= 0 && file_write_fd(fd, data, size) == 0);
}

static inline void fuzz_check_driver(struct catalog *catalog, int id)
{
	struct driver driver = { 0 };

	promise(catalog_driver(catalog, id, &driver) == 0);
	promise(*driver.name && !strpbrk(driver.name, "/ \n"));
	promise(*driver.version && *driver.arch && *driver.nevra && *driver.family);
	for (size_t i = 0; i < driver.hint_count; i++)
		promise(driver.hints[i].text && driver.hints[i].patterns.count > 0);
	for (size_t i = 0; i < driver.symbol_count; i++)
		promise(*driver.symbols[i].flavor && *driver.symbols[i].symbol);
	driver_done(&driver);
}

/* Load SOURCE, which ends here, and ask about all that it has. */
static inline void fuzz_check_source(struct source *source)
{
	auto_catalog struct catalog *catalog = NULL;
	static const struct interest everything = { 0 };
	struct ids found = { 0 };

	promise(catalog_new(&catalog) == 0);
	promise(catalog_add_sources(catalog, source, 0, 1, &everything, NULL) == 0);
	promise(!source->failed || source->error.why);
	promise(source->drivers <= source->packages);
	promise(catalog_find_named(catalog, "*", &found) == 0);
	promise(found.count <= source->packages);
	promise(!source->failed || source->kind != SOURCE_RPM_MD || source->packages == 0);
	for (size_t i = 0; i < found.count; i++)
		fuzz_check_driver(catalog, found.items[i]);
	ids_done(&found);
	source_done(source);
}
