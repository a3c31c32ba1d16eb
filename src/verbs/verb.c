/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fence.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

int verb_fail(const struct options *options, const struct error *error, int exit)
{
	auto_free char *sentence = error_sentence(error);

	log_error("%s", sentence ? sentence : "out of memory");
	if (options->json) {
		auto_json struct json *json = report_error_json(error, exit);

		if (json_write(json, stdout) < 0)
			return EXIT_TROUBLE;
	}
	return exit;
}

int verb_fence(const struct options *options)
{
	auto_error struct error error = { 0 };
	auto_json struct json *json = NULL;
	auto_free char *sentence = NULL;
	auto_free char *line = NULL;
	auto_free char *answer = NULL;

	error_setf(&error, -ENOMEM, "go on", NULL, "leave out the repository that is so large",
		   "more memory is needed than there is, or than the %llu MiB that a run may use",
		   MEMORY_MAX >> 20);
	sentence = error_sentence(&error);
	json = options->json ? report_error_json(&error, EXIT_TROUBLE) : NULL;
	answer = json ? json_text(json) : NULL;
	line = text_format("kmp-match: %s\n", sentence ? sentence : "out of memory");
	return fence_memory(line ? line : "", answer ? answer : "", EXIT_TROUBLE);
}

int verb_cannot_write(void)
{
	log_error("cannot write the answer: the output is closed or full");
	return EXIT_TROUBLE;
}

int verb_no_arguments(const struct options *options, const char *verb, int argc, char **argv)
{
	auto_error struct error error = { 0 };

	if (argc == 0)
		return EXIT_DONE;
	error_setf(&error, -1, "run", verb, "see kmp-match --help",
		   "it takes no argument such as '%s'", argv[0]);
	return verb_fail(options, &error, EXIT_USAGE);
}

void verb_say_sources(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->source_count; i++) {
		auto_free char *sentence = NULL;

		if (!pipeline->sources[i].failed)
			continue;
		sentence = error_sentence(&pipeline->sources[i].error);
		if (pipeline->sources[i].system)
			log_warning("%s", sentence ? sentence : "out of memory");
		else
			log_error("%s", sentence ? sentence : "out of memory");
	}
}

void verb_warn(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		log_warning("%s", diagnostics->items[i].text);
}

void verb_warn_all(const struct pipeline *pipeline)
{
	verb_warn(&pipeline->devices.diagnostics);
	verb_warn(&pipeline->diagnostics);
	verb_warn(&pipeline->kernel.diagnostics);
	for (size_t i = 0; i < pipeline->source_count; i++)
		verb_warn(&pipeline->sources[i].diagnostics);
}

void verb_say_sandbox(const struct sandbox *sandbox)
{
	auto_free char *sentence = sandbox_sentence(sandbox);

	log_info("%s", sentence ? sentence : "out of memory");
}

struct report_style verb_style(const struct options *options)
{
	const char *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO);
	struct winsize size = { 0 };

	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size.ws_col = 80;
	return (struct report_style){
		/* https://no-color.org: any value that is not empty switches colors off. */
		.color = terminal && term && strcmp(term, "dumb") != 0 &&
			 !(getenv("NO_COLOR") && *getenv("NO_COLOR")),
		.verbose = options->verbosity > 0,
		.width = size.ws_col,
	};
}
