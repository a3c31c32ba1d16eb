/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpm-damage-fixture - RPMs edited byte by byte, with all digests made true again.
 */
#pragma once

#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "trust/digest.h"

static inline size_t fixture_be32(const struct bytes *rpm, size_t at)
{
	const uint8_t *b = rpm->data + at;

	return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Size of the header at AT: its intro, index and data. */
static inline size_t fixture_header_size(const struct bytes *rpm, size_t at)
{
	return 16 + 16 * fixture_be32(rpm, at + 8) + fixture_be32(rpm, at + 12);
}

/* Where the main header starts: behind the lead and the signature header, padded to 8. */
static inline size_t fixture_header_at(const struct bytes *rpm)
{
	return 96 + (fixture_header_size(rpm, 96) + 7) / 8 * 8;
}

/* Replace every OLD by NEW, which is as long. How many. */
static inline size_t fixture_replace(struct bytes *rpm, const char *old, const char *new)
{
	size_t length = strlen(old), count = 0;
	uint8_t *at = rpm->data;

	while ((at = memmem(at, rpm->size - (size_t)(at - rpm->data), old, length))) {
		memcpy(at, new, length);
		at += length;
		count++;
	}
	return count;
}

/*
 * Make the digests of an RPM whose bytes were edited true again: the payload's in the header, and
 * the header's in the signature header, by finding the texts that were true for BEFORE.
 */
static inline void fixture_resum(const struct bytes *before, struct bytes *rpm)
{
	static const char *const types[] = { "sha256", "sha1" };
	size_t header = fixture_header_at(rpm);
	size_t size = fixture_header_size(rpm, header), payload = header + size;
	auto_free char *old = NULL;
	auto_free char *new = NULL;

	digest_hex("sha256", before->data + payload, before->size - payload, &old);
	digest_hex("sha256", rpm->data + payload, rpm->size - payload, &new);
	fixture_replace(rpm, old, new);
	for (size_t i = 0; i < COUNT(types); i++) {
		auto_free char *old_sum = NULL;
		auto_free char *new_sum = NULL;

		digest_hex(types[i], before->data + header, size, &old_sum);
		digest_hex(types[i], rpm->data + header, size, &new_sum);
		fixture_replace(rpm, old_sum, new_sum);
	}
}
