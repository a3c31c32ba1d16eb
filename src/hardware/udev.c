/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/udev.h"

#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hardware/names.h"

static void release_udev(struct udev **slot)
{
	udev_unref(*slot);
}

static void release_enumerate(struct udev_enumerate **slot)
{
	udev_enumerate_unref(*slot);
}

static void release_device(struct udev_device **slot)
{
	udev_device_unref(*slot);
}

bool udev_has_database(void)
{
	return access("/run/udev/data", F_OK) == 0;
}

static int set_texts(struct device *device, struct udev_device *from, const char *path)
{
	const char *model = udev_device_get_property_value(from, "ID_MODEL_FROM_DATABASE");
	const char *vendor = udev_device_get_property_value(from, "ID_VENDOR_FROM_DATABASE");
	const char *driver = udev_device_get_driver(from);

	device->path = strdup(path);
	device->driver_known = true;
	if (driver)
		device->driver = strndup(driver, DEVICE_TEXT_MAX);
	if (!device->path || (driver && !device->driver))
		return -ENOMEM;
	return model ? names_join(vendor, model, &device->name) : 0;
}

static int add_device(struct device_list *list, struct udev_device *from)
{
	const char *modalias = udev_device_get_property_value(from, "MODALIAS");
	const char *path = udev_device_get_devpath(from);
	struct device_origin origin = { .file = path, .line = 1 };
	struct device *device = NULL;
	int r;

	if (!modalias || !path)
		return 0;
	r = device_list_append(list, &device);
	if (r < 0)
		return r;
	r = set_texts(device, from, path);
	if (r < 0)
		return r;
	r = device_list_add_modalias(list, device, modalias, strlen(modalias), &origin);
	return r < 0 ? r : 0;
}

int udev_read(struct device_list *list)
{
	AUTO(release_udev) struct udev *udev = udev_new();
	AUTO(release_enumerate) struct udev_enumerate *all = udev ? udev_enumerate_new(udev) : NULL;
	struct udev_list_entry *entry;
	int r;

	if (!all)
		return -ENOMEM;
	r = udev_enumerate_scan_devices(all);
	if (r < 0)
		return r;
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
	{
		const char *path = udev_list_entry_get_name(entry);
		AUTO(release_device)
		struct udev_device *device = udev_device_new_from_syspath(udev, path);

		/* None: it went away in between. */
		r = device ? add_device(list, device) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

struct udev_names {
	struct udev *udev;
	struct udev_hwdb *hwdb;
};

struct udev_names *udev_names_close(struct udev_names *names)
{
	if (names) {
		udev_hwdb_unref(names->hwdb);
		udev_unref(names->udev);
		free(names);
	}
	return NULL;
}

static void release_names(struct udev_names **slot)
{
	udev_names_close(*slot);
}

int udev_names_open(struct udev_names **ret)
{
	AUTO(release_names) struct udev_names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names->udev = udev_new();
	if (!names->udev)
		return -ENOMEM;
	names->hwdb = udev_hwdb_new(names->udev);
	if (!names->hwdb)
		return -ENOENT;
	*ret = take(names);
	return 0;
}

int udev_names_find(struct udev_names *names, const char *modalias, char **ret)
{
	struct udev_list_entry *found, *vendor, *model;

	found = udev_hwdb_get_properties_list_entry(names->hwdb, modalias, 0);
	vendor = udev_list_entry_get_by_name(found, "ID_VENDOR_FROM_DATABASE");
	model = udev_list_entry_get_by_name(found, "ID_MODEL_FROM_DATABASE");
	return names_join(udev_list_entry_get_value(vendor), udev_list_entry_get_value(model), ret);
}
