/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece - what several JSON answers have in common. docs/report.schema.json says what is in it.
 *
 * Layer: report. Every result is owned.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/error.h"
#include "base/json.h"
#include "hardware/device.h"
#include "kernel/kernel.h"
#include "select/plan.h"

/* An answer with nothing in it but format and tool. */
struct json *piece_document(void);
/* An absent key means unknown, null means none: set KEY unless TEXT is NULL. */
void piece_set_known(struct json *object, const char *key, const char *text);
struct json *piece_texts(const struct strings *strings);
struct json *piece_error(const struct error *error);
struct json *piece_diagnostics(const struct diagnostics *list);
/* Append to such an array. */
void piece_add_diagnostics(struct json *array, const struct diagnostics *list);
struct json *piece_kernel(const struct kernel *kernel);
struct json *piece_device(const struct device *device);
struct json *piece_kabi(const struct kabi *kabi);
struct json *piece_trust(const struct trust *trust);
