/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/cycle.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cleanup.h"

/*
 * Tarjan's strongly connected components. Its recursion is spelled out: how deep it goes is up to
 * whoever made the packages.
 */
struct search {
	const struct edge *edges;
	size_t count;
	size_t *first; /* of each node: its first edge; one more at the end */
	size_t *next; /* ... the edge to follow next */
	size_t *order; /* ... when it was found, from 1; 0 if not yet */
	size_t *low; /* ... the earliest node that it leads back to */
	size_t *path, path_size; /* the way to where the search is */
	size_t *open, open_size; /* found, and not yet in a component */
	size_t found;
	size_t *cycles; /* ... its component; CYCLE_NONE while it is open */
};

static void release_search(struct search *search)
{
	free(search->first);
	free(search->next);
	free(search->order);
	free(search->low);
	free(search->path);
	free(search->open);
}

static int compare_edges(const void *left, const void *right)
{
	const struct edge *l = left, *r = right;

	if (l->from != r->from)
		return l->from < r->from ? -1 : 1;
	return l->to < r->to ? -1 : l->to > r->to;
}

static int prepare(struct search *search, size_t nodes)
{
	size_t at = 0;

	search->first = calloc(nodes + 1, sizeof(size_t));
	search->next = calloc(nodes + 1, sizeof(size_t));
	search->order = calloc(nodes + 1, sizeof(size_t));
	search->low = calloc(nodes + 1, sizeof(size_t));
	search->path = calloc(nodes + 1, sizeof(size_t));
	search->open = calloc(nodes + 1, sizeof(size_t));
	if (!search->first || !search->next || !search->order || !search->low || !search->path ||
	    !search->open)
		return -ENOMEM;
	for (size_t node = 0; node <= nodes; node++) {
		while (at < search->count && search->edges[at].from < node)
			at++;
		search->first[node] = search->next[node] = at;
	}
	return 0;
}

static void enter(struct search *search, size_t node)
{
	search->order[node] = search->low[node] = ++search->found;
	search->path[search->path_size++] = node;
	search->open[search->open_size++] = node;
}

/* NODE leads back to nothing before it: what is open since then is one component. */
static void close_component(struct search *search, size_t node)
{
	bool alone = search->open[search->open_size - 1] == node;
	size_t member;

	do {
		member = search->open[--search->open_size];
		search->cycles[member] = node;
		search->order[member] = CYCLE_NONE;
	} while (member != node);
	if (alone)
		search->cycles[node] = CYCLE_NONE;
}

static void leave(struct search *search, size_t node)
{
	size_t before;

	search->path_size--;
	if (search->low[node] == search->order[node]) {
		close_component(search, node);
		return;
	}
	before = search->path[search->path_size - 1];
	if (search->low[node] < search->low[before])
		search->low[before] = search->low[node];
}

static void search_from(struct search *search, size_t start)
{
	enter(search, start);
	while (search->path_size > 0) {
		size_t node = search->path[search->path_size - 1];
		size_t to;

		if (search->next[node] == search->first[node + 1]) {
			leave(search, node);
			continue;
		}
		to = search->edges[search->next[node]++].to;
		if (search->order[to] == 0)
			enter(search, to);
		else if (search->order[to] < search->low[node])
			search->low[node] = search->order[to];
	}
}

int cycle_find(struct edge *edges, size_t count, size_t nodes, size_t *ret_cycles)
{
	AUTO(release_search)
	struct search search = { .edges = edges, .count = count, .cycles = ret_cycles };

	if (count)
		qsort(edges, count, sizeof(*edges), compare_edges);
	if (prepare(&search, nodes) < 0)
		return -ENOMEM;
	for (size_t node = 0; node < nodes; node++)
		ret_cycles[node] = CYCLE_NONE;
	for (size_t node = 0; node < nodes; node++)
		if (search.order[node] == 0)
			search_from(&search, node);
	return 0;
}
