/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * landlock - from here on files are written below a few directories only, whatever the user may do.
 *
 * Layer: base. landlock(7); works without privileges.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What may still be changed. */
struct landlock_place {
	int fd; /* of a directory; negative: there is none */
	bool empty_only; /* nothing but the removal of empty directories below it */
	bool files_only; /* nothing but regular files, made, written and removed */
};

/*
 * Allow changes below PLACES and nowhere else, programs to be started never, and where the kernel
 * knows how, TCP and signals to others neither. no_new_privs has to be set. A second call can only
 * take away more. The version of the interface that holds now, or -errno: -ENOSYS, -EOPNOTSUPP or
 * -EPERM where this kernel or a container has none, and nothing changed.
 */
int landlock_enter(const struct landlock_place *places, size_t count);
