/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cycle - which nodes of a graph can be reached from themselves.
 *
 * Layer: select. Pure.
 */
#pragma once

#include <stddef.h>

struct edge {
	size_t from, to;
};

/** What a node on no cycle gets for its number. */
#define CYCLE_NONE ((size_t)-1)

/*
 * Number the cycles of a graph of NODES nodes and COUNT EDGES, which get sorted: RET_CYCLES[i] is
 * the same for nodes that lead to each other. An edge from a node to itself counts for nothing.
 * 0 or -ENOMEM.
 */
int cycle_find(struct edge *edges, size_t count, size_t nodes, size_t *ret_cycles);
