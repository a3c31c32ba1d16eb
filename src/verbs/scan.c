/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "hardware/hardware.h"
#include "verbs/save.h"
#include "verbs/verb.h"

static int save_snapshot(const struct device_list *devices, struct save *save, struct error *reterr)
{
	auto_json struct json *json = report_devices_json(devices);
	auto_free char *text = json_text(json);

	if (!text)
		return -ENOMEM;
	return save_finish(save, "save the snapshot", text, strlen(text), reterr);
}

static int print_devices(const struct device_list *devices, const struct options *options)
{
	struct report_style style = verb_style(options);
	auto_json struct json *json = NULL;

	if (options->json) {
		json = report_devices_json(devices);
		return json_write(json, stdout);
	}
	report_devices_text(devices, &style, stdout);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int run_scan(const struct options *options, int argc, char **argv)
{
	auto_device_list struct device_list devices = { 0 };
	auto_error struct error error = { 0 };
	auto_save struct save save = { .fd = -1 };
	struct sandbox sandbox;
	int r = verb_no_arguments(options, "scan", argc, argv);

	if (r)
		return r;
	if (options->save)
		r = save_begin(options->save, &save, &error);
	if (r == 0) {
		sandbox_enter(NULL, 0, &sandbox);
		sandbox_tighten(NULL, 0, &sandbox);
		verb_say_sandbox(&sandbox);
		r = hardware_read(&options->hardware, &devices, &error);
	}
	if (r == 0 && options->save)
		r = save_snapshot(&devices, &save, &error);
	if (r < 0) {
		error_set(&error, r, "scan the hardware", NULL, NULL, NULL);
		return verb_fail(options, &error, EXIT_TROUBLE);
	}
	verb_warn(&devices.diagnostics);
	if (options->save)
		return EXIT_DONE;
	return print_devices(&devices, options) < 0 ? verb_cannot_write() : EXIT_DONE;
}

const struct verb verb_scan = {
	.name = "scan",
	.arguments = "",
	.summary = "list the devices: names, bound drivers, modaliases",
	.run = run_scan,
};
