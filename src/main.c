/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "verbs/verb.h"

/* In the order of --help; the first one is run when none is named. */
static const struct verb *const verbs[] = {
	&verb_stage, &verb_scan, &verb_explain, &verb_load, &verb_check, &verb_symbols,
};

/* How long a server may be silent, in seconds. */
#define TIMEOUT_USUAL 30

/* Options without a letter. */
enum {
	OPTION_ARCH = 256,
	OPTION_RELEASE,
	OPTION_POLICY,
	OPTION_SAVE,
	OPTION_TIMEOUT,
	OPTION_KEYS,
	OPTION_NO_GPG_CHECKS,
	OPTION_UNDO,
	OPTION_CACHE_DIR,
	OPTION_NO_CACHE,
	OPTION_VERSION
};

struct option_row {
	int key; /* the letter, or one of the enum */
	const char *name;
	const char *argument; /* NULL if it takes none */
	const char *help;
};

static const struct option_row rows[] = {
	{ 'n', "dry-run", NULL, "write nothing, print the plan" },
	{ 'r', "repo", "SOURCE", "repository, URL, directory, RPM; repeatable" },
	{ 'k', "kernel", "KERNEL", "target: release, RPM, symbols, module tree" },
	{ 'f', "flavor", "NAME", "flavor of the target kernel" },
	{ OPTION_ARCH, "arch", "ARCH", "architecture of the target kernel" },
	{ OPTION_RELEASE, "kernel-release", "RELEASE", "release of the target kernel" },
	{ 'R', "root", "DIR", "system to look into instead of the running one" },
	{ 'H', "hardware", "SOURCE", "snapshot, list, sysfs tree or dump; repeatable" },
	{ 'o', "stage-dir", "DIR", "staging directory (default: /run/kmp-match)" },
	{ OPTION_POLICY, "policy", "FILE", "rules that prefer, block or pin packages" },
	{ OPTION_SAVE, "save", "FILE", "scan, symbols: write them to FILE for later" },
	{ OPTION_TIMEOUT, "timeout", "SECONDS", "how long a server may be silent (default: 30)" },
	{ 'j', "json", NULL, "answer in JSON" },
	{ OPTION_KEYS, "keys", "DIR", "trust the keys in DIR too" },
	{ OPTION_NO_GPG_CHECKS, "no-gpg-checks", NULL, "stage packages with unchecked signatures" },
	{ OPTION_CACHE_DIR, "cache-dir", "DIR", "keep what later runs can use in DIR" },
	{ OPTION_NO_CACHE, "no-cache", NULL, "neither use nor keep what runs found out" },
	{ OPTION_UNDO, "undo", NULL, "load: take everything back" },
	{ 'v', "verbose", NULL, "say more" },
	{ 'q', "quiet", NULL, "say only what failed" },
	{ OPTION_VERSION, "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this help" },
};

static void print_option(const struct option_row *row)
{
	auto_free char *name = text_format("--%s%s%s", row->name, row->argument ? " " : "",
					   row->argument ? row->argument : "");

	if (row->key < 256)
		printf("  -%c, %-25s %s\n", row->key, name ? name : row->name, row->help);
	else
		printf("      %-25s %s\n", name ? name : row->name, row->help);
}

static void print_verb(const struct verb *verb)
{
	auto_free char *name =
		text_format("%s%s%s", verb->name, *verb->arguments ? " " : "", verb->arguments);

	printf("  %-19s %s%s\n", name ? name : verb->name, verb->summary,
	       verb == verbs[0] ? " (the default)" : "");
}

static void print_help(void)
{
	puts("Usage: kmp-match [OPTION]... [VERB] [ARGUMENT]...\n\n"
	     "Choose the driver packages (KMPs) that this machine needs, and stage them.\n\n"
	     "Verbs:");
	for (size_t i = 0; i < COUNT(verbs); i++)
		print_verb(verbs[i]);
	puts("\nOptions:");
	for (size_t i = 0; i < COUNT(rows); i++)
		print_option(&rows[i]);
	puts("\nExit status: 0 done or nothing needed, 1 failed, 2 wrong usage, 3 a device\n"
	     "without a driver has one on offer and every build of it was refused, or check\n"
	     "found what does not fit, 4 staged but not bound.");
}

static int add(struct strings *list, const char *text)
{
	if (strings_add(list, text) == 0)
		return 0;
	log_error("cannot read the command line: out of memory");
	return -1;
}

/* 0, or -1 if it is no number of seconds. */
static int take_seconds(const char *argument, unsigned int *ret)
{
	char *end;
	unsigned long seconds = strtoul(argument, &end, 10);

	if (*argument < '0' || *argument > '9' || *end || seconds < 1 || seconds > TIMEOUT_MAX)
		return -1;
	*ret = (unsigned int)seconds;
	return 0;
}

/* 0, or -1 if the option is unknown or its argument makes no sense. */
static int take_option(struct options *options, int key, const char *argument)
{
	switch (key) {
	case 'n':
		options->dry_run = true;
		return 0;
	case 'r':
		return add(&options->repositories, argument);
	case 'k':
		return add(&options->kernels, argument);
	case 'f':
		options->flavor = argument;
		return 0;
	case OPTION_ARCH:
		options->arch = argument;
		return 0;
	case OPTION_RELEASE:
		options->kernel_release = argument;
		return 0;
	case 'R':
		options->root = argument;
		return 0;
	case 'H':
		return add(&options->hardware, argument);
	case 'o':
		options->stage_dir = argument;
		return 0;
	case OPTION_POLICY:
		options->policy = argument;
		return 0;
	case OPTION_TIMEOUT:
		return take_seconds(argument, &options->timeout);
	case OPTION_SAVE:
		options->save = argument;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case OPTION_KEYS:
		options->keys = argument;
		return 0;
	case OPTION_NO_GPG_CHECKS:
		options->no_gpg_checks = true;
		return 0;
	case OPTION_CACHE_DIR:
		options->cache_dir = argument;
		return 0;
	case OPTION_NO_CACHE:
		options->no_cache = true;
		return 0;
	case OPTION_UNDO:
		options->undo = true;
		return 0;
	case 'v':
		options->verbosity = LOG_VERBOSE;
		return 0;
	case 'q':
		options->verbosity = LOG_QUIET;
		return 0;
	default:
		return -1;
	}
}

/* The tables that getopt_long() wants, out of ours. */
static void fill_getopt(char *letters, struct option *longs)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].key < 256) {
			*letters++ = (char)rows[i].key;
			if (rows[i].argument)
				*letters++ = ':';
		}
		longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = rows[i].key,
		};
	}
	*letters = '\0';
}

static const char *why_refused(int key)
{
	if (key == ':')
		return "its argument is not there";
	return key == OPTION_TIMEOUT ? "it is no number of seconds from 1 to 3600"
				     : "it is unknown or ambiguous, or takes no argument";
}

/* KEY is what getopt_long() returned: ':' for an argument that is not there, else '?'. */
static int refuse_option(struct options *options, int key, int argc, char **argv)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	auto_error struct error error = { 0 };

	/* How to answer may stand behind the option that ends the reading. */
	for (int i = optind; i < argc; i++)
		options->json |= text_equal(argv[i], "--json") || text_equal(argv[i], "-j");
	error_set(&error, -EINVAL, "take the option",
		  optopt > 0 && optopt < 256 ? letter : argv[optind - 1], why_refused(key),
		  "see kmp-match --help");
	return verb_fail(options, &error, EXIT_USAGE);
}

/* -1 to go on, else the status to exit with. */
static int parse_options(int argc, char **argv, struct options *options)
{
	/* Its ':' keeps getopt_long() silent. */
	char letters[COUNT(rows) * 2 + 2] = ":";
	struct option longs[COUNT(rows) + 1] = { 0 };
	int key;

	fill_getopt(letters + 1, longs);
	while ((key = getopt_long(argc, argv, letters, longs, NULL)) >= 0) {
		if (key == 'h') {
			print_help();
			return fflush(stdout) == 0 ? EXIT_DONE : verb_cannot_write();
		}
		if (key == OPTION_VERSION) {
			puts("kmp-match " KMP_MATCH_VERSION);
			return fflush(stdout) == 0 ? EXIT_DONE : verb_cannot_write();
		}
		if (take_option(options, key, optarg) < 0)
			return refuse_option(options, key, argc, argv);
	}
	return -1;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static void release_options(struct options *options)
{
	strings_done(&options->repositories);
	strings_done(&options->kernels);
	strings_done(&options->hardware);
}

int main(int argc, char **argv)
{
	AUTO(release_options)
	struct options options = { .stage_dir = "/run/kmp-match", .timeout = TIMEOUT_USUAL };
	const struct verb *verb = verbs[0];
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	log_set_level((enum log_level)options.verbosity);
	if (optind < argc) {
		verb = find_verb(argv[optind]);
		if (!verb) {
			auto_error struct error error = { 0 };

			error_set(&error, -EINVAL, "run", argv[optind], "there is no such verb",
				  "see kmp-match --help");
			return verb_fail(&options, &error, EXIT_USAGE);
		}
		optind++;
	}
	/* A limit on the size of files is an error like a full disk, and no end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (verb_fence(&options) < 0)
		log_warning("the memory of the run is not bound, ignoring");
	return verb->run(&options, argc - optind, argv + optind);
}
