/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file-state - what differs after every change of some files, without their content being read.
 *
 * Layer: base.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

/* All zero is that of no file. */
struct file_state {
	uint64_t sum; /* of device, inode, size, and both times of each, in order */
	uint64_t size; /* of all of them, in bytes */
	size_t count;
	struct timespec last; /* when one of them changed last */
};

/* Add the file that ST is of; an absent one is one of zeros. */
void file_state_add(struct file_state *state, const struct stat *st);
bool file_state_equal(const struct file_state *left, const struct file_state *right);
/*
 * Did nothing change just now? Two changes within a tick of the file system's clock look like one,
 * so what changed shortly before may change again and show no difference.
 */
bool file_state_is_settled(const struct file_state *state);
/* Did nothing change from shortly before THEN on, by the same clock? */
bool file_state_was_settled(const struct file_state *state, const struct timespec *then);
/* Is it that of what is open at FD? */
bool file_state_is_of(const struct file_state *state, int fd);
/* As text, for a key; owned, NULL if out of memory. */
char *file_state_text(const struct file_state *state);
/* The path of what is open at FD, as the kernel says it; owned, or NULL. */
char *file_state_path(int fd);
