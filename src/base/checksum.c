/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/checksum.h"

#include <string.h>

/* Words that are summed side by side, so that no multiplication waits for the one before it. */
#define LANES 4

/* The golden ratio in 64 bits, odd: multiplying by it loses nothing. */
#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

/* One to one in SUM, and one to one in WORD: what differs stays different. */
static inline uint64_t step(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * FACTOR;
	return sum ^ sum >> 32;
}

static inline uint64_t load(const uint8_t *from)
{
	uint64_t word;

	memcpy(&word, from, sizeof(word));
	return word;
}

uint64_t checksum(const void *data, size_t size)
{
	uint64_t lanes[LANES] = { 1, 2, 3, 4 };
	const uint8_t *from = data;
	uint64_t sum = size, last = 0;

	for (; size >= sizeof(lanes); size -= sizeof(lanes), from += sizeof(lanes))
		for (size_t i = 0; i < LANES; i++)
			lanes[i] = step(lanes[i], load(from + i * sizeof(uint64_t)));
	for (size_t i = 0; i < LANES; i++)
		sum = step(sum, lanes[i]);
	for (; size >= sizeof(last); size -= sizeof(last), from += sizeof(last))
		sum = step(sum, load(from));
	if (size > 0)
		memcpy(&last, from, size);
	return step(sum, last);
}
