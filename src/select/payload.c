/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/payload.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/release.h"

/*
 * Where configuration and firmware may lie; earlier folders win over later ones, as in
 * modprobe.d(5), modules-load.d(5) and the kernel's firmware search path.
 */
static const struct place {
	const char *folder;
	enum payload_kind kind;
	const char *suffixes[2]; /* of configuration, which lies directly in its folder */
} places[] = {
	{ "lib/firmware/", PAYLOAD_FIRMWARE, { NULL } },
	{ "usr/lib/firmware/", PAYLOAD_FIRMWARE, { NULL } },
	{ "etc/modprobe.d/", PAYLOAD_MODPROBE, { ".conf", ".alias" } },
	{ "run/modprobe.d/", PAYLOAD_MODPROBE, { ".conf", ".alias" } },
	{ "usr/local/lib/modprobe.d/", PAYLOAD_MODPROBE, { ".conf", ".alias" } },
	{ "usr/lib/modprobe.d/", PAYLOAD_MODPROBE, { ".conf", ".alias" } },
	{ "lib/modprobe.d/", PAYLOAD_MODPROBE, { ".conf", ".alias" } },
	{ "etc/modules-load.d/", PAYLOAD_MODULES_LOAD, { ".conf", NULL } },
	{ "run/modules-load.d/", PAYLOAD_MODULES_LOAD, { ".conf", NULL } },
	{ "usr/local/lib/modules-load.d/", PAYLOAD_MODULES_LOAD, { ".conf", NULL } },
	{ "usr/lib/modules-load.d/", PAYLOAD_MODULES_LOAD, { ".conf", NULL } },
	{ "lib/modules-load.d/", PAYLOAD_MODULES_LOAD, { ".conf", NULL } },
};

/* What is no driver although it ends like one: debuginfo, documentation, sources. */
static const char *const not_modules[] = { "usr/lib/debug/", "usr/share/doc/", "usr/src/" };

/* Borrowed pieces of one path. */
struct piece {
	enum payload_kind kind;
	const char *target;
	const char *release; /* not terminated */
	size_t release_size;
	int priority;
};

static bool place_takes(const struct place *place, const char *name)
{
	if (!place->suffixes[0])
		return *name != '\0';
	if (strchr(name, '/'))
		return false;
	for (size_t i = 0; i < COUNT(place->suffixes) && place->suffixes[i]; i++)
		if (text_ends(name, place->suffixes[i]))
			return true;
	return false;
}

static bool classify_place(const char *path, struct piece *ret)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		const char *name = path + strlen(places[i].folder);

		if (text_starts(path, places[i].folder) && place_takes(&places[i], name)) {
			*ret = (struct piece){
				.kind = places[i].kind,
				.target = name,
				.priority = (int)i,
			};
			return true;
		}
	}
	return false;
}

/* "6.4.0-1-default/updates/foo.ko": a release, and what lies below it. */
static bool split_release(const char *path, struct piece *piece)
{
	size_t length = strcspn(path, "/");
	char release[RELEASE_MAX + 1];

	if (path[length] != '/' || length > RELEASE_MAX)
		return false;
	memcpy(release, path, length);
	release[length] = '\0';
	if (!release_is_valid(release))
		return false;
	piece->release = path;
	piece->release_size = length;
	piece->target = path + length + 1;
	return true;
}

/* Depmod's default order: "updates" before the rest (depmod.d(5)). */
static int module_priority(const struct piece *piece)
{
	if (!piece->release)
		return 3;
	if (text_starts(piece->target, "updates/"))
		return 0;
	return text_starts(piece->target, "extra/") ? 1 : 2;
}

/*
 * A module lies below lib/modules/RELEASE, or lib/modules/kmp/RELEASE, or, made by
 * suse-module-tools' newer branches, in any folder.
 */
static bool classify_module(const char *path, struct piece *ret)
{
	struct piece piece = { .kind = PAYLOAD_MODULE, .target = path };
	const char *below = text_starts(path, "usr/") ? path + 4 : path;

	if (!text_is_module_file(path))
		return false;
	for (size_t i = 0; i < COUNT(not_modules); i++)
		if (text_starts(path, not_modules[i]))
			return false;
	if (text_starts(below, "lib/modules/")) {
		below += strlen("lib/modules/");
		if (text_starts(below, "kmp/"))
			below += strlen("kmp/");
		split_release(below, &piece);
	}
	piece.priority = module_priority(&piece);
	*ret = piece;
	return true;
}

/* White space and ':' end a path in modules.dep, so no loader could use such a file. */
static bool is_usable(const char *path, enum payload_kind kind)
{
	size_t depth = 0;

	if (*path != '/' || strlen(path) > PAYLOAD_PATH_MAX || !path_is_safe(path + 1))
		return false;
	for (const char *c = path; (c = strchr(c + 1, '/'));)
		depth++;
	if (depth > PAYLOAD_DEPTH_MAX)
		return false;
	if (kind != PAYLOAD_MODULE)
		return true;
	for (const char *c = path; *c; c++)
		if (isspace((unsigned char)*c) || *c == ':')
			return false;
	return true;
}

static void file_done(struct payload_file *file)
{
	free(file->path);
	free(file->target);
	free(file->name);
	free(file->release);
}

static int add_file(struct payload *payload, const char *path, const struct piece *piece)
{
	struct payload_file *file;
	bool module = piece->kind == PAYLOAD_MODULE;

	if (array_grow(&payload->files, payload->count, sizeof(*payload->files)) < 0)
		return -ENOMEM;
	file = &payload->files[payload->count++];
	file->kind = piece->kind;
	file->priority = piece->priority;
	file->path = strdup(path);
	file->target = strdup(piece->target);
	file->name = module ? text_module_name(piece->target) : NULL;
	file->release = piece->release ? strndup(piece->release, piece->release_size) : NULL;
	if (!file->path || !file->target || (module && !file->name) ||
	    (piece->release && !file->release))
		return -ENOMEM;
	return 0;
}

static int add_path(struct payload *payload, const char *path, struct diagnostics *diagnostics)
{
	const char *relative = *path == '/' ? path + 1 : path;
	struct piece piece;

	if (!classify_module(relative, &piece) && !classify_place(relative, &piece))
		return 0;
	if (!is_usable(path, piece.kind))
		return diagnostics_add(diagnostics, "unsafe-path", path,
				       "a file of the package has a path that is not safe to make, "
				       "and stays in the RPM");
	return add_file(payload, path, &piece);
}

int payload_compare_releases(const char *left, const char *right, const char *target)
{
	auto_free char *left_flavor = release_flavor(left);
	auto_free char *right_flavor = release_flavor(right);
	auto_free char *flavor = release_flavor(target);
	int left_age = release_compare(left, target);
	int right_age = release_compare(right, target);
	bool left_is = strcmp(left, target) == 0, right_is = strcmp(right, target) == 0;
	bool left_fits = text_equal(left_flavor, flavor);
	bool right_fits = text_equal(right_flavor, flavor);
	int order = release_compare(left, right);

	if (left_is != right_is)
		return left_is ? -1 : 1;
	if (left_fits != right_fits)
		return left_fits ? -1 : 1;
	if ((left_age > 0) != (right_age > 0))
		return left_age > 0 ? 1 : -1;
	if (order != 0)
		return left_age > 0 ? order : -order;
	return strcmp(left, right);
}

static int choose_release(struct payload *payload, const char *kernel_release)
{
	const char *best = NULL;

	for (size_t i = 0; i < payload->count; i++) {
		const char *release = payload->files[i].release;

		if (release &&
		    (!best || payload_compare_releases(release, best, kernel_release) < 0))
			best = release;
	}
	if (!best)
		return 0;
	payload->release = strdup(best);
	return payload->release ? 0 : -ENOMEM;
}

static int compare_text(const char *left, const char *right)
{
	if (!left || !right)
		return (left != NULL) - (right != NULL);
	return strcmp(left, right);
}

static int compare_by_path(const void *left, const void *right)
{
	const struct payload_file *l = left, *r = right;

	return strcmp(l->path, r->path);
}

static int compare_by_release(const void *left, const void *right)
{
	const struct payload_file *l = left, *r = right;
	int order = compare_text(l->release, r->release);

	return order ? order : compare_by_path(left, right);
}

/* By what may occur once, the one to keep first. */
static int compare_by_name(const void *left, const void *right)
{
	const struct payload_file *l = left, *r = right;
	int order = (int)l->kind - (int)r->kind;

	if (order == 0)
		order = l->name ? compare_text(l->name, r->name) : strcmp(l->target, r->target);
	if (order == 0)
		order = l->priority - r->priority;
	return order ? order : compare_by_path(left, right);
}

static void sort_files(struct payload *payload, int (*compare)(const void *, const void *))
{
	if (payload->count)
		qsort(payload->files, payload->count, sizeof(*payload->files), compare);
}

static int tell_other_build(struct diagnostics *diagnostics, const char *release, size_t count,
			    const char *taken)
{
	return diagnostics_add(
		diagnostics, "other-build", release,
		"the package also holds %zu %s for kernel %s; those for %s are taken", count,
		count == 1 ? "module" : "modules", release, taken);
}

/* Keep the modules of the chosen build, and those whose path names no kernel. */
static int drop_other_builds(struct payload *payload, struct diagnostics *diagnostics)
{
	size_t kept = 0, next;
	int r = 0;

	sort_files(payload, compare_by_release);
	for (size_t i = 0; i < payload->count; i = next) {
		const char *release = payload->files[i].release;

		for (next = i + 1; next < payload->count; next++)
			if (compare_text(payload->files[next].release, release) != 0)
				break;
		if (!release || strcmp(release, payload->release) == 0) {
			for (size_t j = i; j < next; j++)
				payload->files[kept++] = payload->files[j];
			continue;
		}
		if (r == 0)
			r = tell_other_build(diagnostics, release, next - i, payload->release);
		for (size_t j = i; j < next; j++)
			file_done(&payload->files[j]);
	}
	payload->count = kept;
	return r;
}

static bool same_name(const struct payload_file *left, const struct payload_file *right)
{
	if (left->kind != right->kind)
		return false;
	return left->name ? text_equal(left->name, right->name)
			  : strcmp(left->target, right->target) == 0;
}

static int drop_duplicates(struct payload *payload, struct diagnostics *diagnostics)
{
	size_t kept = 0;
	int r = 0;

	sort_files(payload, compare_by_name);
	for (size_t i = 0; i < payload->count; i++) {
		struct payload_file *file = &payload->files[i];

		if (kept == 0 || !same_name(&payload->files[kept - 1], file)) {
			payload->files[kept++] = *file;
			continue;
		}
		if (r == 0)
			r = diagnostics_add(diagnostics, "duplicate-file", file->path,
					    "the package holds it under two paths; %s is taken",
					    payload->files[kept - 1].path);
		file_done(file);
	}
	payload->count = kept;
	return r;
}

int payload_choose(const struct strings *paths, const char *kernel_release, struct payload *ret,
		   struct diagnostics *diagnostics)
{
	auto_payload struct payload payload = { 0 };
	int r = 0;

	for (size_t i = 0; i < paths->count && r == 0; i++)
		r = add_path(&payload, paths->items[i], diagnostics);
	if (r == 0)
		r = choose_release(&payload, kernel_release);
	if (r == 0)
		r = drop_other_builds(&payload, diagnostics);
	if (r == 0)
		r = drop_duplicates(&payload, diagnostics);
	if (r < 0)
		return r;
	sort_files(&payload, compare_by_path);
	*ret = payload;
	payload = (struct payload){ 0 };
	return 0;
}

const struct payload_file *payload_find(const struct payload *payload, const char *path)
{
	const struct payload_file key = { .path = (char *)(uintptr_t)path };

	if (payload->count == 0)
		return NULL;
	return bsearch(&key, payload->files, payload->count, sizeof(key), compare_by_path);
}

void payload_done(struct payload *payload)
{
	for (size_t i = 0; i < payload->count; i++)
		file_done(&payload->files[i]);
	free(payload->files);
	free(payload->release);
	*payload = (struct payload){ 0 };
}
