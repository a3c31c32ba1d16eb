/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "deliver/delivery.h"
#include "deliver/stage-dir.h"
#include "deliver/state.h"
#include "hardware/hardware.h"
#include "packages/catalog.h"
#include "packages/keys.h"
#include "packages/system.h"
#include "select/selection.h"
#include "select/target.h"

#define CACHE_DIR_USUAL "/var/cache/kmp-match"

static int open_root(struct pipeline *pipeline, const struct options *options, struct error *reterr)
{
	const char *root = options->root ? options->root : "/";

	pipeline->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pipeline->root_fd < 0)
		return error_set(reterr, -errno, "open the root directory", root, NULL,
				 "check the path given with --root");
	return 0;
}

/* What a path in sysfs leads to; another machine's is taken as it is written. Owned, or NULL. */
static char *resolve_subject(const struct options *options)
{
	if (!options->subject)
		return NULL;
	if (options->subject[0] == '/' && !options->hardware.count) {
		char *path = realpath(options->subject, NULL);

		if (path)
			return path;
	}
	return strdup(options->subject);
}

/* Stage 1: what the machine has, and for explain what it would have. */
static int read_hardware(struct pipeline *pipeline, const struct options *options,
			 struct error *reterr)
{
	auto_free char *subject = resolve_subject(options);
	int r = hardware_read(&options->hardware, &pipeline->devices, reterr);

	if (r == 0 && options->explain)
		r = subject_find_device(subject, &pipeline->devices, &pipeline->subject, reterr);
	return r;
}

/* Before anything from outside is parsed: see packages/fetch.h. */
static int start_fetching(struct pipeline *pipeline, const struct options *options,
			  struct error *reterr)
{
	const struct fetch_request request = {
		.urls = &options->repositories,
		.folder = options->dry_run ? NULL : options->stage_dir,
		.patience = options->timeout,
		.progress = &pipeline->progress,
	};

	return fetch_start(&request, &pipeline->fetch, reterr);
}

/* Those that were given, or else those of the system. */
static int open_sources(struct pipeline *pipeline, const struct options *options,
			struct error *reterr)
{
	const struct strings *given = &options->repositories;
	auto_free char *release = catalog_base_release(pipeline->catalog);
	const struct system_request request = {
		.root_fd = pipeline->root_fd,
		.root = options->root,
		.arch = options->arch,
		.release = release,
	};

	if (given->count == 0)
		return system_sources(&request, &pipeline->sources, &pipeline->source_count,
				      &pipeline->diagnostics, reterr);
	pipeline->sources = calloc(given->count, sizeof(*pipeline->sources));
	if (!pipeline->sources)
		return -ENOMEM;
	for (size_t i = 0; i < given->count; i++) {
		struct source *source = &pipeline->sources[pipeline->source_count++];

		if (source_open(given->items[i], i, pipeline->fetch, source) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

/* Is it the running system that is looked into? */
static bool is_running(const struct pipeline *pipeline)
{
	struct stat root, below;

	return stat("/", &root) == 0 && fstat(pipeline->root_fd, &below) == 0 &&
	       root.st_dev == below.st_dev && root.st_ino == below.st_ino;
}

/*
 * Where something is kept, or NULL. Unasked, root keeps what it finds out of the running system: of
 * another one it may be asked once only, and in an initrd all is gone with it.
 */
static const char *cache_place(const struct pipeline *pipeline, const struct options *options)
{
	if (options->no_cache || options->cache_dir)
		return options->no_cache ? NULL : options->cache_dir;
	if (geteuid() != 0 || !is_running(pipeline) || access("/etc/initrd-release", F_OK) == 0)
		return NULL;
	return CACHE_DIR_USUAL;
}

static int open_caches(struct pipeline *pipeline, const struct options *options)
{
	const char *path = cache_place(pipeline, options);
	auto_diagnostics struct diagnostics unused = { 0 };
	/* Nobody asked for the usual one: that it cannot be made, as on read-only media, is no
	 * news. */
	struct diagnostics *diagnostics = path && (options->cache_dir || access(path, F_OK) == 0)
						  ? &pipeline->diagnostics
						  : &unused;
	int r = path ? cache_dir_open(path, "system", &pipeline->system_cache, diagnostics) : 0;

	if (r == 0 && pipeline->system_cache)
		r = cache_dir_open(path, "metadata", &pipeline->metadata_cache, diagnostics);
	if (r == 0 && pipeline->metadata_cache)
		r = cache_dir_open(path, "kernel", &pipeline->kernel_cache, diagnostics);
	if (r == 0 && pipeline->kernel_cache)
		r = cache_dir_open(path, "modules", &pipeline->modules_cache, diagnostics);
	return r;
}

/* What could not be kept is said once, when all was tried. */
static int tell_caches(struct pipeline *pipeline)
{
	int r = cache_dir_diagnose(pipeline->system_cache, &pipeline->diagnostics);

	return r < 0 ? r : cache_dir_diagnose(pipeline->metadata_cache, &pipeline->diagnostics);
}

/* Behind the first fence, which leaves the copy of the database to librpm. */
static void enter_sandbox(struct pipeline *pipeline, const struct database *database)
{
	int copy_fd = database_copy_fd(database);
	auto_fd int beside_fd =
		copy_fd < 0 ? -1 : openat(copy_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct landlock_place places[] = {
		{ .fd = pipeline->stage_fd },
		{ .fd = copy_fd },
		{ .fd = beside_fd, .empty_only = true },
		{ .fd = cache_dir_fd(pipeline->system_cache), .files_only = true },
		{ .fd = cache_dir_fd(pipeline->metadata_cache), .files_only = true },
		{ .fd = cache_dir_fd(pipeline->kernel_cache), .files_only = true },
		{ .fd = cache_dir_fd(pipeline->modules_cache), .files_only = true },
	};

	sandbox_enter(places, COUNT(places), &pipeline->sandbox);
}

static void tighten_sandbox(struct pipeline *pipeline)
{
	const struct landlock_place places[] = {
		{ .fd = pipeline->stage_fd },
		{ .fd = cache_dir_fd(pipeline->metadata_cache), .files_only = true },
		{ .fd = cache_dir_fd(pipeline->kernel_cache), .files_only = true },
		{ .fd = cache_dir_fd(pipeline->modules_cache), .files_only = true },
	};

	sandbox_tighten(places, COUNT(places), &pipeline->sandbox);
}

/* What is installed. The second fence, for all that follows, is up when this is done. */
static int read_base(struct pipeline *pipeline, const struct options *options, bool staging,
		     struct error *reterr)
{
	auto_database struct database *database = NULL;
	int r = catalog_new(&pipeline->catalog);

	if (r == 0)
		catalog_show_progress(pipeline->catalog, &pipeline->progress);
	if (r == 0)
		r = open_caches(pipeline, options);
	if (r == 0)
		r = database_open(pipeline->root_fd, &database, reterr);
	if (r < 0)
		return r;
	if (staging)
		pipeline->stage_made = stage_dir_make(options->stage_dir, &pipeline->stage_fd);
	enter_sandbox(pipeline, database);
	r = catalog_add_base(pipeline->catalog, database, pipeline->system_cache, reterr);
	database = database_close(database);
	tighten_sandbox(pipeline);
	return r < 0 ? r : 0;
}

static int read_keys(struct pipeline *pipeline, const struct options *options, struct error *reterr)
{
	return keys_read(catalog_base_keys(pipeline->catalog), pipeline->root_fd, options->keys,
			 &pipeline->keyring, &pipeline->diagnostics, reterr);
}

/* Stage 2: the target kernel, as far as files tell: only packages of its release are read then. */
static int begin_kernel(struct pipeline *pipeline, const struct options *options,
			struct error *reterr)
{
	const struct kernel_request request = pipeline_kernel_request(pipeline, options);
	int r = target_begin(&request, &pipeline->kernel, reterr);

	pipeline->usage = r == -EINVAL;
	return r;
}

static int collect_modaliases(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->devices.count; i++) {
		const struct strings *modaliases = &pipeline->devices.items[i].modaliases;

		for (size_t j = 0; j < modaliases->count; j++)
			if (strings_add(&pipeline->modaliases, modaliases->items[j]) < 0)
				return -ENOMEM;
	}
	strings_sort_unique(&pipeline->modaliases);
	return 0;
}

/* The releases of the kernels that will be looked at; none if only what is at a path tells. */
static int collect_releases(const struct pipeline *pipeline, const struct options *options,
			    const struct pipeline_parts *parts, struct strings *ret)
{
	const struct strings *kernels = &options->kernels;
	int r = 0;

	if (parts->kernel)
		return pipeline->kernel.release ? strings_add(ret, pipeline->kernel.release) : 0;
	for (size_t i = 0; i < kernels->count; i++)
		if (strchr(kernels->items[i], '/'))
			return 0;
	for (size_t i = 0; i < kernels->count && r == 0; i++)
		r = strings_add(ret, kernels->items[i]);
	if (r == 0 && ret->count && options->kernel_release)
		r = strings_add(ret, options->kernel_release);
	return r;
}

/* What is asked for by name. */
static int collect_names(const struct pipeline *pipeline, const struct options *options,
			 const struct pipeline_parts *parts, struct strings *ret_names,
			 char **ret_module)
{
	int r = 0;

	for (size_t i = 0; i < parts->drivers.count && r == 0; i++)
		r = strings_add(ret_names, parts->drivers.items[i]);
	if (r < 0 || !options->explain || pipeline->subject.found)
		return r;
	*ret_module = text_module_name(pipeline->subject.text);
	return *ret_module ? strings_add(ret_names, pipeline->subject.text) : -ENOMEM;
}

/* Without a target there is no selection, which is all that other packages could matter to. */
static int add_sources(struct pipeline *pipeline, const struct options *options,
		       const struct pipeline_parts *parts)
{
	auto_modalias_index struct modalias_index *hardware = NULL;
	auto_strings struct strings releases = { 0 }, names = { 0 };
	auto_free char *module = NULL;
	struct interest interest = { .drivers = !parts->kernel };
	int r = parts->kernel ? collect_modaliases(pipeline) : 0;

	if (r == 0)
		r = modalias_index_new(&pipeline->modaliases, &hardware);
	if (r == 0)
		r = collect_releases(pipeline, options, parts, &releases);
	if (r == 0)
		r = collect_names(pipeline, options, parts, &names, &module);
	if (r < 0)
		return r;
	interest.hardware = hardware;
	interest.base = parts->kernel && catalog_has_base(pipeline->catalog);
	interest.releases = releases;
	interest.names = names;
	interest.module = module;
	return catalog_add_sources(pipeline->catalog, pipeline->sources, 0, pipeline->source_count,
				   &interest, pipeline->metadata_cache);
}

/* Stage 3: what is on offer. A repository that fails is reported, not fatal. */
static int read_packages(struct pipeline *pipeline, const struct options *options,
			 const struct pipeline_parts *parts)
{
	int r = 0;

	if (catalog_has_base(pipeline->catalog))
		r = system_locks(pipeline->root_fd, &pipeline->locks, &pipeline->diagnostics);
	for (size_t i = 0; i < pipeline->source_count && r == 0; i++)
		r = keys_for_source(&pipeline->sources[i], pipeline->root_fd, pipeline->keyring);
	if (r == 0)
		r = add_sources(pipeline, options, parts);
	for (size_t i = 0; i < pipeline->source_count && r == 0; i++) {
		struct source *source = &pipeline->sources[i];

		r = keys_diagnose_source(source);
		if (source->failed && !source->system)
			pipeline->trouble = true;
	}
	return r;
}

int pipeline_read(const struct options *options, const struct pipeline_parts *parts,
		  struct pipeline *ret, struct error *reterr)
{
	int r;

	*ret = (struct pipeline){ .root_fd = -1, .stage_fd = -1 };
	ret->progress = progress_of_stderr(options->verbosity);
	r = parts->sources ? start_fetching(ret, options, reterr) : 0;
	if (r == 0)
		r = open_root(ret, options, reterr);
	if (r == 0)
		r = read_base(ret, options, parts->staging, reterr);
	if (r == 0 && parts->hardware)
		r = read_hardware(ret, options, reterr);
	if (r == 0 && parts->sources)
		r = open_sources(ret, options, reterr);
	if (r == 0 && parts->kernel)
		r = begin_kernel(ret, options, reterr);
	if (r == 0 && (parts->sources || parts->keys))
		r = read_keys(ret, options, reterr);
	if (r == 0 && parts->sources)
		r = read_packages(ret, options, parts);
	return r < 0 ? r : tell_caches(ret);
}

struct kernel_request pipeline_kernel_request(const struct pipeline *pipeline,
					      const struct options *options)
{
	return (struct kernel_request){
		.root_fd = pipeline->root_fd,
		.root = options->root,
		.kernels = options->kernels,
		.flavor = options->flavor,
		.arch = options->arch,
		.release = options->kernel_release,
		.cache = pipeline->kernel_cache,
	};
}

/* Stage 4: what packages say of the target kernel. */
static int complete_kernel(struct pipeline *pipeline, const struct options *options,
			   struct error *reterr)
{
	const struct kernel_request request = pipeline_kernel_request(pipeline, options);
	auto_progress_task struct progress_task task = { 0 };
	int r;

	progress_begin(&pipeline->progress, &task, "reading", "the kernel");
	r = target_complete(&request, pipeline->catalog, pipeline->devices.arch, &pipeline->kernel,
			    reterr);
	pipeline->usage = r == -EINVAL;
	return r;
}

/* With explain: the packages that were asked about are judged, whatever hardware says. */
static int consider_subject(struct pipeline *pipeline)
{
	const struct ids *packages = &pipeline->subject.packages;

	for (size_t i = 0; i < packages->count; i++)
		if (selection_consider(pipeline->selection, packages->items[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* RPMs are fetched only to be staged. */
static void allow_rpms(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->source_count; i++)
		if (pipeline->sources[i].remote)
			remote_allow_rpms(pipeline->sources[i].remote, true);
}

/* A server that fails while RPMs are fetched is a repository that cannot be read. */
static void note_lost_sources(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->source_count; i++) {
		struct source *source = &pipeline->sources[i];
		struct error *failure = source->remote ? remote_failure(source->remote) : NULL;

		if (!failure || source->failed)
			continue;
		source->error = *failure;
		*failure = (struct error){ 0 };
		source->failed = pipeline->trouble = true;
	}
}

/* Builds that `load` tried in this boot and took back give way to the next best ones. */
static int leave_out_undone(struct pipeline *pipeline, const struct options *options,
			    struct error *reterr)
{
	auto_fd int fd = open(options->stage_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_state struct state state = { 0 };
	auto_free char *boot_id = NULL;
	int r = fd < 0 || !pipeline->kernel.release ? -ENOENT
						    : state_boot(pipeline->root_fd, &boot_id);

	if (r == 0)
		r = state_read(fd, boot_id, pipeline->kernel.release, &state, reterr);
	if (r == 0)
		r = selection_leave_out_undone(pipeline->selection, &state.undone,
					       &state.undone_details);
	return r == -ENOENT ? 0 : r;
}

/* Stage 5: match, solve, prove what was chosen, and solve again without what will not do. */
static int select_packages(struct pipeline *pipeline, const struct options *options,
			   struct error *reterr)
{
	int r = 0;

	if (options->explain)
		r = subject_find_package(&pipeline->subject, pipeline->catalog, &pipeline->kernel,
					 reterr);
	if (r == 0)
		r = selection_new(pipeline->catalog, pipeline->sources, &pipeline->kernel,
				  &pipeline->devices, &pipeline->selection, reterr);
	if (r == 0)
		r = selection_diagnose(pipeline->selection, pipeline->sources,
				       pipeline->source_count);
	if (r == 0)
		r = consider_subject(pipeline);
	if (r == 0)
		r = selection_lock(pipeline->selection, &pipeline->locks);
	if (r == 0)
		r = leave_out_undone(pipeline, options, reterr);
	if (!options->dry_run)
		allow_rpms(pipeline);
	if (r == 0 && !options->no_gpg_checks)
		selection_check_signatures(pipeline->selection);
	if (r == 0 && !options->dry_run)
		selection_for_staging(pipeline->selection);
	if (r == 0)
		r = selection_set_policy(pipeline->selection, &pipeline->policy);
	if (r == 0) {
		selection_use_cache(pipeline->selection, pipeline->modules_cache);
		r = selection_plan(pipeline->selection, &pipeline->plan, reterr);
	}
	note_lost_sources(pipeline);
	return r;
}

/* What the staging directory needs to have its manifest made. */
struct manifest_context {
	const struct pipeline *pipeline;
	const struct options *options;
};

static int render_manifest(void *data, unsigned int generation, struct bytes *ret)
{
	const struct manifest_context *context = data;
	struct report report = pipeline_report(context->pipeline, context->options);
	auto_json struct json *json = NULL;
	char *text;

	report.generation = generation;
	report.lasting = true;
	json = report_json(&report);
	text = json_text(json);
	if (!text)
		return -ENOMEM;
	*ret = (struct bytes){ .data = (uint8_t *)text, .size = strlen(text) };
	return 0;
}

/* Stage 6: into the staging directory, all or nothing. */
static int deliver(struct pipeline *pipeline, const struct options *options, int *ret_damaged,
		   struct error *reterr)
{
	struct manifest_context context = { pipeline, options };
	const struct delivery delivery = {
		.stage_dir = options->stage_dir,
		.made = pipeline->stage_made,
		.kernel_release = pipeline->kernel.release,
		.sources = pipeline->sources,
		.gpg_checks = !options->no_gpg_checks,
		.plan = pipeline->plan,
		.progress = &pipeline->progress,
		.render = render_manifest,
		.context = &context,
	};

	return delivery_run(&delivery, &pipeline->generation, ret_damaged, reterr);
}

/*
 * EXIT_REFUSED: a device that no driver is known to be bound to has one on offer, and every build
 * of it was refused.
 */
static int settle_exit(const struct pipeline *pipeline)
{
	const struct plan *plan = pipeline->plan;

	if (pipeline->trouble)
		return EXIT_TROUBLE;
	for (size_t i = 0; i < pipeline->devices.count; i++)
		if (!pipeline->devices.items[i].driver && plan_serves(plan, i, false) &&
		    !plan_serves(plan, i, true))
			return EXIT_REFUSED;
	return EXIT_DONE;
}

/* The package DAMAGED will not do, for the reason in ERROR: choose again without it. */
static int choose_again(struct pipeline *pipeline, int damaged, const struct error *error,
			struct error *reterr)
{
	auto_free char *detail = error_sentence(error);
	int r = selection_reject(pipeline->selection, damaged, REASON_CORRUPT,
				 detail ? detail : "its RPM is damaged", NULL);

	if (r == 0)
		r = selection_plan(pipeline->selection, &pipeline->plan, reterr);
	note_lost_sources(pipeline);
	if (r == 0)
		pipeline->exit = settle_exit(pipeline);
	return r;
}

/*
 * Stages 5 and 6 are repeated for each package that changed since it was chosen. Rejections are
 * never withdrawn, so there are no more rounds than packages.
 */
static int deliver_all(struct pipeline *pipeline, const struct options *options,
		       struct error *reterr)
{
	for (;;) {
		auto_error struct error error = { 0 };
		int damaged = 0;
		int r = deliver(pipeline, options, &damaged, &error);

		if (damaged)
			r = choose_again(pipeline, damaged, &error, reterr);
		if (r < 0 && !damaged) {
			*reterr = error;
			error = (struct error){ 0 };
		}
		if (r < 0 || !damaged || pipeline->trouble)
			return r;
	}
}

/* Each chosen package keeps its RPM open until it is staged. */
static void allow_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Whoever reads the answer later, in the manifest too, has to see that nobody asked. */
static int tell_unchecked(struct pipeline *pipeline, const struct options *options)
{
	if (!options->no_gpg_checks)
		return 0;
	return diagnostics_add(&pipeline->diagnostics, "no-gpg-checks", NULL,
			       "signatures are not asked for (--no-gpg-checks): packages are "
			       "taken whoever made them");
}

int pipeline_run(const struct options *options, struct pipeline *ret, struct error *reterr)
{
	const struct pipeline_parts all = {
		.hardware = true,
		.sources = true,
		.kernel = true,
		.staging = !options->dry_run,
	};
	struct pipeline *pipeline = ret;
	int r;

	allow_open_files();
	r = pipeline_read(options, &all, pipeline, reterr);

	if (r == 0)
		r = tell_unchecked(pipeline, options);
	if (r == 0) {
		r = policy_read(pipeline->root_fd, options->policy, &pipeline->policy, reterr);
		pipeline->usage = r == -EINVAL && options->policy;
	}
	if (r == 0)
		r = complete_kernel(pipeline, options, reterr);
	if (r == 0)
		r = cache_dir_diagnose(pipeline->kernel_cache, &pipeline->diagnostics);
	if (r == 0)
		r = select_packages(pipeline, options, reterr);
	if (r == 0)
		r = cache_dir_diagnose(pipeline->modules_cache, &pipeline->diagnostics);
	if (r < 0)
		return r;
	pipeline->exit = settle_exit(pipeline);
	if (options->dry_run || pipeline->trouble)
		return 0;
	return deliver_all(pipeline, options, reterr);
}

struct report pipeline_report(const struct pipeline *pipeline, const struct options *options)
{
	return (struct report){
		.dry_run = options->dry_run,
		.gpg_checks = !options->no_gpg_checks,
		.sandbox = &pipeline->sandbox,
		.policy = pipeline->policy.path,
		.kernel = &pipeline->kernel,
		.sources = pipeline->sources,
		.source_count = pipeline->source_count,
		.diagnostics = &pipeline->diagnostics,
		.devices = &pipeline->devices,
		.plan = pipeline->plan,
		.exit = pipeline->exit,
		.generation = pipeline->generation,
		.stage_dir = options->stage_dir,
	};
}

void pipeline_done(struct pipeline *pipeline)
{
	selection_free(pipeline->selection);
	catalog_free(pipeline->catalog);
	for (size_t i = 0; i < pipeline->source_count; i++)
		source_done(&pipeline->sources[i]);
	free(pipeline->sources);
	fetch_stop(pipeline->fetch);
	keyring_free(pipeline->keyring);
	subject_done(&pipeline->subject);
	policy_done(&pipeline->policy);
	locks_done(&pipeline->locks);
	diagnostics_done(&pipeline->diagnostics);
	kernel_done(&pipeline->kernel);
	device_list_done(&pipeline->devices);
	strings_done(&pipeline->modaliases);
	cache_dir_close(pipeline->system_cache);
	cache_dir_close(pipeline->metadata_cache);
	cache_dir_close(pipeline->kernel_cache);
	cache_dir_close(pipeline->modules_cache);
	release_fd(&pipeline->root_fd);
	release_fd(&pipeline->stage_fd);
	*pipeline = (struct pipeline){ .root_fd = -1, .stage_fd = -1 };
}
