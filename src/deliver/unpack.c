/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/unpack.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "deliver/config.h"
#include "packages/content.h"
#include "select/walk.h"
#include "trust/sums.h"

#define STAGING    "stage the package"
#define HINT_FETCH "get the package again, or refresh the repository's metadata"

/* Setuid, setgid and execute bits mean nothing here, so none is taken from the package. */
#define FILE_MODE 0644
#define DIR_MODE  0755

int unpack_name(const char *nevra, char **ret)
{
	char *name;

	for (const char *c = nevra; *c; c++)
		if (!isgraph((unsigned char)*c) || *c == '/')
			return -EINVAL;
	if (!path_is_safe(nevra))
		return -EINVAL;
	name = strdup(nevra);
	if (!name)
		return -ENOMEM;
	for (char *colon = name; (colon = strchr(colon, ':'));)
		*colon = '_';
	*ret = name;
	return 0;
}

/* What helps against R, if anything does. */
static const char *hint_for(int r)
{
	switch (r) {
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
		return "make room, or stage elsewhere with --stage-dir";
	case -EROFS:
	case -EACCES:
	case -EPERM:
		return "stage elsewhere with --stage-dir";
	default:
		return NULL;
	}
}

static int fail(const struct unpack *unpack, int r, struct error *reterr)
{
	return error_set(reterr, r, STAGING, unpack->nevra, NULL, hint_for(r));
}

static int make_parent(int dir_fd, const char *path)
{
	auto_free char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));

	return parent ? dir_make_path(dir_fd, parent, DIR_MODE) : -ENOMEM;
}

/* A new, empty file at PATH; directories on the way are made. A fd or -errno. */
static int make_file(int dir_fd, const char *path)
{
	int r = make_parent(dir_fd, path);

	return r < 0 ? r : file_create(dir_fd, path, O_RDWR, FILE_MODE);
}

/* -EBADMSG if there are more than MAX bytes. */
static int copy_bytes(int from, int to, uint64_t max, struct progress_task *progress,
		      struct sums *sums, uint64_t *ret_size)
{
	char buffer[65536];
	uint64_t size = 0;
	ssize_t got;
	int r = 0;

	if (lseek(from, 0, SEEK_SET) < 0)
		return -errno;
	while (r == 0 && (got = read(from, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		size += (uint64_t)got;
		if (size > max)
			return -EBADMSG;
		r = file_write_fd(to, buffer, (size_t)got);
		if (r == 0)
			r = sums_update(sums, buffer, (size_t)got);
		progress_add(progress, (uint64_t)got);
	}
	if (r == 0)
		*ret_size = size;
	return r;
}

static int check_copy(const struct unpack *unpack, const struct driver *driver, uint64_t size,
		      bool same, struct error *reterr)
{
	if (driver->size && driver->size != size)
		return error_setf(reterr, -EBADMSG, STAGING, unpack->nevra, HINT_FETCH,
				  "the RPM is %" PRIu64
				  " bytes long, and the metadata says %" PRIu64,
				  size, driver->size);
	if (!same)
		return error_setf(reterr, -EBADMSG, STAGING, unpack->nevra, HINT_FETCH,
				  "the RPM has another %s checksum than the metadata says",
				  driver->checksum_type);
	return 0;
}

int unpack_copy(const struct unpack *unpack, int from_fd, const struct plan_package *package,
		int *ret_fd, char **ret_sha256, struct error *reterr)
{
	const struct driver *driver = &package->driver;
	auto_sums struct sums sums = { 0 };
	auto_free char *path = text_format("rpms/%s", unpack->rpm);
	auto_free char *sha256 = NULL;
	auto_fd int fd = path ? make_file(unpack->dir_fd, path) : -ENOMEM;
	const char *type = driver->checksum ? driver->checksum_type : NULL;
	uint64_t size = 0;
	bool same = false;
	int r = fd < 0 ? fd : 0;

	if (r == 0)
		r = sums_start(&sums, type);
	if (r == -ENOTSUP)
		return error_setf(reterr, -EBADMSG, STAGING, unpack->nevra, NULL,
				  "the metadata has a checksum of type '%s', which is not known",
				  type);
	if (r == 0)
		r = copy_bytes(from_fd, fd, package->rpm_size ? package->rpm_size : RPM_SIZE_MAX,
			       unpack->progress, &sums, &size);
	if (r == -EBADMSG)
		return error_set(reterr, r, STAGING, unpack->nevra, "it changed while it was read",
				 "run it again");
	if (r == 0)
		r = sums_finish(&sums, driver->checksum, &sha256, &same);
	if (r < 0)
		return fail(unpack, r, reterr);
	r = check_copy(unpack, driver, size, same, reterr);
	if (r < 0)
		return r;
	*ret_fd = take_fd(&fd);
	*ret_sha256 = take(sha256);
	return 0;
}

/* Where what is unpacked goes. */
struct target {
	const struct unpack *unpack;
	struct plan_package *package;
	struct walk walk;
	struct error *reterr;
};

/* Where FILE goes in the generation; owned. */
static char *target_path(const struct unpack *unpack, const struct payload_file *file)
{
	switch (file->kind) {
	case PAYLOAD_MODULE:
		return text_format("modules/%s/%s/%s", unpack->kernel_release, unpack->name,
				   file->target);
	case PAYLOAD_FIRMWARE:
		return text_format("firmware/%s/%s", unpack->name, file->target);
	case PAYLOAD_MODPROBE:
		return text_format("config/%s/modprobe.d/%s", unpack->name, file->target);
	case PAYLOAD_MODULES_LOAD:
		return text_format("config/%s/modules-load.d/%s", unpack->name, file->target);
	}
	return NULL;
}

static int list_file(const struct target *target, const struct payload_file *file,
		     const char *sha256)
{
	if (file->kind == PAYLOAD_MODULE)
		return plan_package_add_module(target->package, file->target, sha256);
	if (file->kind == PAYLOAD_FIRMWARE)
		return strings_add(&target->package->firmware, file->target);
	return 0;
}

struct written {
	int fd;
	struct progress_task *progress;
};

static int write_piece(void *context, const void *data, size_t size)
{
	const struct written *written = context;

	progress_add(written->progress, size);
	return file_write_fd(written->fd, data, size);
}

static int write_filtered(const struct target *target, const struct rpm_entry *entry,
			  const struct payload_file *file, int fd, const char **reterr_why)
{
	auto_bytes struct bytes text = { 0 };
	auto_bytes struct bytes kept = { 0 };
	int r = content_read(entry, MODPROBE_FILE_SIZE_MAX, &text, NULL, reterr_why);

	if (r == 0)
		r = config_filter(entry->path, file->kind, &text, &kept,
				  &target->package->diagnostics);
	return r < 0 ? r : file_write_fd(fd, kept.data, kept.size);
}

static int write_entry(const struct target *target, const struct rpm_entry *entry,
		       const struct payload_file *file, const char *path)
{
	auto_free char *sha256 = NULL;
	auto_fd int fd = make_file(target->unpack->dir_fd, path);
	struct written written = { fd, target->unpack->progress };
	const char *why = NULL;
	int r;

	if (fd < 0)
		return fd;
	if (file->kind == PAYLOAD_MODPROBE || file->kind == PAYLOAD_MODULES_LOAD)
		r = write_filtered(target, entry, file, fd, &why);
	else
		r = content_pass(entry, write_piece, &written, &sha256, &why);
	if (r == -EBADMSG)
		return walk_wrong(&target->walk, entry->path, why, target->reterr);
	return r < 0 ? r : list_file(target, file, sha256);
}

static const struct plan_module *find_module(const struct plan_package *package, const char *path)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (strcmp(package->modules[i].path, path) == 0)
			return &package->modules[i];
	return NULL;
}

/* Another name of a file written before: content stands in the payload once, and here too. */
static int link_entry(const struct target *target, const struct payload_file *file,
		      const struct payload_file *first, const char *path)
{
	auto_free char *from = target_path(target->unpack, first);
	const struct plan_module *module = NULL;
	int dir_fd = target->unpack->dir_fd;
	int r = from ? make_parent(dir_fd, path) : -ENOMEM;

	if (r == 0 && linkat(dir_fd, from, dir_fd, path, 0) < 0)
		r = -errno;
	if (r < 0)
		return r;
	if (file->kind == PAYLOAD_MODULE)
		module = find_module(target->package, first->target);
	return list_file(target, file, module ? module->sha256 : NULL);
}

static int visit(void *context, const struct rpm_entry *entry, const struct payload_file *file,
		 const struct payload_file *first)
{
	const struct target *target = context;
	auto_free char *path = target_path(target->unpack, file);
	int r = path ? 0 : -ENOMEM;

	if (r == 0)
		r = first ? link_entry(target, file, first, path)
			  : write_entry(target, entry, file, path);
	/* One path is a folder of another, or too long: a list that no package builder makes. */
	if (r == -EEXIST || r == -ENOTDIR || r == -EISDIR || r == -ENAMETOOLONG || r == -ELOOP)
		return walk_wrong(&target->walk, entry->path,
				  "cannot be made beside its other files", target->reterr);
	return r;
}

int unpack_files(const struct unpack *unpack, struct rpm *rpm, const struct payload *payload,
		 struct plan_package *ret, struct error *reterr)
{
	struct target target = {
		.unpack = unpack,
		.package = ret,
		.walk = { .what = STAGING,
			  .on = unpack->nevra,
			  .hint = HINT_FETCH,
			  .payload = payload,
			  .diagnostics = &ret->diagnostics,
			  .visit = visit,
			  .context = &target },
		.reterr = reterr,
	};
	int r = walk_payload(&target.walk, rpm, reterr);

	return r < 0 ? fail(unpack, r, reterr) : 0;
}

/* Remove the entry NAME of FOLDER, which may be absent. */
static int remove_below(int dir_fd, const char *folder, const char *name)
{
	auto_fd int fd = openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return file_remove_tree(fd, name);
}

int unpack_undo(const struct unpack *unpack)
{
	auto_free char *modules = text_format("modules/%s", unpack->kernel_release);
	int r = modules ? 0 : -ENOMEM;

	if (r == 0)
		r = remove_below(unpack->dir_fd, modules, unpack->name);
	if (r == 0)
		r = remove_below(unpack->dir_fd, "firmware", unpack->name);
	if (r == 0)
		r = remove_below(unpack->dir_fd, "config", unpack->name);
	if (r == 0)
		r = remove_below(unpack->dir_fd, "rpms", unpack->rpm);
	return r;
}
