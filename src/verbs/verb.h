/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verb - what the user types: one file a verb, its row at the foot of that file.
 *
 * Layer: verbs. The only layer that logs.
 */
#pragma once

#include "pipeline.h"

struct verb {
	const char *name;
	const char *arguments; /* as --help shows them, "" if none */
	const char *summary;
	int (*run)(const struct options *options, int argc,
		   char **argv); /* returns the exit status */
};

extern const struct verb verb_check, verb_explain, verb_load, verb_scan, verb_stage, verb_symbols;

/* Print ERROR on stderr, and with --json as JSON on stdout too. Returns EXIT. */
int verb_fail(const struct options *options, const struct error *error, int exit);
/* Bound the memory of the run, and say so as verb_fail() does if a library ends it for that. */
int verb_fence(const struct options *options);
/* Say that stdout takes no answer. Returns EXIT_TROUBLE. */
int verb_cannot_write(void);
/* EXIT_DONE if there is no argument; else says so and returns EXIT_USAGE. */
int verb_no_arguments(const struct options *options, const char *verb, int argc, char **argv);
/* Say which sources could not be read: of the system as a warning, else as an error. */
void verb_say_sources(const struct pipeline *pipeline);
/* Say, if all is to be said, what the process could still do while it read. */
void verb_say_sandbox(const struct sandbox *sandbox);
/* Print each of DIAGNOSTICS as a warning. */
void verb_warn(const struct diagnostics *diagnostics);
/* Print what hardware, configuration, kernel and sources have to complain of, as warnings. */
void verb_warn_all(const struct pipeline *pipeline);
/* How answers are shown on this stdout: colors and width only on a terminal. */
struct report_style verb_style(const struct options *options);
