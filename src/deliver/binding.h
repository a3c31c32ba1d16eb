/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * binding - which driver a device has, which module that is of, and whether it is the staged one.
 *
 * Layer: deliver. ROOT_FD has sys/ below it; devices are paths below /sys.
 */
#pragma once

#include <stdbool.h>

#include "base/array.h"
#include "deliver/manifest.h"

/* All zero is none. */
struct binding {
	char *driver; /* NULL: none is bound */
	char *module; /* NULL: the driver is built into the kernel */
};

/* 0 or -ENOMEM; a device that is gone has none. */
int binding_find(int root_fd, const char *device, struct binding *ret);
void binding_done(struct binding *binding);
#define auto_binding __attribute__((cleanup(binding_done)))

/* By what a loaded module was found to be the staged one, or not. */
enum identity {
	IDENTITY_BUILD_ID,
	IDENTITY_SRCVERSION,
	IDENTITY_VERSION,
	IDENTITY_UNVERIFIED,
	IDENTITY_OTHER,
	IDENTITY_ABSENT
};
const char *identity_id(enum identity identity);
/* Is it loaded, and maybe the staged one? */
bool identity_is_staged(enum identity identity);
/* Compare MODULE with the loaded module of its name; the first that both have decides. */
enum identity binding_identify(int root_fd, const struct manifest_module *module);

/* Is the module NAME loaded, and done with its own start? */
bool binding_is_loaded(int root_fd, const char *name);
/* Paths below /sys of all devices that have a driver of MODULE; with BUS, of that bus only. */
int binding_devices(int root_fd, const char *module, const char *bus, struct strings *ret);
/* Names of the drivers that MODULE has on BUS. 0 or -ENOMEM. */
int binding_drivers(int root_fd, const char *module, const char *bus, struct strings *ret);
