/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "kernel/table.h"
#include "select/target.h"
#include "verbs/save.h"
#include "verbs/verb.h"

/* The symbols that were asked for. 0, -EINVAL or -ENOMEM. */
static int take_names(int argc, char **argv, struct strings *ret, struct error *reterr)
{
	int r = 0;

	for (int i = 0; i < argc && r == 0; i++) {
		if (!symbol_text_is_valid(argv[i], SYMBOL_NAME_MAX))
			return error_set(reterr, -EINVAL, "look up the symbol", argv[i],
					 "no symbol has such a name", "give names such as printk");
		r = strings_add(ret, argv[i]);
	}
	return r;
}

/* Those of the system are not read: they matter for a kernel that is installed nowhere only. */
static int find_kernel(struct pipeline *pipeline, const struct options *options,
		       struct error *reterr)
{
	const struct pipeline_parts parts = { .sources = options->repositories.count > 0 };
	struct kernel_request request;
	int r = pipeline_read(options, &parts, pipeline, reterr);

	if (r < 0)
		return r;
	request = pipeline_kernel_request(pipeline, options);
	r = target_find(&request, pipeline->catalog, NULL, &pipeline->kernel, reterr);
	pipeline->usage = r == -EINVAL;
	return r;
}

static int save_table(const struct kernel *kernel, struct save *save, struct error *reterr)
{
	auto_bytes struct bytes table = { 0 };
	int r = table_write(kernel, &table, reterr);

	if (r < 0)
		return error_set(reterr, r, "write the symbol table of", kernel->release, NULL,
				 NULL);
	return save_finish(save, "save the symbol table", table.data, table.size, reterr);
}

static int print_symbols(const struct kernel *kernel, const struct strings *names,
			 const struct options *options)
{
	struct report_style style = verb_style(options);
	auto_json struct json *json = NULL;

	if (options->json) {
		json = report_symbols_json(kernel, names);
		return json_write(json, stdout);
	}
	report_symbols_text(kernel, names, &style, stdout);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static int run_symbols(const struct options *options, int argc, char **argv)
{
	AUTO(pipeline_done) struct pipeline pipeline = { .root_fd = -1, .stage_fd = -1 };
	auto_strings struct strings names = { 0 };
	auto_error struct error error = { 0 };
	auto_save struct save save = { .fd = -1 };
	int r = take_names(argc, argv, &names, &error);

	if (r < 0)
		return verb_fail(options, &error, r == -EINVAL ? EXIT_USAGE : EXIT_TROUBLE);
	if (options->save)
		r = save_begin(options->save, &save, &error);
	if (r == 0)
		r = find_kernel(&pipeline, options, &error);
	if (r == 0 && options->save)
		r = save_table(&pipeline.kernel, &save, &error);
	verb_say_sandbox(&pipeline.sandbox);
	verb_say_sources(&pipeline);
	if (r < 0) {
		error_set(&error, r, "find the kernel's symbols", NULL, NULL, NULL);
		return verb_fail(options, &error, pipeline.usage ? EXIT_USAGE : EXIT_TROUBLE);
	}
	verb_warn(&pipeline.kernel.diagnostics);
	if (!options->save && print_symbols(&pipeline.kernel, &names, options) < 0)
		return verb_cannot_write();
	return pipeline.trouble ? EXIT_TROUBLE : EXIT_DONE;
}

const struct verb verb_symbols = {
	.name = "symbols",
	.arguments = "[SYMBOL]...",
	.summary = "say what is known of the target kernel, and of its symbols",
	.run = run_symbols,
};
