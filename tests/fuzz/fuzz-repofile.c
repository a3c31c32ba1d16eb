/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fuzz.h"
#include "packages/lock.h"
#include "packages/repofile.h"
#include "packages/variables.h"

/* Each value defines a variable, and may name those before. */
static void check_values(const struct repofile *file)
{
	auto_variables struct variables variables = { 0 };

	promise(variables_set(&variables, "arch", "$arch") == 0);
	for (size_t i = 0; i < file->count; i++) {
		const struct repofile_section *section = &file->sections[i];

		promise(section->name && section->keys.count == section->values.count);
		promise(section->keys.count <= REPOFILE_KEYS_MAX);
		promise(repofile_find(file, section->name));
		for (size_t k = 0; k < section->keys.count; k++) {
			auto_free char *text = NULL;
			int r = variables_expand(&variables, section->values.items[k], &text);

			promise(strlen(section->values.items[k]) <= REPOFILE_VALUE_MAX);
			promise(repofile_get(section, section->keys.items[k]));
			promise(r == -E2BIG || (r == 0 && strlen(text) <= VARIABLES_TEXT_MAX));
			if (r == 0)
				promise(variables_set(&variables, section->keys.items[k], text) ==
					0);
		}
	}
}

static void check_locks(const struct bytes *file)
{
	auto_locks struct locks locks = { 0 };

	promise(locks_parse((const char *)file->data, file->size, "locks", &locks) == 0);
	promise(locks.count <= LOCKS_MAX);
	for (size_t i = 0; i < locks.count; i++) {
		const struct lock *lock = &locks.items[i];

		promise(lock->term_count > 0 && (lock->order == LOCK_ANY) == !lock->version);
		(void)lock_fits(lock, "foo-kmp-default", "x86_64", "alias");
		promise(lock->order != LOCK_ANY || lock_fits_order(lock, 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes bytes = fuzz_bytes(data, size);
	auto_repofile struct repofile file = { 0 };

	promise(repofile_parse((const char *)bytes.data, size, "fuzz.repo", &file) == 0);
	promise(file.count <= REPOFILE_SECTIONS_MAX);
	check_values(&file);
	check_locks(&bytes);
	return 0;
}
