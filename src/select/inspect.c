/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/chain.h"
#include "packages/content.h"
#include "packages/rpm.h"
#include "select/payload.h"
#include "trust/digest.h"
#include "trust/package-signature.h"

#define WHAT       "use the RPM"
#define HINT_FETCH "fetch it again, or run createrepo_c on the repository"

/* How much of an RPM is read at a time, in bytes. */
#define CHUNK_SIZE 65536

static int not_at_hand(const struct source *source, struct plan_package *package)
{
	package->rpm_at_hand = false;
	return diagnostics_add(&package->diagnostics, "rpm-not-at-hand", package->driver.location,
			       "its RPM is %s, only its metadata; staging needs it",
			       source->remote ? "not fetched" : "not in the repository");
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

/* The checksums of an RPM: the one that names it, and the one that the metadata has of it. */
struct sums {
	struct digest *sha256;
	struct digest *stated; /* NULL: it has none, or one that nobody can compute */
};

static void sums_done(struct sums *sums)
{
	digest_free(sums->sha256);
	digest_free(sums->stated);
}

static int sums_new(const struct driver *driver, struct sums *ret)
{
	int r = digest_new(DIGEST_SHA256, &ret->sha256);

	if (r == 0 && driver->checksum && driver->checksum_type)
		r = digest_new(driver->checksum_type, &ret->stated);
	return r == -ENOTSUP && ret->sha256 ? 0 : r;
}

static int sum_file(int fd, struct sums *sums)
{
	auto_free char *chunk = malloc(CHUNK_SIZE);
	off_t at = 0;
	ssize_t got;
	int r = chunk ? 0 : -ENOMEM;

	while (r == 0 && (got = pread(fd, chunk, CHUNK_SIZE, at)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		at += got;
		r = digest_update(sums->sha256, chunk, (size_t)got);
		if (r == 0 && sums->stated)
			r = digest_update(sums->stated, chunk, (size_t)got);
	}
	return r;
}

/*
 * What is looked at now is what staging must find; a directory of RPMs has no checksums. *RET_SAME
 * says whether it was compared with the metadata's.
 */
static int check_content(int fd, struct plan_package *package, bool *ret_same, struct error *reterr)
{
	struct driver *driver = &package->driver;
	AUTO(sums_done) struct sums sums = { 0 };
	auto_free char *sha256 = NULL, *found = NULL;
	int r = sums_new(driver, &sums);

	if (r == 0)
		r = sum_file(fd, &sums);
	if (r == 0)
		r = digest_finish(sums.sha256, &sha256);
	if (r == 0 && sums.stated)
		r = digest_finish(sums.stated, &found);
	if (r < 0)
		return r;
	if (found && !digest_equal(driver->checksum, found))
		return error_setf(reterr, -EBADMSG, WHAT, driver->location, HINT_FETCH,
				  "it has another %s checksum than the metadata says",
				  driver->checksum_type);
	free(package->rpm_sha256);
	package->rpm_sha256 = take(sha256);
	*ret_same = found;
	return 0;
}

/* Who vouches for the RPM: itself, or where checksums lead to it (SAME), its repository. */
static int check_trust(int fd, const struct source *source, bool same, struct plan_package *package,
		       struct error *reterr)
{
	auto_trust struct trust own = { 0 };
	const struct trust *chain = same ? chain_reaches(source, &package->driver) : NULL;
	int r;

	if (!source->keyring)
		return 0;
	r = package_signature_check(fd, package->driver.location, source->keyring, time(NULL), &own,
				    reterr);
	trust_done(&package->trust);
	return r < 0 ? r : trust_copy(trust_choose(&own, chain), &package->trust);
}

/* One walk through the payload. */
struct walk {
	struct plan_package *package;
	const struct payload *payload;
	struct error *reterr;
};

/* A file that is no readable module is a fact of the package, not a failure. */
static int read_facts(const struct walk *walk, const struct rpm_entry *entry,
		      struct plan_module *module)
{
	auto_bytes struct bytes content = { 0 };
	auto_error struct error error = { 0 };
	auto_free struct module *facts = NULL;
	const char *why = NULL;
	int r;

	r = content_read(entry, MODULE_SIZE_MAX, &content, &why);
	if (r == -EFBIG) {
		module->unreadable = text_format("it is over %lu MiB", MODULE_SIZE_MAX >> 20);
		return module->unreadable ? 0 : -ENOMEM;
	}
	if (r == -EBADMSG)
		return error_setf(walk->reterr, r, WHAT, walk->package->driver.location, HINT_FETCH,
				  "%s %s", entry->path, why);
	if (r < 0)
		return r;
	facts = calloc(1, sizeof(*facts));
	r = facts ? module_read(&content, module->path, facts, &error) : -ENOMEM;
	if (r == 0)
		r = module_digest(&content, facts);
	if (r == 0)
		module->facts = take(facts);
	if (r == 0 || r == -ENOMEM)
		return r;
	module->unreadable = strdup(error.why ? error.why : "it is no module");
	return module->unreadable ? 0 : -ENOMEM;
}

/*
 * Links stay in the RPM when it is staged; a hard link has the content of another module, which is
 * looked at there.
 */
static int visit(void *context, const struct rpm_entry *entry)
{
	const struct walk *walk = context;
	const struct payload_file *file = payload_find(walk->payload, entry->path);
	struct plan_package *package = walk->package;

	if (!file || file->kind != PAYLOAD_MODULE || !S_ISREG(entry->mode))
		return 0;
	if (strings_add_once(&package->driver.modules, file->name) < 0 ||
	    plan_package_add_module(package, entry->path, NULL) < 0)
		return -ENOMEM;
	if (entry->link)
		return 0;
	return read_facts(walk, entry, &package->modules[package->module_count - 1]);
}

static int read_payload(struct plan_package *package, struct rpm *rpm, const char *kernel_release,
			struct error *reterr)
{
	auto_payload struct payload payload = { 0 };
	auto_strings struct strings paths = { 0 };
	struct walk walk = { package, &payload, reterr };
	bool modules = false;
	int r = rpm_files(rpm, &paths);

	if (r == 0)
		r = payload_choose(&paths, kernel_release, &payload, &package->diagnostics);
	for (size_t i = 0; r == 0 && i < payload.count; i++) {
		modules |= payload.files[i].kind == PAYLOAD_MODULE;
		if (payload.files[i].kind == PAYLOAD_FIRMWARE)
			r = strings_add(&package->firmware, payload.files[i].target);
	}
	return r == 0 && modules ? rpm_payload(rpm, visit, &walk, reterr) : r;
}

int inspect_package(const struct source *source, const char *kernel_release,
		    struct plan_package *package, struct error *reterr)
{
	const char *location = package->driver.location;
	auto_rpm struct rpm *rpm = NULL;
	auto_fd int fd = -1;
	struct stat st;
	bool same = false;
	int r = source_fetch_rpm(source, location, package->driver.size, reterr);

	if (r < 0 && r != -ENOENT)
		return r;
	fd = source_open_rpm(source, location);
	if (fd == -ENOENT)
		return not_at_hand(source, package);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(reterr, fd < 0 ? fd : -errno, WHAT, location, NULL, HINT_FETCH);
	package->rpm_size = (uint64_t)st.st_size;
	r = rpm_open(fd, location, &rpm, reterr);
	if (r == 0)
		r = check_identity(package, rpm, reterr);
	if (r == 0)
		r = check_content(fd, package, &same, reterr);
	if (r == 0)
		r = check_trust(fd, source, same, package, reterr);
	if (r == 0)
		r = read_payload(package, rpm, kernel_release, reterr);
	if (r < 0)
		return error_set(reterr, r, WHAT, location, NULL, HINT_FETCH);
	package->unpacked_size = rpm_installed_size(rpm);
	return 0;
}
