/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/catalog-internal.h"

/* The VERSION of "EPOCH:VERSION-RELEASE", of which only VERSION has to be there. Owned. */
static char *version_of(const char *evr)
{
	const char *digits = evr + strspn(evr, "0123456789");
	const char *start = *digits == ':' ? digits + 1 : evr;

	return strndup(start, strcspn(start, "-"));
}

/* Is the package NAME called as what it provides, but for a word in brackets? */
static bool is_named(const char *name, const char *provided)
{
	size_t length = strcspn(provided, "(");

	return strncmp(name, provided, length) == 0 &&
	       (name[length] == '\0' || text_equal(name, provided));
}

/* The release that PACKAGE stands for as a provider of CAPABILITY; NULL if it is none. Owned. */
static char *release_by(Pool *pool, const Solvable *package, Id capability)
{
	const Id *dep = package->provides ? package->repo->idarraydata + package->provides : NULL;

	for (; dep && *dep; dep++) {
		const Reldep *rel = ISRELDEP(*dep) ? GETRELDEP(pool, *dep) : NULL;
		bool said = rel && rel->flags == REL_EQ && !ISRELDEP(rel->evr);

		if ((rel ? rel->name : *dep) != capability)
			continue;
		said = said &&
		       !is_named(pool_id2str(pool, package->name), pool_id2str(pool, capability));
		return version_of(pool_id2str(pool, said ? rel->evr : package->evr));
	}
	return NULL;
}

/* dnf: const.py, DISTROVERPKG; rpm/__init__.py, detect_releasever(). */
char *catalog_base_release(const struct catalog *catalog)
{
	static const char *const capabilities[] = {
		"system-release(releasever)", "system-release", "distribution-release(releasever)",
		"distribution-release",       "redhat-release", "suse-release",
	};
	Pool *pool = catalog->pool;

	for (size_t i = 0; i < COUNT(capabilities); i++) {
		Id capability = pool_str2id(pool, capabilities[i], 0);
		const Solvable *s;
		Id id;

		if (!capability)
			continue;
		FOR_REPO_SOLVABLES (pool->installed, id, s) {
			char *release = release_by(pool, s, capability);

			if (release)
				return release;
		}
	}
	return NULL;
}
