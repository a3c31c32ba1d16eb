/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hardware/modalias.h"

/** Bytes of a malformed line that a diagnostic shows: enough to find it. */
#define CULPRIT_SHOWN 120

static void device_done(struct device *device)
{
	free(device->path);
	free(device->bus);
	strings_done(&device->modaliases);
	free(device->name);
	free(device->driver);
	*device = (struct device){ 0 };
}

bool device_is_bindable(const struct device *device)
{
	return !text_equal(device->bus, "cpu") && !text_equal(device->bus, "dmi");
}

void device_list_done(struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		device_done(&list->items[i]);
	free(list->items);
	free(list->arch);
	diagnostics_done(&list->diagnostics);
	*list = (struct device_list){ 0 };
}

int device_list_append(struct device_list *list, struct device **ret)
{
	if (list->count >= DEVICE_COUNT_MAX)
		return -E2BIG;
	if (array_grow(&list->items, list->count, sizeof(*list->items)) < 0)
		return -ENOMEM;
	*ret = &list->items[list->count++];
	return 0;
}

struct device *device_list_add(struct device_list *list)
{
	struct device *device = NULL;

	return device_list_append(list, &device) < 0 ? NULL : device;
}

struct device *device_list_find(struct device_list *list, const char *path)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->items[i].path && strcmp(list->items[i].path, path) == 0)
			return &list->items[i];
	return NULL;
}

int device_list_complain(struct device_list *list, const char *id, const char *text, size_t length,
			 const struct device_origin *origin)
{
	auto_free char *culprit = NULL;

	if (list->diagnostics.count > DEVICE_DIAGNOSTICS_MAX)
		return 0;
	if (list->diagnostics.count == DEVICE_DIAGNOSTICS_MAX)
		return diagnostics_add(&list->diagnostics, "more-malformed", origin->file,
				       "from line %zu of '%s' on, further malformed lines are "
				       "ignored without being listed",
				       origin->line, origin->file);
	culprit = strndup(text, length < CULPRIT_SHOWN ? length : CULPRIT_SHOWN);
	if (!culprit)
		return -ENOMEM;
	return diagnostics_add(&list->diagnostics, id, culprit,
			       "line %zu of '%s' is %s, ignoring it", origin->line, origin->file,
			       text_equal(id, "malformed-modalias") ? "no modalias" : "malformed");
}

int device_list_add_modalias(struct device_list *list, struct device *device, const char *text,
			     size_t length, const struct device_origin *origin)
{
	auto_free char *modalias = NULL;
	int r = modalias_parse(text, length, &modalias);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return device_list_complain(list, "malformed-modalias", text, length, origin);
	r = array_grow(&device->modaliases.items, device->modaliases.count, sizeof(char *));
	if (r < 0)
		return r;
	device->modaliases.items[device->modaliases.count++] = take(modalias);
	return 1;
}

static int compare_texts(const char *left, const char *right)
{
	if (!left || !right)
		return (left != NULL) - (right != NULL);
	return strcmp(left, right);
}

static int compare_devices(const void *left_item, const void *right_item)
{
	const struct device *left = left_item, *right = right_item;
	int r = compare_texts(left->path, right->path);

	return r ? r : strcmp(left->modaliases.items[0], right->modaliases.items[0]);
}

static bool devices_are_one(const struct device *left, const struct device *right)
{
	if (left->path || right->path)
		return text_equal(left->path, right->path);
	return strcmp(left->modaliases.items[0], right->modaliases.items[0]) == 0;
}

static int move_modaliases(struct strings *to, struct strings *from)
{
	for (size_t i = 0; i < from->count; i++) {
		if (array_grow(&to->items, to->count, sizeof(*to->items)) < 0)
			return -ENOMEM;
		to->items[to->count++] = take(from->items[i]);
	}
	return 0;
}

/* Of two texts that differ, the smaller: which came first must not matter. */
static void absorb_text(char **text, char **other)
{
	if (!*other || (*text && strcmp(*text, *other) <= 0))
		return;
	free(*text);
	*text = take(*other);
}

static int absorb_device(struct device *device, struct device *other)
{
	int r = move_modaliases(&device->modaliases, &other->modaliases);

	if (r < 0)
		return r;
	absorb_text(&device->driver, &other->driver);
	absorb_text(&device->name, &other->name);
	device->driver_known |= other->driver_known;
	device_done(other);
	return 0;
}

static void drop_without_modalias(struct device_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct device *device = &list->items[i];

		if (device->modaliases.count == 0) {
			device_done(device);
			continue;
		}
		strings_sort_unique(&device->modaliases);
		list->items[kept++] = *device;
	}
	list->count = kept;
}

/* Make one of each run of sorted devices that are the same. */
static int join_same_devices(struct device_list *list)
{
	size_t kept = 0;

	for (size_t i = 1; i < list->count; i++) {
		struct device *last = &list->items[kept];

		if (devices_are_one(last, &list->items[i])) {
			int r = absorb_device(last, &list->items[i]);

			if (r < 0)
				return r;
			continue;
		}
		if (++kept < i) {
			list->items[kept] = list->items[i];
			list->items[i] = (struct device){ 0 };
		}
	}
	list->count = list->count ? kept + 1 : 0;
	return 0;
}

/* A path of the kind "/bus/pci/devices/NAME": a link, in sysfs, to the device of that name. */
static bool is_link(const struct device *device)
{
	return device->path && text_starts(device->path, "/bus/");
}

static const char *base_name(const struct device *device)
{
	const char *slash = strrchr(device->path, '/');

	return slash ? slash + 1 : device->path;
}

static int compare_names(const void *left, const void *right)
{
	const struct device *const *a = left, *const *b = right;

	return strcmp(base_name(*a), base_name(*b));
}

/* Devices with a path that is no link, sorted by their names. */
static int index_names(const struct device_list *list, struct device ***ret, size_t *ret_count)
{
	struct device **index = calloc(list->count, sizeof(struct device *));
	size_t count = 0;

	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].path && !is_link(&list->items[i]))
			index[count++] = &list->items[i];
	qsort(index, count, sizeof(*index), compare_names);
	*ret = index;
	*ret_count = count;
	return 0;
}

/* Does any alias of DEVICE stand in OTHER? Names are only unique on their bus. */
static bool share_modalias(const struct device *device, const struct device *other)
{
	for (size_t i = 0; i < device->modaliases.count; i++)
		if (strings_contain(&other->modaliases, device->modaliases.items[i]))
			return true;
	return false;
}

/* Give what is known of links, as of a dump of lspci, to the devices that another source has. */
static int join_links(struct device_list *list)
{
	auto_free struct device **index = NULL;
	size_t count = 0;
	bool joined = false;
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		struct device *link = &list->items[i], **found = NULL;

		if (!is_link(link))
			continue;
		if (!index)
			r = index_names(list, &index, &count);
		if (r == 0 && count > 0)
			found = bsearch(&link, index, count, sizeof(*index), compare_names);
		if (!found || !share_modalias(link, *found))
			continue;
		r = absorb_device(*found, link);
		joined = true;
	}
	if (r == 0 && joined)
		drop_without_modalias(list);
	return r;
}

static int fill_bus(struct device *device)
{
	strings_sort_unique(&device->modaliases);
	free(device->bus);
	device->bus = modalias_bus(device->modaliases.items[0]);
	return device->bus ? 0 : -ENOMEM;
}

int device_list_finish(struct device_list *list)
{
	int r;

	drop_without_modalias(list);
	if (list->count == 0)
		return 0;
	qsort(list->items, list->count, sizeof(*list->items), compare_devices);
	r = join_same_devices(list);
	if (r == 0)
		r = join_links(list);
	for (size_t i = 0; i < list->count && r == 0; i++)
		r = fill_bus(&list->items[i]);
	return r;
}

static int merge_arch(struct device_list *list, struct device_list *from)
{
	if (!list->arch) {
		list->arch = take(from->arch);
		return 0;
	}
	if (!from->arch || strcmp(list->arch, from->arch) == 0)
		return 0;
	return diagnostics_add(&list->diagnostics, "mixed-arch", from->arch,
			       "the hardware is of two architectures, '%s' and '%s'; taking '%s'",
			       list->arch, from->arch, list->arch);
}

int device_list_merge(struct device_list *list, struct device_list *from)
{
	int r = merge_arch(list, from);

	if (r == 0)
		r = diagnostics_copy(&list->diagnostics, &from->diagnostics);
	for (size_t i = 0; i < from->count && r == 0; i++) {
		struct device *device = NULL;

		r = device_list_append(list, &device);
		if (r < 0)
			break;
		*device = from->items[i];
		from->items[i] = (struct device){ 0 };
	}
	if (r < 0)
		return r;
	device_list_done(from);
	return device_list_finish(list);
}
