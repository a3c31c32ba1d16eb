/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "deliver/command.h"
#include "deliver/firmware.h"
#include "deliver/load-internal.h"
#include "deliver/modprobe.h"
#include "kernel/blacklist.h"

static int fail(const struct load *load, int r, const char *what, struct error *reterr)
{
	return error_set(reterr, r, what, load->stage.path, NULL, NULL);
}

static int clear(struct load *load, struct error *reterr)
{
	int r = module_tree_clear(&load->tree);

	if (r == 0 || r == -EROFS)
		r = modprobe_clear(load->request->root_fd);
	if (r == 0)
		r = firmware_clear(&load->stage);
	return r < 0 ? fail(load, r, "clear what was loaded from", reterr) : 0;
}

static int add_package(struct load *load, const struct manifest_package *package,
		       struct error *reterr)
{
	int r = module_tree_add(&load->tree, &load->stage, load->generation, load->manifest.release,
				package, reterr);

	if (r < 0)
		return r;
	r = modprobe_add(load->request->root_fd, load->generation_fd, package->name);
	if (r < 0)
		return fail(load, r, "make the configuration effective that is in", reterr);
	r = firmware_add(&load->stage, load->generation, package);
	return r < 0 ? fail(load, r, "link the firmware that is in", reterr) : 0;
}

/* A driver without its firmware does not bind, which is seen and said then. */
static int enable_firmware(struct load *load)
{
	auto_error struct error error = { 0 };
	struct state *state = load->state;
	int r;

	if (load->request->dry_run)
		return 0;
	free(take(state->firmware));
	r = firmware_enable(load->request->root_fd, &load->stage, &state->firmware, &error);
	if (r >= 0 || r == -ENOMEM)
		return r;
	free(state->firmware_trouble);
	state->firmware_trouble = error_sentence(&error);
	return state->firmware_trouble ? 0 : -ENOMEM;
}

/* Of the system and of the packages, which are in effect now. */
static int read_blacklist(struct load *load)
{
	auto_bytes struct bytes line = { 0 };
	int root_fd = load->request->root_fd;
	int r = blacklist_add_modprobe(root_fd, &load->blacklist);

	if (r == 0 &&
	    file_read_in_root(root_fd, "proc/cmdline", MODPROBE_FILE_SIZE_MAX, &line) == 0)
		r = blacklist_add_command_line((const char *)line.data, &load->blacklist);
	strings_sort_unique(&load->blacklist);
	return r;
}

int load_blacklist_replaced(const struct load *load)
{
	const struct strings *replaced = &load->state->replaced;
	auto_strings struct strings names = { 0 };

	/* One of the same name is the staged one now. */
	for (size_t i = 0; i < replaced->count; i++)
		if (!load_find_module(load, replaced->items[i]) &&
		    strings_add(&names, replaced->items[i]) < 0)
			return -ENOMEM;
	return modprobe_blacklist(load->request->root_fd, &names);
}

int load_read_effect(struct load *load)
{
	int r = enable_firmware(load);

	strings_done(&load->blacklist);
	if (r == 0)
		r = read_blacklist(load);
	if (r < 0 || load->aliases)
		return r;
	return module_aliases_new(load->tree.fd, &load->aliases);
}

int load_index(struct load *load, struct error *reterr)
{
	int r = command_index_modules(load->state->release, reterr);

	if (r < 0)
		return r;
	module_aliases_release(&load->aliases);
	load->aliases = NULL;
	r = module_aliases_new(load->tree.fd, &load->aliases);
	return r < 0 ? r : command_udev_reload();
}

int load_put_in_effect(struct load *load, struct error *reterr)
{
	int r = module_tree_prepare(&load->tree, &load->stage, reterr);

	if (r == 0)
		r = clear(load, reterr);
	for (size_t i = 0; i < load->manifest.count && r == 0; i++)
		if (load->state->packages[i].state != PACKAGE_UNDONE)
			r = add_package(load, &load->manifest.packages[i], reterr);
	if (r == 0)
		r = load_index(load, reterr);
	if (r == 0)
		r = load_read_effect(load);
	return r < 0 ? r : load_blacklist_replaced(load);
}

int load_take_from_effect(struct load *load, struct error *reterr)
{
	int r = module_tree_undo(&load->tree, &load->stage, reterr);

	if (r == 0)
		r = clear(load, reterr);
	if (r == 0)
		r = firmware_undo(load->request->root_fd, &load->stage);
	return r < 0 ? fail(load, r, "take back what was loaded from", reterr)
		     : load_index(load, reterr);
}
