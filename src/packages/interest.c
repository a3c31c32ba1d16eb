/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/interest.h"

#include <fnmatch.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/capability.h"

/* Is TEXT, NAME or a pattern of it, or its NEVRA? All builds count: one is held against the others.
 */
static bool may_call(const char *text, const char *name)
{
	size_t length = strlen(name);

	if (text_starts(text, name) && (text[length] == '\0' || text[length] == '-'))
		return true;
	return fnmatch(text, name, 0) == 0;
}

bool interest_in_name(const struct interest *interest, const char *name)
{
	for (size_t i = 0; i < interest->names.count; i++)
		if (may_call(interest->names.items[i], name))
			return true;
	return false;
}

bool interest_is_name(const struct interest *interest, const char *name)
{
	for (size_t i = 0; i < interest->names.count; i++)
		if (text_equal(interest->names.items[i], name) ||
		    fnmatch(interest->names.items[i], name, 0) == 0)
			return true;
	return false;
}

bool interest_in_provide(const struct interest *interest, const char *name)
{
	auto_free char *module = NULL;
	int r = interest->module ? kmod_parse(name, &module) : 0;

	return r < 0 || (r > 0 && text_equal(module, interest->module));
}

bool interest_in_file(const struct interest *interest, const char *path)
{
	auto_free char *module = NULL;

	if (!interest->module || !text_is_module_file(path))
		return false;
	module = text_module_name(path);
	return !module || text_equal(module, interest->module);
}

bool interest_in_record(const struct interest *interest, const struct record *record)
{
	if (interest_in_name(interest, record_text(record, record->name)))
		return true;
	if (!interest->module)
		return false;
	for (size_t i = 0; i < record->dependency_count; i++)
		if (record->dependencies[i].list == RECORD_PROVIDES &&
		    interest_in_provide(interest,
					record_text(record, record->dependencies[i].name)))
			return true;
	for (size_t i = 0; i < record->file_count; i++)
		if (interest_in_file(interest, record_text(record, record->files[i])))
			return true;
	return false;
}
