/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-internal - parts of the answer about a plan, for json.c and explain-json.c alone.
 *
 * Layer: report. Every result is owned.
 */
#pragma once

#include "base/json.h"
#include "report/report.h"

struct json *report_json_sources(const struct report *report);
/* Each with the selected packages that have a hint for it. */
struct json *report_json_devices(const struct report *report);
struct json *report_json_package(const struct report *report, const struct plan_package *package);
