/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "hardware/device.h"
#include "hardware/lines.h"
#include "hardware/probe.h"
#include "hardware/udev.h"

/* How much of a file is looked at at a time, in bytes: far more than the longest line. */
#define PIECE_SIZE 65536

/* A vendor or a device that is asked for. */
struct id_name {
	uint64_t key;
	char *name; /* NULL until a line says it */
};

/*
 * A file in the format of pci.ids and usb.ids: "vvvv  Vendor", below it "\tdddd  Device", below
 * that "\t\t..." for subsystems or interfaces; '#' comments; other sections never begin with four
 * digits. Of its 40,000 lines a machine needs a few: it is not kept, and read but once.
 */
struct id_file {
	const char *const *paths; /* where it may be, below the root; ends with NULL */
	bool tried;
	bool found; /* it names something */
	struct id_name *names; /* sorted by key once it was read */
	size_t count;
	long vendor; /* that lines are about, while it is read; -1 if nobody asks for it */
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
	for (size_t i = 0; i < file->count; i++)
		free(file->names[i].name);
	free(file->names);
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

static int compare_names(const void *left, const void *right)
{
	const struct id_name *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

static int want(struct id_file *file, uint64_t key)
{
	if (array_grow(&file->names, file->count, sizeof(*file->names)) < 0)
		return -ENOMEM;
	file->names[file->count++].key = key;
	return 0;
}

/* In order, and each once. */
static void sort_names(struct id_file *file)
{
	size_t kept = 0;

	if (file->count)
		qsort(file->names, file->count, sizeof(*file->names), compare_names);
	for (size_t i = 0; i < file->count; i++)
		if (i == 0 || file->names[i].key != file->names[kept - 1].key)
			file->names[kept++] = file->names[i];
	file->count = kept;
}

/* What goes by KEY, if that is asked for. */
static struct id_name *find_name(const struct id_file *file, uint64_t key)
{
	const struct id_name wanted = { .key = key };

	return file->count
		       ? bsearch(&wanted, file->names, file->count, sizeof(wanted), compare_names)
		       : NULL;
}

/* The first line that names it is the one. */
static int take_name(struct id_name *name, const struct lines *lines, size_t indent)
{
	if (name->name)
		return 0;
	name->name = strndup(lines->text + indent + 6, lines->length - indent - 6);
	return name->name ? 0 : -ENOMEM;
}

static int take_vendor(struct id_file *file, const struct lines *lines)
{
	long id = lines->length > 0 && lines->text[0] != '#' ? line_id(lines, 0) : -1;
	struct id_name *vendor = id < 0 ? NULL : find_name(file, vendor_key(id));

	if (lines->length > 0 && lines->text[0] != '#')
		file->vendor = vendor ? id : -1;
	file->found |= id >= 0;
	return vendor ? take_name(vendor, lines, 0) : 0;
}

/* Nobody asks for what stands below a line, which is most of the file. */
static void skip_below(struct lines *lines)
{
	while (lines->next < lines->end && *lines->next == '\t') {
		const char *stop = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));

		lines->next = stop ? stop + 1 : lines->end;
	}
}

static int take_lines(struct id_file *file, const char *text, size_t size)
{
	struct lines lines = lines_of(text, size);
	int r = 0;

	while (r == 0 && lines_next(&lines)) {
		struct id_name *device = NULL;
		long id;

		if (lines.length == 0 || lines.text[0] != '\t') {
			r = take_vendor(file, &lines);
			if (file->vendor < 0)
				skip_below(&lines);
			continue;
		}
		id = file->vendor < 0 ? -1 : line_id(&lines, 1);
		if (id >= 0)
			device = find_name(file, device_key(file->vendor, id));
		if (device)
			r = take_name(device, &lines, 1);
	}
	return r;
}

/* The bytes of PIECE up to the end of its last whole line; a line that fills it is cut. */
static size_t whole_lines(const char *piece, size_t size)
{
	const char *last = memrchr(piece, '\n', size);

	if (!last)
		return size < PIECE_SIZE ? 0 : size;
	return (size_t)(last - piece) + 1;
}

/* A file that can be read no further is as good as it is up to there. 0 or -ENOMEM. */
static int read_names(struct id_file *file, int fd)
{
	auto_free char *piece = malloc(PIECE_SIZE);
	size_t held = 0, all = 0;
	int r = piece ? 0 : -ENOMEM;

	file->vendor = -1;
	while (r == 0 && all <= ID_FILE_SIZE_MAX) {
		ssize_t got = read(fd, piece + held, PIECE_SIZE - held);
		size_t whole;

		if (got <= 0)
			return take_lines(file, piece, held);
		all += (size_t)got;
		held += (size_t)got;
		whole = whole_lines(piece, held);
		r = take_lines(file, piece, whole);
		held -= whole;
		memmove(piece, piece + whole, held);
	}
	return r;
}

/* The first file that can be read is the one. */
static int load_file(struct id_file *file, int root_fd)
{
	int r = 0;

	if (file->tried)
		return 0;
	file->tried = true;
	sort_names(file);
	for (size_t i = 0; r == 0 && file->paths[i] && !file->found; i++) {
		auto_fd int fd = file_open_regular_in_root(root_fd, file->paths[i], 0);

		r = fd < 0 ? 0 : read_names(file, fd);
	}
	return r;
}

/* The numbers of a vendor and of one of its devices. */
struct id_pair {
	long vendor, device;
};

/* A device that is not listed goes by its vendor and number. */
static int find_in_file(struct id_file *file, int root_fd, const struct id_pair *pair, char **ret)
{
	const struct id_name *vendor, *device;
	auto_free char *number = NULL;
	int r = load_file(file, root_fd);

	vendor = find_name(file, vendor_key(pair->vendor));
	if (r < 0 || !vendor || !vendor->name)
		return r;
	device = find_name(file, device_key(pair->vendor, pair->device));
	if (device && device->name)
		return names_join(vendor->name, device->name, ret);
	number = text_format("device %04lx", pair->device);
	return number ? names_join(vendor->name, number, ret) : -ENOMEM;
}

/* "pci:vVVVVVVVVdDDDDDDDD..." */
static bool parse_pci(const char *modalias, struct id_pair *ret)
{
	if (!text_starts(modalias, "pci:v") ||
	    strlen(modalias) < strlen("pci:v00000000d00000000") || modalias[13] != 'd')
		return false;
	ret->vendor = read_hex(modalias + 5, 8);
	ret->device = read_hex(modalias + 14, 8);
	return ret->vendor >= 0 && ret->vendor <= UINT16_MAX && ret->device >= 0 &&
	       ret->device <= UINT16_MAX;
}

/* "usb:vVVVVpPPPP..." */
static bool parse_usb(const char *modalias, struct id_pair *ret)
{
	if (!text_starts(modalias, "usb:v") || strlen(modalias) < strlen("usb:v0000p0000") ||
	    modalias[9] != 'p')
		return false;
	ret->vendor = read_hex(modalias + 5, 4);
	ret->device = read_hex(modalias + 10, 4);
	return ret->vendor >= 0 && ret->device >= 0;
}

int names_want(struct names *names, const char *modalias)
{
	struct id_file *file = &names->pci;
	struct id_pair pair;

	if (!parse_pci(modalias, &pair)) {
		if (!parse_usb(modalias, &pair))
			return 0;
		file = &names->usb;
	}
	if (want(file, vendor_key(pair.vendor)) < 0 ||
	    want(file, device_key(pair.vendor, pair.device)) < 0)
		return -ENOMEM;
	return 0;
}

static int find_pci(struct names *names, const char *modalias, char **ret)
{
	const struct probe *probe = probe_find("pci");
	struct id_pair pair;
	int r;

	if (!parse_pci(modalias, &pair))
		return 0;
	r = find_in_file(&names->pci, names->root_fd, &pair, ret);
	/* libpci was built to look in a place of its own, and unpacks the file. */
	if (r == 0 && !names->pci.found && probe)
		r = probe->find_name(&names->libpci, (unsigned int)pair.vendor,
				     (unsigned int)pair.device, ret);
	return r;
}

static int find_usb(struct names *names, const char *modalias, char **ret)
{
	struct id_pair pair;

	return parse_usb(modalias, &pair) ? find_in_file(&names->usb, names->root_fd, &pair, ret)
					  : 0;
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
