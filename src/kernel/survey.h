/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey - a kernel's symbols in numbers, and what is known of one of them.
 *
 * Layer: kernel. Pure.
 */
#pragma once

#include <stddef.h>

#include "base/array.h"
#include "kernel/kernel.h"

/* Of the symbols that count, but for `absent` ones. */
struct survey {
	size_t of_kernel, of_modules, of_unknown; /* by who exports them */
	size_t absent; /* exported by modules that the tree lacks */
	size_t any, gpl_only, of_unknown_kind; /* by who may use them */
	size_t without_crc;
	size_t module_count; /* of the modules that export some */
	struct strings name_spaces; /* sorted */
};

/* 0 or -ENOMEM. Without symbols everything is 0. */
int survey_make(const struct kernel *kernel, struct survey *ret);
void survey_done(struct survey *survey);

enum symbol_status { SYMBOL_EXPORTED, SYMBOL_ABSENT, SYMBOL_NOT_EXPORTED, SYMBOL_UNKNOWN };

/* "exported", "absent", "not-exported" or "unknown"; static. */
const char *symbol_status_id(enum symbol_status status);
/*
 * Does KERNEL export NAME? *RET is its row, borrowed, for the first two of the statuses, else NULL.
 * Unknown: no symbols are known, or not all.
 */
enum symbol_status survey_ask(const struct kernel *kernel, const char *name,
			      const struct symbol **ret);
