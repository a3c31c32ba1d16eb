/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/kmsg.h"
#include "base/limits.h"
#include "base/text.h"
#include "deliver/command.h"
#include "deliver/holder.h"
#include "deliver/load-internal.h"

bool load_is_settled(const struct state_device *device)
{
	return device->state != DEVICE_NOT_BOUND;
}

const struct manifest_module *load_find_module(const struct load *load, const char *name)
{
	const struct manifest_module *module = NULL;

	for (size_t i = 0; name && !module && i < load->manifest.count; i++)
		if (load->state->packages[i].state != PACKAGE_UNDONE)
			module = manifest_find(&load->manifest.packages[i], name);
	return module;
}

static int settle(struct state_device *device, enum device_state state, const char *detail)
{
	free(device->detail);
	device->detail = detail ? strdup(detail) : NULL;
	device->state = state;
	return detail && !device->detail ? -ENOMEM : 0;
}

int load_look(struct load *load, struct state_device *device)
{
	const struct manifest_module *module;
	int r;

	binding_done(&device->binding);
	r = binding_find(load->request->root_fd, device->path, &device->binding);
	if (r < 0)
		return r;
	module = load_find_module(load, device->binding.module);
	device->identity =
		module ? binding_identify(load->request->root_fd, module) : IDENTITY_ABSENT;
	if (identity_is_staged(device->identity))
		return settle(device, DEVICE_BOUND, NULL);
	return 0;
}

/* The modules of PACKAGE that the index names for DEVICE. */
static int list_modules(const struct load *load, const struct manifest_package *package,
			const struct state_device *device, struct strings *ret)
{
	auto_strings struct strings all = { 0 };
	int r = module_aliases_find(load->aliases, device->modalias, &all);

	for (size_t i = 0; i < all.count && r == 0; i++)
		if (manifest_find(package, all.items[i]))
			r = strings_add(ret, all.items[i]);
	return r;
}

/* Load MODULE, and keep what the kernel has to say if that fails. */
static int load_module(struct state_package *result, struct state_device *device,
		       const char *module)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;
	auto_fd int mark = kmsg_mark();
	int r = command_load_module(module, &error);

	if (r >= 0 || r == -ENOMEM)
		return r;
	sentence = error_sentence(&error);
	if (!sentence || settle(device, DEVICE_NOT_BOUND, sentence) < 0)
		return -ENOMEM;
	return mark < 0 || result->log.count >= STATE_LOG_MAX
		       ? 0
		       : kmsg_since(mark, STATE_LOG_MAX - result->log.count, &result->log);
}

/*
 * OLD is loaded and has the device, or the name of a staged module. 1 if the way is free for it, 2
 * for this device alone, 0 if not.
 */
static int make_way(struct load *load, struct state_device *device, const char *old)
{
	auto_free char *why = NULL;
	auto_error struct error error = { 0 };
	struct strings *replaced = &load->state->replaced;
	bool must_go = load_find_module(load, old) != NULL;
	bool known = strings_contain(replaced, old);
	int r = strings_add_once(replaced, old);

	/* Before it is done: whoever takes back a run that was killed has to know. */
	if (r == 0)
		r = load_write_state(load, &error);
	if (r == 0)
		r = replace_make_room(load->request->root_fd, device->path, old, must_go, &why);
	if (r != ROOM_MADE && !known && strings_contain(replaced, old))
		free(replaced->items[--replaced->count]);
	if (r < 0)
		return r;
	if (r == ROOM_NONE)
		return settle(device, DEVICE_IN_USE, why);
	free(device->replaced);
	device->replaced = strdup(old);
	if (!device->replaced)
		return -ENOMEM;
	if (r == ROOM_FOR_ONE)
		return 2;
	r = load_blacklist_replaced(load);
	return r < 0 ? r : 1;
}

/* What stands in the way of MODULES for DEVICE goes. As make_way(). */
static int clear_way(struct load *load, struct state_device *device, const struct strings *modules)
{
	int way = 1;

	if (device->binding.driver && !device->binding.module)
		return settle(device, DEVICE_BUILTIN, "its driver is built into the kernel");
	if (device->binding.module)
		way = make_way(load, device, device->binding.module);
	for (size_t i = 0; i < modules->count && way > 0; i++) {
		const struct manifest_module *module = load_find_module(load, modules->items[i]);

		/* Another build of it is loaded, whatever it drives. */
		if (binding_identify(load->request->root_fd, module) == IDENTITY_OTHER)
			way = make_way(load, device, module->name);
	}
	return way;
}

static bool all_blacklisted(const struct load *load, const struct strings *modules)
{
	for (size_t i = 0; i < modules->count; i++)
		if (!strings_contain_sorted(&load->blacklist, modules->items[i]))
			return false;
	return true;
}

static int load_all(struct load *load, struct state_package *result, struct state_device *device,
		    const struct strings *modules, bool rebind)
{
	int root_fd = load->request->root_fd, r = 0;

	for (size_t i = 0; i < modules->count && r == 0; i++) {
		r = load_module(result, device, modules->items[i]);
		if (r == 0 && rebind && binding_is_loaded(root_fd, modules->items[i]) &&
		    replace_rebind(root_fd, device->path, modules->items[i]) == -ENOMEM)
			r = -ENOMEM;
	}
	return r;
}

/* One that has no drivers: is a module loaded for it? */
static int look_unbindable(const struct load *load, const struct strings *modules,
			   struct state_device *device)
{
	for (size_t i = 0; i < modules->count; i++) {
		const struct manifest_module *module = load_find_module(load, modules->items[i]);

		device->identity = binding_identify(load->request->root_fd, module);
		if (identity_is_staged(device->identity))
			return settle(device, DEVICE_LOADED, NULL);
	}
	return 0;
}

int load_bind(struct load *load, const struct manifest_package *package,
	      struct state_package *result, struct state_device *device)
{
	auto_strings struct strings modules = { 0 };
	int r = load_look(load, device), way;

	if (r < 0 || load_is_settled(device))
		return r;
	r = list_modules(load, package, device, &modules);
	if (r < 0)
		return r;
	if (modules.count == 0)
		return settle(device, DEVICE_NOT_BOUND, "no module of the package names it");
	if (all_blacklisted(load, &modules))
		return settle(device, DEVICE_BLACKLISTED, "the module is blacklisted");
	way = clear_way(load, device, &modules);
	if (way <= 0)
		return way;
	r = load_all(load, result, device, &modules, way == 2);
	if (r < 0)
		return r;
	return device->bindable ? load_look(load, device) : look_unbindable(load, &modules, device);
}

/* The index is not made: all modules of PACKAGE may be meant. */
static bool is_blacklisted(const struct load *load, const struct manifest_package *package)
{
	for (size_t i = 0; i < package->module_count; i++)
		if (!strings_contain_sorted(&load->blacklist, package->modules[i].name))
			return false;
	return package->module_count > 0;
}

int load_plan(struct load *load, const struct manifest_package *package,
	      struct state_device *device)
{
	auto_free char *why = NULL;
	int r = load_look(load, device);

	if (r < 0 || load_is_settled(device))
		return r;
	if (is_blacklisted(load, package))
		return settle(device, DEVICE_BLACKLISTED, "the module is blacklisted");
	if (device->binding.driver && !device->binding.module)
		return settle(device, DEVICE_BUILTIN, "its driver is built into the kernel");
	if (!device->binding.driver)
		return settle(device, DEVICE_PLANNED, NULL);
	r = holder_find(load->request->root_fd, device->path, &why);
	if (r != 0)
		return r == -ENOMEM ? r : settle(device, DEVICE_IN_USE, why);
	device->replaced = strdup(device->binding.module);
	return device->replaced ? settle(device, DEVICE_PLANNED, NULL) : -ENOMEM;
}
