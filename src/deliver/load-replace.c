/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "deliver/command.h"
#include "deliver/holder.h"
#include "deliver/load-internal.h"

/* 1 if other modules use MODULE, and all that do are in GONE. */
static int is_left_unused(int root_fd, const char *module, const struct strings *gone)
{
	auto_free char *path = text_format("sys/module/%s/holders", module);
	auto_strings struct strings holders = { 0 };
	int r = path ? dir_names_in_root(root_fd, path, &holders) : -ENOMEM;

	for (size_t i = 0; i < holders.count && r == 0; i++)
		if (!strings_contain(gone, holders.items[i]))
			return 0;
	return r < 0 ? r : holders.count > 0;
}

/* MODULE, and what `modprobe -r` takes along: what it rests on and nobody else uses. */
static int list_leaving(int root_fd, const char *module, struct strings *ret)
{
	auto_strings struct strings loaded = { 0 };
	size_t before = 0;
	int r = dir_names_in_root(root_fd, "sys/module", &loaded);

	if (r == 0)
		r = strings_add(ret, module);
	while (r == 0 && ret->count > before) {
		before = ret->count;
		for (size_t i = 0; i < loaded.count && r >= 0; i++) {
			r = is_left_unused(root_fd, loaded.items[i], ret);
			if (r > 0)
				r = strings_add_once(ret, loaded.items[i]);
		}
	}
	return r;
}

/* 1 with *RET_WHY if a device is in use that would lose its driver with MODULE; or -errno. */
static int find_user(int root_fd, const char *module, char **ret_why)
{
	auto_strings struct strings leaving = { 0 };
	auto_strings struct strings devices = { 0 };
	int r = list_leaving(root_fd, module, &leaving);

	for (size_t i = 0; i < leaving.count && r == 0; i++)
		r = binding_devices(root_fd, leaving.items[i], NULL, &devices);
	for (size_t i = 0; i < devices.count && r == 0; i++)
		r = holder_find(root_fd, devices.items[i], ret_why);
	return r;
}

/* Only functions of PCI can be given to one driver of several. */
static bool can_override(int root_fd, const char *device)
{
	auto_free char *path = text_format("sys%s/driver_override", device);

	return path && strstr(device, "/pci") && file_exists_in_root(root_fd, path);
}

int replace_make_room(int root_fd, const char *device, const char *module, bool must_go,
		      char **ret_why)
{
	auto_error struct error error = { 0 };
	int r = device ? holder_find(root_fd, device, ret_why) : 0;

	if (r == 1)
		return ROOM_NONE;
	if (r == 0)
		r = find_user(root_fd, module, ret_why);
	if (r == 0)
		r = command_unload_module(module, &error);
	if (r == 0)
		return ROOM_MADE;
	if (r == -ENOMEM)
		return r;
	if (!must_go && can_override(root_fd, device))
		return ROOM_FOR_ONE;
	if (!*ret_why)
		*ret_why = error.what ? error_sentence(&error)
				      : text_format("what rests on it is not known");
	return *ret_why ? ROOM_NONE : -ENOMEM;
}

static int write_attribute(int root_fd, const char *path, const char *text)
{
	auto_fd int fd = file_open_in_root(root_fd, path, O_WRONLY);

	return fd < 0 ? fd : file_write_fd(fd, text, strlen(text));
}

static int write_driver(int root_fd, const char *driver, const char *attribute, const char *text)
{
	auto_free char *path = text_format("sys/bus/pci/drivers/%s/%s", driver, attribute);

	return path ? write_attribute(root_fd, path, text) : -ENOMEM;
}

/* The device has DRIVER then, or OLD again. */
static int exchange(int root_fd, const char *device, const char *old, const char *driver)
{
	const char *name = strrchr(device, '/') + 1;
	auto_binding struct binding binding = { 0 };
	int r = write_driver(root_fd, old, "unbind", name);

	if (r < 0)
		return r;
	r = write_driver(root_fd, driver, "bind", name);
	if (r == 0)
		r = binding_find(root_fd, device, &binding);
	if (r == 0 && text_equal(binding.driver, driver))
		return 0;
	(void)write_driver(root_fd, old, "bind", name);
	return r < 0 ? r : -ENODEV;
}

int replace_rebind(int root_fd, const char *device, const char *module)
{
	auto_free char *override = text_format("sys%s/driver_override", device);
	auto_binding struct binding before = { 0 };
	auto_strings struct strings drivers = { 0 };
	int r = override ? binding_drivers(root_fd, module, "pci", &drivers) : -ENOMEM;

	if (r == 0)
		r = binding_find(root_fd, device, &before);
	if (r < 0)
		return r;
	if (drivers.count == 0 || !before.driver)
		return -ENODEV;
	/* It keeps others from probing the device between the two. */
	r = write_attribute(root_fd, override, drivers.items[0]);
	if (r < 0)
		return r;
	r = exchange(root_fd, device, before.driver, drivers.items[0]);
	(void)write_attribute(root_fd, override, "\n");
	return r;
}

int replace_probe(int root_fd, const struct strings *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		auto_binding struct binding binding = { 0 };
		const char *name = strrchr(devices->items[i], '/');

		if (binding_find(root_fd, devices->items[i], &binding) < 0)
			return -ENOMEM;
		if (name && !binding.driver && strstr(devices->items[i], "/pci"))
			(void)write_attribute(root_fd, "sys/bus/pci/drivers_probe", name + 1);
	}
	return 0;
}

int replace_put_back(const struct strings *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		auto_error struct error error = { 0 };

		if (command_load_module(modules->items[i], &error) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}
