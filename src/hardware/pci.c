/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/pci.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hardware/config-space.h"
#include "hardware/lspci.h"
#include "hardware/names.h"

static void release_access(struct pci_access **slot)
{
	if (*slot)
		pci_cleanup(*slot);
}

/*
 * libpci's callback for errors must not return into it, and it is given nothing but the message, so
 * the way out is global. Whatever calls libpci runs below guard(), which is its end.
 */
static jmp_buf way_out;

static __attribute__((noreturn)) void leave(char *format, ...)
{
	(void)format;
	longjmp(way_out, 1);
}

static void keep_quiet(char *format, ...)
{
	(void)format;
}

/* libpci takes its texts as if it wrote to them, which it does not. */
static char *unqualified(const char *text)
{
	union {
		const char *read;
		char *write;
	} same = { .read = text };

	return same.write;
}

static struct pci_access *new_access(void)
{
	struct pci_access *access = pci_alloc();

	access->error = leave;
	access->warning = keep_quiet;
	access->debug = keep_quiet;
	/* No name from the network, nor from what was once got there. */
	access->id_lookup_mode = 0;
	return access;
}

/*
 * RUN(ACCESS, DATA), or -EIO if libpci gave up in it. What RUN owns while it calls libpci would be
 * lost then, so it owns nothing at that time.
 */
static int guard(int (*run)(struct pci_access *access, void *data), struct pci_access *access,
		 void *data)
{
	if (setjmp(way_out))
		return -EIO;
	return run(access, data);
}

struct search {
	struct device_list *list;
	bool drivers; /* what libpci says of drivers counts */
	const char *source; /* what a diagnostic says of where the device was found */
	size_t found;
	char *partial; /* the first device whose subsystem is not known */
};

static void search_done(struct search *search)
{
	free(search->partial);
}

static void read_space(struct pci_dev *from, struct config_space *ret)
{
	int known = pci_fill_info(from, PCI_FILL_IDENT);

	*ret = (struct config_space){ 0 };
	while (ret->size < CONFIG_SPACE_SIZE &&
	       pci_read_block(from, (int)ret->size, ret->bytes + ret->size, 4))
		ret->size += 4;
	if (!(known & PCI_FILL_IDENT))
		return;
	ret->vendor = from->vendor_id;
	ret->device = from->device_id;
}

static int set_driver(struct device *device, const char *driver)
{
	device->driver_known = true;
	if (!driver || !*driver)
		return 0;
	device->driver = strndup(driver, DEVICE_TEXT_MAX);
	return device->driver ? 0 : -ENOMEM;
}

/* The path by which sysfs would have it: /bus/pci/devices has a link for every device. */
static char *make_path(const struct pci_dev *from)
{
	return text_format("/bus/pci/devices/%04x:%02x:%02x.%x", (unsigned int)from->domain,
			   from->bus, from->dev, from->func);
}

/* -ENODATA and -ENODEV: a word, and on. */
static int skip(struct search *search, const struct pci_dev *from, int why)
{
	auto_free char *path = make_path(from);

	if (!path)
		return -ENOMEM;
	if (search->list->diagnostics.count >= DEVICE_DIAGNOSTICS_MAX)
		return 0;
	if (why == -ENODATA)
		return diagnostics_add(&search->list->diagnostics, "cut-dump", path,
				       "'%s' shows too few registers of PCI device %s, ignoring it",
				       search->source, strrchr(path, '/') + 1);
	return diagnostics_add(&search->list->diagnostics, "no-pci-device", path,
			       "'%s' has no device's registers for PCI device %s, ignoring it",
			       search->source, strrchr(path, '/') + 1);
}

static int note_partial(struct search *search, const struct device *device)
{
	if (search->partial)
		return 0;
	search->partial = strdup(strrchr(device->path, '/') + 1);
	return search->partial ? 0 : -ENOMEM;
}

/* Nothing from here on calls libpci. */
static int add_device(struct search *search, const struct pci_dev *from,
		      const struct config_space *space, const char *driver)
{
	auto_free char *modalias = NULL;
	struct device_origin origin = { .file = search->source, .line = 1 };
	struct device *device = NULL;
	bool whole = true;
	int r = config_space_modalias(space, &modalias, &whole);

	if (r == -ENODATA || r == -ENODEV)
		return skip(search, from, r);
	if (r == 0)
		r = device_list_append(search->list, &device);
	if (r < 0)
		return r;
	device->path = make_path(from);
	if (!device->path)
		return -ENOMEM;
	r = search->drivers ? set_driver(device, driver) : 0;
	if (r == 0)
		r = device_list_add_modalias(search->list, device, modalias, strlen(modalias),
					     &origin);
	if (r < 0)
		return r;
	search->found++;
	return whole ? 0 : note_partial(search, device);
}

static int find_devices(struct pci_access *access, void *data)
{
	struct search *search = data;

	pci_init(access);
	pci_scan_bus(access);
	for (struct pci_dev *from = access->devices; from; from = from->next) {
		struct config_space space;
		int r;

		read_space(from, &space);
		pci_fill_info(from, PCI_FILL_DRIVER);
		r = add_device(search, from, &space,
			       pci_get_string_property(from, PCI_FILL_DRIVER));
		if (r < 0)
			return r;
	}
	return 0;
}

/* Bridges and CardBus have the ids of their subsystem behind the 64 registers that all see. */
static int explain_partial(struct search *search)
{
	if (!search->partial || search->list->diagnostics.count >= DEVICE_DIAGNOSTICS_MAX)
		return 0;
	return diagnostics_add(&search->list->diagnostics, "partial-registers", search->partial,
			       "'%s' does not show all 256 registers, from PCI device %s on the "
			       "subsystem's ids of some devices are taken for 0: as root, "
			       "'lspci -xxx' shows them",
			       search->source, search->partial);
}

static int run_search(const struct pci_way *way, struct search *search)
{
	AUTO(release_access) struct pci_access *access = new_access();
	int method = pci_lookup_method(unqualified(way->method));
	int r;

	if (method < 0)
		return -EIO;
	access->method = (unsigned int)method;
	for (size_t i = 0; i < COUNT(way->parameters) && way->parameters[i].name; i++)
		if (pci_set_param(access, unqualified(way->parameters[i].name),
				  unqualified(way->parameters[i].value)) < 0)
			return -EIO;
	r = guard(find_devices, access, search);
	return r < 0 ? r : explain_partial(search);
}

int pci_read_by(const struct pci_way *way, struct device_list *list)
{
	AUTO(search_done)
	struct search search = { .list = list, .drivers = way->drivers, .source = way->method };
	int r = run_search(way, &search);

	/* One that went away while libpci looked: those before it count. */
	if (r == -EIO || r == 0)
		return search.found > 0;
	return r;
}

/* Not the ports of i386, which libpci knows as well: a guess there may stop the machine. */
static int read_machine(struct device_list *list)
{
	static const struct pci_way ways[] = {
		{ .method = "linux-sysfs", .drivers = true },
		{ .method = "linux-proc" },
		{ .method = "ecam" },
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		int r = pci_read_by(&ways[i], list);

		if (r != 0)
			return r < 0 ? r : 0;
	}
	return 0;
}

/* libpci opens its dump by name. */
static int read_clean_dump(const struct bytes *clean, struct search *search)
{
	auto_fd int fd = memfd_create("lspci", MFD_CLOEXEC);
	auto_free char *name = NULL;
	struct pci_way way = { .method = "dump" };
	int r = fd < 0 ? -errno : file_write_fd(fd, clean->data, clean->size);

	if (r < 0)
		return r;
	name = text_format("/proc/self/fd/%d", fd);
	if (!name)
		return -ENOMEM;
	way.parameters[0].name = "dump.name";
	way.parameters[0].value = name;
	return run_search(&way, search);
}

static int read_dump(const struct bytes *text, const char *name, struct device_list *list,
		     struct error *reterr)
{
	static const char what[] = "read the hardware from";
	AUTO(search_done) struct search search = { .list = list, .source = name };
	auto_bytes struct bytes clean = { 0 };
	size_t rows = 0;
	int r = lspci_clean(text, name, list, &clean, &rows);

	if (r == -E2BIG)
		return error_setf(reterr, r, what, name, "give the hardware of one machine",
				  "it has more than %d PCI devices", LSPCI_DEVICES_MAX);
	if (r < 0)
		return r;
	if (rows == 0)
		return error_set(reterr, -EBADMSG, what, name,
				 "it is a list of lspci without registers",
				 "make it with 'lspci -xxx', as root");
	r = read_clean_dump(&clean, &search);
	if (r == -EIO)
		return error_set(reterr, r, what, name, "libpci does not read it", NULL);
	if (r == 0 && search.found == 0)
		return error_set(reterr, -EBADMSG, what, name,
				 "it is a dump of lspci that shows no device whole",
				 "make it with 'lspci -xxx', as root");
	return r;
}

struct question {
	unsigned int vendor, device;
	char vendor_name[DEVICE_TEXT_MAX + 1];
	char device_name[DEVICE_TEXT_MAX + 1];
	bool vendor_known, device_known;
};

/* Our own reader has asked udev's database, so libpci need not. */
static int look_up(struct pci_access *access, void *data)
{
	static const int flags = PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;
	struct question *question = data;

	question->vendor_known =
		pci_lookup_name(access, question->vendor_name, sizeof(question->vendor_name),
				PCI_LOOKUP_VENDOR | flags, question->vendor) != NULL;
	question->device_known =
		pci_lookup_name(access, question->device_name, sizeof(question->device_name),
				PCI_LOOKUP_DEVICE | flags, question->vendor,
				question->device) != NULL;
	return 0;
}

static int find_name(void **state, unsigned int vendor, unsigned int device, char **ret)
{
	struct question question = { .vendor = vendor, .device = device };

	if (!*state)
		*state = new_access();
	if (guard(look_up, *state, &question) < 0 || !question.vendor_known)
		return 0;
	if (!question.device_known)
		snprintf(question.device_name, sizeof(question.device_name), "device %04x", device);
	return names_join(question.vendor_name, question.device_name, ret);
}

static void release_names(void *state)
{
	if (state)
		pci_cleanup(state);
}

const struct probe probe_pci = {
	.bus = "pci",
	.read = read_machine,
	.read_dump = read_dump,
	.find_name = find_name,
	.release_names = release_names,
};
