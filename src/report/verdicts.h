/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdicts - the two lists in the middle of the answer: what is selected, what is refused, and why.
 *
 * Layer: report.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "report/page.h"

size_t verdicts_refused_count(const struct plan *plan);
/* Selected ones that are not installed already. */
size_t verdicts_wanted_count(const struct plan *plan);

void verdicts_put_selected(const struct report *report, const struct page *page);
/* Grouped by family; unless verbose, one line for each reason within a family. */
void verdicts_put_refused(const struct report *report, const struct page *page);
