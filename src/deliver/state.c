/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

#define NAME     "state.json"
#define NAME_NEW ".state.json"

const char *device_state_id(enum device_state state)
{
	static const char *const ids[] = {
		[DEVICE_BOUND] = "bound",         [DEVICE_LOADED] = "loaded",
		[DEVICE_PLANNED] = "planned",     [DEVICE_BLACKLISTED] = "blacklisted",
		[DEVICE_BUILTIN] = "builtin",     [DEVICE_IN_USE] = "in-use",
		[DEVICE_NOT_BOUND] = "not-bound",
	};

	return ids[state];
}

const char *package_state_id(enum package_state state)
{
	static const char *const ids[] = {
		[PACKAGE_PLANNED] = "planned", [PACKAGE_LINKED] = "linked",
		[PACKAGE_LOADED] = "loaded",   [PACKAGE_BOUND] = "bound",
		[PACKAGE_UNDONE] = "undone",
	};

	return ids[state];
}

static struct json *texts_json(const struct strings *texts)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < texts->count; i++)
		json_append_text(array, texts->items[i]);
	return array;
}

static struct json *device_json(const struct state_device *device)
{
	struct json *object = json_new_object();

	json_set_text(object, "path", device->path);
	json_set_text(object, "modalias", device->modalias);
	json_set_text(object, "state", device_state_id(device->state));
	json_set_text(object, "driver", device->binding.driver);
	json_set_text(object, "module", device->binding.module);
	if (device->state == DEVICE_BOUND || device->state == DEVICE_LOADED)
		json_set_text(object, "verified", identity_id(device->identity));
	if (device->detail)
		json_set_text(object, "detail", device->detail);
	if (device->replaced)
		json_set_text(object, "replaced", device->replaced);
	return object;
}

static struct json *modules_json(const struct state_package *package)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < package->modules.count; i++) {
		struct json *object = json_new_object();
		enum identity identity = package->identities[i];

		json_set_text(object, "name", package->modules.items[i]);
		json_set_bool(object, "loaded", identity_is_staged(identity));
		if (identity_is_staged(identity))
			json_set_text(object, "verified", identity_id(identity));
		json_append(array, object);
	}
	return array;
}

static struct json *package_json(const struct state_package *package)
{
	struct json *object = json_new_object(), *devices = json_new_array();

	json_set_text(object, "nevra", package->nevra);
	if (package->rpm_sha256)
		json_set_text(object, "rpm_sha256", package->rpm_sha256);
	json_set_text(object, "state", package_state_id(package->state));
	if (package->detail)
		json_set_text(object, "detail", package->detail);
	json_set(object, "modules", modules_json(package));
	for (size_t i = 0; i < package->device_count; i++)
		json_append(devices, device_json(&package->devices[i]));
	json_set(object, "devices", devices);
	json_set(object, "log", texts_json(&package->log));
	return object;
}

static struct json *undone_json(const struct state *state)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < state->undone.count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "nevra", state->undone.items[i]);
		json_set_text(object, "detail", state->undone_details.items[i]);
		json_append(array, object);
	}
	return array;
}

struct json *state_json(const struct state *state)
{
	struct json *document = json_new_object(), *kernel = json_new_object();
	struct json *packages = json_new_array(), *result = json_new_object();

	json_set_number(document, "format", 1);
	json_set_text(document, "tool", "kmp-match " KMP_MATCH_VERSION);
	json_set_bool(document, "dry_run", state->dry_run);
	json_set_text(document, "boot_id", state->boot_id);
	json_set_text(kernel, "release", state->release);
	json_set(document, "kernel", kernel);
	if (state->generation)
		json_set_number(document, "generation", state->generation);
	else
		json_set_null(document, "generation");
	json_set_text(document, "tree", module_tree_way_id(state->way));
	json_set_text(document, "firmware", state->firmware);
	if (state->firmware_trouble)
		json_set_text(document, "firmware_trouble", state->firmware_trouble);
	for (size_t i = 0; i < state->count; i++)
		json_append(packages, package_json(&state->packages[i]));
	json_set(document, "packages", packages);
	json_set(document, "undone", undone_json(state));
	json_set(document, "replaced", texts_json(&state->replaced));
	json_set_bool(document, "new_devices", state->new_devices);
	json_set_number(result, "exit", state->exit);
	json_set(document, "result", result);
	return document;
}

static int take_texts(const struct json *array, struct strings *ret)
{
	int r = 0;

	for (size_t i = 0; i < json_length(array) && r == 0; i++) {
		const char *text = json_item_text(array, i);

		r = text ? strings_add(ret, text) : -EBADMSG;
	}
	return r;
}

static int take_undone(const struct json *array, struct state *ret)
{
	int r = 0;

	for (size_t i = 0; i < json_length(array) && r == 0; i++) {
		const struct json *object = json_item(array, i);
		const char *nevra = json_get_text(object, "nevra");
		const char *detail = json_get_text(object, "detail");

		r = nevra && detail ? strings_add(&ret->undone, nevra) : -EBADMSG;
		if (r == 0)
			r = strings_add(&ret->undone_details, detail);
	}
	return r;
}

/* Only what the next run goes by. */
static int take_document(const struct json *document, const char *boot_id, const char *release,
			 struct state *ret)
{
	const char *kernel = json_get_text(json_get(document, "kernel"), "release");
	int64_t format, generation;
	int r;

	if (!json_get_number(document, "format", &format) || format != 1 || !kernel)
		return -EBADMSG;
	if (!text_equal(json_get_text(document, "boot_id"), boot_id) || strcmp(kernel, release))
		return 0;
	r = take_undone(json_get_array(document, "undone"), ret);
	if (r == 0)
		r = take_texts(json_get_array(document, "replaced"), &ret->replaced);
	if (r == 0 && json_get_number(document, "generation", &generation) && generation > 0 &&
	    generation <= UINT32_MAX)
		ret->generation = (unsigned int)generation;
	return r;
}

int state_boot(int root_fd, char **ret)
{
	return file_read_line_in_root(root_fd, "proc/sys/kernel/random/boot_id", ret);
}

int state_read(int stage_fd, const char *boot_id, const char *release, struct state *ret,
	       struct error *reterr)
{
	auto_state struct state state = { 0 };
	auto_bytes struct bytes text = { 0 };
	auto_json struct json *document = NULL;
	int r = file_read_in_root(stage_fd, NAME, MANIFEST_SIZE_MAX, &text);

	if (r == 0)
		r = json_parse((const char *)text.data, text.size, &document);
	if (r == 0)
		r = take_document(document, boot_id, release, &state);
	if (r < 0 && r != -ENOENT)
		return error_set(reterr, r, "read what was loaded", NAME,
				 r == -EBADMSG ? "it is damaged, or none of format 1" : NULL,
				 "remove it from the staging directory");
	*ret = state;
	state = (struct state){ 0 };
	return 0;
}

int state_write(int stage_fd, const struct state *state)
{
	auto_json struct json *document = state_json(state);
	auto_free char *text = json_text(document);
	auto_fd int fd = -1;
	int r = text ? file_remove_tree(stage_fd, NAME_NEW) : -ENOMEM;

	if (r < 0)
		return r;
	fd = file_create(stage_fd, NAME_NEW, O_WRONLY, 0644);
	r = fd < 0 ? fd : file_write_fd(fd, text, strlen(text));
	if (r == 0 && (fsync(fd) < 0 || renameat(stage_fd, NAME_NEW, stage_fd, NAME) < 0))
		r = -errno;
	return r;
}

struct state_package *state_add_package(struct state *state)
{
	if (array_grow(&state->packages, state->count, sizeof(*state->packages)) < 0)
		return NULL;
	return &state->packages[state->count++];
}

struct state_device *state_add_device(struct state_package *package)
{
	if (array_grow(&package->devices, package->device_count, sizeof(*package->devices)) < 0)
		return NULL;
	return &package->devices[package->device_count++];
}

static void device_release(struct state_device *device)
{
	free(device->path);
	free(device->modalias);
	free(device->detail);
	free(device->replaced);
	binding_done(&device->binding);
}

void state_clear_packages(struct state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		struct state_package *package = &state->packages[i];

		for (size_t j = 0; j < package->device_count; j++)
			device_release(&package->devices[j]);
		free(package->devices);
		free(package->nevra);
		free(package->rpm_sha256);
		free(package->detail);
		free(package->identities);
		strings_done(&package->modules);
		strings_done(&package->log);
	}
	free(state->packages);
	state->packages = NULL;
	state->count = 0;
}

void state_done(struct state *state)
{
	state_clear_packages(state);
	free(state->boot_id);
	free(state->release);
	free(state->firmware);
	free(state->firmware_trouble);
	strings_done(&state->undone);
	strings_done(&state->undone_details);
	strings_done(&state->replaced);
	*state = (struct state){ 0 };
}
