/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/label.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/** Longest modalias shown as a name: DMI ones run to 300 characters and say it all up front. */
#define MODALIAS_SHOWN 60

static bool is_field_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

char *label_pattern(const char *pattern)
{
	size_t length = strlen(pattern);

	while (length > 1 && pattern[length - 1] == '*') {
		size_t field = length - 1;

		while (field > 0 && is_field_letter(pattern[field - 1]))
			field--;
		if (field == 0 || pattern[field - 1] != '*')
			break;
		length = field;
	}
	return strndup(pattern, length);
}

static char *short_modalias(const struct device *device)
{
	const char *modalias = device->modaliases.count ? device->modaliases.items[0] : "?";

	if (strlen(modalias) <= MODALIAS_SHOWN)
		return strdup(modalias);
	return text_format("%.*s...", MODALIAS_SHOWN - 3, modalias);
}

char *label_slot(const struct device *device)
{
	const char *slash = device->path ? strrchr(device->path, '/') : NULL;

	if (!device->path)
		return short_modalias(device);
	return strdup(slash && slash[1] ? slash + 1 : device->path);
}

char *label_name(const struct device *device)
{
	return device->name ? strdup(device->name) : short_modalias(device);
}

char *label_device(const struct device *device)
{
	auto_free char *name = label_name(device);

	if (!name || !device->driver_known)
		return take(name);
	if (!device->driver)
		return text_format("%s (no driver)", name);
	return text_format("%s (driver %s)", name, device->driver);
}
