/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz - a target of libFuzzer: a file fuzz-NOUN.c that gives any bytes to a reader, and holds it
 * to what it promises.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

/* Not assert(): it must not depend on how the build is configured. */
#define promise(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* Always 0. DATA is not followed by a NUL byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* DATA for readers that want a NUL byte behind it. Owned. */
static inline struct bytes fuzz_bytes(const uint8_t *data, size_t size)
{
	struct bytes bytes = { .data = calloc(1, size + 1), .size = size };

	promise(bytes.data);
	if (size > 0)
		memcpy(bytes.data, data, size);
	return bytes;
}
