/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module-fixture - facts of a module from one line of text.
 *
 * That is its NAME and words: "needs" or "weak" or "gives" before symbols (symbol-fixture.h), "mit"
 * for a license that is not the GPL's, "no-crc" for one without CRCs, "for=VERMAGIC" with '~' for
 * ' ', "arch=ARCH", "imports=NAMESPACE", "key=KEYID" for a signature.
 */
#pragma once

#include "kernel/module.h"
#include "symbol-fixture.h"

#define MODULES_MAX           8
#define SYMBOLS_IN_MODULE_MAX 8

static inline int fixture_compare_imports(const void *left, const void *right)
{
	const struct module_import *l = left, *r = right;

	return strcmp(l->name, r->name);
}

static inline void fixture_add_symbol(struct module *module, const char *mode, char *word)
{
	struct symbol symbol;

	fixture_symbol(word, &symbol);
	if (text_equal(mode, "gives")) {
		module->exports[module->export_count++] = symbol;
		return;
	}
	module->imports[module->import_count++] = (struct module_import){
		.name = symbol.name,
		.crc = symbol.crc,
		.has_crc = symbol.has_crc,
		.weak = text_equal(mode, "weak"),
	};
}

static inline void fixture_add_word(struct module *module, const char **mode, char *word)
{
	char *value = strchr(word, '=');

	if (text_equal(word, "needs") || text_equal(word, "weak") || text_equal(word, "gives")) {
		*mode = word;
	} else if (text_equal(word, "mit")) {
		module->gpl_compatible = false;
	} else if (text_equal(word, "no-crc")) {
		module->has_versions = false;
	} else if (text_starts(word, "for=")) {
		free(module->vermagic);
		module->vermagic = value[1] ? strdup(value + 1) : NULL;
		for (char *c = module->vermagic; c && (c = strchr(c, '~'));)
			*c = ' ';
	} else if (text_starts(word, "arch=")) {
		module->arch = value + 1;
	} else if (text_starts(word, "key=")) {
		module->signature.present = true;
		module->signature.key_id = strdup(value + 1);
	} else if (text_starts(word, "imports=")) {
		if (strings_add(&module->import_namespaces, value + 1) < 0)
			abort();
	} else {
		fixture_add_symbol(module, *mode, word);
	}
}

/* The module that LINE describes, for VERMAGIC unless it says otherwise; to module_done(). */
static inline struct module *fixture_module(const char *line, const char *vermagic)
{
	struct module *module = calloc(1, sizeof(*module));
	char *words = strdup(line), *rest = NULL;
	const char *mode = "needs";

	if (!module || !words)
		abort();
	/* Names of symbols lie in here. */
	module->import_names = words;
	module->imports = calloc(SYMBOLS_IN_MODULE_MAX, sizeof(*module->imports));
	module->exports = calloc(SYMBOLS_IN_MODULE_MAX, sizeof(*module->exports));
	module->name = strdup(strtok_r(words, " ", &rest));
	module->vermagic = strdup(vermagic);
	module->arch = "x86_64";
	module->gpl_compatible = module->has_versions = true;
	for (char *word; (word = strtok_r(NULL, " ", &rest));)
		fixture_add_word(module, &mode, word);
	if (module->import_count)
		qsort(module->imports, module->import_count, sizeof(*module->imports),
		      fixture_compare_imports);
	return module;
}
