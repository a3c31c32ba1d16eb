/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load-internal - what the files of load share. All int functions: 0 or -errno, if not said.
 *
 * Layer: deliver.
 */
#pragma once

#include "deliver/load.h"
#include "deliver/manifest.h"
#include "deliver/module-tree.h"
#include "deliver/stage-dir.h"
#include "hardware/device.h"
#include "kernel/aliases.h"

struct load {
	const struct load_request *request;
	struct stage_dir stage;
	int generation_fd;
	unsigned int generation;
	struct manifest manifest;
	struct module_tree tree;
	struct module_aliases *aliases; /* of the tree as it is indexed now; NULL in a dry run */
	struct strings blacklist; /* normalised, sorted */
	struct state *state;
};

/* load.c: what both ways begin with; release it with load_release(). */
struct load load_begin(const struct load_request *request, struct state *state);
int load_name_boot(const struct load *load, struct error *reterr);
/* 1 if there is a current generation, 0 if not: maybe no staging directory at all, or -errno. */
int load_open_stage(struct load *load, struct error *reterr);
/* What earlier runs of this boot found out, and the generation that they put in effect, or 0. */
int load_read_before(struct load *load, unsigned int *ret_generation, struct error *reterr);
int load_add_package(struct load *load, const struct manifest_package *package);
int load_write_state(const struct load *load, struct error *reterr);
void load_release(struct load *load);
#define auto_load __attribute__((cleanup(load_release)))

/* load-machine.c: find the devices of packages in effect and bind them, until none is new. */
int load_bind_devices(struct load *load, struct error *reterr);
/* Find them, and say what would be tried. */
int load_plan_devices(struct load *load, struct error *reterr);
/* Does a device without a driver wait for packages that nobody has asked for yet? */
int load_find_new(struct load *load, struct error *reterr);

/* load-undo.c: it failed half way; as far as can be, the machine is as before. */
void load_give_up(struct load *load);
/* What no device came to be bound by leaves no trace. */
int load_undo_failed(struct load *load, struct error *reterr);

/* load-effect.c: modules, configuration and firmware of all packages that are not undone. */
int load_put_in_effect(struct load *load, struct error *reterr);
/* Nothing of any of them is left; modules stay loaded. */
int load_take_from_effect(struct load *load, struct error *reterr);
/* It is in effect already: read what a run has to know. */
int load_read_effect(struct load *load);
/* Modules that made room are not loaded for their devices again. 0 or -errno. */
int load_blacklist_replaced(const struct load *load);
/* Index the tree and read what it says now. */
int load_index(struct load *load, struct error *reterr);

/* load-device.c: the staged module NAME of a package that is not undone, or NULL. */
const struct manifest_module *load_find_module(const struct load *load, const char *name);
/* What would be tried for DEVICE. 0 or -ENOMEM. */
int load_plan(struct load *load, const struct manifest_package *package,
	      struct state_device *device);
/* Try to have DEVICE bound by PACKAGE. 0 or -ENOMEM. */
int load_bind(struct load *load, const struct manifest_package *package,
	      struct state_package *result, struct state_device *device);
/* Look at what came of it. 0 or -ENOMEM. */
int load_look(struct load *load, struct state_device *device);
/* Is the state final, whatever is tried? */
bool load_is_settled(const struct state_device *device);

/* load-replace.c: what has the device makes room. */
enum room { ROOM_MADE, ROOM_FOR_ONE, ROOM_NONE };
/*
 * Unload MODULE if nothing that it drives, nor DEVICE (or NULL), is in use. ROOM_FOR_ONE: it stays,
 * but DEVICE alone may change its driver. ROOM_NONE: *RET_WHY (owned) says why. Or -errno.
 */
int replace_make_room(int root_fd, const char *device, const char *module, bool must_go,
		      char **ret_why);
/* Give DEVICE, of PCI, to a driver of MODULE, which is loaded. 0, or -errno and nothing changed. */
int replace_rebind(int root_fd, const char *device, const char *module);
/* Load again those that made room. 0 or -ENOMEM. */
int replace_put_back(const struct strings *modules);
/* Have a driver that stayed loaded take DEVICES, of PCI, that have none. 0 or -ENOMEM. */
int replace_probe(int root_fd, const struct strings *devices);
