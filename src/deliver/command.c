/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/text.h"

/** Deadlines in seconds. An index of 6,000 modules takes 10 s on a slow disk. */
#define DEPMOD_SECONDS 120
/** A driver may look for its hardware for long: SCSI adapters take half a minute. */
#define MODPROBE_SECONDS 60
#define UDEV_SECONDS     15
/** What udevadm itself waits for at most, less than UDEV_SECONDS. */
#define SETTLE_TIMEOUT "--timeout=10"

/* The last line of what it said, or how it ended; owned. */
static char *say_end(const struct process_end *end)
{
	char *text = (char *)end->output.data, *line;
	size_t size = strlen(text);

	while (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	if (end->late)
		return strdup("it did not end in time");
	if (size == 0)
		return text_format("it ended with status %d", end->status);
	line = strrchr(text, '\n');
	return text_printable(line ? line + 1 : text);
}

/* 0, or -errno with *RETERR saying that WHAT could not be done to ON. */
static int run(const char *const *argv, unsigned int seconds, const char *what, const char *on,
	       struct error *reterr)
{
	const struct process process = { .argv = argv, .seconds = seconds };
	auto_process_end struct process_end end = { 0 };
	auto_free char *why = NULL;
	int r = process_run(&process, &end);

	if (r == -ENOENT)
		return error_setf(reterr, r, what, on, "install kmod", "there is no program %s",
				  argv[0]);
	if (r < 0)
		return error_set(reterr, r, what, on, NULL, NULL);
	if (end.status == 0 && !end.late)
		return 0;
	why = say_end(&end);
	return error_set(reterr, end.late ? -ETIMEDOUT : -EIO, what, on, why, NULL);
}

int command_index_modules(const char *release, struct error *reterr)
{
	const char *const argv[] = { "depmod", "-a", release, NULL };

	return run(argv, DEPMOD_SECONDS, "index the modules of the kernel", release, reterr);
}

int command_load_module(const char *module, struct error *reterr)
{
	const char *const argv[] = { "modprobe", "-b", "--", module, NULL };

	return run(argv, MODPROBE_SECONDS, "load the module", module, reterr);
}

int command_unload_module(const char *module, struct error *reterr)
{
	const char *const argv[] = { "modprobe", "-r", "--", module, NULL };

	return run(argv, MODPROBE_SECONDS, "unload the module", module, reterr);
}

/* What udev does not do is seen by the device that is not bound. */
static int tell_udev(const char *const *argv)
{
	auto_error struct error error = { 0 };
	int r = run(argv, UDEV_SECONDS, "tell udev", argv[1], &error);

	return r == -ENOMEM ? r : 0;
}

int command_udev_reload(void)
{
	static const char *const argv[] = { "udevadm", "control", "--reload", NULL };

	return tell_udev(argv);
}

int command_udev_settle(void)
{
	static const char *const argv[] = { "udevadm", "settle", SETTLE_TIMEOUT, NULL };

	return tell_udev(argv);
}

/* Only "add" makes udev load modules (its rules 80-drivers.rules). */
static int add_some(const struct strings *devices, size_t first, size_t count)
{
	const char *argv[COMMAND_DEVICES_MAX + 4] = { "udevadm", "trigger", "--action=add" };
	auto_strings struct strings paths = { 0 };

	for (size_t i = 0; i < count; i++)
		if (strings_addf(&paths, "/sys%s", devices->items[first + i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		argv[3 + i] = paths.items[i];
	return tell_udev(argv);
}

int command_udev_add(const struct strings *devices)
{
	int r = 0;

	for (size_t i = 0; i < devices->count && r == 0; i += COMMAND_DEVICES_MAX) {
		size_t left = devices->count - i;

		r = add_some(devices, i, left < COMMAND_DEVICES_MAX ? left : COMMAND_DEVICES_MAX);
	}
	return r;
}
