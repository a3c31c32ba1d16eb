/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "deliver/command.h"
#include "deliver/load-internal.h"

/* What came of a package is the best of what came of its devices. */
static enum package_state judge(struct load *load, size_t index)
{
	struct state_package *result = &load->state->packages[index];
	bool not_bound = false, bound = false, loaded = false;

	for (size_t i = 0; i < result->modules.count; i++) {
		result->identities[i] = binding_identify(
			load->request->root_fd, &load->manifest.packages[index].modules[i]);
		loaded |= identity_is_staged(result->identities[i]);
	}
	for (size_t i = 0; i < result->device_count; i++) {
		not_bound |= result->devices[i].state == DEVICE_NOT_BOUND;
		bound |= result->devices[i].state == DEVICE_BOUND ||
			 result->devices[i].state == DEVICE_LOADED;
	}
	if (bound)
		return PACKAGE_BOUND;
	if (not_bound)
		return PACKAGE_UNDONE;
	return loaded ? PACKAGE_LOADED : PACKAGE_LINKED;
}

/* Modules that made room for devices of RESULT are no longer replaced: they go to RET. */
static int take_replaced(struct state *state, const struct state_package *result,
			 struct strings *ret)
{
	auto_strings struct strings left = { 0 };
	int r = 0;

	for (size_t i = 0; i < result->device_count && r == 0; i++)
		if (result->devices[i].replaced)
			r = strings_add_once(ret, result->devices[i].replaced);
	for (size_t i = 0; i < state->replaced.count && r == 0; i++)
		if (!strings_contain(ret, state->replaced.items[i]))
			r = strings_add(&left, state->replaced.items[i]);
	if (r < 0)
		return r;
	strings_done(&state->replaced);
	state->replaced = left;
	left = (struct strings){ 0 };
	return 0;
}

/* Its modules go, its old drivers are in RET, its devices in RET_DEVICES. */
static int undo_package(struct load *load, size_t index, struct strings *ret,
			struct strings *ret_devices)
{
	struct state_package *result = &load->state->packages[index];
	const char *why = "no device came to be bound to one of its modules";
	int r = 0;

	for (size_t i = 0; i < result->modules.count && r == 0; i++) {
		auto_error struct error error = { 0 };

		if (identity_is_staged(result->identities[i]) &&
		    command_unload_module(result->modules.items[i], &error) == -ENOMEM)
			r = -ENOMEM;
	}
	for (size_t i = 0; i < result->device_count && r == 0; i++) {
		r = strings_add_once(ret_devices, result->devices[i].path);
		if (result->devices[i].detail)
			why = result->devices[i].detail;
	}
	if (r == 0)
		r = take_replaced(load->state, result, ret);
	if (r == 0)
		r = text_copy(why, &result->detail);
	if (r == 0)
		r = strings_add(&load->state->undone, result->nevra);
	return r < 0 ? r : strings_add(&load->state->undone_details, why);
}

/* What is bound now is only told. */
static int look_again(struct load *load)
{
	int r = 0;

	for (size_t i = 0; i < load->state->count && r == 0; i++) {
		struct state_package *result = &load->state->packages[i];

		if (result->state != PACKAGE_UNDONE)
			continue;
		for (size_t j = 0; j < result->device_count && r == 0; j++)
			r = load_look(load, &result->devices[j]);
		for (size_t j = 0; j < result->modules.count; j++)
			result->identities[j] = IDENTITY_ABSENT;
	}
	return r;
}

int load_undo_failed(struct load *load, struct error *reterr)
{
	auto_strings struct strings replaced = { 0 };
	auto_strings struct strings devices = { 0 };
	size_t before = load->state->undone.count;
	int r = 0;

	for (size_t i = 0; i < load->state->count && r == 0; i++) {
		struct state_package *result = &load->state->packages[i];

		if (result->state == PACKAGE_UNDONE)
			continue;
		result->state = judge(load, i);
		if (result->state == PACKAGE_UNDONE)
			r = undo_package(load, i, &replaced, &devices);
	}
	if (r < 0 || load->state->undone.count == before)
		return r;
	r = load_put_in_effect(load, reterr);
	if (r == 0)
		r = replace_put_back(&replaced);
	if (r == 0)
		r = command_udev_add(&devices);
	if (r == 0)
		r = command_udev_settle();
	return r < 0 ? r : look_again(load);
}

void load_give_up(struct load *load)
{
	auto_error struct error ignored = { 0 };

	/* The failure itself is what is told. */
	if (load_take_from_effect(load, &ignored) == 0)
		(void)replace_put_back(&load->state->replaced);
}

/* The manifest of the generation that is in effect, else of the current one; none is fine too. */
static void open_any(struct load *load)
{
	auto_free char *path = text_format("generations/%u", load->generation);
	auto_error struct error ignored = { 0 };

	if (path && load->generation > 0)
		load->generation_fd =
			file_open_in_root(load->stage.fd, path, O_RDONLY | O_DIRECTORY);
	if (load->generation_fd >= 0)
		(void)manifest_read(load->generation_fd, path, &load->manifest, &ignored);
}

/* One that is in use stays loaded. */
static int unload_module(struct load *load, const struct manifest_module *module,
			 struct state_package *result, struct strings *devices)
{
	int root_fd = load->request->root_fd;
	auto_free char *why = NULL;
	int r;

	if (!identity_is_staged(binding_identify(root_fd, module)))
		return 0;
	r = binding_devices(root_fd, module->name, NULL, devices);
	if (r == 0)
		r = replace_make_room(root_fd, NULL, module->name, true, &why);
	if (r != ROOM_NONE)
		return r < 0 ? r : 0;
	result->state = PACKAGE_LOADED;
	free(result->detail);
	result->detail = take(why);
	return 0;
}

static int unload_package(struct load *load, size_t index, struct strings *devices)
{
	const struct manifest_package *package = &load->manifest.packages[index];
	struct state_package *result = &load->state->packages[index];
	int r = 0;

	result->state = PACKAGE_UNDONE;
	for (size_t i = 0; i < package->module_count && r == 0; i++)
		r = unload_module(load, &package->modules[i], result, devices);
	for (size_t i = 0; i < package->module_count && r == 0; i++)
		result->identities[i] =
			binding_identify(load->request->root_fd, &package->modules[i]);
	return r;
}

static int undo_all(struct load *load, struct error *reterr)
{
	auto_strings struct strings devices = { 0 };
	int r = 0;

	for (size_t i = 0; i < load->manifest.count && r == 0; i++)
		r = load_add_package(load, &load->manifest.packages[i]);
	for (size_t i = 0; i < load->manifest.count && r == 0; i++)
		r = unload_package(load, i, &devices);
	if (r == 0)
		r = load_take_from_effect(load, reterr);
	if (r == 0)
		r = replace_put_back(&load->state->replaced);
	if (r == 0)
		r = replace_probe(load->request->root_fd, &devices);
	if (r == 0)
		r = command_udev_add(&devices);
	return r < 0 ? r : command_udev_settle();
}

int load_undo(const struct load_request *request, struct state *ret, struct error *reterr)
{
	auto_load struct load load = load_begin(request, ret);
	unsigned int before = 0;
	int r = load_name_boot(&load, reterr);

	if (r == 0)
		r = load_open_stage(&load, reterr);
	if (r < 0 || load.stage.fd < 0)
		return r;
	r = load_read_before(&load, &before, reterr);
	if (r == 0)
		r = module_tree_open(request->root_fd, ret->release, &load.tree, reterr);
	if (r < 0)
		return r;
	strings_done(&ret->undone);
	strings_done(&ret->undone_details);
	load.generation = before ? before : load.generation;
	open_any(&load);
	r = undo_all(&load, reterr);
	if (r < 0)
		return error_set(reterr, r, "take back what was loaded from", load.stage.path, NULL,
				 NULL);
	strings_done(&ret->replaced);
	return load_write_state(&load, reterr);
}
