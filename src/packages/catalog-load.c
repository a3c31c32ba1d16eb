/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/catalog-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <solv/repo_rpmdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/record-kind.h"
#include "packages/rpm.h"

#define WHAT "read the repository"

/* rpm would not build another one, and nothing that carries its name could be trusted. */
static bool is_well_formed(const Pool *pool, const Solvable *s)
{
	return identity_is_well_formed(pool_id2str(pool, s->name), pool_id2str(pool, s->evr),
				       pool_id2str(pool, s->arch));
}

void catalog_finish_whole(struct catalog *catalog, struct source *source, Repo *repo)
{
	Solvable *s;
	Id id;

	repo_internalize(repo);
	FOR_REPO_SOLVABLES (repo, id, s) {
		const char *nevra = pool_solvable2str(catalog->pool, s);

		if (s->arch == ARCH_SRC || s->arch == ARCH_NOSRC)
			continue;
		if (!is_well_formed(catalog->pool, s)) {
			(void)diagnose_malformed(&source->diagnostics, nevra);
			repo_free_solvable(repo, id, 0);
			continue;
		}
		catalog_repair_hints(catalog, id);
		if (catalog_has_unread(catalog, id))
			(void)diagnose_unread(&source->diagnostics, nevra);
		source->packages++;
		if (catalog_is_driver(catalog, id))
			source->drivers++;
	}
}

static int add_rpm(struct catalog *catalog, const struct source *source, Repo *repo, int fd,
		   const char *location, struct error *reterr)
{
	auto_free char *name = text_format("%s/%s", source->location, location);
	auto_rpm struct rpm *rpm = NULL;
	Id id;
	int r;

	if (source->kind == SOURCE_RPM || !name) {
		free(name);
		name = strdup(source->location);
	}
	progress_add(catalog->reading, 1);
	r = rpm_open(fd, name ? name : location, &rpm, reterr);
	if (r < 0)
		return r;
	if (catalog_add_header(catalog, repo, rpm_header_handle(rpm), &id) < 0 || !id)
		return error_set(reterr, -EBADMSG, "read the RPM", name, pool_errstr(catalog->pool),
				 NULL);
	repodata_set_location(repo_last_repodata(repo), id, 0, NULL, location);
	return 0;
}

/* A damaged RPM costs the others nothing: it is told, and left out. */
static int add_sound_rpm(struct catalog *catalog, struct source *source, Repo *repo, int fd,
			 const char *location)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;
	int r = add_rpm(catalog, source, repo, fd, location, &error);

	if (r == -EBADMSG) {
		sentence = error_sentence(&error);
		return diagnostics_add(&source->diagnostics, "damaged-rpm", location, "%s",
				       sentence ? sentence : "an RPM is damaged");
	}
	if (r < 0 && !source->error.what) {
		source->error = error;
		error = (struct error){ 0 };
	}
	return r;
}

/* One bad file does not hide the others: all are tried, the first error is kept. */
static int add_directory(struct catalog *catalog, struct source *source, Repo *repo,
			 const char *folder, int depth)
{
	auto_fd int fd = file_open_in_root(source->fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int worst = fd < 0 ? fd : dir_names(fd, &names);

	if (worst < 0)
		return error_setf(&source->error, worst, WHAT, source->location, NULL, "%s: %s",
				  folder, strerror(-worst));
	for (size_t i = 0; i < names.count; i++) {
		bool top = text_equal(folder, ".");
		auto_free char *path =
			text_format("%s%s%s", top ? "" : folder, top ? "" : "/", names.items[i]);
		auto_fd int child = -1;
		struct stat st;
		int r = 0;

		if (!path)
			return -ENOMEM;
		if (fstatat(fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0) {
			/* Only what was removed meanwhile is passed over. */
			if (errno != ENOENT)
				r = error_setf(&source->error, -errno, WHAT, source->location, NULL,
					       "%s: %s", path, strerror(errno));
		} else if (S_ISDIR(st.st_mode) && depth >= DIRECTORY_DEPTH_MAX) {
			r = diagnostics_add(
				&source->diagnostics, "directory-too-deep", path,
				"%s lies deeper than %d directories and is not searched; "
				"give it with a --repo of its own",
				path, DIRECTORY_DEPTH_MAX);
		} else if (S_ISDIR(st.st_mode)) {
			r = add_directory(catalog, source, repo, path, depth + 1);
		} else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) {
			child = source_open_rpm(source, path);
			if (child >= 0 && source_is_rpm(child, path))
				r = add_sound_rpm(catalog, source, repo, child, path);
			else if (child < 0 && text_ends(path, ".rpm"))
				r = error_setf(&source->error, child, WHAT, source->location, NULL,
					       "%s: %s", path, file_strerror(child));
		}
		if (r < 0 && worst == 0)
			worst = r;
	}
	return worst;
}

static int load_single(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_fd int fd = source_open_rpm(source, source->file);

	if (fd < 0)
		return error_set(&source->error, fd, WHAT, source->location, NULL, NULL);
	return add_rpm(catalog, source, repo, fd, source->file, &source->error);
}

static bool has_damage(const struct source *source)
{
	for (size_t i = 0; i < source->diagnostics.count; i++)
		if (text_equal(source->diagnostics.items[i].id, "damaged-rpm"))
			return true;
	return false;
}

int catalog_load_whole(struct catalog *catalog, struct source *source, Repo *repo)
{
	auto_progress_task struct progress_task task = { .counted = true };
	int r;

	progress_begin(catalog->progress, &task, "reading", source->location);
	catalog->reading = &task;
	switch (source->kind) {
	case SOURCE_SOLV:
		r = catalog_load_solv(catalog, source, repo);
		break;
	case SOURCE_DIRECTORY:
		r = add_directory(catalog, source, repo, ".", 0);
		break;
	default:
		r = load_single(catalog, source, repo);
	}
	catalog->reading = NULL;
	catalog_finish_whole(catalog, source, repo);
	if (r == 0 && source->packages == 0 && has_damage(source))
		r = error_set(&source->error, -EBADMSG, WHAT, source->location,
			      "none of its RPMs can be read", NULL);
	return r;
}
