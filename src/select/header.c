/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/header.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/rpm.h"
#include "trust/digest.h"

#define WHAT       "use the RPM"
#define HINT_FETCH "fetch it again, or run createrepo_c on the repository"

/* How much of an RPM is read at a time, in bytes. */
#define CHUNK_SIZE 65536

static int not_at_hand(struct plan_package *package)
{
	package->rpm_at_hand = false;
	return diagnostics_add(
		&package->diagnostics, "rpm-not-at-hand", package->driver.location,
		"its RPM is not in the repository, only its metadata; staging needs it");
}

static int check_identity(const struct plan_package *package, const struct rpm *rpm,
			  struct error *reterr)
{
	const struct driver *driver = &package->driver;

	if (!text_equal(rpm_nevra(rpm), driver->nevra))
		return error_setf(reterr, -EBADMSG, WHAT, driver->location, HINT_FETCH,
				  "it holds %s, the metadata says %s", rpm_nevra(rpm),
				  driver->nevra);
	if (driver->size && driver->size != package->rpm_size)
		return error_setf(reterr, -EBADMSG, WHAT, driver->location, HINT_FETCH,
				  "it has %" PRIu64 " bytes, the metadata says %" PRIu64,
				  package->rpm_size, driver->size);
	return 0;
}

/* The part of FILE below lib/firmware, or NULL. */
static const char *below_firmware(const char *file)
{
	static const char *const folders[] = { "/lib/firmware/", "/usr/lib/firmware/" };

	for (size_t i = 0; i < COUNT(folders); i++)
		if (text_starts(file, folders[i]))
			return file + strlen(folders[i]);
	return NULL;
}

static int list_files(struct plan_package *package, const struct rpm *rpm, struct strings *modules)
{
	auto_strings struct strings files = { 0 };

	if (rpm_files(rpm, &files) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < files.count; i++) {
		const char *file = files.items[i];
		const char *firmware = below_firmware(file);
		auto_free char *name = NULL;

		if (text_is_module_file(file)) {
			name = text_module_name(file);
			if (!name || strings_add(modules, name) < 0 ||
			    plan_package_add_module(package, file, NULL) < 0)
				return -ENOMEM;
		} else if (firmware && strings_add(&package->firmware, firmware) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

static int file_sha256(int fd, char **ret)
{
	auto_digest struct digest *digest = NULL;
	auto_free char *chunk = malloc(CHUNK_SIZE);
	off_t at = 0;
	ssize_t got;
	int r = chunk ? digest_new(DIGEST_SHA256, &digest) : -ENOMEM;

	while (r == 0 && (got = pread(fd, chunk, CHUNK_SIZE, at)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		at += got;
		r = digest_update(digest, chunk, (size_t)got);
	}
	return r < 0 ? r : digest_finish(digest, ret);
}

/* A directory of RPMs has no checksums: what is looked at now is what staging must find. */
static int remember_content(int fd, struct plan_package *package)
{
	struct driver *driver = &package->driver;
	int r;

	if (driver->checksum)
		return 0;
	r = file_sha256(fd, &driver->checksum);
	if (r < 0)
		return r;
	driver->checksum_type = strdup(DIGEST_SHA256);
	package->rpm_sha256 = strdup(driver->checksum);
	return driver->checksum_type && package->rpm_sha256 ? 0 : -ENOMEM;
}

int header_check(const struct source *source, struct plan_package *package,
		 struct strings *ret_modules, struct error *reterr)
{
	const char *location = package->driver.location;
	auto_strings struct strings modules = { 0 };
	auto_rpm struct rpm *rpm = NULL;
	auto_fd int fd = source_open_rpm(source, location);
	struct stat st;
	int r;

	if (fd == -ENOENT)
		return not_at_hand(package);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(reterr, fd < 0 ? fd : -errno, WHAT, location, NULL, HINT_FETCH);
	package->rpm_size = (uint64_t)st.st_size;
	r = rpm_open(fd, location, &rpm, reterr);
	if (r == 0)
		r = check_identity(package, rpm, reterr);
	if (r == 0)
		r = list_files(package, rpm, &modules);
	if (r == 0)
		r = remember_content(fd, package);
	if (r < 0)
		return error_set(reterr, r, WHAT, location, NULL, HINT_FETCH);
	package->unpacked_size = rpm_installed_size(rpm);
	*ret_modules = modules;
	modules = (struct strings){ 0 };
	return 0;
}
