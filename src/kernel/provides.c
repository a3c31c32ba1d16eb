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

/* The SYMBOL of a `ksym(FLAVOR:SYMBOL)`, LENGTH bytes in NAME; NULL: of another flavor, or none. */
static const char *symbol_in(const char *name, const char *flavor, size_t flavor_length,
			     size_t *ret_length)
{
	size_t length;

	if (!text_starts(name, "ksym("))
		return NULL;
	name += strlen("ksym(");
	if (strncmp(name, flavor, flavor_length) != 0 || name[flavor_length] != ':')
		return NULL;
	name += flavor_length + 1;
	length = strlen(name);
	if (length == 0 || name[length - 1] != ')')
		return NULL;
	*ret_length = length - 1;
	return name;
}

/*
 * Add `ksym(FLAVOR:TEXT) = VERSION`, with its name at *ROOM, which it moves behind it.
 * VERSION: hexadecimal, no 0x, leading zeros stripped (rpm-config-SUSE: find-provides.ksyms).
 */
static int add_symbol(struct symbol_table *table, const char *text, size_t length,
		      const char *version, char **room)
{
	struct symbol symbol = { .name = *room };

	memcpy(*room, text, length);
	(*room)[length] = '\0';
	if (!symbol_text_is_valid(symbol.name, SYMBOL_NAME_MAX))
		return 0;
	*room += length + 1;
	symbol.has_crc = version && symbol_parse_crc(version, &symbol.crc) && symbol.crc != 0;
	return symbol_table_add(table, &symbol);
}

int provides_symbols(const struct provides *provides, const char *flavor, struct symbol_table **ret)
{
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	size_t flavor_length = strlen(flavor), length, size = 0;
	char *room;
	int r = 0;

	/* A symbol and a NUL take less than what stands around it. */
	for (size_t i = 0; i < provides->count; i++)
		size += strlen(provides->names[i]);
	room = table ? symbol_table_make_room(table, provides->count, size) : NULL;
	if (!room)
		return -ENOMEM;
	for (size_t i = 0; i < provides->count && r == 0; i++) {
		const char *text = symbol_in(provides->names[i], flavor, flavor_length, &length);

		if (text)
			r = add_symbol(table, text, length, provides->versions[i], &room);
	}
	if (r == 0 && symbol_table_at(table, 0))
		*ret = take(table);
	return r;
}
