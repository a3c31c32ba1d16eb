/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/hardware.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "hardware/lspci.h"
#include "hardware/names.h"
#include "hardware/probe.h"
#include "hardware/snapshot.h"
#include "hardware/sysfs.h"
#include "hardware/udev.h"

static const char what[] = "read the hardware from";

static int set_arch(struct device_list *list)
{
	struct utsname machine;

	if (uname(&machine) < 0)
		return -errno;
	list->arch = strdup(machine.machine);
	return list->arch ? 0 : -ENOMEM;
}

static bool has_bus(const struct device_list *list, const char *bus)
{
	size_t length = strlen(bus);

	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < list->items[i].modaliases.count; k++)
			if (strncmp(list->items[i].modaliases.items[k], bus, length) == 0 &&
			    list->items[i].modaliases.items[k][length] == ':')
				return true;
	return false;
}

/*
 * Ask the libraries about each bus on which sysfs, open at FD, shows nothing although the kernel
 * has that bus; about all of them where there is no sysfs (FD is -1).
 */
static int read_silent(int fd, struct device_list *list)
{
	for (size_t i = 0; probes[i]; i++) {
		auto_free char *folder = text_format("bus/%s", probes[i]->bus);
		int r;

		if (!folder)
			return -ENOMEM;
		if (has_bus(list, probes[i]->bus) ||
		    (fd >= 0 && faccessat(fd, folder, F_OK, 0) < 0))
			continue;
		r = probes[i]->read(list);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Sysfs has every alias, udev the names; where they speak of the same device, it becomes one.
 * The libraries stand in where sysfs does not speak.
 */
static int read_this_machine(struct device_list *list, struct error *reterr)
{
	auto_fd int fd = open("/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int sysfs = fd < 0 ? -errno : sysfs_read(fd, "/sys", list);
	int r = sysfs;

	if (sysfs == 0 || sysfs == -ENOENT)
		r = read_silent(sysfs == 0 ? fd : -1, list);
	if (r == 0 && list->count == 0)
		r = sysfs;
	if (r < 0)
		return error_set(reterr, r, what, "/sys",
				 r == -ENOENT ? "no device is in it" : NULL,
				 "mount sysfs there, or say with --hardware what to read");
	if (sysfs == 0 && udev_has_database())
		r = udev_read(list);
	if (r == 0)
		r = set_arch(list);
	return r < 0 ? error_set(reterr, r, what, "this machine", NULL, NULL) : 0;
}

static int read_directory(int fd, const char *source, struct device_list *list,
			  struct error *reterr)
{
	int r = sysfs_read(fd, source, list);

	if (r == -ENOENT)
		return error_set(reterr, r, what, source,
				 "the directory holds no 'modalias' or 'uevent' file of a device",
				 "give a sysfs tree, or a root directory with sys/ below");
	return r;
}

static int read_lspci(const struct bytes *text, const char *source, struct device_list *list,
		      struct error *reterr)
{
	const struct probe *probe = probe_find("pci");

	if (probe)
		return probe->read_dump(text, source, list, reterr);
	return error_set(reterr, -EOPNOTSUPP, what, source,
			 "it is a dump of lspci, and this program was built without libpci",
			 "read it where libpci is, and save it with 'kmp-match scan --save'");
}

static int read_text(int fd, const char *source, struct device_list *list, struct error *reterr)
{
	auto_bytes struct bytes text = { 0 };
	int r = file_read_fd(fd, HARDWARE_SOURCE_SIZE_MAX, &text);

	if (r == -EFBIG)
		return error_setf(reterr, r, what, source, "give the hardware of one machine",
				  "it is larger than %d MiB",
				  HARDWARE_SOURCE_SIZE_MAX / 1024 / 1024);
	if (r < 0)
		return r;
	return lspci_sniff(&text) ? read_lspci(&text, source, list, reterr)
				  : snapshot_read(&text, source, list, reterr);
}

/*
 * Opened without waiting, since a device node may never answer; a pipe of the shell's <(...) is
 * then read as it comes.
 */
static int open_source(const char *source, int *ret, bool *ret_directory)
{
	auto_fd int fd = text_equal(source, "-")
				 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				 : open(source, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int flags;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISBLK(st.st_mode))
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (S_ISFIFO(st.st_mode) && (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0))
		return -errno;
	*ret_directory = S_ISDIR(st.st_mode);
	*ret = take_fd(&fd);
	return 0;
}

static int read_source(const char *source, struct device_list *list, struct error *reterr)
{
	auto_fd int fd = -1;
	bool directory = false;
	int r = open_source(source, &fd, &directory);

	if (r < 0)
		return error_set(reterr, r, what, source,
				 r == -EINVAL ? "it is a block device, not a text" : NULL,
				 "give a file or directory that can be read");
	return directory ? read_directory(fd, source, list, reterr)
			 : read_text(fd, source, list, reterr);
}

/* An errno alone would speak of arguments. */
static int explain(int r, const char *source, struct error *reterr)
{
	if (r == -E2BIG)
		return error_setf(reterr, r, what, source, "give the hardware of one machine",
				  "it has more than %d devices", DEVICE_COUNT_MAX);
	return error_set(reterr, r, what, source, NULL, NULL);
}

static int add_source(const char *source, struct device_list *list, struct error *reterr)
{
	auto_device_list struct device_list more = { 0 };
	int r = read_source(source, &more, reterr);

	if (r == 0)
		r = device_list_merge(list, &more);
	return r < 0 ? explain(r, source, reterr) : 0;
}

/* A name for each device that has none yet. */
static int want_names(const struct device_list *list, struct names *names)
{
	int r = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->items[i];

		for (size_t k = 0; k < device->modaliases.count && r == 0 && !device->name; k++)
			r = names_want(names, device->modaliases.items[k]);
	}
	return r;
}

static int fill_names(struct device_list *list)
{
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_names struct names *names = names_new(root);
	int r = names ? want_names(list, names) : -ENOMEM;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		struct device *device = &list->items[i];

		for (size_t k = 0; k < device->modaliases.count && r == 0 && !device->name; k++)
			r = names_find(names, device->modaliases.items[k], &device->name);
	}
	return r;
}

int hardware_read(const struct strings *sources, struct device_list *ret, struct error *reterr)
{
	auto_device_list struct device_list list = { 0 };
	int r = 0;

	if (sources->count > HARDWARE_SOURCES_MAX)
		return error_setf(reterr, -E2BIG, what, NULL, NULL, "more than %d sources",
				  HARDWARE_SOURCES_MAX);
	if (sources->count == 0)
		r = read_this_machine(&list, reterr);
	for (size_t i = 0; i < sources->count && r == 0; i++)
		r = add_source(sources->items[i], &list, reterr);
	if (r == 0)
		r = device_list_finish(&list);
	if (r == 0)
		r = fill_names(&list);
	if (r < 0)
		return error_set(reterr, r, what, "this machine", NULL, NULL);
	*ret = list;
	list = (struct device_list){ 0 };
	return 0;
}
