/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/binding.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/** Type of the note with a build id (elf.h: NT_GNU_BUILD_ID), owned by "GNU". */
#define NOTE_BUILD_ID 3

/* The name that a link below sys/ leads to, NULL if there is none. 0 or -ENOMEM. */
static int find_link(int root_fd, const char *path, char **ret)
{
	int r;

	*ret = NULL;
	r = file_link_name_in_root(root_fd, path, ret);
	return r == -ENOMEM ? r : 0;
}

int binding_find(int root_fd, const char *device, struct binding *ret)
{
	auto_binding struct binding binding = { 0 };
	auto_free char *driver = text_format("sys%s/driver", device);
	auto_free char *module = text_format("sys%s/driver/module", device);
	int r = driver && module ? find_link(root_fd, driver, &binding.driver) : -ENOMEM;

	if (r == 0 && binding.driver)
		r = find_link(root_fd, module, &binding.module);
	if (r < 0)
		return r;
	*ret = binding;
	binding = (struct binding){ 0 };
	return 0;
}

void binding_done(struct binding *binding)
{
	free(binding->driver);
	free(binding->module);
	*binding = (struct binding){ 0 };
}

const char *identity_id(enum identity identity)
{
	static const char *const ids[] = {
		[IDENTITY_BUILD_ID] = "build-id", [IDENTITY_SRCVERSION] = "srcversion",
		[IDENTITY_VERSION] = "version",   [IDENTITY_UNVERIFIED] = "unverified",
		[IDENTITY_OTHER] = "other",       [IDENTITY_ABSENT] = "absent",
	};

	return ids[identity];
}

bool identity_is_staged(enum identity identity)
{
	return identity <= IDENTITY_UNVERIFIED;
}

static uint32_t word_at(const struct bytes *bytes, size_t at)
{
	uint32_t word;

	memcpy(&word, bytes->data + at, sizeof(word));
	return word;
}

static size_t padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

/* The build id among NOTES, which the running kernel has in its own byte order; NULL if none. */
static char *note_build_id(const struct bytes *notes)
{
	size_t at = 0;

	while (notes->size - at >= 12) {
		uint32_t name_size = word_at(notes, at), size = word_at(notes, at + 4);
		size_t name = at + 12, left = notes->size - name;

		if (padded(name_size) > left || size > left - padded(name_size))
			return NULL;
		at = name + padded(name_size);
		if (word_at(notes, name - 4) == NOTE_BUILD_ID && name_size == 4 &&
		    memcmp(notes->data + name, "GNU", 4) == 0)
			return text_hex(notes->data + at, size);
		if (padded(size) > notes->size - at)
			return NULL;
		at += padded(size);
	}
	return NULL;
}

static char *loaded_build_id(int root_fd, const char *name)
{
	auto_free char *path = text_format("sys/module/%s/notes/.note.gnu.build-id", name);
	auto_bytes struct bytes notes = { 0 };

	if (!path || file_read_in_root(root_fd, path, NOTES_SIZE_MAX, &notes) < 0)
		return NULL;
	return note_build_id(&notes);
}

/* NULL if it has none. */
static char *loaded_attribute(int root_fd, const char *name, const char *attribute)
{
	auto_free char *path = text_format("sys/module/%s/%s", name, attribute);
	char *line = NULL;

	return path && file_read_line_in_root(root_fd, path, &line) == 0 ? line : NULL;
}

bool binding_is_loaded(int root_fd, const char *name)
{
	auto_free char *state = loaded_attribute(root_fd, name, "initstate");

	return text_equal(state, "live");
}

enum identity binding_identify(int root_fd, const struct manifest_module *module)
{
	auto_free char *build_id = loaded_build_id(root_fd, module->name);
	auto_free char *srcversion = loaded_attribute(root_fd, module->name, "srcversion");
	auto_free char *version = loaded_attribute(root_fd, module->name, "version");
	const struct {
		enum identity identity;
		const char *staged, *loaded;
	} rows[] = {
		{ IDENTITY_BUILD_ID, module->build_id, build_id },
		{ IDENTITY_SRCVERSION, module->srcversion, srcversion },
		{ IDENTITY_VERSION, module->version, version },
	};

	if (!binding_is_loaded(root_fd, module->name))
		return IDENTITY_ABSENT;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].staged && rows[i].loaded)
			return strcmp(rows[i].staged, rows[i].loaded) == 0 ? rows[i].identity
									   : IDENTITY_OTHER;
	return IDENTITY_UNVERIFIED;
}

int binding_drivers(int root_fd, const char *module, const char *bus, struct strings *ret)
{
	auto_free char *folder = text_format("sys/module/%s/drivers", module);
	auto_strings struct strings links = { 0 };
	size_t length = strlen(bus);
	int r = folder ? dir_names_in_root(root_fd, folder, &links) : -ENOMEM;

	/* Each is called BUS:DRIVER. */
	for (size_t i = 0; i < links.count && r == 0; i++)
		if (strncmp(links.items[i], bus, length) == 0 && links.items[i][length] == ':')
			r = strings_add(ret, links.items[i] + length + 1);
	return r;
}

/* The path of the device that the LINK in a driver's folder leads to; NULL for another link. */
static char *device_of_link(int root_fd, const char *driver, const char *link)
{
	auto_free char *path = text_format("%s/%s", driver, link);
	auto_fd int fd = path ? file_open_in_root(root_fd, path, O_PATH | O_NOFOLLOW) : -1;
	char target[4096] = "";
	const char *devices;

	if (fd < 0 || readlinkat(fd, "", target, sizeof(target) - 1) <= 0)
		return NULL;
	devices = strstr(target, "/devices/");
	return devices ? strdup(devices) : NULL;
}

static int add_devices(int root_fd, const char *driver, struct strings *ret)
{
	auto_strings struct strings links = { 0 };
	int r = dir_names_in_root(root_fd, driver, &links);

	for (size_t i = 0; i < links.count && r == 0; i++) {
		auto_free char *device = device_of_link(root_fd, driver, links.items[i]);

		if (device)
			r = strings_add_once(ret, device);
	}
	return r;
}

int binding_devices(int root_fd, const char *module, const char *bus, struct strings *ret)
{
	auto_free char *folder = text_format("sys/module/%s/drivers", module);
	auto_strings struct strings links = { 0 };
	int r = folder ? dir_names_in_root(root_fd, folder, &links) : -ENOMEM;

	for (size_t i = 0; i < links.count && r == 0; i++) {
		auto_free char *driver = text_format("%s/%s", folder, links.items[i]);

		if (!driver)
			return -ENOMEM;
		if (!bus ||
		    (text_starts(links.items[i], bus) && links.items[i][strlen(bus)] == ':'))
			r = add_devices(root_fd, driver, ret);
	}
	return r;
}
