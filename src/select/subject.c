/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/subject.h"

#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hardware/modalias.h"

#define WHAT      "explain"
#define HINT_SCAN "kmp-match scan lists the devices"

/** Names shown to somebody who mistyped one. */
#define NEAR_NAMES_SHOWN 3

const char *subject_kind_id(enum subject_kind kind)
{
	static const char *const ids[] = {
		[SUBJECT_MACHINE] = "machine", [SUBJECT_PATH] = "path",
		[SUBJECT_SLOT] = "pci-slot",   [SUBJECT_PORT] = "usb-port",
		[SUBJECT_ID] = "id",           [SUBJECT_MODALIAS] = "modalias",
		[SUBJECT_MADE_UP] = "made-up", [SUBJECT_PACKAGE] = "package",
		[SUBJECT_MODULE] = "module",
	};

	return ids[kind];
}

static const char *last_component(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/* Is DEVICE what TEXT leads to, or does it hold that: /sys/class and /sys/bus only have links. */
static bool is_at_path(const struct device *device, const char *text)
{
	size_t length = device->path ? strlen(device->path) : 0;

	if (text_starts(text, "/sys/"))
		text += strlen("/sys");
	if (text_starts(text, "/bus/") || text_starts(text, "/class/"))
		return text_equal(last_component(device->path), last_component(text));
	return length && text_starts(text, device->path) &&
	       (text[length] == '\0' || text[length] == '/');
}

/* As lspci -s reads it: without a domain any, without a function all. */
static bool is_in_slot(const struct device *device, const char *text)
{
	const char *slot = last_component(device->path);
	size_t length = strlen(text);

	if (!slot)
		return false;
	if (!strchr(strchr(text, ':') + 1, ':'))
		slot = strchr(slot, ':') ? strchr(slot, ':') + 1 : slot;
	return strncasecmp(slot, text, length) == 0 &&
	       (slot[length] == '\0' || slot[length] == '.');
}

/* A port, with all interfaces of what is plugged in there, or one interface. */
static bool is_at_port(const struct device *device, const char *text)
{
	const char *port = last_component(device->path);
	size_t length = strlen(text);

	return port && text_starts(port, text) && (port[length] == '\0' || port[length] == ':');
}

static bool has_id(const struct device *device, const char *text)
{
	auto_free char *usb = text_format("usb:v%.4sp%.4sd", text, text + 5);
	auto_free char *pci = text_format("pci:v0000%.4sd0000%.4ssv", text, text + 5);

	for (size_t i = 0; i < device->modaliases.count && usb && pci; i++)
		if (strncasecmp(device->modaliases.items[i], usb, strlen(usb)) == 0 ||
		    strncasecmp(device->modaliases.items[i], pci, strlen(pci)) == 0)
			return true;
	return false;
}

static bool has_modalias(const struct device *device, const char *text)
{
	auto_free char *modalias = NULL;

	if (modalias_parse(text, strlen(text), &modalias) < 0)
		return false;
	for (size_t i = 0; i < device->modaliases.count; i++)
		if (text_equal(modalias, device->modaliases.items[i]) ||
		    fnmatch(modalias, device->modaliases.items[i], 0) == 0)
			return true;
	return false;
}

/* What names a device: how it is written, and when it is the name of one. */
static const struct shape {
	enum subject_kind kind;
	const char *pattern; /* a regular expression, case apart */
	bool (*names)(const struct device *device, const char *text);
	const char *noun;
} shapes[] = {
	{ SUBJECT_PATH, "^/", is_at_path, "path in sysfs" },
	{ SUBJECT_SLOT, "^([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}(\\.[0-7])?$", is_in_slot,
	  "PCI slot" },
	{ SUBJECT_PORT, "^[0-9]+-[0-9]+(\\.[0-9]+)*(:[0-9]+\\.[0-9]+)?$", is_at_port, "USB port" },
	{ SUBJECT_ID, "^[0-9a-f]{4}:[0-9a-f]{4}$", has_id, "vendor and device id" },
	{ SUBJECT_MODALIAS, "^[a-z][a-z0-9_-]*:", has_modalias, "modalias" },
};
/* Written like a modalias, and the name of a package with an epoch. */
static const char nevra_with_epoch[] = "^[^:]*-[0-9]+:[^:-]+-[^:-]+\\.[^.:-]+$";

static bool is_written(const char *text, const char *pattern)
{
	regex_t regex;
	bool matches;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		return false;
	matches = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

static const struct shape *shape_of(const char *text)
{
	for (size_t i = 0; i < COUNT(shapes); i++)
		if (is_written(text, shapes[i].pattern))
			return &shapes[i];
	return NULL;
}

/* Of a device and the one that holds it, which both have a path that begins so, only the inner. */
static void keep_deepest(struct subject *subject, const struct device_list *devices)
{
	size_t deepest = 0, kept = 0;

	for (size_t i = 0; i < subject->device_count; i++) {
		size_t length = strlen(devices->items[subject->devices[i]].path);

		deepest = length > deepest ? length : deepest;
	}
	for (size_t i = 0; i < subject->device_count; i++)
		if (strlen(devices->items[subject->devices[i]].path) == deepest)
			subject->devices[kept++] = subject->devices[i];
	subject->device_count = kept;
}

static int collect_devices(struct subject *subject, const struct shape *shape,
			   const struct device_list *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		if (!shape->names(&devices->items[i], subject->text))
			continue;
		if (array_grow(&subject->devices, subject->device_count, sizeof(size_t)) < 0)
			return -ENOMEM;
		subject->devices[subject->device_count++] = i;
	}
	subject->kind = shape->kind;
	if (shape->kind == SUBJECT_PATH)
		keep_deepest(subject, devices);
	return 0;
}

/* A device that is not here joins the list, whose order it may change. */
static int make_up(struct subject *subject, const struct shape *shape, struct device_list *devices)
{
	const struct device_origin origin = { "the command line", 1 };
	struct device *device;
	int r = device_list_append(devices, &device);

	if (r == 0)
		r = device_list_add_modalias(devices, device, subject->text, strlen(subject->text),
					     &origin);
	if (r > 0)
		r = device_list_finish(devices);
	if (r == 0)
		r = collect_devices(subject, shape, devices);
	subject->kind = SUBJECT_MADE_UP;
	return r;
}

static int describe_devices(struct subject *subject, const struct shape *shape)
{
	subject->found = true;
	if (subject->kind == SUBJECT_MADE_UP)
		subject->detail =
			strdup("a modalias that no device here has: the answer is for a machine "
			       "that has one more device");
	else
		subject->detail =
			text_format("a %s, of %zu device%s here", shape->noun,
				    subject->device_count, subject->device_count == 1 ? "" : "s");
	return subject->detail ? 0 : -ENOMEM;
}

static int refuse_device(const struct shape *shape, const char *text, struct error *reterr)
{
	return error_setf(reterr, -ENOENT, WHAT, text, HINT_SCAN,
			  "it is written as a %s, and no device here has it", shape->noun);
}

/* Is TEXT, written like a modalias, one that a device could have? */
static bool is_literal_modalias(const char *text)
{
	auto_free char *modalias = NULL;

	return !strpbrk(text, "*?") && modalias_parse(text, strlen(text), &modalias) == 0;
}

static int find_shape(struct subject *subject, const struct shape *shape,
		      struct device_list *devices, struct error *reterr)
{
	int r = collect_devices(subject, shape, devices);

	if (r == 0 && !subject->device_count && shape->kind == SUBJECT_MODALIAS &&
	    is_literal_modalias(subject->text))
		r = make_up(subject, shape, devices);
	if (r < 0)
		return r;
	if (!subject->device_count)
		return refuse_device(shape, subject->text, reterr);
	return describe_devices(subject, shape);
}

static void release_subject(struct subject *subject)
{
	subject_done(subject);
}

int subject_find_device(const char *text, struct device_list *devices, struct subject *ret,
			struct error *reterr)
{
	AUTO(release_subject) struct subject subject = { .kind = SUBJECT_MACHINE };
	const struct shape *shape = text ? shape_of(text) : NULL;
	int r = 0;

	if (text) {
		subject.text = strdup(text);
		if (!subject.text)
			return -ENOMEM;
		subject.kind = SUBJECT_PACKAGE;
	} else {
		subject.found = true;
		subject.detail = strdup("every device that a package on offer is made for");
		if (!subject.detail)
			return -ENOMEM;
	}
	if (shape && !is_written(text, nevra_with_epoch))
		r = find_shape(&subject, shape, devices, reterr);
	if (r < 0)
		return r;
	*ret = subject;
	subject = (struct subject){ 0 };
	return 0;
}

static int refuse_package(const struct subject *subject, const struct catalog *catalog,
			  struct error *reterr)
{
	auto_strings struct strings near = { 0 };
	auto_free char *hint = NULL;
	int r = catalog_near_names(catalog, subject->text, NEAR_NAMES_SHOWN, &near);

	if (r < 0)
		return r;
	for (size_t i = 0; i < near.count; i++) {
		auto_free char *before = hint;

		hint = text_format("%s%s%s", before ? before : "did you mean ",
				   before ? " or " : "", near.items[i]);
	}
	return error_set(reterr, -ENOENT, WHAT, subject->text,
			 "no device here, no package on offer or installed, and no module of "
			 "theirs or of the kernel is called so",
			 hint ? hint : "without a name all of them are explained, and " HINT_SCAN);
}

/* What KERNEL has of the module NAME. */
static const char *home_of(const struct kernel *kernel, const char *name)
{
	if (strings_contain_sorted(&kernel->builtins, name))
		return "it is built into the kernel";
	if (strings_contain_sorted(&kernel->tree_modules, name))
		return "the kernel has it too";
	if (kernel->tree_known || kernel->tree_modules.count)
		return "the kernel does not have it";
	return "whether the kernel has it is not known";
}

static int describe_packages(struct subject *subject, const struct kernel *kernel,
			     const char *module)
{
	size_t count = subject->packages.count;

	subject->found = true;
	if (module)
		subject->detail =
			text_format("a kernel module, shipped by %zu package%s; %s", count,
				    count == 1 ? "" : "s", home_of(kernel, module));
	else
		subject->detail =
			text_format("the name of %zu package%s", count, count == 1 ? "" : "s");
	return subject->detail ? 0 : -ENOMEM;
}

int subject_find_package(struct subject *subject, const struct catalog *catalog,
			 const struct kernel *kernel, struct error *reterr)
{
	auto_free char *module = NULL;
	int r;

	if (subject->found)
		return 0;
	r = catalog_find_named(catalog, subject->text, &subject->packages);
	if (r == 0 && !subject->packages.count) {
		module = text_module_name(subject->text);
		r = module ? catalog_find_module(catalog, module, &subject->packages) : -ENOMEM;
		subject->kind = SUBJECT_MODULE;
	}
	if (r < 0)
		return r;
	if (subject->packages.count > SUBJECT_PACKAGES_MAX)
		return error_setf(reterr, -E2BIG, WHAT, subject->text,
				  "give a narrower pattern of names", "%zu packages are called so",
				  subject->packages.count);
	if (!subject->packages.count && !strings_contain_sorted(&kernel->tree_modules, module))
		return refuse_package(subject, catalog, reterr);
	return describe_packages(subject, kernel, module);
}

void subject_done(struct subject *subject)
{
	free(subject->text);
	free(subject->detail);
	free(subject->devices);
	ids_done(&subject->packages);
	*subject = (struct subject){ 0 };
}
