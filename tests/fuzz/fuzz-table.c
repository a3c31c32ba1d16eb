/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "kernel/table-internal.h"

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

static void check_read(const struct bytes *file)
{
	AUTO(release_kernel) struct kernel kernel = { 0 };
	auto_error struct error error = { 0 };
	int r = table_read(file, "fuzz", &kernel, &error);

	promise(r == 0 || ((r == -EBADMSG || r == -ENOMEM) && error.why));
	if (r == 0)
		check_round_trip(&kernel);
}

/* No mutation finds a checksum that fits, so nothing behind it would ever be read. */
static void check_sealed(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes copy = { .data = malloc(size), .size = size };
	uint64_t sum;

	promise(copy.data);
	memcpy(copy.data, data, size);
	sum = table_checksum(copy.data + AT_FLAGS, size - AT_FLAGS);
	for (size_t i = 0; i < sizeof(sum); i++)
		copy.data[AT_CHECKSUM + i] = (uint8_t)(sum >> 8 * i);
	check_read(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = { .data = (uint8_t *)(uintptr_t)data, .size = size };

	check_read(&file);
	if (size > AT_FLAGS)
		check_sealed(data, size);
	return 0;
}
