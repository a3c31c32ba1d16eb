/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text-internal - parts of the answer about a plan, for text.c and explain-text.c alone.
 *
 * Layer: report.
 */
#pragma once

#include "report/page.h"

/** Columns of the labels in the head of an answer. */
#define HEAD_WIDTH 7

void text_put_kernel(const struct page *page, const struct kernel *kernel);
void text_put_sources(const struct page *page, const struct source *sources, size_t count);
