/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/module-internal.h"

/* Keys of which the first one counts, as for the kernel (Linux: get_modinfo()). */
static const struct text_key {
	const char *key;
	size_t offset;
} text_keys[] = {
	{ "vermagic", offsetof(struct module, vermagic) },
	{ "version", offsetof(struct module, version) },
	{ "srcversion", offsetof(struct module, srcversion) },
	{ "supported", offsetof(struct module, supported) },
};

/* Keys that may occur several times. */
static const struct list_key {
	const char *key;
	size_t offset;
	const char *separator; /* between several in one entry, or NULL */
} list_keys[] = {
	{ "license", offsetof(struct module, licenses), NULL },
	{ "depends", offsetof(struct module, depends), "," },
	{ "softdep", offsetof(struct module, softdeps), NULL },
	{ "firmware", offsetof(struct module, firmware), NULL },
	{ "import_ns", offsetof(struct module, import_namespaces), NULL },
	{ "alias", offsetof(struct module, aliases), NULL },
};

static int add_items(struct strings *list, const char *text, const char *separator)
{
	int r = 0;

	if (!separator)
		return strings_add(list, text);
	while (*text && r == 0) {
		size_t length = strcspn(text, separator);

		if (length > 0)
			r = strings_add_length(list, text, length);
		text += length + (text[length] != '\0');
	}
	return r;
}

static bool is_key(const char *key, size_t length, const char *wanted)
{
	return strlen(wanted) == length && strncmp(key, wanted, length) == 0;
}

/* 0 or -ENOMEM. */
static int set_once(char **field, char *value)
{
	auto_free char *own = value;

	if (!own)
		return -ENOMEM;
	if (!*field)
		*field = take(own);
	return 0;
}

/* Take one entry "KEY=VALUE". 0 or -ENOMEM. */
static int read_entry(const char *entry, struct module *module, char **name)
{
	const char *equals = strchr(entry, '=');
	size_t length = equals ? (size_t)(equals - entry) : 0;

	if (length == 0)
		return 0;
	if (is_key(entry, length, "name"))
		return set_once(name, text_module_name(equals + 1));
	for (size_t i = 0; i < COUNT(text_keys); i++)
		if (is_key(entry, length, text_keys[i].key))
			return set_once((char **)((char *)module + text_keys[i].offset),
					strdup(equals + 1));
	for (size_t i = 0; i < COUNT(list_keys); i++)
		if (is_key(entry, length, list_keys[i].key))
			return add_items((struct strings *)((char *)module + list_keys[i].offset),
					 equals + 1, list_keys[i].separator);
	return 0;
}

/* Linux: license_is_gpl_compatible(). */
static bool is_gpl_compatible(const char *license)
{
	static const char *const compatible[] = {
		"GPL",          "GPL v2",       "GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
	};

	for (size_t i = 0; i < COUNT(compatible); i++)
		if (text_equal(license, compatible[i]))
			return true;
	return false;
}

int module_read_info(const struct elf *elf, struct module *module, const char **reterr_why)
{
	auto_free char *name = NULL;
	struct elf_section section;
	const char *entry, *end;
	int r = 0;

	if (!elf_find(elf, ".modinfo", &section) || section.size == 0)
		return 0;
	entry = (const char *)section.data;
	end = entry + section.size;
	*reterr_why = "its section .modinfo is damaged";
	if (end[-1] != '\0')
		return -EBADMSG;
	for (size_t count = 0; entry < end && r == 0; entry += strlen(entry) + 1)
		r = ++count > MODULE_INFO_MAX ? -EBADMSG : read_entry(entry, module, &name);
	if (r < 0)
		return r;
	if (name && *name) {
		free(module->name);
		module->name = take(name);
	}
	module->gpl_compatible =
		module->licenses.count > 0 && is_gpl_compatible(module->licenses.items[0]);
	return 0;
}
