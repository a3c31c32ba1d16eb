/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz-catalog.h"
#include "packages/solvfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fd int folder = fuzz_open_folder();
	const char *why = NULL;
	int r = solvfile_check(data, size, &why);
	struct source source = { .id = strdup("1"),
				 .location = strdup("fuzz"),
				 .kind = SOURCE_SOLV,
				 .file = strdup("solv"),
				 .fd = -1 };

	promise(r == 0 || ((r == -EBADMSG || r == -EPROTONOSUPPORT) && why));
	fuzz_write(folder, "solv", data, size);
	source.fd = take_fd(&folder);
	/* What was found sound is read by libsolv, which trusts it. */
	fuzz_check_source(&source);
	return 0;
}
