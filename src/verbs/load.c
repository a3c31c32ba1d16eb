/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/kmsg.h"
#include "base/log.h"
#include "base/text.h"
#include "deliver/load.h"
#include "verbs/verb.h"

/* "bound to e1000e (build-id)", "in-use: eth0 is up and has an address" */
static char *say_device(const struct state_device *device)
{
	const char *state = device_state_id(device->state);

	if (device->state == DEVICE_BOUND)
		return text_format("%s: %s to %s (%s)%s%s", device->path, state,
				   device->binding.driver, identity_id(device->identity),
				   device->replaced ? ", in place of " : "",
				   device->replaced ? device->replaced : "");
	return text_format("%s: %s%s%s", device->path, state, device->detail ? ": " : "",
			   device->detail ? device->detail : "");
}

/* What both the answer and the kernel's log say. */
static int say_packages(const struct state *state, struct strings *ret)
{
	int r = 0;

	for (size_t i = 0; i < state->count && r == 0; i++) {
		const struct state_package *package = &state->packages[i];

		r = strings_addf(ret, "%s: %s%s%s", package->nevra,
				 package_state_id(package->state), package->detail ? ": " : "",
				 package->detail ? package->detail : "");
		for (size_t j = 0; j < package->device_count && r == 0; j++) {
			auto_free char *line = say_device(&package->devices[j]);

			r = line ? strings_addf(ret, "  %s", line) : -ENOMEM;
		}
		for (size_t j = 0; j < package->log.count && r == 0; j++)
			r = strings_addf(ret, "  kernel: %s", package->log.items[j]);
	}
	if (r == 0 && state->count == 0)
		r = strings_add(ret, "nothing is staged");
	return r;
}

/*
 * The journal has what is written to the kernel's log, so stderr gets nothing of it: a hook's
 * stderr ends up there too.
 */
static void tell_kernel_log(const struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		kmsg_say(lines->items[i]);
}

static int print_answer(const struct options *options, const struct state *state,
			const struct strings *lines)
{
	auto_json struct json *json = options->json ? state_json(state) : NULL;

	if (json)
		return json_write(json, stdout);
	for (size_t i = 0; i < lines->count; i++) {
		auto_free char *line = text_printable(lines->items[i]);

		puts(line ? line : "out of memory");
	}
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int refuse(const struct options *options, const char *option, const char *why)
{
	auto_error struct error error = { 0 };

	error_set(&error, -EINVAL, "load with", option, why, "see kmp-match --help");
	return verb_fail(options, &error, EXIT_USAGE);
}

/* EXIT_DONE, or what a command line that makes no sense ends with. */
static int check_options(const struct options *options, int argc, char **argv)
{
	int r = verb_no_arguments(options, "load", argc, argv);

	if (r)
		return r;
	if (options->root)
		return refuse(options, "--root", "only the running system loads modules");
	if (options->undo && options->dry_run)
		return refuse(options, "--undo", "a dry run takes nothing back");
	return EXIT_DONE;
}

static int run_load(const struct options *options, int argc, char **argv)
{
	auto_fd int root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct load_request request = { root_fd, options->stage_dir, options->dry_run };
	auto_state struct state state = { 0 };
	auto_strings struct strings lines = { 0 };
	auto_error struct error error = { 0 };
	int r = check_options(options, argc, argv);

	if (r)
		return r;
	r = options->undo ? load_undo(&request, &state, &error)
			  : load_run(&request, &state, &error);
	if (r == 0)
		r = say_packages(&state, &lines);
	if (r < 0) {
		error_set(&error, r, "load what is staged in", options->stage_dir, NULL, NULL);
		return verb_fail(options, &error, EXIT_TROUBLE);
	}
	if (state.firmware_trouble)
		log_warning("%s", state.firmware_trouble);
	if (!options->dry_run && state.count > 0)
		tell_kernel_log(&lines);
	return print_answer(options, &state, &lines) < 0 ? verb_cannot_write() : state.exit;
}

const struct verb verb_load = {
	.name = "load",
	.arguments = "",
	.summary = "have the running kernel use what is staged",
	.run = run_load,
};
