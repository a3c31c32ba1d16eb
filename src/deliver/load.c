/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "deliver/generation.h"
#include "deliver/load-internal.h"

void load_release(struct load *load)
{
	module_aliases_release(&load->aliases);
	module_tree_done(&load->tree);
	manifest_done(&load->manifest);
	strings_done(&load->blacklist);
	release_fd(&load->generation_fd);
	stage_dir_done(&load->stage);
}

struct load load_begin(const struct load_request *request, struct state *state)
{
	return (struct load){
		.request = request,
		.stage = STAGE_DIR_NONE,
		.generation_fd = -1,
		.tree.fd = -1,
		.state = state,
	};
}

/* Which boot of which kernel this is. */
int load_name_boot(const struct load *load, struct error *reterr)
{
	struct utsname name;
	int r = state_boot(load->request->root_fd, &load->state->boot_id);

	if (r == 0 && uname(&name) < 0)
		r = -errno;
	if (r < 0)
		return error_set(reterr, r, "find out which boot this is", NULL, NULL, NULL);
	load->state->release = strdup(name.release);
	return load->state->release ? 0 : -ENOMEM;
}

/* 1 if there is something to work with, 0 if nothing was ever staged. */
int load_open_stage(struct load *load, struct error *reterr)
{
	int r;

	if (access(load->request->stage_dir, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = stage_dir_open(load->request->stage_dir, false, &load->stage, reterr);
	if (r < 0)
		return r;
	r = generation_current(load->stage.fd, &load->generation);
	if (r < 0)
		return stage_dir_fail(&load->stage, r, "its entry 'current' is no symbolic link",
				      reterr);
	return load->generation > 0;
}

static int open_generation(struct load *load, struct error *reterr)
{
	auto_free char *path = text_format("generations/%u", load->generation);
	int r;

	if (!path)
		return -ENOMEM;
	load->generation_fd = file_open_in_root(load->stage.fd, path, O_RDONLY | O_DIRECTORY);
	if (load->generation_fd < 0)
		return stage_dir_fail(&load->stage, load->generation_fd, NULL, reterr);
	r = manifest_read(load->generation_fd, path, &load->manifest, reterr);
	if (r < 0)
		return r;
	if (text_equal(load->manifest.release, load->state->release))
		return 0;
	return error_setf(reterr, -EINVAL, "load what is staged in", load->stage.path,
			  "stage for the kernel that runs",
			  "it is for the kernel %s, and %s is running", load->manifest.release,
			  load->state->release);
}

/* What earlier runs of this boot found out is still true. */
int load_read_before(struct load *load, unsigned int *ret_generation, struct error *reterr)
{
	struct state *state = load->state;
	auto_state struct state before = { 0 };
	int r = state_read(load->stage.fd, state->boot_id, state->release, &before, reterr);

	if (r < 0)
		return r;
	*ret_generation = before.generation;
	state->undone = before.undone;
	state->undone_details = before.undone_details;
	state->replaced = before.replaced;
	before.undone = before.undone_details = before.replaced = (struct strings){ 0 };
	return 0;
}

int load_write_state(const struct load *load, struct error *reterr)
{
	int r = load->request->dry_run ? 0 : state_write(load->stage.fd, load->state);

	return r < 0 ? stage_dir_fail(&load->stage, r, NULL, reterr) : 0;
}

static const char *why_undone(const struct state *state, const char *nevra)
{
	for (size_t i = 0; i < state->undone.count; i++)
		if (strcmp(state->undone.items[i], nevra) == 0)
			return state->undone_details.items[i];
	return NULL;
}

int load_add_package(struct load *load, const struct manifest_package *package)
{
	struct state_package *result = state_add_package(load->state);
	const char *why = why_undone(load->state, package->nevra);
	int r = result ? text_copy(package->nevra, &result->nevra) : -ENOMEM;

	if (r == 0)
		r = text_copy(package->rpm_sha256, &result->rpm_sha256);
	if (r == 0)
		r = text_copy(why, &result->detail);
	for (size_t i = 0; i < package->module_count && r == 0; i++)
		r = strings_add(&result->modules, package->modules[i].name);
	if (r < 0)
		return r;
	result->identities = calloc(package->module_count + 1, sizeof(*result->identities));
	result->state = load->request->dry_run ? PACKAGE_PLANNED : PACKAGE_LINKED;
	if (why)
		result->state = PACKAGE_UNDONE;
	return result->identities ? 0 : -ENOMEM;
}

/* 4 of the exit statuses: staged but not bound. */
static int exit_of(const struct state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		if (state->packages[i].state == PACKAGE_UNDONE)
			return 4;
		for (size_t j = 0; j < state->packages[i].device_count; j++)
			if (state->packages[i].devices[j].state == DEVICE_NOT_BOUND)
				return 4;
	}
	return 0;
}

/* Until it is done, state.json says that nothing is in effect: a killed run is begun anew. */
static int load_all(struct load *load, unsigned int before, struct error *reterr)
{
	int r = load_write_state(load, reterr);

	if (r < 0)
		return r;
	r = before == load->generation && module_tree_has(&load->tree)
		    ? load_read_effect(load)
		    : load_put_in_effect(load, reterr);
	if (r == 0)
		r = load_bind_devices(load, reterr);
	if (r == 0)
		r = load_undo_failed(load, reterr);
	if (r == 0)
		r = load_find_new(load, reterr);
	if (r < 0) {
		load_give_up(load);
		return r;
	}
	load->state->generation = load->generation;
	load->state->way = load->tree.way;
	load->state->exit = exit_of(load->state);
	return load_write_state(load, reterr);
}

int load_run(const struct load_request *request, struct state *ret, struct error *reterr)
{
	auto_load struct load load = load_begin(request, ret);
	unsigned int before = 0;
	int r = load_name_boot(&load, reterr);

	ret->dry_run = request->dry_run;
	if (r == 0)
		r = load_open_stage(&load, reterr);
	if (r <= 0)
		return r;
	r = open_generation(&load, reterr);
	if (r == 0)
		r = load_read_before(&load, &before, reterr);
	for (size_t i = 0; i < load.manifest.count && r == 0; i++)
		r = load_add_package(&load, &load.manifest.packages[i]);
	if (r == 0)
		r = module_tree_open(request->root_fd, ret->release, &load.tree, reterr);
	if (r < 0)
		return r;
	if (!request->dry_run)
		return load_all(&load, before, reterr);
	ret->generation = load.generation;
	ret->way = load.tree.way;
	return load_plan_devices(&load, reterr);
}
