/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/explanation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/rank.h"

/* What is in question, by the index that it has in the machine and in the plan. */
struct choice {
	const struct step_context *context;
	const struct subject *subject;
	bool *devices, *packages;
	size_t *places; /* of devices in the explanation */
	size_t *order; /* the packages in question, best first */
	size_t package_count;
};

static void release_choice(struct choice *choice)
{
	free(choice->devices);
	free(choice->packages);
	free(choice->places);
	free(choice->order);
}

static bool has_hint_for_any(const struct plan_package *package, const bool *devices)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (devices[package->hints[i].device])
			return true;
	return false;
}

/* Packages were asked for: those, and the devices that they are made for. */
static void choose_by_packages(struct choice *choice)
{
	const struct plan *plan = choice->context->plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_package *package = &plan->packages[i];

		choice->packages[i] = ids_contain(&choice->subject->packages, package->driver.id);
		for (size_t j = 0; j < package->hint_count && choice->packages[i]; j++)
			choice->devices[package->hints[j].device] = true;
	}
}

/* Devices were asked for: those, and whatever has a hint for them, or for anything. */
static void choose_by_devices(struct choice *choice)
{
	const struct plan *plan = choice->context->plan;

	for (size_t i = 0; i < choice->subject->device_count; i++)
		choice->devices[choice->subject->devices[i]] = true;
	for (size_t i = 0; i < plan->count; i++)
		choice->packages[i] = has_hint_for_any(&plan->packages[i], choice->devices) ||
				      plan->packages[i].reason == REASON_MATCH_ALL_HINT;
}

static void choose_all(struct choice *choice)
{
	const struct plan *plan = choice->context->plan;

	for (size_t i = 0; i < plan->count; i++) {
		choice->packages[i] = true;
		for (size_t j = 0; j < plan->packages[i].hint_count; j++)
			choice->devices[plan->packages[i].hints[j].device] = true;
	}
}

/* Does a package in question need the one at INDEX? */
static bool is_needed(const struct choice *choice, size_t index)
{
	const struct plan *plan = choice->context->plan;

	for (size_t i = 0; i < plan->count; i++)
		if (choice->packages[i] && strings_contain(&plan->packages[index].required_by,
							   plan->packages[i].driver.nevra))
			return true;
	return false;
}

/* What is needed comes along, and what that needs. */
static void add_needed(struct choice *choice)
{
	size_t count = choice->context->plan->count;
	bool again;

	do {
		again = false;
		for (size_t i = 0; i < count; i++) {
			if (choice->packages[i] || !is_needed(choice, i))
				continue;
			choice->packages[i] = true;
			again = true;
		}
	} while (again);
}

static void choose(struct choice *choice)
{
	if (choice->subject->kind == SUBJECT_MACHINE)
		choose_all(choice);
	else if (choice->subject->packages.count || !choice->subject->device_count)
		choose_by_packages(choice);
	else
		choose_by_devices(choice);
	add_needed(choice);
}

/* The plan has packages of one name newest first; across names a version says nothing. */
static int compare_packages(const void *left, const void *right, void *data)
{
	const struct plan *plan = data;
	size_t i = *(const size_t *)left, j = *(const size_t *)right;
	const struct plan_package *a = &plan->packages[i], *b = &plan->packages[j];
	int order = strcmp(a->driver.name, b->driver.name);

	if (a->selected != b->selected)
		return a->selected ? -1 : 1;
	if (!order)
		order = i < j ? -1 : i > j;
	return rank_compare(a, b, -order);
}

static void put_in_order(struct choice *choice)
{
	const struct plan *plan = choice->context->plan;

	for (size_t i = 0; i < plan->count; i++)
		if (choice->packages[i])
			choice->order[choice->package_count++] = i;
	if (choice->package_count)
		qsort_r(choice->order, choice->package_count, sizeof(*choice->order),
			compare_packages, (void *)(uintptr_t)plan);
}

static int copy_devices(struct choice *choice, struct device_list *ret)
{
	const struct device_list *devices = choice->context->devices;

	for (size_t i = 0; i < devices->count; i++) {
		if (!choice->devices[i])
			continue;
		if (array_grow(&ret->items, ret->count, sizeof(*ret->items)) < 0)
			return -ENOMEM;
		choice->places[i] = ret->count;
		ret->items[ret->count++] = devices->items[i];
	}
	return 0;
}

/* The hints of FROM for devices in question, with the indices that those have now. */
static int copy_hints(const struct choice *choice, const struct plan_package *from,
		      struct plan_package *to)
{
	to->hints = NULL;
	to->hint_count = 0;
	for (size_t i = 0; i < from->hint_count; i++) {
		if (!choice->devices[from->hints[i].device])
			continue;
		if (array_grow(&to->hints, to->hint_count, sizeof(*to->hints)) < 0)
			return -ENOMEM;
		to->hints[to->hint_count] = from->hints[i];
		to->hints[to->hint_count++].device = choice->places[from->hints[i].device];
	}
	return 0;
}

static int copy_packages(const struct choice *choice, struct explanation *ret)
{
	struct step_context context = *choice->context;

	context.devices = &ret->devices;
	ret->steps = calloc(choice->package_count + 1, sizeof(*ret->steps));
	if (!ret->steps)
		return -ENOMEM;
	for (size_t i = 0; i < choice->package_count; i++) {
		const struct plan_package *from =
			&choice->context->plan->packages[choice->order[i]];
		struct plan_package *package = plan_add(&ret->plan);

		if (!package)
			return -ENOMEM;
		*package = *from;
		if (copy_hints(choice, from, package) < 0 ||
		    steps_make(&context, package, &ret->steps[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int explanation_make(const struct step_context *context, const struct subject *subject,
		     struct explanation *ret)
{
	AUTO(release_choice) struct choice choice = { .context = context, .subject = subject };
	auto_explanation struct explanation explanation = { .subject = subject };

	choice.devices = calloc(context->devices->count + 1, sizeof(*choice.devices));
	choice.places = calloc(context->devices->count + 1, sizeof(*choice.places));
	choice.packages = calloc(context->plan->count + 1, sizeof(*choice.packages));
	choice.order = calloc(context->plan->count + 1, sizeof(*choice.order));
	if (!choice.devices || !choice.places || !choice.packages || !choice.order)
		return -ENOMEM;
	choose(&choice);
	put_in_order(&choice);
	if (copy_devices(&choice, &explanation.devices) < 0 ||
	    copy_packages(&choice, &explanation) < 0)
		return -ENOMEM;
	*ret = explanation;
	explanation = (struct explanation){ 0 };
	return 0;
}

void explanation_done(struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->plan.count; i++) {
		steps_done(&explanation->steps[i]);
		free(explanation->plan.packages[i].hints);
	}
	free(explanation->steps);
	free(explanation->plan.packages);
	free(explanation->devices.items);
	*explanation = (struct explanation){ 0 };
}
