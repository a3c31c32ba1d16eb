/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log - what the program says beside its answer: one line each, on stderr. Only verbs call this.
 *
 * Layer: base.
 */
#pragma once

enum log_level { LOG_QUIET = -1, LOG_NORMAL = 0, LOG_VERBOSE = 1 };

void log_set_level(enum log_level level);
/* Always shown. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
/* Shown unless quiet. */
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
/* Shown when verbose. */
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
