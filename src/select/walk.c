/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

/* How far a walk has come; the flags are parallel to payload->files. */
struct progress {
	const struct walk *walk;
	bool *seen;
	bool *taken;
	uint64_t left; /* bytes that the files may still take by the header */
	struct error *reterr;
};

int walk_wrong(const struct walk *walk, const char *path, const char *why, struct error *reterr)
{
	return error_setf(reterr, -EBADMSG, walk->what, walk->on, walk->hint, "%s %s", path, why);
}

static int leave_out(const struct progress *progress, const char *id, const char *path,
		     const char *what)
{
	return diagnostics_add(progress->walk->diagnostics, id, path, "%s, and stays in the RPM",
			       what);
}

static int visit_file(struct progress *progress, const struct rpm_entry *entry,
		      const struct payload_file *file)
{
	const struct walk *walk = progress->walk;
	const struct payload_file *files = walk->payload->files;
	const struct payload_file *first = NULL;
	bool config = file->kind == PAYLOAD_MODPROBE || file->kind == PAYLOAD_MODULES_LOAD;

	if (S_ISLNK(entry->mode))
		return leave_out(progress, "symlink", entry->path, "it is a symbolic link");
	if (!S_ISREG(entry->mode))
		return leave_out(progress, "no-file", entry->path, "it is no regular file");
	if (config && entry->size > MODPROBE_FILE_SIZE_MAX)
		return leave_out(progress, "config-size", entry->path, "it is over 1 MiB");
	if (entry->link) {
		first = payload_find(walk->payload, entry->link);
		if (!first || first->kind != file->kind || !progress->taken[first - files])
			return leave_out(progress, "hard-link", entry->path,
					 "it is a hard link to a file that is not staged");
	}
	progress->taken[file - files] = true;
	return walk->visit(walk->context, entry, file, first);
}

/* What nobody asks for is decompressed too, to get at what stands behind it: it counts. */
static int visit_entry(void *context, const struct rpm_entry *entry)
{
	struct progress *progress = context;
	const struct walk *walk = progress->walk;
	const struct payload_file *file = payload_find(walk->payload, entry->path);
	size_t index = file ? (size_t)(file - walk->payload->files) : 0;

	if (file && progress->seen[index])
		return walk_wrong(walk, entry->path, "is in the payload twice", progress->reterr);
	if (entry->size > progress->left)
		return walk_wrong(walk, entry->path,
				  "makes its files larger than the header says in all",
				  progress->reterr);
	progress->left -= entry->size;
	if (!file)
		return 0;
	progress->seen[index] = true;
	return visit_file(progress, entry, file);
}

static int compare_targets(const void *left, const void *right)
{
	const struct payload_file *const *l = left, *const *r = right;
	int order = (int)(*l)->kind - (int)(*r)->kind;

	return order ? order : strcmp((*l)->target, (*r)->target);
}

/* Is a folder on the way to FILE one of the COUNT sorted files? 1, 0, or -ENOMEM. */
static int has_file_above(const struct payload_file *file, const struct payload_file **sorted,
			  size_t count)
{
	auto_free char *folder = strdup(file->target);
	const struct payload_file key = { .kind = file->kind, .target = folder };
	const struct payload_file *wanted = &key;
	char *slash;

	if (!folder)
		return -ENOMEM;
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (bsearch(&wanted, sorted, count, sizeof(wanted), compare_targets))
			return 1;
	}
	return 0;
}

/* One path that is a folder of another: a list that no package builder makes. */
static int check_folders(const struct progress *progress)
{
	const struct payload *payload = progress->walk->payload;
	auto_free const struct payload_file **sorted =
		calloc(payload->count + 1, sizeof(const struct payload_file *));
	size_t count = 0;
	int r = sorted ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < payload->count; i++)
		if (progress->taken[i])
			sorted[count++] = &payload->files[i];
	if (count)
		qsort(sorted, count, sizeof(*sorted), compare_targets);
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = has_file_above(sorted[i], sorted, count);
		if (r > 0)
			r = walk_wrong(progress->walk, sorted[i]->path,
				       "cannot be made beside its other files", progress->reterr);
	}
	return r;
}

static int tell_absent(const struct progress *progress)
{
	const struct payload *payload = progress->walk->payload;
	int r = 0;

	for (size_t i = 0; i < payload->count && r == 0; i++)
		if (!progress->seen[i])
			r = diagnostics_add(progress->walk->diagnostics, "no-content",
					    payload->files[i].path,
					    "the header lists the file, and the payload lacks it");
	return r;
}

int walk_payload(const struct walk *walk, struct rpm *rpm, struct error *reterr)
{
	size_t count = walk->payload->count;
	auto_free bool *seen = calloc(count + 1, sizeof(*seen));
	auto_free bool *taken = calloc(count + 1, sizeof(*taken));
	struct progress progress = {
		.walk = walk,
		.seen = seen,
		.taken = taken,
		.left = rpm_installed_size(rpm),
		.reterr = reterr,
	};
	int r = seen && taken ? 0 : -ENOMEM;

	if (count > PAYLOAD_FILES_MAX)
		return walk_wrong(walk, walk->payload->files[0].path, "is one of too many files",
				  reterr);
	if (r == 0)
		r = rpm_payload(rpm, visit_entry, &progress, reterr);
	if (r == 0)
		r = check_folders(&progress);
	return r == 0 ? tell_absent(&progress) : r;
}
