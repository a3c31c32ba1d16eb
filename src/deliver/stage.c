/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "deliver/copy.h"
#include "deliver/generation.h"
#include "deliver/stage-dir.h"
#include "deliver/unpack.h"
#include "packages/rpm.h"
#include "select/payload.h"

struct stage {
	struct stage_dir dir;
	char *kernel_release;
	int generations_fd;
	int new_fd; /* of the generation being built */
	struct strings packages; /* NEVRAs, in the order of addition, and how they are called */
	struct strings names;
	struct strings rpms; /* file names in rpms/ */
	struct strings modules; /* normalised names, and beside each the NEVRA that has it */
	struct strings owners;
};

static int fail(const struct stage *stage, int r, struct error *reterr)
{
	return stage_dir_fail(&stage->dir, r, NULL, reterr);
}

static int check_room(const struct stage *stage, uint64_t needed, struct error *reterr)
{
	struct statvfs vfs;
	uint64_t room;

	if (fstatvfs(stage->dir.fd, &vfs) < 0)
		return fail(stage, -errno, reterr);
	room = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (needed <= room)
		return 0;
	return error_setf(reterr, -ENOSPC, STAGE_DIR_USING, stage->dir.path,
			  "make room, or stage elsewhere with --stage-dir",
			  "%" PRIu64 " KiB are needed, and %" PRIu64 " KiB are free", needed / 1024,
			  room / 1024);
}

static int start_generation(struct stage *stage, struct error *reterr)
{
	unsigned int current;
	int r = generation_current(stage->dir.fd, &current);

	if (r == -EINVAL)
		return stage_dir_fail(&stage->dir, r, "its entry 'current' is no symbolic link",
				      reterr);
	if (r == 0)
		r = generation_clear(stage->dir.fd, stage->generations_fd);
	if (r < 0)
		return fail(stage, r, reterr);
	return stage_dir_enter(&stage->dir, stage->generations_fd, GENERATION_NEW, &stage->new_fd,
			       reterr);
}

/* One path component that means the same to every reader of the staging directory. */
static bool is_safe_name(const char *name)
{
	auto_free char *safe = NULL;

	return unpack_name(name, &safe) == 0 && strcmp(safe, name) == 0;
}

static int stage_new(const char *kernel_release, struct stage **ret)
{
	auto_stage struct stage *stage = calloc(1, sizeof(*stage));

	if (!stage)
		return -ENOMEM;
	stage->dir = STAGE_DIR_NONE;
	stage->generations_fd = stage->new_fd = -1;
	stage->kernel_release = strdup(kernel_release);
	if (!stage->kernel_release)
		return -ENOMEM;
	*ret = take(stage);
	return 0;
}

int stage_begin(const char *path, const char *kernel_release, uint64_t needed, struct stage **ret,
		struct error *reterr)
{
	auto_stage struct stage *stage = NULL;
	int r = stage_new(kernel_release, &stage);

	if (r < 0)
		return error_set(reterr, r, STAGE_DIR_USING, path, NULL, NULL);
	if (!is_safe_name(kernel_release))
		return error_set(reterr, -EINVAL, "stage for the kernel", kernel_release,
				 "its release cannot be the name of a directory", NULL);
	r = stage_dir_open(path, true, &stage->dir, reterr);
	if (r == 0)
		r = stage_dir_enter(&stage->dir, stage->dir.fd, "generations",
				    &stage->generations_fd, reterr);
	if (r == 0)
		r = check_room(stage, needed, reterr);
	if (r == 0)
		r = start_generation(stage, reterr);
	if (r < 0)
		return r;
	*ret = take(stage);
	return 0;
}

static const char *find_owner(const struct stage *stage, const char *module)
{
	for (size_t i = 0; i < stage->modules.count; i++)
		if (strcmp(stage->modules.items[i], module) == 0)
			return stage->owners.items[i];
	return NULL;
}

/* Per generation a module's name occurs once: a loader could not tell two apart. */
static int check_modules(const struct stage *stage, const char *nevra,
			 const struct payload *payload, struct error *reterr)
{
	for (size_t i = 0; i < payload->count; i++) {
		const struct payload_file *file = &payload->files[i];
		const char *owner = file->name ? find_owner(stage, file->name) : NULL;

		if (owner)
			return error_setf(reterr, -EEXIST, STAGE_PACKAGE, nevra, NULL,
					  "its module %s is in %s too", file->name, owner);
	}
	return 0;
}

static int claim(struct stage *stage, const struct unpack *unpack,
		 const struct plan_package *package)
{
	int r = strings_add(&stage->packages, unpack->nevra);

	if (r == 0)
		r = strings_add(&stage->names, unpack->name);
	if (r == 0)
		r = strings_add(&stage->rpms, unpack->rpm);
	for (size_t i = 0; i < package->module_count && r == 0; i++) {
		r = strings_add(&stage->owners, unpack->nevra);
		if (r == 0)
			r = strings_add(&stage->modules, package->modules[i].name);
	}
	return r;
}

/* What is known of the modules is still true of them where they are now. */
static void keep_facts(struct plan_package *package, struct plan_package *fresh)
{
	for (size_t i = 0; i < fresh->module_count; i++)
		for (size_t j = 0; j < package->module_count && !fresh->modules[i].facts; j++)
			if (text_equal(package->modules[j].name, fresh->modules[i].name))
				fresh->modules[i].facts = take(package->modules[j].facts);
}

/* FRESH takes what PACKAGE had before, and releases it with its plan. */
static int exchange(struct plan_package *package, struct plan_package *fresh)
{
	struct plan_package before = *package;

	keep_facts(package, fresh);
	package->rpm_sha256 = fresh->rpm_sha256;
	package->modules = fresh->modules;
	package->module_count = fresh->module_count;
	package->firmware = fresh->firmware;
	package->rpm_staged = fresh->rpm_staged;
	fresh->rpm_sha256 = before.rpm_sha256;
	fresh->rpm_staged = before.rpm_staged;
	fresh->modules = before.modules;
	fresh->module_count = before.module_count;
	fresh->firmware = before.firmware;
	return diagnostics_copy(&package->diagnostics, &fresh->diagnostics);
}

static int add_package(struct stage *stage, const struct unpack *unpack,
		       const struct stage_rpm *from, const struct plan_package *package,
		       struct plan_package *fresh, struct error *reterr)
{
	auto_payload struct payload payload = { 0 };
	auto_strings struct strings paths = { 0 };
	auto_rpm struct rpm *rpm = NULL;
	auto_fd int fd = -1;
	int r = unpack_copy(unpack, from->fd, package, &fd, &fresh->rpm_sha256, reterr);

	if (r == 0 && package->inspected)
		r = copy_check(from, fd, package, fresh->rpm_sha256, reterr);
	if (r == 0)
		r = copy_open(fd, package, &rpm, reterr);
	if (r == 0)
		r = rpm_files(rpm, &paths);
	if (r == 0)
		r = payload_choose(&paths, stage->kernel_release, &payload, &fresh->diagnostics);
	if (r == 0)
		r = check_modules(stage, unpack->nevra, &payload, reterr);
	if (r == 0)
		r = unpack_files(unpack, rpm, &payload, fresh, reterr);
	if (r == 0 && package->inspected)
		r = copy_check_modules(package, fresh, reterr);
	if (r < 0)
		return r;
	fresh->rpm_staged = text_format("rpms/%s", unpack->rpm);
	return fresh->rpm_staged ? 0 : -ENOMEM;
}

/* A name in rpms/ after the package's NAME: metadata may have called another RPM like that. Owned.
 */
static char *make_rpm_name(const struct stage *stage, const char *name)
{
	auto_free char *file = text_format("%s.rpm", name);

	for (size_t n = 2; file && strings_contain(&stage->rpms, file); n++) {
		free(file);
		file = text_format("%s.%zu.rpm", name, n);
	}
	return take(file);
}

/* The name that the RPM has at its source; where that is taken or odd, the package's. Owned. */
static char *choose_rpm_name(const struct stage *stage, const char *location, const char *name)
{
	const char *slash = location ? strrchr(location, '/') : NULL;
	const char *base = slash ? slash + 1 : location;

	if (base && text_ends(base, ".rpm") && is_safe_name(base) &&
	    !strings_contain(&stage->rpms, base))
		return strdup(base);
	return make_rpm_name(stage, name);
}

/* What was made before a failure is removed: the package is staged whole or not at all. */
static int add_whole(struct stage *stage, const struct unpack *unpack, const struct stage_rpm *from,
		     struct plan_package *package, struct error *reterr)
{
	auto_plan struct plan scratch = { 0 };
	struct plan_package *fresh = plan_add(&scratch);
	int r = fresh ? 0 : -ENOMEM;

	if (r == 0 && strings_contain(&stage->names, unpack->name))
		return error_set(reterr, -EEXIST, STAGE_PACKAGE, unpack->nevra,
				 "it is staged already", NULL);
	if (r == 0)
		r = add_package(stage, unpack, from, package, fresh, reterr);
	if (r == 0)
		r = exchange(package, fresh);
	if (r == 0)
		r = claim(stage, unpack, package);
	if (r < 0)
		(void)unpack_undo(unpack);
	return r;
}

/* Only the copy in rpms/, and what its checks say. */
static int keep_copy(struct stage *stage, const struct unpack *unpack, const struct stage_rpm *from,
		     struct plan_package *package, struct error *reterr)
{
	auto_rpm struct rpm *rpm = NULL;
	auto_free char *sha256 = NULL;
	auto_free char *staged = text_format("rpms/%s", unpack->rpm);
	auto_fd int fd = -1;
	int r = staged ? 0 : -ENOMEM;

	if (r == 0 && strings_contain(&stage->names, unpack->name))
		return error_set(reterr, -EEXIST, STAGE_PACKAGE, unpack->nevra,
				 "it is staged already", NULL);
	if (r == 0)
		r = unpack_copy(unpack, from->fd, package, &fd, &sha256, reterr);
	if (r == 0)
		r = copy_open(fd, package, &rpm, reterr);
	if (r == 0)
		r = copy_check_other(from, fd, package, sha256, reterr);
	if (r == 0)
		r = strings_add(&stage->names, unpack->name);
	if (r == 0)
		r = strings_add(&stage->rpms, unpack->rpm);
	if (r < 0) {
		(void)unpack_undo(unpack);
		return r;
	}
	free(package->rpm_sha256);
	package->rpm_sha256 = take(sha256);
	free(package->rpm_staged);
	package->rpm_staged = take(staged);
	return 0;
}

/* Name what PACKAGE gets below the generation, and have WORK make it. */
static int put_package(struct stage *stage, const struct stage_rpm *from,
		       struct plan_package *package,
		       int (*work)(struct stage *stage, const struct unpack *unpack,
				   const struct stage_rpm *from, struct plan_package *package,
				   struct error *reterr),
		       struct error *reterr)
{
	const char *nevra = package->driver.nevra;
	struct unpack unpack = { stage->new_fd, stage->kernel_release, nevra, NULL, NULL, NULL };
	auto_free char *name = NULL;
	auto_free char *rpm = NULL;
	int r = unpack_name(nevra, &name);

	if (r == -EINVAL)
		return error_set(reterr, -EBADMSG, STAGE_PACKAGE, nevra,
				 "its name cannot be the name of a directory", NULL);
	rpm = r == 0 ? choose_rpm_name(stage, package->driver.location, name) : NULL;
	if (!rpm)
		return error_set(reterr, -ENOMEM, STAGE_PACKAGE, nevra, NULL, NULL);
	unpack.name = name;
	unpack.rpm = rpm;
	unpack.progress = from->progress;
	r = work(stage, &unpack, from, package, reterr);
	return r < 0 ? error_set(reterr, r, STAGE_PACKAGE, nevra, NULL, NULL) : 0;
}

int stage_add(struct stage *stage, const struct stage_rpm *from, struct plan_package *package,
	      struct error *reterr)
{
	return put_package(stage, from, package, add_whole, reterr);
}

int stage_keep(struct stage *stage, const struct stage_rpm *from, struct plan_package *package,
	       struct error *reterr)
{
	struct stat st;
	int r = fstat(from->fd, &st) < 0 ? -errno : 0;

	if (r == 0)
		r = check_room(stage, (uint64_t)st.st_size + STAGE_OVERHEAD, reterr);
	if (r < 0)
		return error_set(reterr, r, STAGE_PACKAGE, package->driver.nevra, NULL, NULL);
	package->rpm_size = (uint64_t)st.st_size;
	return put_package(stage, from, package, keep_copy, reterr);
}

static int write_file(int dir_fd, const char *name, const void *data, size_t size)
{
	auto_fd int fd = file_create(dir_fd, name, O_WRONLY, 0644);

	return fd < 0 ? fd : file_write_fd(fd, data, size);
}

/* For shell: one NEVRA a line. */
static int write_packages(const struct stage *stage)
{
	auto_free char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return -ENOMEM;
	for (size_t i = 0; i < stage->packages.count; i++)
		fprintf(file, "%s\n", stage->packages.items[i]);
	if (fclose(file) != 0)
		return -ENOMEM;
	return write_file(stage->new_fd, "packages", text, size);
}

/* 1 if the current generation says the same as the one being built would. */
static int is_current(const struct stage *stage,
		      int (*render)(void *context, unsigned int generation, struct bytes *ret),
		      void *context, unsigned int *ret)
{
	auto_bytes struct bytes manifest = { 0 };
	unsigned int current = 0;
	int r = generation_current(stage->dir.fd, &current);

	if (r < 0 || current == 0)
		return r;
	r = render(context, current, &manifest);
	if (r < 0)
		return r;
	if (!generation_has(stage->generations_fd, current, "manifest.json", &manifest))
		return 0;
	*ret = current;
	return 1;
}

static int write_generation(const struct stage *stage, unsigned int number,
			    int (*render)(void *context, unsigned int generation,
					  struct bytes *ret),
			    void *context)
{
	auto_bytes struct bytes manifest = { 0 };
	int r = render(context, number, &manifest);

	if (r == 0)
		r = write_file(stage->new_fd, "manifest.json", manifest.data, manifest.size);
	if (r == 0)
		r = write_packages(stage);
	if (r == 0)
		r = generation_publish(stage->dir.fd, stage->generations_fd, number);
	return r;
}

int stage_commit(struct stage *stage,
		 int (*render)(void *context, unsigned int generation, struct bytes *ret),
		 void *context, unsigned int *ret_generation, struct error *reterr)
{
	unsigned int number = 0;
	int r = is_current(stage, render, context, &number);

	if (r == 0) {
		r = generation_next(stage->generations_fd, &number);
		if (r == 0)
			r = write_generation(stage, number, render, context);
	}
	if (r < 0)
		return fail(stage, r, reterr);
	/* What is published never changes again. */
	close(take_fd(&stage->new_fd));
	*ret_generation = number;
	return 0;
}

struct stage *stage_end(struct stage *stage)
{
	if (!stage)
		return NULL;
	/* What cannot be removed now is cleared by the next run. */
	if (stage->dir.locked && stage->generations_fd >= 0)
		(void)generation_clear(stage->dir.fd, stage->generations_fd);
	release_fd(&stage->new_fd);
	release_fd(&stage->generations_fd);
	stage_dir_done(&stage->dir);
	strings_done(&stage->packages);
	strings_done(&stage->names);
	strings_done(&stage->rpms);
	strings_done(&stage->modules);
	strings_done(&stage->owners);
	free(stage->kernel_release);
	free(stage);
	return NULL;
}
