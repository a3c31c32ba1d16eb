/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipeline - the stages in order, from hardware to a staged driver; owns their results.
 *
 * Layer: pipeline. Read this file and pipeline.c first.
 */
#pragma once

#include <stdbool.h>

#include "base/array.h"
#include "base/cache-dir.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/sandbox.h"
#include "packages/fetch.h"
#include "packages/lock.h"
#include "report/report.h"
#include "select/policy.h"
#include "select/subject.h"

/* Process exit status. Installers branch on these; they never change meaning. */
enum {
	EXIT_DONE = 0, /* did what was asked; also: nothing was needed */
	EXIT_TROUBLE = 1, /* could not; the reason is on stderr */
	EXIT_USAGE = 2, /* the command line makes no sense */
	EXIT_REFUSED =
		3, /* a device without a driver has one on offer, and every build was refused */
	EXIT_NOT_BOUND = 4, /* staged, but the device did not bind */
};

/* What the user asked for; const once the command line is parsed. */
struct options {
	bool dry_run;
	struct strings repositories; /* --repo, in order of priority */
	struct strings kernels; /* --kernel */
	struct strings hardware; /* --hardware */
	const char *flavor;
	const char *arch;
	const char *kernel_release;
	const char *root; /* NULL: the running system */
	const char *stage_dir;
	const char *policy; /* NULL: the one below the root */
	const char *cache_dir; /* NULL: the usual one, where there is to be one */
	bool no_cache;
	unsigned int timeout; /* seconds that a server may be silent */
	const char *keys; /* folder of trusted keys besides the system's; NULL: none */
	const char *save; /* scan --save */
	bool undo; /* load --undo */
	bool explain; /* find `subject` (NULL: the machine), and judge the packages that it names */
	const char *subject;
	bool json;
	bool no_gpg_checks;
	int verbosity; /* -1 quiet, 0, 1 verbose */
};

/* Everything a run found and decided. */
struct pipeline {
	int root_fd;
	struct sandbox sandbox; /* in which everything is read */
	int stage_fd; /* of the staging directory, the one place to write to, or -1 */
	/*
	 * What earlier runs found out; NULL if nothing is kept. The first is read-only in effect
	 * once anything that has to do with packages on offer is read: what is installed and whose
	 * keys count stands there.
	 */
	struct cache_dir *system_cache, *metadata_cache, *kernel_cache, *modules_cache;
	int stage_made; /* what stage_dir_make() said */
	struct device_list devices;
	struct strings modaliases; /* of all of them, each once */
	struct kernel kernel;
	struct subject subject; /* with options->explain */
	struct catalog *catalog;
	struct keyring *keyring; /* whom the user trusts, whatever the repository */
	struct fetch *fetch; /* of the sources that are fetched; NULL if none is */
	struct progress progress;
	struct source *sources;
	size_t source_count;
	struct policy policy;
	struct locks locks; /* of the installed system */
	struct diagnostics diagnostics; /* of the configuration of the system's repositories */
	struct selection *selection;
	struct plan *plan; /* the selection's */
	bool usage; /* what was asked for makes no sense */
	bool trouble; /* a --repo could not be read */
	unsigned int generation;
	int exit;
};

/* What pipeline_read() is to read besides the root and what is installed below it. */
struct pipeline_parts {
	bool hardware;
	bool sources; /* with the keys that they may be signed by; without a kernel, of these: */
	struct strings drivers; /* asked for by name, borrowed, and kernels */
	bool keys; /* those alone */
	bool kernel; /* the target, of which packages may still have to tell */
	bool staging; /* something may be written, to options->stage_dir */
};

/*
 * The first stages by themselves. The process is in a sandbox from here on, for good, and can write
 * nothing, or the staging directory only. As pipeline_run().
 */
int pipeline_read(const struct options *options, const struct pipeline_parts *parts,
		  struct pipeline *ret, struct error *reterr);
/* What is asked for of the kernel; borrows from both. */
struct kernel_request pipeline_kernel_request(const struct pipeline *pipeline,
					      const struct options *options);
/*
 * Run every stage up to the plan, or with options->dry_run false up to the staging directory.
 * The exit status is in ret->exit. 0, or -errno with *RETERR set.
 * *RET holds what was reached either way: release it with pipeline_done().
 */
int pipeline_run(const struct options *options, struct pipeline *ret, struct error *reterr);
/* What the report shows of it; borrows from PIPELINE. */
struct report pipeline_report(const struct pipeline *pipeline, const struct options *options);
void pipeline_done(struct pipeline *pipeline);
