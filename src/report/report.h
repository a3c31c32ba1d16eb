/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - tells people (text) and installers (JSON, format 1) what was found and decided.
 *
 * Layer: report. Everything in a struct report is borrowed.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/sandbox.h"
#include "hardware/device.h"
#include "kernel/kernel.h"
#include "packages/source.h"
#include "select/check.h"
#include "select/explanation.h"
#include "select/plan.h"

struct report {
	bool dry_run;
	bool gpg_checks;
	const struct sandbox *sandbox; /* in which it was found out; NULL: unknown */
	const char *policy; /* the file that was followed, or NULL */
	const struct kernel *kernel;
	const struct source *sources;
	size_t source_count;
	const struct diagnostics *diagnostics; /* of the system's configuration; NULL: none */
	const struct device_list *devices;
	const struct plan *plan;
	int exit;
	unsigned int generation; /* 0: none was made */
	const char *stage_dir; /* where generations are */
	bool lasting; /* a manifest: without what may change while packages and machine do not */
};

/* How a text answer is shown. */
struct report_style {
	bool color;
	bool verbose; /* every refused build, every alias, every diagnostic */
	unsigned int width; /* columns; 0: do not cut lines */
};

/*
 * The answer of `stage`: what is selected for which device, what is refused, what has no driver.
 * Diagnostics of packages are in it; those of hardware, kernel and sources are for verbs to log.
 */
void report_text(const struct report *report, const struct report_style *style, FILE *out);
/* The same as format 1 of docs/report.schema.json; also manifest.json. Owned. */
struct json *report_json(const struct report *report);

/*
 * The answer of `explain`; devices and plan of REPORT are those of EXPLANATION. Both have the same
 * content, and every detail of the JSON stands in the text as it is.
 */
void report_explanation_text(const struct report *report, const struct explanation *explanation,
			     const struct report_style *style, FILE *out);
struct json *report_explanation_json(const struct report *report,
				     const struct explanation *explanation);

/* The answer of `scan`. */
void report_devices_text(const struct device_list *devices, const struct report_style *style,
			 FILE *out);
/* {format, tool, arch, devices}: also the snapshot format, so sorted and without times. Owned. */
struct json *report_devices_json(const struct device_list *devices);

/* The answer of `check`. */
void report_check_text(const struct check *check, const struct report_style *style, FILE *out);
/* {format, tool, kernels, result}. Owned. */
struct json *report_check_json(const struct check *check, int exit);

/*
 * The answer of `symbols`: what is known of KERNEL, or in the text of the symbols NAMES alone, if
 * there are any.
 */
void report_symbols_text(const struct kernel *kernel, const struct strings *names,
			 const struct report_style *style, FILE *out);
struct json *report_symbols_json(const struct kernel *kernel, const struct strings *names);

/* {format, tool, error, result} for a run that failed. Owned. */
struct json *report_error_json(const struct error *error, int exit);
