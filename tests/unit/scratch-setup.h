/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch-setup - a scratch directory for each test of a file, which cmocka makes and removes.
 */
#pragma once

#include "scratch.h"

static struct scratch scratch;

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}
