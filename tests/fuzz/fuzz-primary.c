/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz-catalog.h"
#include "trust/digest.h"

/* What has <repomd is the index of a repository, anything else its packages. */
static bool is_index(const uint8_t *data, size_t size)
{
	return size > 0 && memmem(data, size, "<repomd", strlen("<repomd"));
}

static char *make_index(const uint8_t *data, size_t size)
{
	auto_free char *checksum = NULL;

	promise(digest_hex(DIGEST_SHA256, data, size, &checksum) == 0);
	return text_format("<repomd><data type=\"primary\"><checksum type=\"sha256\">%s</checksum>"
			   "<location href=\"repodata/primary.xml\"/></data></repomd>",
			   checksum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fd int folder = fuzz_open_folder();
	auto_free char *index = NULL;
	struct source source = { .id = strdup("1"), .location = strdup("fuzz"), .fd = -1 };

	promise(dir_make_path(folder, "repodata", 0700) == 0);
	if (is_index(data, size)) {
		fuzz_write(folder, "repodata/repomd.xml", data, size);
	} else {
		index = make_index(data, size);
		fuzz_write(folder, "repodata/primary.xml", data, size);
		fuzz_write(folder, "repodata/repomd.xml", index, strlen(index));
	}
	source_take(&source, take_fd(&folder));
	promise(source.kind == SOURCE_RPM_MD);
	fuzz_check_source(&source);
	return 0;
}
