/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shuffle-fixture - the same chance on every run.
 */
#pragma once

#include <stddef.h>

static inline unsigned int draw(unsigned int *seed, unsigned int below)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % below;
}

/* The numbers below COUNT in an order that SEED decides; as they are if it is 0. */
static inline void shuffle(unsigned int *order, unsigned int count, unsigned int *seed)
{
	for (unsigned int i = 0; i < count; i++)
		order[i] = i;
	for (unsigned int i = count; *seed && i > 1; i--) {
		unsigned int other = draw(seed, i), kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}
