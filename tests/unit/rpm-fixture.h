/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm-fixture - real RPMs for tests, made by rpmbuild in a scratch directory.
 */
#pragma once

#include "scratch-fixture.h"

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

static inline bool fixture_can_build(void)
{
	return system("command -v rpmbuild >/dev/null 2>&1") == 0;
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
