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
#include "trust/digest.h"

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

static int wrong(const struct unpack *unpack, const char *path, const char *why,
		 struct error *reterr)
{
	return error_setf(reterr, -EBADMSG, STAGING, unpack->nevra, HINT_FETCH, "%s %s", path, why);
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

/* Two checksums at once: the one that identifies, and the one that the metadata has. */
struct sums {
	struct digest *sha256;
	struct digest *other; /* NULL: the same, or none is asked for */
};

static void release_sums(struct sums *sums)
{
	digest_free(sums->sha256);
	digest_free(sums->other);
}

static int sums_start(struct sums *sums, const char *type)
{
	int r = digest_new(DIGEST_SHA256, &sums->sha256);

	if (r == 0 && type && strcmp(type, DIGEST_SHA256) != 0)
		r = digest_new(type, &sums->other);
	return r;
}

static int sums_update(struct sums *sums, const void *data, size_t size)
{
	int r = digest_update(sums->sha256, data, size);

	return r == 0 && sums->other ? digest_update(sums->other, data, size) : r;
}

/* *RET_SAME: is EXPECTED (of the type asked for, NULL if none) what came out? */
static int sums_finish(struct sums *sums, const char *expected, char **ret_sha256, bool *ret_same)
{
	auto_free char *sha256 = NULL;
	auto_free char *other = NULL;
	int r = digest_finish(sums->sha256, &sha256);

	if (r == 0 && sums->other)
		r = digest_finish(sums->other, &other);
	if (r < 0)
		return r;
	*ret_same = !expected || digest_equal(other ? other : sha256, expected);
	*ret_sha256 = take(sha256);
	return 0;
}

static int copy_bytes(int from, int to, struct sums *sums, uint64_t *ret_size)
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
		if (size > RPM_SIZE_MAX)
			return -EFBIG;
		r = file_write_fd(to, buffer, (size_t)got);
		if (r == 0)
			r = sums_update(sums, buffer, (size_t)got);
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

int unpack_copy(const struct unpack *unpack, int from_fd, const struct driver *driver, int *ret_fd,
		char **ret_sha256, struct error *reterr)
{
	AUTO(release_sums) struct sums sums = { 0 };
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
		r = copy_bytes(from_fd, fd, &sums, &size);
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

/* One walk through the payload. */
struct walk {
	const struct unpack *unpack;
	const struct payload *payload;
	bool *written; /* parallel to payload->files */
	bool *seen;
	uint64_t left; /* bytes that the package may still take: there is room for so many */
	struct plan_package *package;
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

static int list_file(struct walk *walk, const struct payload_file *file, const char *sha256)
{
	walk->written[file - walk->payload->files] = true;
	if (file->kind == PAYLOAD_MODULE)
		return plan_package_add_module(walk->package, file->target, sha256);
	if (file->kind == PAYLOAD_FIRMWARE)
		return strings_add(&walk->package->firmware, file->target);
	return 0;
}

static int read_content(const struct rpm_entry *entry, struct sums *sums, int to,
			struct bytes *kept)
{
	char buffer[65536];
	uint64_t left = entry->size;
	int r = 0;

	while (r == 0 && left > 0) {
		size_t wanted = left < sizeof(buffer) ? (size_t)left : sizeof(buffer);
		long got = rpm_entry_read(entry, buffer, wanted);

		if (got <= 0)
			return -EBADMSG;
		left -= (uint64_t)got;
		r = sums_update(sums, buffer, (size_t)got);
		if (r == 0 && kept) {
			memcpy(kept->data + kept->size, buffer, (size_t)got);
			kept->size += (size_t)got;
		} else if (r == 0) {
			r = file_write_fd(to, buffer, (size_t)got);
		}
	}
	return r;
}

/* Content to the file TO, or into KEPT; *RET_SHA256 is its checksum. */
static int take_content(struct walk *walk, const struct rpm_entry *entry, int to,
			struct bytes *kept, char **ret_sha256)
{
	AUTO(release_sums) struct sums sums = { 0 };
	auto_free char *sha256 = NULL;
	bool same = false;
	int r = sums_start(&sums, entry->digest_type);

	if (r == 0)
		r = read_content(entry, &sums, to, kept);
	if (r == -EBADMSG)
		return wrong(walk->unpack, entry->path, "is damaged or cut", walk->reterr);
	if (r == 0)
		r = sums_finish(&sums, entry->digest, &sha256, &same);
	if (r < 0)
		return r;
	if (!same)
		return wrong(walk->unpack, entry->path, "has another digest than the header says",
			     walk->reterr);
	*ret_sha256 = take(sha256);
	return 0;
}

static int write_filtered(struct walk *walk, const struct rpm_entry *entry, int fd)
{
	auto_bytes struct bytes text = { .data = calloc(1, MODPROBE_FILE_SIZE_MAX + 1) };
	auto_bytes struct bytes kept = { 0 };
	auto_free char *sha256 = NULL;
	int r = text.data ? take_content(walk, entry, -1, &text, &sha256) : -ENOMEM;

	if (r == 0)
		r = config_filter(entry->path, &text, &kept, &walk->package->diagnostics);
	return r < 0 ? r : file_write_fd(fd, kept.data, kept.size);
}

static int write_entry(struct walk *walk, const struct rpm_entry *entry,
		       const struct payload_file *file, const char *path)
{
	auto_free char *sha256 = NULL;
	auto_fd int fd = make_file(walk->unpack->dir_fd, path);
	int r;

	if (fd < 0)
		return fd;
	if (file->kind == PAYLOAD_MODPROBE)
		r = write_filtered(walk, entry, fd);
	else
		r = take_content(walk, entry, fd, NULL, &sha256);
	return r < 0 ? r : list_file(walk, file, sha256);
}

static int leave_out(struct walk *walk, const char *id, const char *path, const char *what)
{
	return diagnostics_add(&walk->package->diagnostics, id, path, "%s, and stays in the RPM",
			       what);
}

static const struct plan_module *find_module(const struct plan_package *package, const char *target)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (strcmp(package->modules[i].path, target) == 0)
			return &package->modules[i];
	return NULL;
}

/* Another name of a file written before: content stands in the payload once, and here too. */
static int link_entry(struct walk *walk, const struct rpm_entry *entry,
		      const struct payload_file *file, const char *path)
{
	const struct payload_file *first = payload_find(walk->payload, entry->link);
	const struct plan_module *module = NULL;
	auto_free char *from = NULL;
	int dir_fd = walk->unpack->dir_fd;
	int r;

	if (!first || first->kind != file->kind || !walk->written[first - walk->payload->files])
		return leave_out(walk, "hard-link", entry->path,
				 "it is a hard link to a file that is not staged");
	from = target_path(walk->unpack, first);
	r = from ? make_parent(dir_fd, path) : -ENOMEM;
	if (r == 0 && linkat(dir_fd, from, dir_fd, path, 0) < 0)
		r = -errno;
	if (r < 0)
		return r;
	if (file->kind == PAYLOAD_MODULE)
		module = find_module(walk->package, first->target);
	return list_file(walk, file, module ? module->sha256 : NULL);
}

static int visit_file(struct walk *walk, const struct rpm_entry *entry,
		      const struct payload_file *file)
{
	auto_free char *path = target_path(walk->unpack, file);
	bool config = file->kind == PAYLOAD_MODPROBE || file->kind == PAYLOAD_MODULES_LOAD;

	if (!path)
		return -ENOMEM;
	if (S_ISLNK(entry->mode))
		return leave_out(walk, "symlink", entry->path, "it is a symbolic link");
	if (!S_ISREG(entry->mode))
		return leave_out(walk, "no-file", entry->path, "it is no regular file");
	if (config && entry->size > MODPROBE_FILE_SIZE_MAX)
		return leave_out(walk, "config-size", entry->path, "it is over 1 MiB");
	if (entry->size > walk->left)
		return wrong(walk->unpack, entry->path,
			     "makes its files larger than the header says in all", walk->reterr);
	walk->left -= entry->size;
	return entry->link ? link_entry(walk, entry, file, path)
			   : write_entry(walk, entry, file, path);
}

static int visit(void *context, const struct rpm_entry *entry)
{
	struct walk *walk = context;
	const struct payload_file *file = payload_find(walk->payload, entry->path);
	int r;

	if (!file)
		return 0;
	if (walk->seen[file - walk->payload->files])
		return wrong(walk->unpack, entry->path, "is in the payload twice", walk->reterr);
	walk->seen[file - walk->payload->files] = true;
	r = visit_file(walk, entry, file);
	/* One path is a folder of another, or too long: a list that no package builder makes. */
	if (r == -EEXIST || r == -ENOTDIR || r == -EISDIR || r == -ENAMETOOLONG || r == -ELOOP)
		return wrong(walk->unpack, entry->path, "cannot be made beside its other files",
			     walk->reterr);
	return r;
}

static int tell_absent(struct walk *walk)
{
	int r = 0;

	for (size_t i = 0; i < walk->payload->count && r == 0; i++)
		if (!walk->seen[i])
			r = diagnostics_add(&walk->package->diagnostics, "no-content",
					    walk->payload->files[i].path,
					    "the header lists the file, and the payload lacks it");
	return r;
}

int unpack_files(const struct unpack *unpack, struct rpm *rpm, const struct payload *payload,
		 struct plan_package *ret, struct error *reterr)
{
	auto_free bool *written = calloc(payload->count + 1, sizeof(*written));
	auto_free bool *seen = calloc(payload->count + 1, sizeof(*seen));
	struct walk walk = {
		.unpack = unpack,
		.payload = payload,
		.written = written,
		.seen = seen,
		.left = rpm_installed_size(rpm),
		.package = ret,
		.reterr = reterr,
	};
	int r = written && seen ? 0 : -ENOMEM;

	if (payload->count > PAYLOAD_FILES_MAX)
		return wrong(unpack, payload->files[0].path, "is one of too many files", reterr);
	if (r == 0)
		r = rpm_payload(rpm, visit, &walk, reterr);
	if (r == 0)
		r = tell_absent(&walk);
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
