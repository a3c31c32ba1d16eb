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
#include "base/workers.h"
#include "packages/chain.h"
#include "packages/content.h"
#include "packages/rpm-payload.h"
#include "select/inspect-cache.h"
#include "select/walk.h"
#include "trust/package-signature.h"
#include "trust/sums.h"

#define WHAT       "use the RPM"
#define HINT_FETCH "fetch it again, or run createrepo_c on the repository"

/* modprobe and udev go by the file's name, the kernel by the other: nobody would find it again. */
#define MISNAMED "it calls itself %s"

/* How much of an RPM is read at a time, in bytes. */
#define CHUNK_SIZE 65536

/* Up to this size, unpacked and in bytes, packages are looked at together: all fit in memory. */
#define TOGETHER_SIZE (64U << 20)

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
	if (r == 0 && chain && chain_is_retold(source) && trust_choose(&own, chain) != &own &&
	    trust_is_good(chain)) {
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
static int take_room(struct inspection *inspection, struct inspect_room *room)
{
	uint64_t size = rpm_installed_size(inspection->rpm);
	size_t files = inspection->payload.count;

	if (size > room->bytes || files > room->files)
		return error_set(&inspection->error, -EBADMSG, WHAT,
				 inspection->package->driver.location,
				 "together with the packages that were looked at before, it has "
				 "more or larger files than any machine needs",
				 NULL);
	room->bytes -= size;
	room->files -= files;
	return 0;
}

static int choose_payload(const struct inspect_terms *terms, struct inspection *inspection)
{
	auto_strings struct strings paths = { 0 };
	int r = rpm_verify_payload(inspection->rpm, &inspection->error);

	if (r >= 0)
		r = rpm_files(inspection->rpm, &paths);
	if (r == 0)
		r = payload_choose(&paths, terms->kernel_release, &inspection->payload,
				   &inspection->package->diagnostics);
	if (r == 0)
		r = take_room(inspection, terms->room);
	inspection->walks = r == 0;
	return r;
}

/* Who it is, and who vouches for it. */
static int identify(const struct source *source, struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	struct error *error = &inspection->error;
	int r = check_identity(package, inspection->rpm, error);

	if (r == 0)
		r = inspect_content(inspection->fd, &package->driver, &package->rpm_sha256, error);
	if (r < 0)
		return r;
	trust_done(&package->trust);
	return inspect_trust(inspection->fd, source, &package->driver, &package->trust, error);
}

/* What is in the payload may be known of an RPM with the same bytes. */
static void ask_cache(const struct inspect_terms *terms, struct inspection *inspection)
{
	if (!inspection->walks || !terms->cache) {
		inspection->keeps = false;
		return;
	}
	inspection->diagnostic_count = inspection->package->diagnostics.count;
	inspection->walks = !terms->ask_cache || !inspect_cache_find(terms, inspection);
	inspection->keeps &= inspection->walks;
}

/* All that is done for one package after the other: fetched, opened, weighed, given its room. */
static int begin(const struct inspect_terms *terms, struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	const struct source *source = &terms->sources[package->driver.source];
	const char *location = package->driver.location;
	struct error *error = &inspection->error;
	struct stat st;
	int r;

	inspection->fd = -1;
	if (!package->rpm_at_hand)
		return 0;
	r = source_fetch_rpm(source, location, package->driver.size, error);
	if (r < 0 && r != -ENOENT)
		return r;
	inspection->fd = source_open_rpm(source, location);
	if (inspection->fd == -ENOENT)
		return not_at_hand(source, package);
	if (inspection->fd < 0 || fstat(inspection->fd, &st) < 0)
		return error_set(error, inspection->fd < 0 ? inspection->fd : -errno, WHAT,
				 location, NULL, HINT_FETCH);
	package->rpm_size = (uint64_t)st.st_size;
	file_state_add(&inspection->state, &st);
	inspection->keeps = terms->cache && file_state_is_settled(&inspection->state);
	r = rpm_open(inspection->fd, location, &inspection->rpm, error);
	if (r == 0)
		r = identify(source, inspection);
	if (r == 0 && plan_is_trusted(package, terms->gpg_checks))
		r = choose_payload(terms, inspection);
	ask_cache(terms, inspection);
	return r < 0 ? error_set(error, r, WHAT, location, NULL, HINT_FETCH) : 0;
}

/* Decompress the payload and look at each file: what takes long, and is this package's alone. */
static void walk(struct inspection *inspection)
{
	struct plan_package *package = inspection->package;
	struct look look = {
		.package = package,
		.walk = { .what = WHAT,
			  .on = package->driver.location,
			  .hint = HINT_FETCH,
			  .payload = &inspection->payload,
			  .diagnostics = &package->diagnostics,
			  .visit = visit,
			  .context = &look },
		.reterr = &inspection->error,
	};
	int r = inspection->walks ? walk_payload(&look.walk, inspection->rpm, look.reterr) : 0;

	inspection->walks = false;
	if (r < 0)
		inspection->result = error_set(&inspection->error, r, WHAT,
					       package->driver.location, NULL, HINT_FETCH);
}

static void end(const struct inspect_terms *terms, struct inspection *inspection)
{
	struct plan_package *package = inspection->package;

	if (inspection->result == 0 && inspection->keeps)
		inspect_cache_keep(terms, inspection);
	if (inspection->result == 0 && inspection->rpm) {
		package->unpacked_size = rpm_installed_size(inspection->rpm);
		plan_package_set_rpm(package, take_fd(&inspection->fd));
	}
	release_fd(&inspection->fd);
	inspection->rpm = rpm_close(inspection->rpm);
	payload_done(&inspection->payload);
}

/* Begin as many as may be walked at once: large ones are not, for what they take in memory. */
static size_t begin_some(const struct inspect_terms *terms, struct inspection *items, size_t count)
{
	size_t most = workers_count(), begun = 0;

	while (begun < count && begun < most) {
		struct inspection *item = &items[begun++];

		item->result = begin(terms, item);
		if (item->walks && rpm_installed_size(item->rpm) > TOGETHER_SIZE)
			walk(item);
	}
	return begun;
}

/* Some that are walked at once. */
struct batch {
	struct inspection *items;
	struct progress_task *progress;
};

static void walk_one(void *context, size_t index)
{
	const struct batch *batch = context;

	walk(&batch->items[index]);
	progress_add(batch->progress, 1);
}

void inspect_packages(const struct inspect_terms *terms, struct inspection *items, size_t count)
{
	for (size_t done = 0; done < count;) {
		struct batch batch = { items + done, terms->progress };
		size_t begun = begin_some(terms, batch.items, count - done);

		workers_run(begun, walk_one, &batch);
		for (size_t i = 0; i < begun; i++)
			end(terms, &batch.items[i]);
		done += begun;
	}
}
