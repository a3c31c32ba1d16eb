/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decompressors - what can unpack the compressed modules of a system: its kmod, and the kernel
 * itself.
 *
 * Layer: kernel.
 */
#pragma once

#include <stdbool.h>

#include "base/files.h"

/* Either half may be unknown. */
struct decompressors {
	bool kmod_known, kmod_gzip, kmod_xz, kmod_zstd;
	bool kernel_known, kernel_gzip, kernel_xz, kernel_zstd;
};

/*
 * Find those of the system below ROOT_FD and its kernel RELEASE, which RUNNING tells to be the one
 * that runs. What is found of a half replaces what was known of it.
 */
void decompressors_find(int root_fd, const char *release, bool running, struct decompressors *ret);
/* The kernel's half, by its configuration (.config). */
void decompressors_read_config(const struct bytes *config, struct decompressors *ret);
/* The half of kmod, by the names of libraries in the file of libkmod. */
void decompressors_read_library(const struct bytes *library, struct decompressors *ret);
