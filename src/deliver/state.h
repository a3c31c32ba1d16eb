/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state - what loading did: state.json of the staging directory, and the answer of `load --json`.
 *
 * Layer: deliver. docs/state.schema.json describes it. It is of one boot of one kernel.
 */
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "deliver/binding.h"
#include "deliver/module-tree.h"

enum device_state {
	DEVICE_BOUND, /* to a staged module */
	DEVICE_LOADED, /* it has no drivers to bind, and a staged module is loaded for it */
	DEVICE_PLANNED, /* of a dry run: would be bound */
	DEVICE_BLACKLISTED, /* somebody does not want the module to be loaded for it */
	DEVICE_BUILTIN, /* its driver is part of the kernel and stays */
	DEVICE_IN_USE, /* its driver cannot be taken from it now */
	DEVICE_NOT_BOUND,
};

struct state_device {
	char *path; /* below /sys */
	char *modalias; /* that a hint fits */
	bool bindable; /* else a module is only to be loaded for it */
	enum device_state state;
	struct binding binding; /* as it is in the end */
	enum identity identity; /* of its module; IDENTITY_ABSENT: it is not a staged one */
	char *detail; /* a sentence, or NULL */
	char *replaced; /* the module that had it before, or NULL */
};

enum package_state {
	PACKAGE_PLANNED, /* of a dry run */
	PACKAGE_LINKED, /* its modules can be loaded */
	PACKAGE_LOADED, /* some are, and no device is bound to one */
	PACKAGE_BOUND, /* a device is bound to one of its modules, or to another staged one */
	PACKAGE_UNDONE, /* no device came to be bound, and everything of it was taken back */
};

struct state_package {
	char *nevra, *rpm_sha256; /* the latter may be NULL */
	enum package_state state;
	char *detail; /* why it is undone; or NULL */
	struct strings modules; /* and beside each, what it is */
	enum identity *identities;
	struct state_device *devices;
	size_t device_count;
	struct strings log; /* what the kernel said */
};

struct state {
	char *boot_id, *release;
	unsigned int generation; /* 0: nothing is in effect */
	enum module_tree_way way;
	char *firmware; /* the folder where the kernel looks for it too, or NULL */
	char *firmware_trouble; /* why it does not; or NULL */
	struct state_package *packages;
	size_t count;
	struct strings undone, undone_details; /* NEVRAs of all generations, and why: stage leaves
						  them out from then on */
	struct strings replaced; /* modules that made room */
	bool new_devices; /* some without a driver were not there when it was staged */
	bool dry_run;
	int exit;
};

/* Which boot this is, as the kernel below ROOT_FD says; owned. 0 or -errno. */
int state_boot(int root_fd, char **ret);
/* 0; also if there is none, or one of another boot: RET is empty then. Or -errno. */
int state_read(int stage_fd, const char *boot_id, const char *release, struct state *ret,
	       struct error *reterr);
/* At any moment the old or the new one is there. 0 or -errno. */
int state_write(int stage_fd, const struct state *state);
/* The whole document; owned. */
struct json *state_json(const struct state *state);
const char *device_state_id(enum device_state state);
const char *package_state_id(enum package_state state);
/* Append an empty one. NULL if out of memory. */
struct state_package *state_add_package(struct state *state);
struct state_device *state_add_device(struct state_package *package);
void state_clear_packages(struct state *state);
void state_done(struct state *state);

#define auto_state __attribute__((cleanup(state_done)))
