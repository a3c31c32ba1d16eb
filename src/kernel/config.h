/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config - the configuration that a kernel was built with (.config).
 *
 * Layer: kernel.
 */
#pragma once

#include <stdbool.h>

#include "base/files.h"

/*
 * Find that of the kernel RELEASE of the system below ROOT_FD; RUNNING tells that it is the one
 * that runs. 0, -ENOENT if there is none that can be read, -ENOMEM.
 */
int config_find(int root_fd, const char *release, bool running, struct bytes *ret);
/* Is it that of a kernel with modules? What is not set in any other file means nothing. */
bool config_is_whole(const struct bytes *config);
/* Does it say OPTION=y? */
bool config_has(const struct bytes *config, const char *option);
