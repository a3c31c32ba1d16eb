/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/metadata-internal.h"
#include "packages/record-kind.h"

static void give_up(struct metadata *metadata)
{
	metadata->writer = metadata_writer_free(metadata->writer);
	metadata->kept = cachefile_writer_free(metadata->kept);
}

int metadata_begin_cache(struct metadata *metadata, struct cache_dir *dir,
			 const struct cache_key *key)
{
	int r = dir ? cachefile_create(dir, key, &metadata->kept) : -ENOENT;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return metadata_writer_new(metadata->kept, &metadata->writer);
}

static bool may_have_hints(const struct record *record)
{
	for (size_t i = 0; i < record->dependency_count; i++)
		if (dependency_may_hold_hint(&record->dependencies[i]) &&
		    strstr(record_text(record, record->dependencies[i].name), "modalias("))
			return true;
	return false;
}

void metadata_keep(struct metadata *metadata, const struct record *record,
		   const struct record_kind *kind, uint32_t ordinal)
{
	if (!metadata->writer || !(kind->kernel || kind->solved || may_have_hints(record)))
		return;
	if (metadata_writer_add(metadata->writer, record, kind, ordinal) < 0)
		give_up(metadata);
}

void metadata_end_cache(struct metadata *metadata)
{
	const struct metadata_counts counts = { metadata->packages, metadata->drivers };

	if (metadata->writer &&
	    metadata_writer_finish(metadata->writer, &counts, &metadata->strangers,
				   &metadata->diagnostics) == 0)
		(void)cachefile_commit(metadata->kept);
	give_up(metadata);
}
