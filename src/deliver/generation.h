/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generation - the numbered directories of a staging directory, and which one is current.
 *
 * Layer: deliver. STAGE_FD is the staging directory, GENERATIONS_FD its "generations".
 */
#pragma once

#include "base/array.h"
#include "base/files.h"
#include "base/limits.h"

/* The one being built, in "generations"; the lock makes sure that there is one at most. */
#define GENERATION_NEW ".new"
/*
 * The link that becomes "current". Where it is left behind, the generation that it names was not
 * published and is removed: it must never be made for one that was.
 */
#define GENERATION_LINK ".current"

/* Remove what a run that was interrupted left behind. 0 or -errno. */
int generation_clear(int stage_fd, int generations_fd);
/* The number that "current" points to, or 0. 0, -EINVAL if it is no symlink, or another -errno. */
int generation_current(int stage_fd, unsigned int *ret);
/* A number above all that are there. 0, -EOVERFLOW behind GENERATION_MAX, or another -errno. */
int generation_next(int generations_fd, unsigned int *ret);
/* Does generation NUMBER have the file NAME with just this content? */
bool generation_has(int generations_fd, unsigned int number, const char *name,
		    const struct bytes *content);
/*
 * Make GENERATION_NEW number NUMBER, for good, and let "current" point to it: 0 or -errno.
 * At any moment a crash leaves "current" at a complete generation.
 */
int generation_publish(int stage_fd, int generations_fd, unsigned int number);
