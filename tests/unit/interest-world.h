/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interest-world - a made-up machine, what is installed on it, and some repositories.
 */
#pragma once

#include "packages/catalog-internal.h"
#include "packages/primary.h"
#include "symbol-fixture.h"
#include "world.h"

/* All that an answer may depend on. */
struct interest_case {
	const char *label;
	const char *offers[WORLD_SOURCES_MAX]; /* repo-fixture.h; NULL behind the last one */
	const char *installed; /* NULL: the base is bare */
	const char *symbols; /* of the kernel; NULL: they are not known */
	const char *lock; /* of zypp, a pattern of names; NULL: none */
	const char *policy; /* NULL: none */
	bool one_priority, offered_kernel;
	struct scratch scratch;
};

static inline void interest_put_repositories(struct interest_case *subject)
{
	scratch_make(&subject->scratch);
	for (size_t i = 0; i < WORLD_SOURCES_MAX && subject->offers[i]; i++) {
		const char name[] = { (char)('1' + i), '\0' };

		repo_write(&subject->scratch, name, subject->offers[i]);
	}
}

static inline struct cache_dir *interest_open_cache(const struct interest_case *subject,
						    const char *name)
{
	auto_free char *path = scratch_path(&subject->scratch, name);
	auto_diagnostics struct diagnostics unused = { 0 };
	struct cache_dir *cache = NULL;

	assert_int_equal(cache_dir_open(path, "metadata", &cache, &unused), 0);
	assert_non_null(cache);
	return cache;
}

static inline int interest_add_installed(void *context, struct record *record)
{
	struct catalog *catalog = context;
	Id id;

	if (text_equal(record_text(record, record->arch), "src"))
		return 0;
	return catalog_add_record(catalog->pool->installed, record, &id);
}

/* Make what TEXT describes installed. */
static inline void interest_add_base(struct catalog *catalog, const char *text)
{
	auto_primary struct primary *primary = NULL;
	auto_free char *xml = NULL;
	const char *why = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&xml, &size);

	fputs("<metadata xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n", out);
	repo_put_packages(out, text);
	fputs("</metadata>\n", out);
	fclose(out);
	assert_int_equal(primary_new(interest_add_installed, catalog, &primary), 0);
	assert_int_equal(primary_feed(primary, xml, size, &why), 0);
	assert_int_equal(primary_finish(primary, &why), 0);
	repo_internalize(catalog->pool->installed);
	catalog->has_base = catalog->pool->installed->nsolvables > 0;
}

static inline size_t interest_open(const struct interest_case *subject, struct world *world)
{
	size_t count = 0;

	for (; count < WORLD_SOURCES_MAX && subject->offers[count]; count++) {
		const char name[] = { (char)('1' + count), '\0' };
		auto_free char *path = scratch_path(&subject->scratch, name);

		assert_int_equal(source_open(path, count, NULL, &world->sources[count]), 0);
		if (subject->one_priority)
			world->sources[count].priority = 1;
	}
	return count;
}

/* What the kernel's package says of it, where nothing else does. */
static inline void interest_adopt_kernel(struct world *world)
{
	AUTO(kernel_provides_done) struct kernel_provides provides = { 0 };
	auto_free char *nevra = NULL;
	int r = catalog_kernel_provides(world->catalog, WORLD_RELEASE, true, &nevra, &provides);

	assert_true(r >= 0);
	if (r > 0)
		kernel_add_provides(&world->kernel, nevra, provides.names, provides.versions,
				    provides.count);
}

/* What the admin has to say. */
static inline void interest_read_wishes(const struct interest_case *subject, struct locks *locks,
					struct policy *policy)
{
	auto_free char *lock = text_format("type: package\nmatch_type: glob\ncase_sensitive: on\n"
					   "solvable_name: %s\n\n",
					   subject->lock ? subject->lock : "");

	if (subject->lock)
		assert_int_equal(locks_parse(lock, strlen(lock), "locks", locks), 0);
	if (subject->policy)
		assert_int_equal(policy_parse(subject->policy, strlen(subject->policy), "policy",
					      policy, NULL),
				 0);
}
