/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/provides.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/release.h"

static bool is_provided(const struct provides *provides, const char *name)
{
	for (size_t i = 0; i < provides->count; i++)
		if (text_equal(provides->names[i], name))
			return true;
	return false;
}

const char *provides_release(const struct provides *provides, const char *known)
{
	const char *release = NULL;

	for (size_t i = 0; i < provides->count; i++) {
		if (!text_equal(provides->names[i], "kernel-uname-r") || !provides->versions[i])
			continue;
		if (text_equal(provides->versions[i], known))
			return known;
		if (!release)
			release = provides->versions[i];
	}
	return release;
}

/* A flavor is at the end of its kernel's release; RELEASE NULL: not known. */
static bool flavor_fits(const char *flavor, const char *release)
{
	size_t length, tail = strlen(flavor);

	if (!release)
		return tail > 0;
	length = strlen(release);
	return tail > 0 && length > tail && release[length - tail - 1] == '-' &&
	       text_ends(release, flavor);
}

/* FLAVOR of the first `ksym(FLAVOR:SYMBOL)` that fits RELEASE; owned, or NULL. */
static char *flavor_of_symbols(const struct provides *provides, const char *release)
{
	for (size_t i = 0; i < provides->count; i++) {
		const char *name = provides->names[i];
		auto_free char *flavor = NULL;

		if (!text_starts(name, "ksym(") || !strchr(name, ':'))
			continue;
		name += strlen("ksym(");
		flavor = strndup(name, strcspn(name, ":"));
		if (flavor && flavor_fits(flavor, release))
			return take(flavor);
	}
	return NULL;
}

/*
 * FLAVOR of the longest `kernel-FLAVOR` that fits RELEASE, since a release that ends in
 * "-rt-amd64" ends in "-amd64" too; owned, or NULL. Names such as kernel-default-devel do not fit.
 */
static char *flavor_of_names(const struct provides *provides, const char *release)
{
	const char *longest = "";

	for (size_t i = 0; i < provides->count; i++) {
		const char *name = provides->names[i];

		if (!text_starts(name, "kernel-"))
			continue;
		name += strlen("kernel-");
		if (flavor_fits(name, release) && strlen(name) > strlen(longest))
			longest = name;
	}
	return *longest ? strdup(longest) : NULL;
}

char *provides_flavor(const struct provides *provides, const char *release)
{
	char *flavor = flavor_of_symbols(provides, release);

	if (!flavor && release)
		flavor = flavor_of_names(provides, release);
	return flavor || !release ? flavor : release_flavor(release);
}

/*
 * KMPs provide symbols too, but never the kernel's own names. A kernel-FLAVOR without a
 * kernel-uname-r is what packages of other makers than SUSE have.
 */
bool provides_kernel(const struct provides *provides, const char *flavor)
{
	auto_free char *name = NULL;

	if (is_provided(provides, "kernel-uname-r"))
		return true;
	name = flavor ? text_format("kernel-%s", flavor) : NULL;
	return name && is_provided(provides, name);
}

const char *provides_arch(const struct provides *provides, const char *flavor)
{
	size_t length = strlen(flavor);

	for (size_t i = 0; i < provides->count; i++) {
		const char *name = provides->names[i];

		if (!text_starts(name, "kernel-") ||
		    strncmp(name + strlen("kernel-"), flavor, length) != 0)
			continue;
		name += strlen("kernel-") + length;
		if (*name == '_' && name[1])
			return name + 1;
	}
	return NULL;
}

int provides_add_symbol(struct symbol_table *table, const char *flavor, const char *name,
			const char *version)
{
	size_t length = strlen(flavor);
	auto_free char *copy = NULL;
	struct symbol symbol = { 0 };
	int r;

	if (!text_starts(name, "ksym(") || strncmp(name + 5, flavor, length) != 0 ||
	    name[5 + length] != ':' || !text_ends(name, ")"))
		return 0;
	name += 5 + length + 1;
	copy = strndup(name, strlen(name) - 1);
	if (!copy)
		return -ENOMEM;
	if (!symbol_text_is_valid(copy, SYMBOL_NAME_MAX))
		return 0;
	symbol.name = copy;
	symbol.has_crc = version && symbol_parse_crc(version, &symbol.crc) && symbol.crc != 0;
	r = symbol_table_add(table, &symbol);
	return r < 0 ? r : 1;
}

int provides_symbols(const struct provides *provides, const char *flavor, struct symbol_table **ret)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < provides->count && r >= 0; i++)
		r = provides_add_symbol(table, flavor, provides->names[i], provides->versions[i]);
	if (r < 0)
		return r;
	if (symbol_table_at(table, 0))
		*ret = take(table);
	return 0;
}
