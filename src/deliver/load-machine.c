/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "deliver/command.h"
#include "deliver/load-internal.h"
#include "hardware/sysfs.h"

/* A driver that is loaded binds within its own start, or soon after: 3 s in all. */
#define WAIT_NANOSECONDS 100000000L
#define WAITS            30

static bool knows_device(const struct state_package *result, const char *path)
{
	for (size_t i = 0; i < result->device_count; i++)
		if (strcmp(result->devices[i].path, path) == 0)
			return true;
	return false;
}

static const char *find_fit(const struct manifest_package *package, const struct device *device)
{
	for (size_t i = 0; i < device->modaliases.count; i++)
		if (manifest_fits(package, device->modaliases.items[i]))
			return device->modaliases.items[i];
	return NULL;
}

/* 1 if DEVICE is one for PACKAGE that was not seen before. */
static int add_device(const struct manifest_package *package, const struct device *device,
		      struct state_package *result)
{
	const char *modalias = find_fit(package, device);
	struct state_device *added;
	int r;

	if (!modalias || knows_device(result, device->path))
		return 0;
	added = state_add_device(result);
	if (!added)
		return -ENOMEM;
	added->state = DEVICE_NOT_BOUND;
	added->identity = IDENTITY_ABSENT;
	added->bindable = device_is_bindable(device);
	r = text_copy(device->path, &added->path);
	if (r == 0)
		r = text_copy(modalias, &added->modalias);
	return r < 0 ? r : 1;
}

static int read_machine(const struct load *load, struct device_list *ret, struct error *reterr)
{
	int r = sysfs_read(load->request->root_fd, "/sys", ret);

	if (r == 0)
		r = device_list_finish(ret);
	return r < 0 ? error_set(reterr, r, "read the devices of", "/sys", NULL, NULL) : 0;
}

/* The number of devices that packages in effect are for and that were not seen before. */
static int find_devices(struct load *load, struct error *reterr)
{
	auto_device_list struct device_list machine = { 0 };
	int r = read_machine(load, &machine, reterr), found = 0;

	for (size_t i = 0; i < load->manifest.count && r >= 0; i++) {
		struct state_package *result = &load->state->packages[i];

		for (size_t j = 0; j < machine.count && r >= 0; j++) {
			if (result->state == PACKAGE_UNDONE || !machine.items[j].path)
				continue;
			r = add_device(&load->manifest.packages[i], &machine.items[j], result);
			found += r > 0;
		}
	}
	return r < 0 ? r : found;
}

/* Call WORK for every device that is not settled. */
static int each_open(struct load *load,
		     int (*work)(struct load *load, size_t package, struct state_device *device,
				 void *context),
		     void *context)
{
	int r = 0;

	for (size_t i = 0; i < load->manifest.count && r == 0; i++) {
		struct state_package *result = &load->state->packages[i];

		for (size_t j = 0; j < result->device_count && r == 0; j++)
			if (result->state != PACKAGE_UNDONE &&
			    !load_is_settled(&result->devices[j]))
				r = work(load, i, &result->devices[j], context);
	}
	return r;
}

static int bind_one(struct load *load, size_t package, struct state_device *device, void *context)
{
	(void)context;
	return load_bind(load, &load->manifest.packages[package], &load->state->packages[package],
			 device);
}

static int plan_one(struct load *load, size_t package, struct state_device *device, void *context)
{
	(void)context;
	return load_plan(load, &load->manifest.packages[package], device);
}

static int list_one(struct load *load, size_t package, struct state_device *device, void *context)
{
	(void)load;
	(void)package;
	return strings_add_once(context, device->path);
}

static int look_one(struct load *load, size_t package, struct state_device *device, void *context)
{
	bool *open = context;
	int r = load_look(load, device);

	(void)package;
	*open |= !load_is_settled(device);
	return r;
}

/* What udev's rules would load beside, and a driver that is slow, get some time. */
static int wait_for_devices(struct load *load)
{
	const struct timespec pause = { .tv_nsec = WAIT_NANOSECONDS };
	auto_strings struct strings paths = { 0 };
	bool open = true;
	int r = each_open(load, list_one, &paths);

	if (r == 0 && paths.count > 0)
		r = command_udev_add(&paths);
	if (r == 0)
		r = command_udev_settle();
	for (int i = 0; i < WAITS && r == 0 && open; i++) {
		open = false;
		r = each_open(load, look_one, &open);
		if (open)
			nanosleep(&pause, NULL);
	}
	return r;
}

/* Drivers find devices, which other drivers are for. */
int load_bind_devices(struct load *load, struct error *reterr)
{
	int r = 1;

	for (unsigned int round = 0; r > 0 && round < LOAD_ROUNDS_MAX; round++) {
		r = find_devices(load, reterr);
		if (r <= 0)
			break;
		r = each_open(load, bind_one, NULL);
		if (r == 0)
			r = wait_for_devices(load);
		r = r < 0 ? r : 1;
	}
	return r < 0 ? error_set(reterr, r, "bind the devices to staged modules", NULL, NULL, NULL)
		     : 0;
}

int load_find_new(struct load *load, struct error *reterr)
{
	auto_device_list struct device_list machine = { 0 };
	int r = read_machine(load, &machine, reterr);

	for (size_t i = 0; i < machine.count && r == 0; i++) {
		const struct device *device = &machine.items[i];

		if (device->driver || !device_is_bindable(device))
			continue;
		for (size_t j = 0; j < device->modaliases.count; j++)
			load->state->new_devices |= !strings_contain_sorted(
				&load->manifest.modaliases, device->modaliases.items[j]);
	}
	return r;
}

int load_plan_devices(struct load *load, struct error *reterr)
{
	int r = load_read_effect(load);

	if (r == 0)
		r = find_devices(load, reterr);
	return r < 0 ? r : each_open(load, plan_one, NULL);
}
