/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/usb.h"

#include <errno.h>
#include <libusb.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

struct device_array {
	libusb_device **items;
	ssize_t count;
};

static void release_context(libusb_context **slot)
{
	if (*slot)
		libusb_exit(*slot);
}

static void release_array(struct device_array *array)
{
	if (array->items)
		libusb_free_device_list(array->items, 1);
}

static void release_config(struct libusb_config_descriptor **slot)
{
	libusb_free_config_descriptor(*slot);
}

/*
 * As Linux begins the names of interfaces: "1-0" for those of a root hub, "1-4.2" for those of the
 * device at port 2 of the hub at port 4 of bus 1 (drivers/usb/core/message.c,
 * usb_set_configuration()). Owned; NULL if out of memory.
 */
static char *device_name(libusb_device *device)
{
	uint8_t ports[USB_PORTS_MAX];
	int count = libusb_get_port_numbers(device, ports, USB_PORTS_MAX);
	char *name = text_format("%u-%u", libusb_get_bus_number(device), count > 0 ? ports[0] : 0);

	for (int i = 1; i < count && name; i++) {
		char *longer = text_format("%s.%u", name, ports[i]);

		free(name);
		name = longer;
	}
	return name;
}

/* As Linux does it in usb_if_uevent(), drivers/usb/core/message.c. */
static char *make_modalias(const struct libusb_device_descriptor *device,
			   const struct libusb_interface_descriptor *interface)
{
	return text_format("usb:v%04Xp%04Xd%04Xdc%02Xdsc%02Xdp%02Xic%02Xisc%02Xip%02Xin%02X",
			   device->idVendor, device->idProduct, device->bcdDevice,
			   device->bDeviceClass, device->bDeviceSubClass, device->bDeviceProtocol,
			   interface->bInterfaceClass, interface->bInterfaceSubClass,
			   interface->bInterfaceProtocol, interface->bInterfaceNumber);
}

static int add_interface(struct device_list *list, const char *path, const char *modalias)
{
	struct device_origin origin = { .file = "libusb", .line = 1 };
	struct device *device = NULL;
	int r = device_list_append(list, &device);

	if (r < 0)
		return r;
	device->path = strdup(path);
	if (!device->path)
		return -ENOMEM;
	r = device_list_add_modalias(list, device, modalias, strlen(modalias), &origin);
	return r < 0 ? r : 0;
}

/* Which alternate setting is in use only sysfs knows; devices begin with the first. */
static int add_interfaces(struct device_list *list, libusb_device *from,
			  const struct libusb_device_descriptor *about,
			  const struct libusb_config_descriptor *config)
{
	auto_free char *name = device_name(from);

	if (!name)
		return -ENOMEM;
	for (uint8_t i = 0; i < config->bNumInterfaces; i++) {
		const struct libusb_interface *interface = &config->interface[i];
		auto_free char *modalias = NULL;
		auto_free char *path = NULL;
		int r;

		if (interface->num_altsetting < 1)
			continue;
		modalias = make_modalias(about, &interface->altsetting[0]);
		path = text_format("/bus/usb/devices/%s:%u.%u", name, config->bConfigurationValue,
				   interface->altsetting[0].bInterfaceNumber);
		if (!modalias || !path)
			return -ENOMEM;
		r = add_interface(list, path, modalias);
		if (r < 0)
			return r;
	}
	return 0;
}

/* One that is not configured, or has just gone, has no interfaces. */
static int add_device(struct device_list *list, libusb_device *from)
{
	AUTO(release_config) struct libusb_config_descriptor *config = NULL;
	struct libusb_device_descriptor about;
	int r = libusb_get_device_descriptor(from, &about);

	if (r == 0)
		r = libusb_get_active_config_descriptor(from, &config);
	if (r == LIBUSB_ERROR_NO_MEM)
		return -ENOMEM;
	return r == 0 ? add_interfaces(list, from, &about, config) : 0;
}

static int read_machine(struct device_list *list)
{
	AUTO(release_context) libusb_context *context = NULL;
	AUTO(release_array) struct device_array all = { 0 };
	int r = libusb_init(&context);

	if (r < 0) {
		context = NULL;
		return r == LIBUSB_ERROR_NO_MEM ? -ENOMEM : 0;
	}
	libusb_set_option(context, LIBUSB_OPTION_LOG_LEVEL, LIBUSB_LOG_LEVEL_NONE);
	all.count = libusb_get_device_list(context, &all.items);
	for (ssize_t i = 0; i < all.count; i++) {
		r = add_device(list, all.items[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

const struct probe probe_usb = {
	.bus = "usb",
	.read = read_machine,
};
