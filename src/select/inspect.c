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
#include "select/walk.h"
#include "trust/package-signature.h"
#include "trust/sums.h"

#define WHAT       "use the RPM"
#define HINT_FETCH "fetch it again, or run createrepo_c on the repository"

/* modprobe and udev go by the file's name, the kernel by the other: nobody would find it again. */
#define MISNAMED "it calls itself %s"

/* How much of an RPM is read at a time, in bytes. */
#define CHUNK_SIZE 65536

/* What stands in metadata that somebody changed is not taken either. */
static int not_at_hand(const struct source *source, struct plan_package *package)
{
	const struct trust *chain = chain_reaches(source, &package->driver);

	package->rpm_at_hand = false;
	trust_done(&package->trust);
	if (chain && chain->status == TRUST_BAD && trust_copy(chain, &package->trust) < 0)
		return -ENOMEM;
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
		r = sums_update(sums, chunk, (size_t)got);
	}
	return r;
}

/* What is looked at now is what staging must find; a directory of RPMs states no checksum. */
int inspect_content(int fd, const struct driver *driver, char **ret_sha256, struct error *reterr)
{
	const char *type = driver->checksum ? driver->checksum_type : NULL;
	auto_sums struct sums sums = { 0 };
	auto_free char *sha256 = NULL;
	bool same = false;
	int r = sums_start(&sums, type);

	if (r == -ENOTSUP)
		return error_setf(reterr, -EBADMSG, WHAT, driver->location, NULL,
				  "the metadata has a checksum of type '%s', which is not known",
				  type);
	if (r == 0)
		r = sum_file(fd, &sums);
	if (r == 0)
		r = sums_finish(&sums, driver->checksum, &sha256, &same);
	if (r < 0)
		return r;
	if (!same)
		return error_setf(reterr, -EBADMSG, WHAT, driver->location, HINT_FETCH,
				  "it has another %s checksum than the metadata says",
				  driver->checksum_type ? driver->checksum_type : DIGEST_SHA256);
	free(*ret_sha256);
	*ret_sha256 = take(sha256);
	return 0;
}

int inspect_trust(int fd, const struct source *source, const struct driver *driver,
		  struct trust *ret, struct error *reterr)
{
	const struct trust *chain = chain_reaches(source, driver);
	auto_trust struct trust own = { 0 };
	int r;

	if (!source->keyring)
		return 0;
	r = package_signature_check(fd, driver->location, source->keyring, time(NULL), &own,
				    reterr);
	/* It takes time, so only where the answer depends on it. */
	if (r == 0 && chain && source->kind == SOURCE_SOLV && source->primary.location &&
	    trust_choose(&own, chain) != &own && trust_is_good(chain)) {
		r = chain_lists(source, driver);
		chain = r > 0 ? chain : NULL;
	}
	return r < 0 ? r : trust_copy(trust_choose(&own, chain), ret);
}

/* Where what is found goes. */
struct look {
	struct plan_package *package;
	struct walk walk;
	struct error *reterr;
};

/* A file that is no readable module is a fact of the package, not a failure. */
static int read_facts(const struct look *look, const struct rpm_entry *entry,
		      struct plan_module *module)
{
	auto_bytes struct bytes content = { 0 };
	auto_error struct error error = { 0 };
	auto_free struct module *facts = NULL;
	const char *why = NULL;
	int r;

	r = content_read(entry, MODULE_SIZE_MAX, &content, &module->sha256, &why);
	if (r == -EFBIG) {
		module->unreadable = text_format("it is over %lu MiB", MODULE_SIZE_MAX >> 20);
		return module->unreadable ? 0 : -ENOMEM;
	}
	if (r == -EBADMSG)
		return walk_wrong(&look->walk, entry->path, why, look->reterr);
	if (r < 0)
		return r;
	facts = calloc(1, sizeof(*facts));
	r = facts ? module_read(&content, module->path, facts, &error) : -ENOMEM;
	if (r == 0)
		r = module_digest(&content, facts);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		module->unreadable = strdup(error.why ? error.why : "it is no module");
	else if (!text_equal(facts->name, module->name))
		module->unreadable = text_format(MISNAMED, facts->name);
	else
		module->facts = take(facts);
	return module->facts || module->unreadable ? 0 : -ENOMEM;
}

static const struct plan_module *find_module(const struct plan_package *package, const char *path)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (strcmp(package->modules[i].path, path) == 0)
			return &package->modules[i];
	return NULL;
}

/* A hard link has the content of another module, which was looked at there. */
static int look_at_module(const struct look *look, const struct rpm_entry *entry,
			  const struct payload_file *file, const struct payload_file *first)
{
	struct plan_package *package = look->package;
	const struct plan_module *module = first ? find_module(package, first->path) : NULL;

	if (strings_add_once(&package->driver.modules, file->name) < 0 ||
	    plan_package_add_module(package, entry->path, module ? module->sha256 : NULL) < 0)
		return -ENOMEM;
	return first ? 0 : read_facts(look, entry, &package->modules[package->module_count - 1]);
}

static int visit(void *context, const struct rpm_entry *entry, const struct payload_file *file,
		 const struct payload_file *first)
{
	const struct look *look = context;
	const char *why = NULL;
	int r;

	if (file->kind == PAYLOAD_MODULE)
		return look_at_module(look, entry, file, first);
	if (file->kind == PAYLOAD_FIRMWARE &&
	    strings_add(&look->package->firmware, file->target) < 0)
		return -ENOMEM;
	r = first ? 0 : content_pass(entry, NULL, NULL, NULL, &why);
	return r == -EBADMSG ? walk_wrong(&look->walk, entry->path, why, look->reterr) : r;
}

/* All packages together are bounded as each is: first come, first served, and the best come first.
 */
static int take_room(const struct rpm *rpm, const struct payload *payload,
		     struct inspect_room *room, const struct look *look)
{
	uint64_t size = rpm_installed_size(rpm);

	if (size > room->bytes || payload->count > room->files)
		return error_set(look->reterr, -EBADMSG, WHAT, look->walk.on,
				 "together with the packages that were looked at before, it has "
				 "more or larger files than any machine needs",
				 NULL);
	room->bytes -= size;
	room->files -= payload->count;
	return 0;
}

static int read_payload(struct plan_package *package, struct rpm *rpm, const char *kernel_release,
			struct inspect_room *room, struct error *reterr)
{
	auto_payload struct payload payload = { 0 };
	auto_strings struct strings paths = { 0 };
	struct look look = {
		.package = package,
		.walk = { .what = WHAT,
			  .on = package->driver.location,
			  .hint = HINT_FETCH,
			  .payload = &payload,
			  .diagnostics = &package->diagnostics,
			  .visit = visit,
			  .context = &look },
		.reterr = reterr,
	};
	int r = rpm_verify_payload(rpm, reterr);

	if (r >= 0)
		r = rpm_files(rpm, &paths);
	if (r == 0)
		r = payload_choose(&paths, kernel_release, &payload, &package->diagnostics);
	if (r == 0)
		r = take_room(rpm, &payload, room, &look);
	return r == 0 ? walk_payload(&look.walk, rpm, reterr) : r;
}

int inspect_package(const struct source *source, const char *kernel_release, bool gpg_checks,
		    struct inspect_room *room, struct plan_package *package, struct error *reterr)
{
	const char *location = package->driver.location;
	auto_rpm struct rpm *rpm = NULL;
	auto_fd int fd = -1;
	struct stat st;
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
		r = inspect_content(fd, &package->driver, &package->rpm_sha256, reterr);
	if (r == 0) {
		trust_done(&package->trust);
		r = inspect_trust(fd, source, &package->driver, &package->trust, reterr);
	}
	if (r == 0 && plan_is_trusted(package, gpg_checks))
		r = read_payload(package, rpm, kernel_release, room, reterr);
	if (r < 0)
		return error_set(reterr, r, WHAT, location, NULL, HINT_FETCH);
	package->unpacked_size = rpm_installed_size(rpm);
	plan_package_set_rpm(package, take_fd(&fd));
	return 0;
}
