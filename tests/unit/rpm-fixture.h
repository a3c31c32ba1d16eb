/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm-fixture - real RPMs for tests, made by rpmbuild in a scratch directory, and damaged on
 * demand.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "trust/digest.h"

/* One file of a package; a NULL path ends a list. */
struct fixture_file {
	const char *path; /* absolute */
	const char *content; /* its first `size` bytes; size 0 stands for strlen() */
	size_t size;
	const char *symlink; /* target: a symlink instead */
	const char *link; /* path of an earlier file: a hard link instead */
	mode_t mode; /* 0 stands for 0644 */
};

struct fixture_package {
	const char *name, *version, *release;
	int epoch;
	const char *payload; /* rpmbuild's _binary_payload, e.g. "w9.gzdio" */
	const char *tags; /* further lines of the preamble */
	const struct fixture_file *files;
};

/* "DIR/NAME"; owned, never NULL. */
static inline char *fixture_path(const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name);

	if (!path)
		abort();
	return path;
}

static inline char *fixture_scratch(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = fixture_path(tmp ? tmp : "/tmp", "kmp-match-unit-XXXXXX");

	return mkdtemp(dir);
}

static inline int fixture_remove_entry(const char *path, const struct stat *st, int type,
				       struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_remove(const char *dir)
{
	nftw(dir, fixture_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline bool fixture_can_build(void)
{
	return system("command -v rpmbuild >/dev/null 2>&1") == 0;
}

static inline void fixture_write(const char *path, const void *data, size_t size)
{
	auto_file FILE *file = fopen(path, "w");

	if (!file || fwrite(data, 1, size, file) != size)
		abort();
}

/* All of the file at PATH; an empty one if it cannot be read. */
static inline struct bytes fixture_read(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bytes bytes = { 0 };

	if (fd >= 0)
		(void)file_read_fd(fd, 64U << 20, &bytes);
	return bytes;
}

static inline void fixture_make_parents(const char *path)
{
	auto_free char *copy = strdup(path);

	for (char *slash = copy; slash && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
}

static inline void fixture_make_file(const char *root, const struct fixture_file *file)
{
	auto_free char *path = fixture_path(root, file->path);
	auto_free char *from = file->link ? fixture_path(root, file->link) : NULL;
	size_t size = file->size || !file->content ? file->size : strlen(file->content);

	fixture_make_parents(path);
	if (file->symlink || file->link) {
		if ((from ? link(from, path) : symlink(file->symlink, path)) < 0)
			abort();
		return;
	}
	fixture_write(path, file->content ? file->content : "", size);
	chmod(path, file->mode ? file->mode : 0644);
}

static inline void fixture_write_spec(const char *dir, const struct fixture_package *package)
{
	auto_free char *path = fixture_path(dir, "package.spec");
	auto_file FILE *spec = fopen(path, "w");

	if (!spec)
		abort();
	fprintf(spec,
		"Name: %s\nVersion: %s\nRelease: %s\nSummary: x\nLicense: x\nAutoReqProv: no\n%s",
		package->name, package->version, package->release,
		package->tags ? package->tags : "");
	if (package->epoch)
		fprintf(spec, "Epoch: %d\n", package->epoch);
	fprintf(spec, "%%description\nx\n%%install\ncp -a %s/root/. %%{buildroot}\n%%files\n", dir);
	for (const struct fixture_file *file = package->files; file->path; file++)
		fprintf(spec, "\"%s\"\n", file->path);
}

/*
 * Build PACKAGE below SCRATCH; owned path of the RPM, or NULL with rpmbuild's words on stderr.
 * HOME is the scratch directory: rpm makes ~/.rpmdb.
 */
static inline char *fixture_build(const char *scratch, const struct fixture_package *package)
{
	auto_free char *work = fixture_path(scratch, "build-XXXXXX");
	auto_free char *root = mkdtemp(work) ? fixture_path(work, "root") : NULL;
	auto_free char *command = NULL;

	if (!root || mkdir(root, 0755) < 0)
		abort();
	for (const struct fixture_file *file = package->files; file->path; file++)
		fixture_make_file(root, file);
	fixture_write_spec(work, package);
	command = text_format(
		"HOME=%s rpmbuild -bb --target x86_64 --define '_topdir %s' --define '_rpmdir %s' "
		"--define '_build_name_fmt out.rpm' --define '_binary_payload %s' "
		"--define 'debug_package %%{nil}' --define '__os_install_post %%{nil}' "
		"--define '_build_id_links none' %s/package.spec >%s/log 2>&1 || "
		"{ cat %s/log >&2; false; }",
		scratch, work, work, package->payload, work, work, work);
	return system(command) == 0 ? fixture_path(work, "out.rpm") : NULL;
}

static inline size_t fixture_be32(const struct bytes *rpm, size_t at)
{
	const uint8_t *b = rpm->data + at;

	return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Size of the header at AT: its intro, index and data. */
static inline size_t fixture_header_size(const struct bytes *rpm, size_t at)
{
	return 16 + 16 * fixture_be32(rpm, at + 8) + fixture_be32(rpm, at + 12);
}

/* Where the main header starts: behind the lead and the signature header, padded to 8. */
static inline size_t fixture_header_at(const struct bytes *rpm)
{
	return 96 + (fixture_header_size(rpm, 96) + 7) / 8 * 8;
}

/* Replace every OLD by NEW, which is as long. How many. */
static inline size_t fixture_replace(struct bytes *rpm, const char *old, const char *new)
{
	size_t length = strlen(old), count = 0;
	uint8_t *at = rpm->data;

	while ((at = memmem(at, rpm->size - (size_t)(at - rpm->data), old, length))) {
		memcpy(at, new, length);
		at += length;
		count++;
	}
	return count;
}

/*
 * Make the digests of an RPM whose bytes were edited true again: the payload's in the header, and
 * the header's in the signature header, by finding the texts that were true for BEFORE.
 */
static inline void fixture_resum(const struct bytes *before, struct bytes *rpm)
{
	static const char *const types[] = { "sha256", "sha1" };
	size_t header = fixture_header_at(rpm);
	size_t size = fixture_header_size(rpm, header), payload = header + size;
	auto_free char *old = NULL;
	auto_free char *new = NULL;

	digest_hex("sha256", before->data + payload, before->size - payload, &old);
	digest_hex("sha256", rpm->data + payload, rpm->size - payload, &new);
	fixture_replace(rpm, old, new);
	for (size_t i = 0; i < COUNT(types); i++) {
		auto_free char *old_sum = NULL;
		auto_free char *new_sum = NULL;

		digest_hex(types[i], before->data + header, size, &old_sum);
		digest_hex(types[i], rpm->data + header, size, &new_sum);
		fixture_replace(rpm, old_sum, new_sum);
	}
}
