/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "kernel/table.h"

static void release_kernel(struct kernel *kernel)
{
	kernel_done(kernel);
}

/* What was read is written, and read again the same. */
static void check_round_trip(const struct kernel *kernel)
{
	auto_bytes struct bytes first = { 0 }, second = { 0 };
	AUTO(release_kernel) struct kernel again = { 0 };
	auto_error struct error error = { 0 };

	if (table_write(kernel, &first, &error) < 0)
		return;
	promise(table_read(&first, "again", &again, &error) == 0);
	promise(table_write(&again, &second, &error) == 0);
	promise(first.size == second.size);
	promise(memcmp(first.data, second.data, first.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = { .data = (uint8_t *)(uintptr_t)data, .size = size };
	AUTO(release_kernel) struct kernel kernel = { 0 };
	auto_error struct error error = { 0 };
	int r = table_read(&file, "fuzz", &kernel, &error);

	promise(r == 0 || ((r == -EBADMSG || r == -ENOMEM) && error.why));
	if (r == 0)
		check_round_trip(&kernel);
	return 0;
}
