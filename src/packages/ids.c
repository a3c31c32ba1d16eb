/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/ids.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

int ids_add(struct ids *ids, int id)
{
	if (array_grow(&ids->items, ids->count, sizeof(*ids->items)) < 0)
		return -ENOMEM;
	ids->items[ids->count++] = id;
	return 0;
}

bool ids_contain(const struct ids *ids, int id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (ids->items[i] == id)
			return true;
	return false;
}

void ids_done(struct ids *ids)
{
	free(ids->items);
	*ids = (struct ids){ 0 };
}
