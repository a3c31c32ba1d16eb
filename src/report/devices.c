/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/label.h"
#include "report/page.h"

/** Columns for drivers: all but a few kernel modules have shorter names. */
#define DRIVER_COLUMNS 16

static bool is_bound(const struct device *device)
{
	return device->driver != NULL;
}

static bool is_on(const struct device *device, const char *bus)
{
	return text_equal(device->bus, bus);
}

/* What stands in the driver column: its name, "-" for none, "?" where nobody looked. */
static const char *driver_label(const struct device *device)
{
	if (device->driver)
		return device->driver;
	return device->driver_known ? "-" : "?";
}

/* Widths of the columns; that of drivers is 0, and left out, where nobody looked for any. */
struct columns {
	unsigned int slot, driver;
};

static unsigned int wider(unsigned int width, const char *text, unsigned int most)
{
	unsigned int columns = text ? page_columns(text) : 0;

	if (columns > most)
		return width;
	return columns > width ? columns : width;
}

static struct columns measure(const struct device_list *devices)
{
	struct columns columns = { 0, 0 };
	bool known = false;

	for (size_t i = 0; i < devices->count; i++) {
		auto_free char *slot = label_slot(&devices->items[i]);

		known |= devices->items[i].driver_known;
		columns.slot = wider(columns.slot, slot, LABEL_SLOT_COLUMNS);
		columns.driver =
			wider(columns.driver, driver_label(&devices->items[i]), DRIVER_COLUMNS);
	}
	if (!known)
		columns.driver = 0;
	return columns;
}

static void put_device(const struct page *page, const struct columns *columns,
		       const struct device *device)
{
	auto_free char *slot = label_slot(device), *name = label_name(device);
	bool named = device->path || device->name;
	auto_free char *driver =
		text_format("%-*s", named ? (int)columns->driver + 1 : 0, driver_label(device));
	const struct page_row row = {
		.indent = 2,
		.label = slot ? slot : "?",
		.label_width = columns->slot,
		.lead = columns->driver ? driver : NULL,
		.ink = is_bound(device) ? INK_GOOD : INK_PLAIN,
		.text = named ? name : NULL,
	};

	page_row(page, &row);
	for (size_t i = 0; page->style->verbose && i < device->modaliases.count; i++)
		page_line(page, 6, INK_FAINT, "%s", device->modaliases.items[i]);
}

/* How many devices of BUS there are (of all buses if NULL), and how many of them have a driver. */
static char *counted(const struct device_list *devices, const struct columns *columns,
		     const char *bus)
{
	size_t count = 0, bound = 0;
	const char *plural;

	for (size_t i = 0; i < devices->count; i++) {
		if (bus && !is_on(&devices->items[i], bus))
			continue;
		count++;
		bound += is_bound(&devices->items[i]);
	}
	plural = count == 1 ? "" : "s";
	if (columns->driver == 0)
		return text_format("%zu device%s", count, plural);
	return text_format("%zu device%s, %zu with a driver", count, plural, bound);
}

static void put_bus(const struct page *page, const struct columns *columns,
		    const struct device_list *devices, const char *bus)
{
	auto_free char *head = counted(devices, columns, bus);

	page_line(page, 0, INK_BOLD, "%s: %s", bus, head ? head : "?");
	for (size_t i = 0; i < devices->count; i++)
		if (is_on(&devices->items[i], bus))
			put_device(page, columns, &devices->items[i]);
	page_gap(page);
}

void report_devices_text(const struct device_list *devices, const struct report_style *style,
			 FILE *out)
{
	const struct page page = { out, style };
	struct columns columns = measure(devices);
	auto_free char *total = counted(devices, &columns, NULL);
	auto_strings struct strings buses = { 0 };

	for (size_t i = 0; i < devices->count; i++)
		if (devices->items[i].bus)
			(void)strings_add_once(&buses, devices->items[i].bus);
	strings_sort_unique(&buses);
	for (size_t i = 0; i < buses.count; i++)
		put_bus(&page, &columns, devices, buses.items[i]);
	if (devices->count == 0)
		page_line(&page, 0, INK_BOLD, "No devices found.");
	else
		page_line(&page, 0, INK_BOLD, "%s.", total ? total : "?");
}
