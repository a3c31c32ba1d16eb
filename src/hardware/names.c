/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "hardware/device.h"
#include "hardware/lines.h"
#include "hardware/probe.h"
#include "hardware/udev.h"

/* A line that names a vendor or a device; machines with thousands of devices look up each. */
struct id_entry {
	uint64_t key;
	const char *name; /* in the file's text, not NUL-terminated */
	size_t length;
};

/*
 * A file in the format of pci.ids and usb.ids: "vvvv  Vendor", below it "\tdddd  Device", below
 * that
 * "\t\t..." for subsystems or interfaces; '#' comments; other sections never begin with four
 * digits.
 */
struct id_file {
	const char *const *paths; /* where it may be, below the root; ends with NULL */
	bool tried;
	struct bytes text;
	struct id_entry *entries; /* sorted by key */
	size_t count;
};

struct names {
	int root_fd;
	struct id_file pci;
	struct id_file usb;
	void *libpci; /* what its names rest on; NULL before the first */
	bool hwdb_tried;
	struct udev_names *hwdb; /* NULL if there is none */
};

static const char *const pci_paths[] = { "usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids",
					 "usr/share/pci.ids", NULL };
static const char *const usb_paths[] = { "usr/share/misc/usb.ids", "usr/share/hwdata/usb.ids",
					 "usr/share/usb.ids", NULL };

/* Kinds that no database names: the virtio specification's device types, and SCSI's (SPC). */
static const struct {
	const char *prefix;
	const char *name;
} kinds[] = {
	{ "virtio:d00000001v", "Virtio network device" },
	{ "virtio:d00000002v", "Virtio block device" },
	{ "virtio:d00000003v", "Virtio console" },
	{ "virtio:d00000004v", "Virtio random number generator" },
	{ "virtio:d00000005v", "Virtio memory balloon" },
	{ "virtio:d00000008v", "Virtio SCSI host" },
	{ "virtio:d00000009v", "Virtio 9P file system" },
	{ "virtio:d00000010v", "Virtio GPU" },
	{ "virtio:d00000012v", "Virtio input device" },
	{ "virtio:d00000013v", "Virtio socket" },
	{ "virtio:d0000001Av", "Virtio file system" },
	{ "scsi:t-0x00", "SCSI disk" },
	{ "scsi:t-0x01", "SCSI tape" },
	{ "scsi:t-0x05", "SCSI CD-ROM" },
	{ "scsi:t-0x08", "SCSI media changer" },
	{ "scsi:t-0x0d", "SCSI enclosure" },
};

struct names *names_new(int root_fd)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names) {
		names->root_fd = root_fd;
		names->pci.paths = pci_paths;
		names->usb.paths = usb_paths;
	}
	return names;
}

static void id_file_done(struct id_file *file)
{
	bytes_done(&file->text);
	free(file->entries);
}

static void release_libpci(void *state)
{
	const struct probe *probe = probe_find("pci");

	if (probe)
		probe->release_names(state);
}

struct names *names_free(struct names *names)
{
	if (names) {
		id_file_done(&names->pci);
		id_file_done(&names->usb);
		release_libpci(names->libpci);
		udev_names_close(names->hwdb);
		free(names);
	}
	return NULL;
}

int names_join(const char *vendor, const char *model, char **ret)
{
	auto_free char *name = NULL;
	size_t length;

	if (!vendor && !model) {
		*ret = NULL;
		return 0;
	}
	name = text_format("%s%s%s", vendor ? vendor : "", vendor && model ? " " : "",
			   model ? model : "");
	if (!name)
		return -ENOMEM;
	length = strlen(name);
	if (length > DEVICE_TEXT_MAX) {
		/* Not in the middle of a UTF-8 sequence. */
		for (length = DEVICE_TEXT_MAX; length > 0 && (name[length] & 0xc0) == 0x80;)
			length--;
		name[length] = '\0';
	}
	*ret = take(name);
	return 0;
}

/* The number in the DIGITS hex digits at TEXT, or -1. */
static long read_hex(const char *text, size_t digits)
{
	long number = 0;

	for (size_t i = 0; i < digits; i++) {
		int digit = text_hex_digit(text[i]);

		if (digit < 0)
			return -1;
		number = number * 16 + digit;
	}
	return number;
}

/* The id of a line "dddd  Name" that begins after INDENT bytes, or -1. */
static long line_id(const struct lines *lines, size_t indent)
{
	const char *text = lines->text + indent;

	if (lines->length < indent + 6 || text[4] != ' ' || text[5] != ' ')
		return -1;
	return read_hex(text, 4);
}

static uint64_t vendor_key(long vendor)
{
	return (uint64_t)vendor << 32;
}

/* Behind its vendor's, and never the same as a vendor's. */
static uint64_t device_key(long vendor, long device)
{
	return vendor_key(vendor) | (1u << 16) | (uint64_t)device;
}

static int add_entry(struct id_file *file, uint64_t key, const struct lines *lines, size_t indent)
{
	if (array_grow(&file->entries, file->count, sizeof(*file->entries)) < 0)
		return -ENOMEM;
	file->entries[file->count++] = (struct id_entry){
		.key = key,
		.name = lines->text + indent + 6,
		.length = lines->length - indent - 6,
	};
	return 0;
}

static int compare_entries(const void *left, const void *right)
{
	const struct id_entry *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

static int index_file(struct id_file *file)
{
	struct lines lines = lines_of(file->text.data, file->text.size);
	long vendor = -1;
	int r = 0;

	while (lines_next(&lines) && r == 0) {
		bool indented = lines.length > 0 && lines.text[0] == '\t';
		long id = line_id(&lines, indented ? 1 : 0);

		if (!indented && lines.length > 0 && lines.text[0] != '#')
			vendor = id;
		if (vendor >= 0 && id >= 0)
			r = add_entry(file, indented ? device_key(vendor, id) : vendor_key(id),
				      &lines, indented ? 1 : 0);
	}
	if (file->count > 0)
		qsort(file->entries, file->count, sizeof(*file->entries), compare_entries);
	return r;
}

/* The first file that can be read is the one. */
static int load_file(struct id_file *file, int root_fd)
{
	if (file->tried)
		return 0;
	file->tried = true;
	for (size_t i = 0; file->paths[i]; i++) {
		int r = file_read_in_root(root_fd, file->paths[i], ID_FILE_SIZE_MAX, &file->text);

		if (r == -ENOMEM)
			return r;
		if (r == 0)
			return index_file(file);
	}
	return 0;
}

/* A copy of the name with KEY; NULL if there is none. 0 or -ENOMEM. */
static int find_entry(const struct id_file *file, uint64_t key, char **ret)
{
	const struct id_entry wanted = { .key = key };
	const struct id_entry *found = NULL;

	if (file->count > 0)
		found = bsearch(&wanted, file->entries, file->count, sizeof(wanted),
				compare_entries);
	*ret = found ? strndup(found->name, found->length) : NULL;
	return found && !*ret ? -ENOMEM : 0;
}

/* A device that is not listed goes by its vendor and number. */
static int find_in_file(struct id_file *file, int root_fd, long vendor, long device, char **ret)
{
	auto_free char *vendor_name = NULL;
	auto_free char *model = NULL;
	int r = load_file(file, root_fd);

	if (r == 0)
		r = find_entry(file, vendor_key(vendor), &vendor_name);
	if (r < 0 || !vendor_name)
		return r;
	r = find_entry(file, device_key(vendor, device), &model);
	if (r == 0 && !model)
		model = text_format("device %04lx", device);
	if (!model)
		return -ENOMEM;
	return names_join(vendor_name, model, ret);
}

/* "pci:vVVVVVVVVdDDDDDDDD..." */
static int find_pci(struct names *names, const char *modalias, char **ret)
{
	const struct probe *probe = probe_find("pci");
	long vendor, device;
	int r;

	if (strlen(modalias) < strlen("pci:v00000000d00000000") || modalias[4] != 'v' ||
	    modalias[13] != 'd')
		return 0;
	vendor = read_hex(modalias + 5, 8);
	device = read_hex(modalias + 14, 8);
	if (vendor < 0 || vendor > UINT16_MAX || device < 0 || device > UINT16_MAX)
		return 0;
	r = find_in_file(&names->pci, names->root_fd, vendor, device, ret);
	/* libpci was built to look in a place of its own, and unpacks the file. */
	if (r == 0 && names->pci.count == 0 && probe)
		r = probe->find_name(&names->libpci, (unsigned int)vendor, (unsigned int)device,
				     ret);
	return r;
}

/* "usb:vVVVVpPPPP..." */
static int find_usb(struct names *names, const char *modalias, char **ret)
{
	long vendor, device;

	if (strlen(modalias) < strlen("usb:v0000p0000") || modalias[4] != 'v' || modalias[9] != 'p')
		return 0;
	vendor = read_hex(modalias + 5, 4);
	device = read_hex(modalias + 10, 4);
	if (vendor < 0 || device < 0)
		return 0;
	return find_in_file(&names->usb, names->root_fd, vendor, device, ret);
}

/* The value of the field TAG of a dmi alias, or NULL. */
static char *dmi_field(const char *modalias, const char *tag)
{
	const char *at = strstr(modalias, tag);
	size_t length;

	if (!at)
		return NULL;
	at += strlen(tag);
	length = strcspn(at, ":");
	return length ? strndup(at, length) : NULL;
}

/* System vendor and product, from which the kernel has taken the blanks. */
static int find_dmi(struct names *names, const char *modalias, char **ret)
{
	auto_free char *vendor = dmi_field(modalias, ":svn");
	auto_free char *product = dmi_field(modalias, ":pn");

	(void)names;
	return names_join(vendor, product, ret);
}

static int find_in_hwdb(struct names *names, const char *modalias, char **ret)
{
	if (!names->hwdb_tried) {
		names->hwdb_tried = true;
		if (udev_names_open(&names->hwdb) == -ENOMEM)
			return -ENOMEM;
	}
	return names->hwdb ? udev_names_find(names->hwdb, modalias, ret) : 0;
}

/* The database mostly knows vendors, which say little without the device's id. */
static int find_acpi(struct names *names, const char *modalias, char **ret)
{
	auto_free char *vendor = NULL;
	auto_free char *id = NULL;
	const char *first = modalias + strlen("acpi:");
	int r = find_in_hwdb(names, modalias, &vendor);

	if (r < 0 || !vendor)
		return r;
	id = strndup(first, strcspn(first, ":"));
	return id ? names_join(vendor, id, ret) : -ENOMEM;
}

static int find_kind(const char *modalias, char **ret)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (text_starts(modalias, kinds[i].prefix))
			return names_join(NULL, kinds[i].name, ret);
	return 0;
}

int names_find(struct names *names, const char *modalias, char **ret)
{
	static const struct {
		const char *bus;
		int (*find)(struct names *names, const char *modalias, char **ret);
	} finders[] = {
		{ "pci:", find_pci },
		{ "usb:", find_usb },
		{ "dmi:", find_dmi },
		{ "acpi:", find_acpi },
	};
	auto_free char *name = NULL;
	int r = 0;

	for (size_t i = 0; i < COUNT(finders) && r == 0; i++)
		if (text_starts(modalias, finders[i].bus))
			r = finders[i].find(names, modalias, &name);
	if (r == 0 && !name)
		r = find_kind(modalias, &name);
	if (r == 0 && !name)
		r = find_in_hwdb(names, modalias, &name);
	if (r < 0)
		return r;
	*ret = take(name);
	return 0;
}
