/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <errno.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "packages/catalog.h"
#include "packages/rpm-payload.h"

/** Bytes of content that are looked at: what is behind is more of the same, and takes time. */
#define LOOKED_AT (1U << 20)

#define LEAD_SIZE 96

static int visit(void *context, const struct rpm_entry *entry)
{
	uint64_t *seen = context, got = 0;
	char buffer[4096];
	long r;

	promise(entry->path && *entry->path);
	promise(!entry->digest == !entry->digest_type);
	promise(!entry->link || entry->size == 0);
	if (*seen + entry->size > LOOKED_AT)
		return 1;
	while ((r = rpm_entry_read(entry, buffer, sizeof(buffer))) > 0)
		got += (uint64_t)r;
	promise(r == -EBADMSG || got == entry->size);
	promise(got <= entry->size);
	*seen += entry->size;
	return r < 0 ? (int)r : 0;
}

static void check_rpm(struct rpm *rpm)
{
	auto_strings struct strings files = { 0 }, names = { 0 }, versions = { 0 };
	auto_error struct error first = { 0 }, second = { 0 };
	struct driver driver = { 0 };
	uint64_t seen = 0;
	int r = catalog_rpm_driver(rpm, &driver);

	promise(*rpm_nevra(rpm));
	promise(r == 0 || r == -EBADMSG);
	promise(r < 0 || (*driver.name && *driver.arch && driver.family));
	driver_done(&driver);
	promise(rpm_files(rpm, &files) == 0);
	promise(rpm_provides(rpm, &names, &versions) == 0 && names.count <= versions.count);
	r = rpm_verify_payload(rpm, &first);
	promise(r == 0 || r == 1 || (r == -EBADMSG && first.why));
	r = rpm_payload(rpm, visit, &seen, &second);
	promise(r == 0 || r == 1 || r == -EBADMSG);
}

static void check_file(const struct bytes *file)
{
	auto_fd int fd = memfd_create("fuzz", MFD_CLOEXEC);
	auto_rpm struct rpm *rpm = NULL;
	auto_error struct error error = { 0 };
	int r;

	promise(fd >= 0 && file_write_fd(fd, file->data, file->size) == 0);
	r = rpm_open(fd, "fuzz.rpm", &rpm, &error);
	promise(r == 0 || (r == -EBADMSG && error.why));
	if (r == 0)
		check_rpm(rpm);
}

/* Where the header starts, behind lead and signature header; SIZE if that is nowhere. */
static size_t header_at(const uint8_t *data, size_t size)
{
	uint32_t intro[4];
	uint64_t at;

	if (size < LEAD_SIZE + sizeof(intro))
		return size;
	memcpy(intro, data + LEAD_SIZE, sizeof(intro));
	at = sizeof(intro) + (uint64_t)be32toh(intro[2]) * 16 + be32toh(intro[3]);
	at = LEAD_SIZE + (at + 7) / 8 * 8;
	return at < size ? (size_t)at : size;
}

/*
 * The same header and payload behind a signature header that has nothing but their size: no
 * mutation finds a digest that fits, so nothing behind it would ever be read.
 */
static void check_unsealed(const uint8_t *data, size_t size)
{
	const uint32_t rest = htobe32((uint32_t)size);
	const uint32_t front[] = { htobe32(0x8eade801), 0, htobe32(1), htobe32(4), htobe32(1000),
				   htobe32(4),          0, htobe32(1), rest,       0 };
	auto_bytes struct bytes file = { .size = LEAD_SIZE + sizeof(front) + size };

	file.data = calloc(1, file.size);
	promise(file.data);
	memcpy(file.data, "\xed\xab\xee\xdb\3\0\0\0\0\1", 10);
	file.data[79] = 5; /* the kind of signatures: a header (rpm: lib/rpmlead.c) */
	memcpy(file.data + LEAD_SIZE, front, sizeof(front));
	memcpy(file.data + LEAD_SIZE + sizeof(front), data, size);
	check_file(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = { .data = (uint8_t *)(uintptr_t)data, .size = size };
	size_t header = header_at(data, size);

	check_file(&file);
	if (header < size)
		check_unsealed(data + header, size - header);
	return 0;
}
