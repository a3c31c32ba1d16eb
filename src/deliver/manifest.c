/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/manifest.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "deliver/unpack.h"
#include "kernel/release.h"

/* An optional text. 0 or -ENOMEM. */
static int copy_text(const struct json *object, const char *key, char **ret)
{
	return text_copy(json_get_text(object, key), ret);
}

/* What a module is called where a program is given it as an argument. */
static bool is_module_name(const char *name)
{
	return *name && *name != '-' && strlen(name) < 128 &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789_")] == '\0';
}

static int take_module(const struct json *object, struct manifest_package *package)
{
	const char *name = json_get_text(object, "name"), *path = json_get_text(object, "path");
	struct manifest_module *module;
	int r;

	if (!name || !is_module_name(name) || !path || !path_is_safe(path))
		return -EBADMSG;
	if (array_grow(&package->modules, package->module_count, sizeof(*package->modules)) < 0)
		return -ENOMEM;
	module = &package->modules[package->module_count++];
	r = copy_text(object, "name", &module->name);
	if (r == 0)
		r = copy_text(object, "path", &module->path);
	if (r == 0)
		r = copy_text(object, "build_id", &module->build_id);
	if (r == 0)
		r = copy_text(object, "srcversion", &module->srcversion);
	if (r == 0)
		r = copy_text(object, "version", &module->version);
	return r < 0 ? r : copy_text(object, "compression", &module->compression);
}

static int take_parts(const struct json *object, struct manifest_package *package)
{
	const struct json *modules = json_get_array(object, "modules");
	const struct json *firmware = json_get_array(object, "firmware");
	const struct json *hints = json_get_array(object, "hints");
	int r = 0;

	for (size_t i = 0; i < json_length(modules) && r == 0; i++)
		r = take_module(json_item(modules, i), package);
	for (size_t i = 0; i < json_length(firmware) && r == 0; i++) {
		const char *path = json_item_text(firmware, i);

		r = path && path_is_safe(path) ? strings_add(&package->firmware, path) : -EBADMSG;
	}
	for (size_t i = 0; i < json_length(hints) && r == 0; i++) {
		const char *pattern = json_get_text(json_item(hints, i), "pattern");

		r = pattern ? strings_add_once(&package->patterns, pattern) : -EBADMSG;
	}
	return r;
}

/* Only what was unpacked: the selected ones. */
static int take_package(const struct json *object, struct manifest *ret)
{
	const char *nevra = json_get_text(object, "nevra");
	struct manifest_package *package;
	int r;

	if (!text_equal(json_get_text(object, "verdict"), "selected") ||
	    !json_get_text(object, "rpm_sha256"))
		return 0;
	if (!nevra)
		return -EBADMSG;
	if (array_grow(&ret->packages, ret->count, sizeof(*ret->packages)) < 0)
		return -ENOMEM;
	package = &ret->packages[ret->count++];
	r = unpack_name(nevra, &package->name);
	if (r == 0)
		r = copy_text(object, "nevra", &package->nevra);
	if (r == 0)
		r = copy_text(object, "rpm_sha256", &package->rpm_sha256);
	if (r == 0)
		r = take_parts(object, package);
	return r == -EINVAL ? -EBADMSG : r;
}

static int take_devices(const struct json *devices, struct strings *ret)
{
	int r = 0;

	for (size_t i = 0; i < json_length(devices) && r == 0; i++) {
		const struct json *aliases = json_get_array(json_item(devices, i), "modaliases");

		for (size_t j = 0; j < json_length(aliases) && r == 0; j++) {
			const char *alias = json_item_text(aliases, j);

			r = alias ? strings_add(ret, alias) : -EBADMSG;
		}
	}
	if (r == 0)
		strings_sort_unique(ret);
	return r;
}

static int take_all(const struct json *document, struct manifest *ret)
{
	const struct json *packages = json_get_array(document, "packages");
	const struct json *kernel = json_get(document, "kernel");
	const char *release = json_get_text(kernel, "release");
	int64_t format;
	int r;

	if (!json_get_number(document, "format", &format) || format != 1 || !packages || !release ||
	    !release_is_valid(release))
		return -EBADMSG;
	r = copy_text(kernel, "release", &ret->release);
	for (size_t i = 0; i < json_length(packages) && r == 0; i++)
		r = take_package(json_item(packages, i), ret);
	return r < 0 ? r : take_devices(json_get_array(document, "devices"), &ret->modaliases);
}

int manifest_read(int fd, const char *path, struct manifest *ret, struct error *reterr)
{
	auto_manifest struct manifest manifest = { 0 };
	auto_bytes struct bytes text = { 0 };
	auto_json struct json *document = NULL;
	int r = file_read_in_root(fd, "manifest.json", MANIFEST_SIZE_MAX, &text);

	if (r == 0)
		r = json_parse((const char *)text.data, text.size, &document);
	if (r == 0)
		r = take_all(document, &manifest);
	if (r < 0)
		return error_set(reterr, r, "read the manifest of", path,
				 r == -EBADMSG ? "it is damaged, or none of format 1" : NULL,
				 "stage again");
	*ret = manifest;
	manifest = (struct manifest){ 0 };
	return 0;
}

const struct manifest_module *manifest_find(const struct manifest_package *package,
					    const char *name)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (strcmp(package->modules[i].name, name) == 0)
			return &package->modules[i];
	return NULL;
}

bool manifest_fits(const struct manifest_package *package, const char *modalias)
{
	for (size_t i = 0; i < package->patterns.count; i++)
		if (fnmatch(package->patterns.items[i], modalias, 0) == 0)
			return true;
	return false;
}

static void module_release(struct manifest_module *module)
{
	free(module->name);
	free(module->path);
	free(module->build_id);
	free(module->srcversion);
	free(module->version);
	free(module->compression);
}

void manifest_done(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++) {
		struct manifest_package *package = &manifest->packages[i];

		for (size_t j = 0; j < package->module_count; j++)
			module_release(&package->modules[j]);
		free(package->modules);
		free(package->nevra);
		free(package->name);
		free(package->rpm_sha256);
		strings_done(&package->firmware);
		strings_done(&package->patterns);
	}
	free(manifest->packages);
	free(manifest->release);
	strings_done(&manifest->modaliases);
	*manifest = (struct manifest){ 0 };
}
