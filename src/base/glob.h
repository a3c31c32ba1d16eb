/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * glob - does a shell pattern fit? The answer of fnmatch(3) without flags, sooner.
 *
 * Layer: base. The locale is C, as it is for every run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* fnmatch(PATTERN, TEXT, 0) == 0. In linear time where '*' is the only special character. */
bool glob_fits(const char *pattern, const char *text);
/* Has C a meaning of its own? A ']' has one only behind a '['. */
static inline bool glob_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* How many bytes of PATTERN stand for themselves before the first special one. */
size_t glob_literal(const char *pattern);
