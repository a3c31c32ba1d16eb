/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "fuzz.h"
#include "packages/metadata-cache.h"

/* Bytes as if their checksums were right. */
static const void *at_of_bytes(void *context, size_t offset, size_t size)
{
	const struct bytes *bytes = context;

	promise(offset <= bytes->size && size <= bytes->size - offset);
	return bytes->data + offset;
}

static void promise_answer(int r)
{
	promise(r == 0 || r == -EBADMSG || r == -ENOMEM);
}

static void check_record(const struct record *record)
{
	promise(record->dependency_count <= MARKUP_PACKAGE_MAX);
	promise(record->file_count <= MARKUP_PACKAGE_MAX);
	promise(record->name <= record->text_size && record->checksum <= record->text_size);
	for (size_t i = 0; i < record->dependency_count; i++)
		promise(record->dependencies[i].name <= record->text_size &&
			record->dependencies[i].evr <= record->text_size);
}

static int check_kernel(void *context, const struct metadata_kernel *kernel)
{
	size_t *length = context;

	*length += strlen(kernel->name) + strlen(kernel->evr);
	*length += kernel->release ? strlen(kernel->release) : 0;
	return 0;
}

static void ask(struct metadata_cache *cache)
{
	char *lines[] = { (char[]){ "pci:v00008086d000010D3sv1sd2bc02sc00i00" },
			  (char[]){ "usb:v0BDAp8153d3000" }, (char[]){ "" } };
	const struct strings modaliases = { lines, COUNT(lines) };
	char *names[] = { (char[]){ "*-kmp-default" } };
	const struct interest interest = { .names = { names, 1 }, .module = "e1000e" };
	const struct interest module = { .module = "e1000e" };
	auto_record_numbers struct record_numbers numbers = { 0 };
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	AUTO(record_done) struct record record = { 0 };
	uint32_t ordinal;
	size_t length = 0;

	promise_answer(metadata_cache_diagnostics(cache, &diagnostics));
	promise_answer(metadata_cache_each_kernel(cache, check_kernel, &length));
	promise_answer(metadata_cache_named(cache, &module, &numbers));
	promise_answer(metadata_cache_named(cache, &interest, &numbers));
	promise_answer(metadata_cache_fitting(cache, &modaliases, &numbers));
	promise_answer(metadata_cache_providers(cache, "kmod(e1000e.ko)", &numbers));
	for (size_t i = 0; i < numbers.count; i++) {
		promise(i == 0 || numbers.items[i - 1] < numbers.items[i]);
		promise_answer(metadata_cache_record(cache, numbers.items[i], &record, &ordinal));
		check_record(&record);
	}
	for (uint32_t number = 0; number < 4; number++) {
		promise_answer(metadata_cache_record(cache, number, &record, &ordinal));
		check_record(&record);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_metadata_cache struct metadata_cache *cache = NULL;
	auto_bytes struct bytes bytes = fuzz_bytes(data, size);
	const struct metadata_bytes access = { at_of_bytes, &bytes, size };
	int r;

	r = metadata_cache_open_bytes(&access, &cache);
	promise_answer(r);
	if (r == 0)
		ask(cache);
	return 0;
}
