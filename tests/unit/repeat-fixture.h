/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeat-fixture - long texts, for the bounds of what reads them.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

/* START, COUNT times MIDDLE, and END; owned. */
static inline char *repeat(const char *start, size_t count, const char *middle, const char *end)
{
	size_t length = strlen(middle);
	char *text = malloc(strlen(start) + count * length + strlen(end) + 1);
	char *at = text;

	assert_non_null(text);
	at = stpcpy(at, start);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, middle);
	stpcpy(at, end);
	return text;
}
