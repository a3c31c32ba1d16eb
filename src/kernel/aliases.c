/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/aliases.h"

#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"

struct module_aliases {
	struct kmod_ctx *context;
};

/* Libkmod would print on stderr; what it complains about comes back as a code. */
__attribute__((format(printf, 6, 0))) static void stay_silent(void *data, int priority,
							      const char *file, int line,
							      const char *function,
							      const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

/* A context on the module tree in FOLDER; the configuration of this machine is of no interest. */
static struct kmod_ctx *new_context(const char *folder)
{
	static const char *const no_configuration[] = { NULL };
	struct kmod_ctx *context = kmod_new(folder, no_configuration);

	if (context)
		kmod_set_log_fn(context, stay_silent, NULL);
	return context;
}

int module_aliases_new(int fd, struct module_aliases **ret)
{
	auto_module_aliases struct module_aliases *aliases = calloc(1, sizeof(*aliases));
	/* libkmod takes paths only; this one names the directory that is open. */
	auto_free char *folder = text_format("/proc/self/fd/%d", fd);

	if (!aliases || !folder)
		return -ENOMEM;
	aliases->context = new_context(folder);
	if (!aliases->context)
		return -ENOMEM;
	/* Without loading it once, every look-up would open the index again; it may be absent. */
	(void)kmod_load_resources(aliases->context);
	*ret = take(aliases);
	return 0;
}

struct module_aliases *module_aliases_free(struct module_aliases *aliases)
{
	if (aliases)
		kmod_unref(aliases->context);
	free(aliases);
	return NULL;
}

bool module_aliases_serve(const struct module_aliases *aliases, const char *modalias)
{
	struct kmod_list *modules = NULL;
	bool found =
		kmod_module_new_from_lookup(aliases->context, modalias, &modules) == 0 && modules;

	kmod_module_unref_list(modules);
	return found;
}

int module_aliases_find(const struct module_aliases *aliases, const char *modalias,
			struct strings *ret)
{
	struct kmod_list *modules = NULL, *item;
	int r = 0;

	if (kmod_module_new_from_lookup(aliases->context, modalias, &modules) < 0)
		return 0;
	kmod_list_foreach(item, modules)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		if (r == 0)
			r = strings_add_once(ret, kmod_module_get_name(module));
		kmod_module_unref(module);
	}
	kmod_module_unref_list(modules);
	return r;
}
