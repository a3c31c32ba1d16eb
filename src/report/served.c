/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/served.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "select/rank.h"

static struct served_device *find_device(struct served *served, const struct device *device)
{
	for (size_t i = served->count; i > 0; i--)
		if (served->items[i - 1].device == device)
			return &served->items[i - 1];
	return NULL;
}

int served_find(const struct plan_package *package, const struct device_list *devices,
		struct served *ret)
{
	auto_served struct served served = { 0 };

	for (size_t i = 0; i < package->hint_count; i++) {
		const struct plan_hint *hint = &package->hints[i];
		struct served_device *known;

		if (hint->device >= devices->count)
			continue;
		known = find_device(&served, &devices->items[hint->device]);
		if (known) {
			if (rank_specificity(hint->pattern) >
			    rank_specificity(known->hint->pattern))
				known->hint = hint;
			continue;
		}
		if (array_grow(&served.items, served.count, sizeof(*served.items)) < 0)
			return -ENOMEM;
		served.items[served.count++] = (struct served_device){
			.device = &devices->items[hint->device],
			.hint = hint,
		};
	}
	*ret = served;
	served = (struct served){ 0 };
	return 0;
}

static bool look_alike(const struct served_device *one, const struct served_device *other)
{
	return one->device->name && text_equal(one->device->name, other->device->name) &&
	       text_equal(one->device->driver, other->device->driver) &&
	       text_equal(one->hint->pattern, other->hint->pattern);
}

void served_fold(struct served *served)
{
	for (size_t i = 0; i < served->count; i++)
		for (size_t j = 0; j < i && !served->items[i].folded; j++) {
			if (served->items[j].folded ||
			    !look_alike(&served->items[j], &served->items[i]))
				continue;
			served->items[j].alike++;
			served->items[i].folded = true;
		}
}

void served_done(struct served *served)
{
	free(served->items);
	*served = (struct served){ 0 };
}
