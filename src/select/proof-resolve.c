/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "select/proof-internal.h"

void planned_done(struct planned *planned)
{
	free(planned->members);
	free(planned->by_name);
	free(planned->offers);
	*planned = (struct planned){ 0 };
}

static const char *name_of(const struct planned *planned, size_t at)
{
	return planned->members[planned->by_name[at]].module->name;
}

static int compare_named(const void *left, const void *right, void *context)
{
	const struct member *members = context;
	size_t l = *(const size_t *)left, r = *(const size_t *)right;
	int order = strcmp(members[l].module->name, members[r].module->name);

	if (order)
		return order;
	return l < r ? -1 : l > r;
}

static int compare_offers(const void *left, const void *right)
{
	const struct offer *l = left, *r = right;
	int order = strcmp(l->symbol->name, r->symbol->name);

	if (order)
		return order;
	return l->member < r->member ? -1 : l->member > r->member;
}

static int add_offers(struct planned *planned, size_t member)
{
	const struct module *module = planned->members[member].module;

	for (size_t i = 0; i < module->export_count; i++) {
		if (array_grow(&planned->offers, planned->offer_count, sizeof(struct offer)) < 0)
			return -ENOMEM;
		planned->offers[planned->offer_count++] =
			(struct offer){ &module->exports[i], member };
	}
	return 0;
}

static int add_member(struct planned *planned, const struct member *member)
{
	size_t at = planned->member_count;

	if (array_grow(&planned->members, at, sizeof(struct member)) < 0)
		return -ENOMEM;
	planned->members[at] = *member;
	planned->member_count++;
	if (!member->module)
		return 0;
	if (array_grow(&planned->by_name, planned->named_count, sizeof(size_t)) < 0)
		return -ENOMEM;
	planned->by_name[planned->named_count++] = at;
	return add_offers(planned, at);
}

int planned_index(struct planned *planned, const struct proof_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < items[i].count; j++)
			if (add_member(planned, &(struct member){ items[i].modules[j], i, j }) < 0)
				return -ENOMEM;
	if (planned->named_count)
		qsort_r(planned->by_name, planned->named_count, sizeof(size_t), compare_named,
			planned->members);
	if (planned->offer_count)
		qsort(planned->offers, planned->offer_count, sizeof(struct offer), compare_offers);
	return 0;
}

/* The first planned module called NAME of item SCOPE; NULL if there is none. */
static const struct member *find_member(const struct planned *planned, const char *name,
					size_t scope)
{
	size_t low = 0, high = planned->named_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(name_of(planned, middle), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < planned->named_count && strcmp(name_of(planned, low), name) == 0; low++) {
		const struct member *member = &planned->members[planned->by_name[low]];

		if (scope == ALL_ITEMS || member->item == scope)
			return member;
	}
	return NULL;
}

size_t planned_first_offer(const struct planned *planned, const char *name)
{
	size_t low = 0, high = planned->offer_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(planned->offers[middle].symbol->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct symbol *planned_kernel_row(const struct planned *planned, const char *name)
{
	const struct symbol_table *symbols = planned->kernel->symbols;

	return symbols ? symbol_table_find(symbols, name) : NULL;
}

static size_t word_length(const char *text)
{
	return strcspn(text, " ");
}

static bool same_but_for_end(const char *left, const char *right)
{
	size_t left_size = strlen(left), right_size = strlen(right);

	while (left_size && left[left_size - 1] == ' ')
		left_size--;
	while (right_size && right[right_size - 1] == ' ')
		right_size--;
	return left_size == right_size && memcmp(left, right, left_size) == 0;
}

bool vermagic_is_for_release(const struct kernel *kernel, const struct module *module)
{
	return module->vermagic && kernel->release &&
	       strlen(kernel->release) == word_length(module->vermagic) &&
	       text_starts(module->vermagic, kernel->release);
}

enum likeness vermagic_compare(const struct kernel *kernel, const struct module *module)
{
	const char *own = module->vermagic, *wanted = kernel->vermagic;

	if (!own)
		return DIFFERENT;
	/* Without CRCs the release has to agree, and that much of it is known. */
	if (!wanted)
		return module->has_versions || vermagic_is_for_release(kernel, module)
			       ? NOT_COMPARED
			       : DIFFERENT;
	/* Such a kernel loads no module without CRCs (version.c: check_modstruct_version()). */
	if (same_but_for_end(own, wanted))
		return module->has_versions || !strstr(wanted, " modversions") ? WHOLE : DIFFERENT;
	if (!module->has_versions || !strstr(wanted, " modversions"))
		return DIFFERENT;
	return same_but_for_end(own + word_length(own), wanted + word_length(wanted))
		       ? ALL_BUT_RELEASE
		       : DIFFERENT;
}

/* Does PATTERN, of LENGTH bytes, which may end in '*', stand for MODULE? */
static bool pattern_names(const char *pattern, size_t length, const char *module)
{
	size_t fixed = length && pattern[length - 1] == '*' ? length - 1 : length;

	for (size_t i = 0; i < fixed; i++)
		if (module[i] != (pattern[i] == '-' ? '_' : pattern[i]))
			return false;
	return fixed < length || module[fixed] == '\0';
}

/* "module:a,b*" names those that may use it (kernel: verify_module_namespace()). */
static bool namespace_names(const char *list, const char *module)
{
	while (*list) {
		size_t length = strcspn(list, ",");

		if (pattern_names(list, length, module))
			return true;
		list += length + (list[length] == ',');
	}
	return false;
}

static bool may_use(const struct module *module, const char *name_space)
{
	if (!name_space || !*name_space)
		return true;
	if (text_starts(name_space, "module:"))
		return namespace_names(name_space + strlen("module:"), module->name);
	return strings_contain(&module->import_namespaces, name_space);
}

/* Does PROVIDER serve IMPORT of MODULE, as the kernel's resolve_symbol() asks it? */
static struct ruling rule_on(const struct kernel *kernel, const struct module *module,
			     const struct module_import *import, const struct symbol *provider)
{
	struct ruling ruling = { .outcome = FAULTY, .provider = provider };
	bool comparable = import->has_crc && provider->has_crc && provider->crc;

	if (provider->gpl_only && !module->gpl_compatible) {
		/* Passed over as if it were not there, which a weak symbol may be. */
		ruling.outcome = import->weak ? AGREES : FAULTY;
		ruling.fault = FAULT_GPL_ONLY;
	} else if (comparable && import->crc != provider->crc) {
		ruling.fault = FAULT_DIFFERING_SYMBOL;
	} else if (!may_use(module, provider->name_space)) {
		ruling.fault = FAULT_NAMESPACE;
	} else if (comparable || import->weak) {
		ruling.outcome = AGREES;
	} else {
		/* Where there are no CRCs at all, vermagic stands for them. */
		ruling.outcome = !module->has_versions && vermagic_compare(kernel, module) == WHOLE
					 ? AGREES
					 : UNKNOWN;
	}
	return ruling;
}

/* Nothing that counts exports it; ROW is what the kernel's table says of it all the same. */
static struct ruling rule_without(const struct kernel *kernel, const struct module_import *import,
				  const struct symbol *row, const struct member *hider)
{
	struct ruling ruling = { .outcome = FAULTY, .fault = FAULT_MISSING_SYMBOL, .hider = hider };

	if (import->weak)
		ruling.outcome = AGREES;
	else if (row && row->absent)
		ruling.fault = FAULT_MISSING_MODULE;
	else if (!row && (!kernel->symbols || !kernel->symbols_complete))
		ruling.outcome = UNKNOWN;
	return ruling;
}

/* The best that planned modules of SCOPE do for IMPORT; FALLBACK if none of them exports it. */
static struct ruling rule_on_offers(const struct planned *planned, const struct member *member,
				    const struct module_import *import, size_t scope,
				    struct ruling fallback)
{
	struct ruling best = fallback;

	for (size_t i = planned_first_offer(planned, import->name); i < planned->offer_count; i++) {
		const struct offer *offer = &planned->offers[i];
		const struct member *by = &planned->members[offer->member];
		struct ruling ruling;

		if (strcmp(offer->symbol->name, import->name) != 0)
			break;
		if (by == member || (scope != ALL_ITEMS && by->item != scope))
			continue;
		ruling = rule_on(planned->kernel, member->module, import, offer->symbol);
		ruling.by = by;
		if (!best.provider || ruling.outcome < best.outcome)
			best = ruling;
	}
	return best;
}

struct ruling rule_in(const struct planned *planned, const struct member *member,
		      const struct module_import *import, size_t scope)
{
	const struct symbol *row = planned_kernel_row(planned, import->name);
	bool counts = row && !row->absent;
	const struct member *hider =
		counts && row->exporter ? find_member(planned, row->exporter, scope) : NULL;
	struct ruling ruling = rule_without(planned->kernel, import, row, hider), own;

	if (!counts || !text_equal(row->exporter, "vmlinux"))
		ruling = rule_on_offers(planned, member, import, scope, ruling);
	if (!counts || hider || (ruling.provider && row->exporter))
		return ruling;
	own = rule_on(planned->kernel, member->module, import, row);
	return !ruling.provider || own.outcome < ruling.outcome ? own : ruling;
}

size_t ruling_cause(const struct planned *planned, const struct member *member,
		    const struct module_import *import, const struct ruling *ruling)
{
	const struct member *culprit = ruling->by ? ruling->by : ruling->hider;

	if (!culprit || culprit->item == member->item ||
	    rule_in(planned, member, import, member->item).outcome == FAULTY)
		return PROOF_KERNEL;
	return culprit->item;
}
