/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "hardware/hardware.h"
#include "verbs/verb.h"

/* Into a pipe, a terminal or /dev/null: renaming a file onto one would put it out of the way. */
static int write_device(const char *file, const char *text)
{
	auto_fd int fd = open(file, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : file_write_fd(fd, text, strlen(text));
}

/* Write beside FILE first: a snapshot that is there stays whole until the new one is. */
static int save_file(const char *file, const char *text)
{
	auto_free char *beside = text_format("%s.new", file);
	auto_fd int fd = -1;
	int r;

	if (!beside)
		return -ENOMEM;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = file_write_fd(fd, text, strlen(text));
	if (r == 0 && (fsync(fd) < 0 || rename(beside, file) < 0))
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r;
}

static int save_snapshot(const struct device_list *devices, const char *file, struct error *reterr)
{
	auto_json struct json *json = report_devices_json(devices);
	auto_free char *text = json_text(json);
	struct stat st;
	bool device;
	int r;

	if (!text)
		return -ENOMEM;
	device = stat(file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
	r = device ? write_device(file, text) : save_file(file, text);
	return r < 0 ? error_set(reterr, r, "save the snapshot", file, NULL, NULL) : 0;
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
	int r = verb_no_arguments(options, "scan", argc, argv);

	if (r)
		return r;
	r = hardware_read(&options->hardware, &devices, &error);
	if (r == 0 && options->save)
		r = save_snapshot(&devices, options->save, &error);
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
