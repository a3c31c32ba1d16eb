/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/content.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "trust/digest.h"

int content_read(const struct rpm_entry *entry, uint64_t max, struct bytes *ret,
		 const char **reterr_why)
{
	auto_bytes struct bytes content = { 0 };
	auto_free char *digest = NULL;

	if (entry->size > max)
		return -EFBIG;
	content.data = calloc(1, entry->size + 1);
	if (!content.data)
		return -ENOMEM;
	while (content.size < entry->size) {
		long got = rpm_entry_read(entry, content.data + content.size,
					  entry->size - content.size);

		if (got <= 0) {
			*reterr_why = "is damaged or cut";
			return -EBADMSG;
		}
		content.size += (size_t)got;
	}
	if (entry->digest &&
	    digest_hex(entry->digest_type, content.data, content.size, &digest) == 0 &&
	    !digest_equal(digest, entry->digest)) {
		*reterr_why = "has another digest than the header says";
		return -EBADMSG;
	}
	*ret = content;
	content = (struct bytes){ 0 };
	return 0;
}
